"""Sign-off: a person's word that the figures up to a day are right, and the watch over what they signed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from caspen_qbo.core.reconciling.sign_off import default_through, refuse_through
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

SIGN_OFFS_SHOWN = 12
CHANGES_MAX = 5000
"""Changed documents stored with a run; beyond that the report says how many there are."""
TOLD_MAX = 50
MONEY = ("caspen_total", "caspen_tax", "quickbooks_total", "quickbooks_tax")
DATES = ("caspen_date", "quickbooks_date")


@dataclass(frozen=True, slots=True)
class Signed:
    through: date
    documents: int
    """Whose figures were recorded: not signed before, or changed since."""


def sign_off(
    store: WorkspaceStore,
    run_id: str,
    *,
    who: str,
    run_day: date,
    through: date | None = None,
) -> Signed:
    """
    Sign a reconciliation: record the figures of every document dated up to a day, as that run saw them.

    What was signed before and still stands is left as it is; what changed since is signed anew, which ends
    the attention it raised.

    :param run_day: The run's day in the practice's time zone. :param through: None: the end of the month
        before, or what is signed already where that is later.
    :raises ConfigurationError: a later run has looked at both sides since; the day cannot be signed; the run
        is signed already.
    """
    with store.transaction():
        frozen = store.sign_off.lock_frozen()
        if frozen is None or frozen.run_id != run_id:
            raise ConfigurationError(
                "Only the latest reconciliation can be signed: what this one saw of both sides is no longer "
                "kept. Look at the latest run and sign that one, or run Reconcile once more."
            )
        earlier = store.sign_off.fetch_sign_offs(frozen.realm_id, 1)
        signed_through = earlier[0]["through"] if earlier else None
        through = through or default_through(run_day, signed_through)
        if why := refuse_through(through, run_day, signed_through):
            raise ConfigurationError(why)
        documents = store.sign_off.sign(frozen, who=who, through=through)
        if documents is None:
            raise ConfigurationError("This run was signed off already.")
    log.info(
        "signed workspace=%s run=%s through=%s documents=%s", store.workspace_id, run_id, through, documents
    )
    return Signed(through, documents)


def watch_signed(session: Session) -> dict[str, Any]:
    """
    Hold what was signed against what this run froze, and give back what its report shows of that.

    Call inside the transaction that finishes the run. Amounts are texts, as everywhere in a stored report.
    """
    store, realm_id = session.store.sign_off, session.realm_id
    if not store.fetch_sign_offs(realm_id, 1):
        return {"sign_offs": [], "changes": [], "in_all": 0}
    store.find_changes(realm_id)
    changes = store.fetch_changes(realm_id, CHANGES_MAX)
    return {
        "sign_offs": [
            {**_signature(row), "documents": row["documents"], "changes": row["changes"]}
            for row in store.fetch_sign_offs(realm_id, SIGN_OFFS_SHOWN)
        ],
        "changes": [plain_change(row) for row in changes],
        "in_all": changes[0]["in_all"] if changes else 0,
    }


@dataclass(frozen=True, slots=True)
class Untold:
    """What changed in signed periods that nobody was told of yet."""

    documents: int
    text: str
    """One line a document, the first TOLD_MAX of them."""
    until: datetime


def untold_changes(store: WorkspaceStore) -> Untold | None:
    """None: everything was told. Say :func:`told_signed` once it reached somebody."""
    connection = store.setup.fetch_connection()
    if connection is None:
        return None
    rows = store.sign_off.fetch_changes(connection.realm_id, TOLD_MAX, untold=True)
    if not rows:
        return None
    lines = [_line(row) for row in rows]
    in_all = rows[0]["in_all"]
    if in_all > len(rows):
        lines.append(f"and {in_all - len(rows)} more: see the report.")
    return Untold(in_all, "\n".join(lines), rows[0]["last_seen_at"])


def told_signed(store: WorkspaceStore, untold: Untold) -> None:
    store.sign_off.mark_told(untold.until)


def _line(row: Mapping[str, Any]) -> str:
    sides = "; ".join(
        f"{name} {_amount(row[f'signed_{side}_total'])} signed, {_amount(row[f'{side}_total'])} now"
        for name, side in (("Caspen", "caspen"), ("QuickBooks", "quickbooks"))
    )
    kind = row["document_kind"].replace("_", " ")
    who = row["signed_by"].removeprefix("airflow:")
    return f"{kind} {row['document_number']}: {sides} (up to {row['through']} signed by {who})"


def _amount(value: Decimal | None) -> str:
    return "nothing" if value is None else f"{value:,.2f}"


def plain_change(row: Mapping[str, Any]) -> dict[str, Any]:
    """A change as it is stored with a run and read by :mod:`caspen_qbo.reports.signed`."""
    return {
        **_signature(row),
        "kind": row["document_kind"],
        "number": row["document_number"],
        "since": row["first_seen_at"].isoformat(timespec="seconds"),
        "signed": {name: _plain(row[f"signed_{name}"]) for name in (*MONEY, *DATES)},
        "now": {name: _plain(row[name]) for name in (*MONEY, *DATES)},
    }


def _signature(row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "through": row["through"].isoformat(),
        "signed_at": row["signed_at"].isoformat(timespec="seconds"),
        "signed_by": row["signed_by"],
    }


def _plain(value: Decimal | date | None) -> str | None:
    if isinstance(value, Decimal):
        return format(value, "f")
    return None if value is None else value.isoformat()
