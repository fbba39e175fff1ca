"""QuickBooks Online as the use cases see it: what they send, what is answered, and the port that does it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from caspen_qbo.core.documents import Body
from caspen_qbo.core.faults import FaultVerdict


class BatchItem(Protocol):
    """One write inside a batch: a recorded request is one."""

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


class Accounting(Protocol):
    """
    QuickBooks Online, one company.

    Every method may raise StopError (connection dead, subscription ended), QboThrottledError,
    QuotaExhaustedError. Reads are retried inside and end in QboUnavailableError. Writes are repeated inside
    only after a refusal at the gate (429, 401, 403/3100), with the same request id; any other trouble is
    OutcomeUnknownError. Whatever ends a write, only an error that says ``not_carried_out`` proves it.
    """

    realm_id: str

    def query(self, entity: str, where: str = "", *, order_by: str = "Id") -> Iterator[Body]:
        """
        All rows, page by page of 1,000. ``where`` is QuickBooks' query text, values quoted by :func:`quote`.
        """

    def fetch_changes(
        self, entities: Sequence[str], since: datetime
    ) -> tuple[dict[str, list[Body]], datetime]:
        """
        The change feed: entities by type, deleted ones as stubs with ``status`` ``Deleted``; and QuickBooks'
        own time of the answer. Falls back to queries where the feed was cut at 1,000 objects or ``since`` is
        too old; then deletions are not reported for that type.
        """

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> tuple[dict[str, list[Body]], datetime]:
        """
        One call of the change feed as it is, for whoever reads everything besides: at most 1,000 objects,
        silently cut there; and QuickBooks' own time of the answer.
        """

    def read_company(self) -> Body: ...

    def read_preferences(self) -> Body: ...

    def send_batch(
        self, request_id: str, items: Sequence[BatchItem], *, before_repeat: Callable[[], None] | None = None
    ) -> dict[str, Answer]:
        """
        Send up to 30 writes.

        :param request_id: At most 36 characters; with the same items QuickBooks repeats its stored answers.
        :param before_repeat: Called before the batch is sent again after a refusal at the gate. What it
            raises ends the call: there the caller looks whether the batch was carried out all the same.
        :return: An answer for each ``bid`` that QuickBooks answered; a missing one is in doubt.
        """

    def send_void(
        self,
        entity: str,
        quickbooks_id: str,
        sync_token: str,
        request_id: str,
        *,
        before_repeat: Callable[[], None] | None = None,
    ) -> Answer:
        """Void one invoice or payment. ``request_id`` is at most 50 characters."""

    def wait_for_visibility(self) -> bool:
        """
        Wait as long as QuickBooks may take to show what it has just carried out.

        :return: False when nothing is to be waited for here; then another look shows nothing new.
        """

    def calls(self) -> Mapping[str, int]:
        """Calls made by this object so far, by kind: query, cdc, batch, read, void, token."""
