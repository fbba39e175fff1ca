"""QuickBooks Online as the use cases see it: what they send, what is answered, and the port that does it."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol, TypeVar

from caspen_qbo.core.documents import Body
from caspen_qbo.core.faults import FaultVerdict

T = TypeVar("T")
BeforeRepeat = Callable[[], None]
"""Looks up whether a write the gateway refused was done, before it is sent again; raising ends the call."""


@dataclass(frozen=True, slots=True)
class Changed:
    """What changed since a time, as far as it could be read."""

    rows: Mapping[str, list[Body]]
    """By type; deleted ones as stubs with ``status`` ``Deleted``, which is a hint and no proof."""
    read_at: datetime
    """QuickBooks' time of the answer."""
    queried: frozenset[str] = frozenset()
    """Types that queries answered for: what was deleted of them is not known."""
    skipped: frozenset[str] = frozenset()
    """Types of which QuickBooks could not serve a record."""


def was_cut(answer: Changed, most: int) -> bool:
    """Whether an answer of the change feed may lack something: all it holds counts, stubs too, over all its
    types. Where QuickBooks counts each type for itself, that only asks once more than needed.

    :param most: So many objects QuickBooks answers at most.
    """
    return sum(len(rows) for rows in answer.rows.values()) >= most


class Absence(StrEnum):
    """Why a read by id brought nothing."""

    DELETED = "deleted"
    """QuickBooks says so."""
    NOT_SHOWN = "not shown"
    """QuickBooks finds nothing under the id and does not say that it was deleted: it may only be hidden."""
    UNREADABLE = "unreadable"
    """QuickBooks failed to answer; nothing is known."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a read by id brought: the entity, or why it did not come."""

    body: Body | None
    absence: Absence | None = None
    said: str = ""
    """QuickBooks' words, cleaned of secrets."""


class BatchItem(Protocol):
    @property
    def bid(self) -> str:
        """Identifies the item inside its batch; at most 10 characters."""

    @property
    def entity(self) -> str:
        """Customer, Invoice, CreditMemo or Payment."""

    @property
    def operation(self) -> str:
        """create, update (``sparse`` is in the payload) or delete. A void goes alone: no batch takes one."""

    @property
    def payload(self) -> Body: ...


@dataclass(frozen=True, slots=True)
class Answer:
    """QuickBooks' answer to one write: the entity as stored, or the verdict on what it refused."""

    body: Body | None = None
    verdict: FaultVerdict | None = None
    intuit_tid: str = ""

    @property
    def ok(self) -> bool:
        return self.body is not None

    @property
    def code(self) -> str:
        """Fault code; empty when carried out."""
        return self.verdict.error.code if self.verdict else ""


class UnderWay(Protocol[T]):
    """Calls begun together, each in a thread of its own; one thread at a time runs our code, and the others
    wait for QuickBooks.
    """

    count: int
    """Begun and not waited for."""

    def begin(self, call: Callable[[], T]) -> None: ...

    def wait(self) -> T:
        """What the next call to end returned, or raised."""


class Accounting(Protocol):
    """QuickBooks Online, one company. Any call may raise StopError, QboThrottledError or QuotaExhaustedError.

    Reads are retried inside and end in QboUnavailableError. Writes are repeated inside only when the gateway
    refused them (429, 401, 403/3100), with the same request id; any other failure is OutcomeUnknownError.
    Only an error that says ``not_carried_out`` proves that a write was not done.
    """

    realm_id: str

    def query(
        self, entity: str, where: str = "", *, order_by: str = "Id", skipped: list[str] | None = None
    ) -> Iterator[Body]:
        """All rows that QuickBooks can serve; ``where`` is its query text, values quoted by :func:`quote`.

        :param skipped: Receives, when the last row was read, a line for each row that it cannot.
        """

    def count(self, entity: str, where: str = "") -> int:
        """How many rows there are, those that QuickBooks cannot serve included. One call, tried once."""

    def read(self, entity: str, quickbooks_id: str) -> Reading:
        """One entity by its id: what QuickBooks itself says of it. One call."""

    def fetch_changes(self, entities: Sequence[str], since: datetime, *, also: Sequence[str] = ()) -> Changed:
        """The change feed, or queries, without deletions, where it was cut or ``since`` is too old.

        :param also: Types of which the changes come with it where that costs no further call.
        """

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> Changed:
        """One call of the change feed as it is: at most 1,000 objects, silently cut there."""

    def read_company(self) -> Body: ...

    def read_preferences(self) -> Body: ...

    def send_batch(
        self, request_id: str, items: Sequence[BatchItem], *, before_repeat: BeforeRepeat | None = None
    ) -> dict[str, Answer]:
        """Send up to 30 writes.

        :param request_id: At most 36 characters; with the same items QuickBooks repeats its stored answers.
        :return: An answer for each ``bid`` that has a clear one; a missing one is unconfirmed.
        :raises QboRejectedError, SubscriptionEndedError: all of it was refused; nothing was carried out.
        :raises OutcomeUnknownError: the answer was lost; every item is unconfirmed.
        """

    def send_void(
        self,
        entity: str,
        quickbooks_id: str,
        sync_token: str,
        request_id: str,
        *,
        before_repeat: BeforeRepeat | None = None,
    ) -> Answer:
        """Void one invoice or payment. ``request_id`` is at most 50 characters."""

    def in_flight(self, result: type[T]) -> AbstractContextManager[UnderWay[T]]:
        """For calls of this object under way together. Left by an exception, they are ended: what those that
        were not waited for did is not known.
        """

    def wait_for_visibility(self) -> bool:
        """Wait as long as QuickBooks may take to show what it has done; False: nothing to wait for here."""

    def rest(self) -> None:
        """Give connections back until the next call."""

    def calls(self) -> Mapping[str, int]:
        """Calls made by this object so far, by kind: query, cdc, batch, read, void, token."""
