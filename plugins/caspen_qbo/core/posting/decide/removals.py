"""Posted documents that Caspen no longer has."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from caspen_qbo.core.documents import Body, read_facts
from caspen_qbo.core.posting.decide.accepted import AcceptedEdits, find_edited_money
from caspen_qbo.core.posting.decide.decisions import (
    AlreadyGone,
    Decision,
    Hold,
    Remove,
    Unreadable,
    find_edits,
)
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.sentence import put_in_words
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY


@dataclass(frozen=True, slots=True)
class RemovalSituation:
    document: Document
    there: Body | None
    merged: Collection[str] = ()
    """Customers that are inactive or gone by now, of those the document stood on."""
    unread: str = ""
    """Why QuickBooks failed to show it."""
    accepted: AcceptedEdits | None = None
    """The document as a person accepted it."""


def decide_removal(s: RemovalSituation) -> Decision:
    document, entity = s.document, ENTITY[s.document.kind]
    if s.unread:
        return Unreadable(s.unread)
    if s.there is None:
        # What no query shows is not known to be gone: it is removed as it was last seen. Where it is gone
        # QuickBooks says so; where it only was not shown, the sync token makes sure that nobody changed it.
        if document.quickbooks_id is None or document.as_posted is None:
            return AlreadyGone()
        return Remove(entity, document.quickbooks_id, document.as_posted.sync_token)
    facts = read_facts(entity, s.there)
    if facts.gone:
        return AlreadyGone()
    paid_by = [link.txn_id for link in facts.links if link.txn_type == "Payment"]
    if document.kind is DocumentKind.INVOICE and paid_by:
        detail = (
            f"It was voided in Caspen, but in QuickBooks payment {', '.join(paid_by)} stands on it; voiding "
            "it there would leave that money unapplied. Remove or move the payment in QuickBooks, then Retry."
        )
        return Hold((Problem("changed_in_quickbooks", detail),))
    if changed := find_edits(document, facts, s.merged):
        what = put_in_words(changed)
        who = "someone edited it in QuickBooks"
        if document.origin == "found":
            who = f"{who}, or we did in the time that our database, which was set back, has lost"
        detail = f"Caspen no longer has it, but {who}: {what}."
        return Hold((Problem("changed_in_quickbooks", detail),))
    if s.accepted and s.accepted.hold(facts) and (changed := find_edited_money(s.accepted)):
        what = put_in_words(changed)
        detail = (
            f"Caspen no longer has it, but it was edited there, and a person accepted that: {what}. Accept "
            "it again, and it stays; or send Caspen's version again, and it is taken out of QuickBooks."
        )
        return Hold((Problem("changed_in_quickbooks", detail),))
    return Remove.of(entity, s.there)


def decide_removals(
    documents: Iterable[Document],
    there: Mapping[str, Body],
    merged: Collection[str] = (),
    unread: Mapping[str, str] | None = None,
    accepted: Mapping[int, AcceptedEdits] | None = None,
) -> list[tuple[RemovalSituation, Decision]]:
    """:param there: What QuickBooks holds now, by its id; ``unread``: why it failed to show one.
    :param accepted: What persons accepted, by document id.
    """
    failed, chosen = unread or {}, accepted or {}
    situations = [
        RemovalSituation(
            d,
            there.get(d.quickbooks_id or ""),
            merged,
            failed.get(d.quickbooks_id or "", ""),
            chosen.get(d.id),
        )
        for d in documents
    ]
    return [(situation, decide_removal(situation)) for situation in situations]
