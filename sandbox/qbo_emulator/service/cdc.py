"""Change data capture: what changed since a moment, deletions last, at most 1,000 objects and no
more pages.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from qbo_emulator.entities import BY_ANY_CASE, Kind
from qbo_emulator.store import Company, Document, moment_seconds
from qbo_emulator.values import faults
from qbo_emulator.values.clock import document_stamp

DAYS_MAX = 30


def changed_since(company: Company, params: dict[str, str]) -> dict[str, Any]:
    """``CDCResponse``. What exceeds the cap, 1,000 objects, is left out without a word, as in QuickBooks.

    :raises ApplicationFault: no or unsupported entities, a moment that is none, or more than 30 days ago.
    """
    names = [name.strip() for name in params.get("entities", "").split(",") if name.strip()]
    if not names:
        raise faults.required("entities")
    kinds = [_supported(name) for name in names]
    since = _since(company, params.get("changedSince", ""))
    feed = company.feed
    left, groups = feed.cap, []
    for kind in kinds:
        found = [] if kind.name in feed.missing_entities else _changes(company, kind, since)
        rows = found[:left]
        if any("status" not in row and company.spoils(kind.name, row) for row in rows):
            raise faults.application_error()
        left = left - len(rows) if feed.cap_scope == "all" else feed.cap
        # An entity without changes is an empty object, without a name.
        groups.append(
            {kind.name: rows, "startPosition": 1, "maxResults": len(rows), "totalCount": len(rows)}
            if rows
            else {}
        )
    return {"CDCResponse": [{"QueryResponse": groups}]}


def _supported(name: str) -> Kind:
    kind = BY_ANY_CASE.get(name.casefold())
    if kind is None or not kind.in_cdc:
        raise faults.unsupported_operation(f"CDC for {name}")
    return kind


def _since(company: Company, text: str) -> float:
    if not text:
        raise faults.required("changedSince")
    try:
        # An unescaped "+" of an offset arrives as a blank.
        since = moment_seconds(text.strip().replace(" ", "+"))
    except ValueError as error:
        raise faults.bad_date("changedSince", text) from error
    if company.clock.seconds() - since > DAYS_MAX * 86400:
        raise faults.validation(
            2080,
            "Invalid changedSince",
            f"Invalid changedSince : changes are kept for {DAYS_MAX} days",
            "changedSince",
        )
    return since


def _changes(company: Company, kind: Kind, since: float) -> list[Document]:
    table = company.table(kind.name)
    feed, now = company.feed, company.clock.seconds()
    newest = now - feed.late_seconds if feed.late_seconds else None
    lost = {part["id"] for part in feed.missing if part["entity"] == kind.name}
    false = [part["id"] for part in feed.false_deletions if part["entity"] == kind.name]
    rows = [
        row
        for row in table.between("MetaData.LastUpdatedTime", since, newest)
        if company.visible(kind.name, row) and row["Id"] not in lost and row["Id"] not in false
    ]
    stones = [
        (stone.row_id, stone.at)
        for stone in company.tombstones
        if stone.entity == kind.name and stone.at >= since and stone.row_id not in lost
    ]
    stubs = [(row_id, at) for row_id, at in stones if newest is None or at <= newest]
    stubs += [(row_id, now) for row_id in false if table.get(row_id)]
    return rows + [_stub(row_id, at) for row_id, at in stubs]


def _stub(row_id: str, at: float) -> Document:
    return {
        "domain": "QBO",
        "status": "Deleted",
        "Id": row_id,
        "MetaData": {"LastUpdatedTime": document_stamp_of(at)},
    }


def document_stamp_of(at: float) -> str:
    """MetaData's form of an epoch second."""
    return document_stamp(datetime.fromtimestamp(at, UTC))
