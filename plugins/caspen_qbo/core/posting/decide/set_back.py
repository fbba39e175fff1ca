"""Caspen's database was set back to an earlier day: under the id of a posted document it shows another one,
an earlier version, or none. QuickBooks may be the only place that still has what was lost: nothing is written
over it before a person says so.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide import Decided
from caspen_qbo.core.posting.decide.decisions import Apply, Decision, Hold, Remove, Update, compare_sale
from caspen_qbo.core.posting.document import ABSENT_VERSION, Document, StagedDocument, restaged
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import ENTITY

SET_BACK = "caspen_set_back"


@dataclass(frozen=True, slots=True)
class Standing:
    """A document that is in QuickBooks, as far as it matters here."""

    kind: DocumentKind
    id: int
    made_at: datetime | None
    """When Caspen made the one that the link stands for."""
    set_back: bool
    """It was held before."""
    origin: str
    resent_version: str | None
    updated_at: datetime
    """Caspen's, when it was last staged; as ``version``."""
    version: str

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.kind, self.id)

    def is_another(self, staged: StagedDocument) -> bool:
        """Caspen never changes when it made something."""
        return None not in (self.made_at, staged.made_at) and self.made_at != staged.made_at

    def is_earlier(self, staged: StagedDocument) -> bool:
        """Caspen's times only go on, but for a restore."""
        return staged.updated_at < self.updated_at and staged.version != self.version

    def is_otherwise(self, staged: StagedDocument) -> bool:
        return self.set_back or self.is_another(staged) or self.is_earlier(staged)


class Ruling(StrEnum):
    """What becomes of the link of a document that Caspen shows otherwise than it was."""

    KEEP = "keep"
    """As it is: nothing new about it."""
    ADOPT = "adopt"
    """It stands for what Caspen shows now."""
    FORGET = "forget"
    """An imported payment's: the payment is no longer in Caspen, and is imported again."""
    HOLD = "hold"
    """Nothing is sent over it before a person wants that."""


def decide_set_back(
    standing: Standing, stored: Document, staged: StagedDocument, *, same_client: bool
) -> Ruling:
    """:param stored: As it was staged before. ``same_client``: no other client has that client's id now."""
    another, earlier = standing.is_another(staged), standing.is_earlier(staged)
    if standing.origin == "quickbooks":
        return Ruling.FORGET if another else Ruling.ADOPT
    if standing.resent_version == staged.version:
        return Ruling.KEEP
    if not another and staged.version == stored.synced_version:
        return Ruling.ADOPT
    if standing.set_back and not earlier and staged.version == standing.version:
        return Ruling.KEEP
    if same_client and not standing.set_back and _is_as_posted(stored, staged):
        return Ruling.ADOPT  # the staff entered it again
    return Ruling.HOLD if another or earlier else Ruling.ADOPT


def _is_as_posted(stored: Document, staged: StagedDocument) -> bool:
    facts = stored.as_posted
    if facts is None or staged.version == ABSENT_VERSION:
        return False
    if (stored.client_id, stored.invoice_id) != (staged.client_id, staged.invoice_id):
        return False
    if staged.kind is DocumentKind.PAYMENT:
        return facts.total == staged.total and facts.txn_date == staged.document_date
    now = restaged(stored, staged, staged.updated_at)
    return not compare_sale(now, facts.customer_id, facts)


WAYS = (
    "Nothing was written over it. `resend` brings QuickBooks to what Caspen shows now; `accept` leaves "
    "QuickBooks as it is; or put Caspen right, and it follows."
)


def describe_held(stored: Document, staged: StagedDocument) -> str:
    theirs = _theirs(stored)
    if stored.link and stored.link.made_at and staged.made_at and stored.link.made_at != staged.made_at:
        return (
            f"{theirs} stands for a {_kind(staged)} that Caspen made at {_when(stored.link.made_at)} UTC. "
            f"Caspen now has another one under its id {staged.id}: {staged.number}, {staged.total:.2f}, made "
            f"at {_when(staged.made_at)} UTC. {WAYS}"
        )
    return (
        f"{theirs} was posted from a later version than Caspen shows now: {staged.number}, "
        f"{staged.total:.2f}, as of {_when(staged.updated_at)} UTC. {WAYS}"
    )


def describe_missing(stored: Document) -> str:
    return (
        f"{_theirs(stored)} was posted from a {_kind(stored)} that Caspen no longer has. Nothing was taken "
        "out of QuickBooks. `resend` takes it out; `accept` leaves it there; or delete it there. Where the "
        "practice enters it again, one of the two has to go."
    )


def hold_set_back(decided: Sequence[Decided]) -> list[Decided]:
    """Hold what would be sent over a document that Caspen shows otherwise since it was set back."""
    return [
        (s, Hold((Problem(SET_BACK, _detail(s.document)),)))
        if s.document.set_back and _would_write(s.document, decision)
        else (s, decision)
        for s, decision in decided
    ]


def _would_write(document: Document, decision: Decision) -> bool:
    """What is held for another reason would be removed all the same, once that is gone."""
    removal = document.version == ABSENT_VERSION and isinstance(decision, Hold)
    return removal or isinstance(decision, Update | Apply | Remove)


def _detail(document: Document) -> str:
    missing = document.version == ABSENT_VERSION and document.caspen_status == "missing"
    return describe_missing(document) if missing else describe_held(document, document)


def _theirs(document: Document) -> str:
    facts: DocumentFacts | None = document.as_posted
    name = f"QuickBooks {ENTITY[document.kind]} {document.quickbooks_id}"
    if facts is None:
        return name
    number = f"number {facts.doc_number}, " if facts.doc_number else ""
    dated = f" of {facts.txn_date}" if facts.txn_date else ""
    return f"{name} ({number}{facts.money}{dated})"


def _kind(document: StagedDocument) -> str:
    return document.kind.replace("_", " ")


def _when(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M}"
