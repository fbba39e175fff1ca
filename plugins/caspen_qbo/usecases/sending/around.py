"""What a reading of QuickBooks' changes shows besides what it was for: which numbers are taken and which
customers there are, so that neither has to be asked for; and a document of another person's under a number
of ours. Why that is safe, with figures: docs/decisions/0020-reads-as-a-budget.md.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime

from caspen_qbo import settings
from caspen_qbo.core.decisions.leave import DUPLICATE_NUMBER
from caspen_qbo.core.documents import Body, DocumentFacts, read_facts
from caspen_qbo.core.importing.rhythm import Asked, hears
from caspen_qbo.core.posting.customers import keys_of_candidate, read_candidate
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.sending.lookup import fetch_by_number
from caspen_qbo.usecases.shared.session import Session

SALES = {"Invoice": DocumentKind.INVOICE, "CreditMemo": DocumentKind.CREDIT_NOTE}
CUSTOMER = "Customer"


def note_around(
    session: Session,
    rows: Mapping[str, Sequence[Body]],
    read_at: datetime,
    customers: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Keep what a reading of changes shows. Where it lacks one of these types, nothing is known any more.

    :param rows: By type, all that changed since the reading before.
    :param read_at: Our database's time, from before it was read.
    :param customers: By what a client may be each of all customers, where all were read; None: those among
        the changes are noted.
    """
    known = session.store.known
    if not rows.keys() >= ({*SALES} if customers is not None else {*SALES, CUSTOMER}):
        known.forget(session.realm_id)
        return
    for entity in SALES:
        numbers = {str(body["DocNumber"]).casefold() for body in rows[entity] if body.get("DocNumber")}
        if numbers:
            known.delete_free(session.realm_id, entity, numbers)
    keys = _keys_of(rows[CUSTOMER]) if customers is None else customers
    if keys or customers is not None:
        known.record_customers(session.realm_id, keys, all_of_them=customers is not None)
    known.record_around(session.realm_id, read_at, all_customers=customers is not None)
    _list_doubled(session, rows)


def _keys_of(bodies: Iterable[Body]) -> dict[str, set[str]]:
    return {
        str(body["Id"]): set() if body.get("status") == "Deleted" else keys_of_candidate(read_candidate(body))
        for body in bodies
    }


def fetch_free(session: Session, entity: str, numbers: Collection[str]) -> set[str]:
    """Of these numbers, letter case folded: those under which QuickBooks has nothing, as far as is known."""
    seconds = _known_for(session)
    heard = seconds == settings.NUMBER_FREE_HEARD_SECONDS
    return session.store.known.fetch_free(session.realm_id, entity, numbers, seconds, heard=heard)


def _known_for(session: Session) -> int:
    """For how many seconds a number that was free counts as free: longer where a webhook says that a person
    made a document.
    """
    heard = session.store.known.fetch_heard(session.realm_id, 0)
    asked = Asked(session.connection.first_connected_at, heard_at=heard.heard_at, wrote_at=heard.wrote_at)
    works = hears(asked, datetime.now(UTC))
    return settings.NUMBER_FREE_HEARD_SECONDS if works else settings.NUMBER_FREE_SECONDS


def _list_doubled(session: Session, rows: Mapping[str, Sequence[Body]]) -> None:
    """Name the documents of ours whose number another one in QuickBooks has too, and close what is no longer
    so. Nothing is held: ours is there, and right.
    """
    for entity, kind in SALES.items():
        others = _find_others(session, entity, rows[entity])
        standing = {f.doc_number: f for f in others if f.doc_number and not f.gone}
        ids = _fetch_numbered(session, kind, standing)
        documents = session.store.documents.fetch_documents(kind, ids) if ids else {}
        by_number = {number.casefold(): facts for number, facts in standing.items()}
        session.store.unsynced.record(
            [
                Listing(document, DUPLICATE_NUMBER, _describe(document.number, facts), blocks=False)
                for document in documents.values()
                if (facts := by_number.get(document.number.casefold())) is not None
            ]
        )
        if rows[entity]:
            close_doubled(session, entity, kind)


def _find_others(session: Session, entity: str, bodies: Sequence[Body]) -> list[DocumentFacts]:
    """Of what changed: documents that are not linked to any of ours, deleted ones too."""
    read = [read_facts(entity, body) for body in bodies]
    links = session.store.links.fetch_by_quickbooks_ids(
        session.realm_id, entity, [facts.quickbooks_id for facts in read]
    )
    return [facts for facts in read if facts.quickbooks_id not in links]


def _fetch_numbered(session: Session, kind: DocumentKind, numbers: Collection[str]) -> list[int]:
    asked = {form for number in numbers for form in (number, number.upper(), number.lower())}
    return session.store.known.fetch_numbered(session.realm_id, kind, asked) if asked else []


def _describe(number: str, facts: DocumentFacts) -> str:
    dated = facts.txn_date.isoformat() if facts.txn_date else "no date"
    return (
        f"{number} is in QuickBooks, and right. QuickBooks {facts.quickbooks_type} {facts.quickbooks_id} of "
        f"{dated}, total {facts.money}, was given that number too: give that one another number, or delete "
        "it if it is the same sale. This row then closes automatically."
    )


def close_doubled(session: Session, entity: str, kind: DocumentKind) -> None:
    """Close the rows of documents whose number is theirs alone by now. One call, where there is a row."""
    rows = session.store.unsynced.fetch_open()
    keys = [row.key for row in rows if row.error_key == DUPLICATE_NUMBER and not row.blocks]
    keys = [key for key in keys if key.kind is kind]
    if not keys:
        return
    ours = session.store.documents.fetch(keys)
    numbers = {key: one.as_posted.doc_number for key, one in ours.items() if one.as_posted is not None}
    unread: set[str] = set()
    taken: Counter[str] = Counter()
    for body in fetch_by_number(session, entity, set(numbers.values()), unread):
        facts = read_facts(entity, body)
        taken[facts.doc_number.casefold()] += not facts.gone
    alone = [
        key
        for key in keys
        if key not in numbers or (numbers[key] not in unread and taken[numbers[key].casefold()] <= 1)
    ]
    session.store.unsynced.resolve_all(
        alone, resolution="its number is its own again", error_keys=[DUPLICATE_NUMBER]
    )
