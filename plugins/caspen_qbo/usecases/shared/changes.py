"""What is to be written in our bookkeeping about documents: collected first, then written together."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from caspen_qbo.core.cause import CauseRef
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.faults import FaultVerdict
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.decisions import UNREADABLE
from caspen_qbo.core.posting.document import Document, DocumentRef, finalised_at
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.reconciling.sentence import put_in_words
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.posting.links import CustomerLink, Event, Link
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.measures import measure_synced
from caspen_qbo.usecases.shared.session import Session


@dataclass
class Changes:
    """Collects; :meth:`write` is the only method that touches the store."""

    links: list[Link] = field(default_factory=list)
    standing: dict[DocumentKey, DocumentFacts] = field(default_factory=dict)
    """Of documents that were linked before: how they stand in QuickBooks now."""
    removed: list[DocumentKey] = field(default_factory=list)
    applied: list[tuple[DocumentKey, str | None]] = field(default_factory=list)
    customers: list[CustomerLink] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    synced: dict[DocumentKey, str] = field(default_factory=dict)
    posted: list[DocumentKey] = field(default_factory=list)
    """Equal on both sides: what was listed about them is closed."""
    gone: list[DocumentKey] = field(default_factory=list)
    """On neither side any more: everything listed about them is closed."""
    readable: list[DocumentKey] = field(default_factory=list)
    """QuickBooks shows them again: their rows that said otherwise are closed."""
    listings: list[Listing] = field(default_factory=list)
    held: dict[DocumentKey, list[str]] = field(default_factory=dict)
    """Under which keys alone they are listed now."""

    def link(self, document: Document, facts: DocumentFacts, *, origin: str | None = None) -> None:
        """Link it to this QuickBooks transaction; without an origin: as before, or posted by us."""
        self.links.append(Link.of(document, facts, origin=origin or document.origin or "caspen"))
        if document.linked:
            self.standing[document.key] = facts

    def note(self, document: DocumentRef, what: str, detail: str = "") -> None:
        self.events.append(Event(document.key, what, detail))

    def mark_synced(self, document: Document, version: str | None = None) -> None:
        """QuickBooks holds this version; what was listed about the document is closed."""
        self.synced[document.key] = document.version if version is None else version
        self.posted.append(document.key)

    def mark_equal(self, document: Document, facts: DocumentFacts) -> None:
        """QuickBooks shows Caspen's version. A credit note is synced only once it is applied."""
        self.link(document, facts)
        if document.kind is not DocumentKind.CREDIT_NOTE:
            self.mark_synced(document)

    def mark_gone(self, document: Document) -> None:
        """Caspen no longer has it, and QuickBooks turned out not to have it either."""
        self.removed.append(document.key)
        self.note(document, "was gone from QuickBooks")
        self.synced[document.key] = document.version
        self.gone.append(document.key)

    def hold(self, document: DocumentRef, problems: Sequence[Problem]) -> None:
        """List a document, a row per kind of error that holds it; those met before and not now are closed."""
        by_key: dict[str, list[Problem]] = {}
        for problem in problems:
            by_key.setdefault(problem.error_key, []).append(problem)
        for key, found in by_key.items():
            detail = " ".join(problem.detail for problem in found)
            shown = next((problem.difference for problem in found if problem.difference), None)
            self.listings.append(Listing(document, key, detail, found[0].cause, difference=shown))
        self.held[document.key] = list(by_key)

    def hold_refused(
        self, document: DocumentRef, verdict: FaultVerdict, cause: CauseRef | None, extra: str
    ) -> None:
        """List a document QuickBooks refused, in QuickBooks' own words, cleaned of secrets."""
        error = verdict.error
        words = ". ".join(part.rstrip(".") for part in (error.text, verdict.full_detail) if part)
        detail = f"QuickBooks ({error.code or 'no code'}): {words}." + (f" {extra}" if extra else "")
        self.listings.append(
            Listing(document, verdict.error_key, detail, cause, fault_code=error.code or None)
        )
        self.held[document.key] = [verdict.error_key]

    def list_differences(
        self,
        document: DocumentRef,
        error_key: str,
        differences: Sequence[Difference],
        *,
        lead: str = "",
        tail: str = "",
        blocks: bool = True,
        cause: CauseRef | None = None,
    ) -> None:
        """List a document whose sides differ: every field in words, the first one in columns of its own."""
        first = next((d for d in differences if d.field == "total"), differences[0])
        if first.delta is not None:
            first = replace(first, delta=first.delta.quantize(Decimal("0.01")))
        detail = f"{lead} ".lstrip() + put_in_words(differences) + f". {tail}".rstrip()
        self.listings.append(Listing(document, error_key, detail, cause, blocks=blocks, difference=first))

    def write(self, session: Session) -> None:
        """All of it in one transaction, a statement for each sort; joins a transaction that is open."""
        store, realm_id = session.store, session.realm_id
        with store.transaction():
            store.links.record_all(realm_id, self.links)
            store.links.mark_all_removed(self.removed)
            store.links.mark_all_applied(self.applied)
            store.links.record_customers(realm_id, self.customers)
            store.links.note_all(self.events)
            store.documents.mark_all_synced(self.synced)
            equal = [
                (key, facts, self.synced[key]) for key, facts in self.standing.items() if key in self.synced
            ]
            store.decisions.carry_all(equal)
            store.unsynced.resolve_all(self.readable, resolution="readable again", error_keys=[UNREADABLE])
            store.unsynced.record(self.listings)
            store.unsynced.resolve_all_posted(self.posted)
            store.unsynced.resolve_all(self.gone, resolution="gone on both sides")
            store.unsynced.resolve_all_others(self.held)
        for key in self.posted:
            measure_synced(finalised_at(self.synced[key]))
