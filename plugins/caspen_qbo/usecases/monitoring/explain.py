"""Why an invoice is in its state, from what both databases recorded. Reads only; asks QuickBooks nothing."""

from caspen_qbo.core.monitoring.story import Happened, Listed, Recorded, Step, Unanswered, tell_story
from caspen_qbo.core.records import Invoice
from caspen_qbo.hooks.store.posting.story import FamilyDocument, StoryStore


def explain(story: StoryStore, invoice_id: int, ours: Invoice | None) -> tuple[Step, ...]:
    """The story of an invoice with its payments and credit notes, oldest step first; empty where nothing is
    recorded. Safe to repeat.

    :param ours: The invoice as Caspen has it now; None where Caspen no longer shows it.
    """
    family = story.fetch_family(invoice_id)
    own = next((document for document in family if document.kind == "invoice"), None)
    return tell_story(
        Recorded(
            finalised_at=ours.finalised_at if ours else None,
            happened=[
                Happened(one.at, one.what, one.detail, one.who, _name(one.kind, one.number))
                for one in story.fetch_events(invoice_id)
            ],
            listed=[
                Listed(
                    row.first_seen_at,
                    row.resolved_at,
                    row.title,
                    row.resolution or "",
                    _name(row.kind, row.number),
                )
                for row in story.fetch_listings(invoice_id)
            ],
            unanswered=[
                Unanswered(one.at, one.looks, _name(one.kind, one.number))
                for one in story.fetch_unanswered(invoice_id)
            ],
            equal_at=own.verified_at if own and _is_equal(own) else None,
        )
    )


def _is_equal(own: FamilyDocument) -> bool:
    return own.version == own.synced_version and own.quickbooks_id is not None and not own.removed


def _name(kind: str, number: str) -> str:
    return "" if kind == "invoice" else f"{kind.replace('_', ' ')} {number}"
