"""
What a person decides about a document that is not in QuickBooks as it was posted: accept, or send again.

Neither is ever done without being asked for. Both are kept in the document's history with who and when.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.reconciling.matching import drift
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store.codec import decode
from caspen_qbo.usecases.decisions.resend_rules import must_be_resendable
from caspen_qbo.usecases.reconciling import inactive_customers as inactive
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

CHOOSABLE = frozenset(
    {"changed_in_quickbooks", "missing_in_quickbooks", "totals_mismatch", inactive.ERROR_KEY}
)


def may_choose(error_key: str, *, blocks: bool) -> bool:
    """Whether a listed row leaves a choice. One that holds a write because of an inactive name does not."""
    return error_key in CHOOSABLE and not (blocks and error_key == inactive.ERROR_KEY)


def accept(session: Session, numbers: Sequence[str], *, who: str) -> int:
    """
    Take what QuickBooks shows now as right: it is not raised again until either side changes once more.

    Nothing is written to Caspen or QuickBooks; the figures stay as different as they are and are reported as
    accepted.

    :param numbers: Document numbers, as listed.
    :return: Documents accepted.
    :raises ConfigurationError: a number has nothing to choose, the document is gone, or QuickBooks shows
        something else than what was listed, so that the person cannot have seen it.

    Safe to repeat.
    """
    with session.store.lock():
        chosen = _subjects(session, numbers)
        there = _read(session, chosen)
        for row in chosen:
            facts = there.get((row["quickbooks_type"], row["quickbooks_id"]))
            if facts is None or facts.gone:
                way_out = (
                    "Unlink it in Caspen, or record it in QuickBooks again."
                    if row["origin"] == "quickbooks"
                    else "Send it again with `resend`, or void it in Caspen."
                )
                raise ConfigurationError(
                    f"{row['document_kind']} {row['document_number']}: QuickBooks no longer has it, so there "
                    f"is nothing to accept. {way_out}"
                )
            _must_be_as_seen(row, facts)
        with session.store.transaction():
            for row in chosen:
                facts = there[row["quickbooks_type"], row["quickbooks_id"]]
                session.store.choices.accept(
                    row["document_kind"], row["document_id"], facts, row["version"], who
                )
                if inactive.ERROR_KEY in row["open_keys"]:
                    session.store.inactive.accept(row["document_kind"], row["document_id"], facts.customer_id)
                _note(session, row, "accepted as it is in QuickBooks", facts, who)
                session.store.unsynced.resolve(
                    _key(row), resolution=f"accepted by {who}", error_keys=CHOOSABLE
                )
    return len(chosen)


def resend(session: Session, numbers: Sequence[str], *, who: str) -> int:
    """
    Let the next post bring QuickBooks back to Caspen's version, overwriting what was edited there.

    A document that was voided or deleted there is created anew; a payment that was edited is updated.

    :return: Documents released for the next post.
    :raises ConfigurationError: a number has nothing to choose; QuickBooks would refuse it, or something else
        would be lost by it (see :mod:`caspen_qbo.usecases.decisions.resend_rules`); or QuickBooks shows
        something else than what was listed.

    Safe to repeat.
    """
    with session.store.lock():
        chosen = _subjects(session, numbers)
        bodies = _fetch(session, chosen)
        there = {key: read_facts(key[0], body) for key, body in bodies.items()}
        for row in chosen:
            key = (row["quickbooks_type"], row["quickbooks_id"])
            facts = there.get(key)
            must_be_resendable(session, row, facts, bodies.get(key, {}))
            if facts is not None and not facts.gone:
                _must_be_as_seen(row, facts)
        with session.store.transaction():
            for row in chosen:
                facts = there.get((row["quickbooks_type"], row["quickbooks_id"]))
                gone = facts is None or facts.gone
                session.store.choices.release(
                    row["document_kind"], row["document_id"], None if gone else facts
                )
                _note(
                    session,
                    row,
                    "to be posted again" if gone else "to be overwritten in QuickBooks",
                    facts,
                    who,
                )
                session.store.unsynced.resolve(
                    _key(row), resolution=f"sent again by {who}", error_keys=CHOOSABLE
                )
    return len(chosen)


def _subjects(session: Session, numbers: Sequence[str]) -> list[dict[str, Any]]:
    rows = session.store.choices.fetch_subjects(numbers)
    chosen = [row for row in rows if CHOOSABLE & set(row["open_keys"])]
    missing = sorted(set(numbers) - {row["document_number"] for row in chosen})
    if missing:
        raise ConfigurationError(
            f"workspace {session.workspace_id}: nothing to choose for {', '.join(missing)}. Only documents "
            "listed as "
            f"changed, missing or differing in QuickBooks can be accepted or sent again; see `unsynced`."
        )
    return chosen


def _read(session: Session, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], DocumentFacts]:
    return {key: read_facts(key[0], body) for key, body in _fetch(session, rows).items()}


def _fetch(session: Session, rows: Sequence[dict[str, Any]]) -> dict[tuple[str, str], Body]:
    """QuickBooks' documents as they are at this moment, by type and id."""
    ids: dict[str, list[str]] = {}
    for row in rows:
        ids.setdefault(row["quickbooks_type"], []).append(row["quickbooks_id"])
    return {
        (quickbooks_type, str(body["Id"])): body
        for quickbooks_type, wanted in ids.items()
        for body in fetch_by(session, quickbooks_type, "Id", wanted)
    }


def _must_be_as_seen(row: dict[str, Any], facts: DocumentFacts) -> None:
    """A person chooses about what was listed; an edit made since then is another question."""
    if row["facts"] is None or row["gone"] is not None:
        changed = True
    else:
        changed = bool(drift(decode(DocumentFacts, row["facts"]), facts))
    if changed:
        raise ConfigurationError(
            f"{row['document_kind']} {row['document_number']}: it was changed in QuickBooks again since it "
            "was listed. "
            "Run `reconcile`, look at the new values, and choose then."
        )


def _key(row: dict[str, Any]) -> DocumentKey:
    return DocumentKey(DocumentKind(row["document_kind"]), row["document_id"])


def _note(session: Session, row: dict[str, Any], what: str, facts: DocumentFacts | None, who: str) -> None:
    figures = f"{row['quickbooks_type']} {row['quickbooks_id']}" + (
        f", total {facts.total:.2f}" if facts else ", gone"
    )
    session.store.links.note_event(_key(row), what, figures, who)
    log.info(
        "choice workspace=%d kind=%s document=%d what=%s who=%s",
        session.workspace_id, row["document_kind"], row["document_id"], what.replace(" ", "_"), who,
    )  # fmt: skip
