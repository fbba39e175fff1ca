"""QuickBooks Online of one company: the port :class:`Accounting` on python-quickbooks. Entities stay plain
mappings: the library's classes send placeholders for unset fields and turn amounts into floats or strings.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any, Self, TypeVar
from urllib.parse import quote_plus

from quickbooks import QuickBooks

from caspen_qbo import settings
from caspen_qbo.core.accounting import (
    Absence,
    Accounting,
    Answer,
    BatchItem,
    BeforeRepeat,
    Changed,
    Reading,
)
from caspen_qbo.core.documents import Body
from caspen_qbo.core.faults import NOT_FOUND, FaultAction
from caspen_qbo.errors import QboRecordError, QboRejectedError, QboUnavailableError
from caspen_qbo.hooks.in_flight import Flight
from caspen_qbo.hooks.quickbooks.batch import check_length, compose_batch, read_answers, unsendable
from caspen_qbo.hooks.quickbooks.call import Call, Reply
from caspen_qbo.hooks.quickbooks.change_feed import read_changes
from caspen_qbo.hooks.quickbooks.pages import Query, read_pages
from caspen_qbo.hooks.quickbooks.transport import Transport
from caspen_qbo.hooks.quickbooks.wire import encode

SINGLE_REQUEST_ID_MAX = 50
T = TypeVar("T")

_VOIDS: dict[str, tuple[dict[str, str], dict[str, bool]]] = {
    "Invoice": ({"operation": "void"}, {}),
    "Payment": ({"operation": "update", "include": "void"}, {"sparse": True}),
}
"""Parameters, and what the body has besides id and sync token."""


class QuickBooksClient(QuickBooks):  # type: ignore[misc]  # no types there
    """python-quickbooks with its request replaced; the transport sees to waiting, retries and errors.

    The original writes ``requestid`` into the caller's dictionary, so that a second call is answered with the
    first one's stored reply; sends queries as Latin-1; reads only the first error of a fault and none in
    lower case; and turns Decimals into texts.
    """

    def __new__(cls, *, api_url: str, realm_id: str, transport: Transport) -> Self:
        client: QuickBooksClient = super().__new__(
            cls, company_id=realm_id, minorversion=settings.MINOR_VERSION
        )
        client.api_url_v3 = f"{api_url}/v3"
        client.transport = transport
        return client

    def make_request(
        self,
        request_type: str,
        url: str,
        request_body: bytes | str | None = None,
        content_type: str = "application/json",
        params: Mapping[str, Any] | None = None,
        file_path: None = None,
        file_bytes: None = None,
        request_id: str | None = None,
    ) -> dict[str, Any]:
        """What the library's own methods call. The parsed answer; its numbers exact."""
        path = url.partition(f"/company/{self.company_id}/")[2]
        entity = path.partition("/")[0]
        reads = request_type == "GET"
        kind = "query" if entity == "query" else "read" if reads else "write"
        body = None if reads else request_body or b""
        return self.exchange(
            kind, entity, path, body, content_type=content_type, params=params, request_id=request_id
        ).payload

    def exchange(
        self,
        kind: str,
        entity: str,
        path: str,
        body: bytes | str | None = None,
        *,
        content_type: str = "application/json",
        params: Mapping[str, Any] | None = None,
        request_id: str | None = None,
        before_repeat: BeforeRepeat | None = None,
        attempts: int | None = None,
        items: int = 1,
    ) -> Reply:
        """:meth:`Transport.request` of a :class:`Call` to a path below the company's address."""
        sent = {**(params or {}), "minorversion": self.minorversion}
        if request_id:
            sent["requestid"] = request_id
        url = f"{self.api_url}/company/{self.company_id}/{path}"
        content = body.encode() if isinstance(body, str) else body
        call = Call(kind, entity.lower(), url, sent, content, content_type, attempts, items)
        transport: Transport = self.transport
        return transport.request(call, before_repeat)


class QuickBooksAccounting(Accounting):
    """One company's books. One object belongs to one thread; close it when done."""

    def __init__(
        self,
        realm_id: str,
        api_url: str,
        transport: Transport,
        *,
        token_calls: Callable[[], int] = lambda: 0,
        on_close: Sequence[Callable[[], None]] = (),
    ) -> None:
        self.realm_id = realm_id
        self._transport = transport
        self._client = QuickBooksClient(api_url=api_url, realm_id=realm_id, transport=transport)
        self._token_calls = token_calls
        self._failing: set[str] = set()
        """Types of which QuickBooks fails on a record: what fails again is not asked for twice."""
        self._on_close = list(on_close)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give connections back. Safe to repeat."""
        self._transport.close()
        while self._on_close:
            self._on_close.pop()()

    def rest(self) -> None:
        """Give connections back until the next call, which opens others. Safe to repeat."""
        self._transport.close()
        for give_back in reversed(self._on_close):
            give_back()

    def calls(self) -> Mapping[str, int]:
        counted = Counter(self._transport.calls)
        counted["token"] = self._token_calls()
        return {kind: number for kind, number in counted.items() if number}

    def wait_for_visibility(self) -> bool:
        return self._transport.wait_for_visibility()

    # --- reading ---

    def query(
        self, entity: str, where: str = "", *, order_by: str = "Id", skipped: list[str] | None = None
    ) -> Iterator[Body]:
        return read_pages(self, Query(entity, where, order_by), skipped)

    def count(self, entity: str, where: str = "") -> int:
        return self.fetch_count(Query(entity, where))

    def fetch_rows(self, query: Query, start: int, size: int, *, attempts: int | None = None) -> list[Body]:
        """One page, or a piece of one. :param attempts: How often it is tried; None: as any read."""
        tried = 1 if query.entity in self._failing else attempts
        try:
            response = self._ask(query.entity, query.select(start, size), tried)
        except QboRecordError:
            self._failing.add(query.entity)
            raise
        return list(response.get(query.entity) or ())

    def fetch_count(self, query: Query) -> int:
        counted = self._ask(query.entity, query.count(), 1).get("totalCount")
        if counted is None:  # taken for none, every row would be missed
            raise QboUnavailableError(f"QuickBooks answered a count of {query.entity} without totalCount")
        return int(counted)

    def _ask(self, entity: str, text: str, attempts: int | None) -> Mapping[str, Any]:
        payload = self._client.exchange(
            "query", entity, "query", text, content_type="application/text", attempts=attempts
        ).payload
        response = payload.get("QueryResponse")
        if not isinstance(response, Mapping):
            raise QboUnavailableError(
                f"QuickBooks answered a query without QueryResponse: keys {sorted(payload)}"
            )
        return response

    def read(self, entity: str, quickbooks_id: str) -> Reading:
        try:
            payload = self._client.exchange(
                "read", entity, f"{entity.lower()}/{quote_plus(quickbooks_id)}"
            ).payload
        except QboRejectedError as error:
            return _absent(error)
        except QboUnavailableError as error:
            return Reading(None, Absence.UNREADABLE, error.message)
        body = payload.get(entity)
        if not isinstance(body, Mapping):
            return Reading(None, Absence.UNREADABLE, f"an answer without {entity}")
        return Reading(body)

    def fetch_changes(self, entities: Sequence[str], since: datetime, *, also: Sequence[str] = ()) -> Changed:
        return read_changes(self, entities, since, also=also)

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> Changed:
        params = {
            "entities": ",".join(entities),
            "changedSince": since.astimezone(UTC).isoformat(timespec="seconds"),
        }
        reply = self._client.exchange("cdc", "-", "cdc", params=params)
        found: dict[str, list[Body]] = {entity: [] for entity in entities}
        for part in reply.payload.get("CDCResponse") or ():
            for group in part.get("QueryResponse") or ():
                for entity in found.keys() & group.keys():
                    found[entity].extend(group[entity])
        return Changed(found, reply.answered_at)

    def fetch_time(self) -> datetime:
        """QuickBooks' own time. One call."""
        return self._read_company().answered_at

    def read_company(self) -> Body:
        return self._read_company().payload.get("CompanyInfo") or {}

    def _read_company(self) -> Reply:
        return self._client.exchange("read", "companyinfo", f"companyinfo/{self.realm_id}")

    def read_preferences(self) -> Body:
        reply = self._client.exchange("read", "preferences", "preferences")
        return reply.payload.get("Preferences") or {}

    # --- writing ---

    def in_flight(self, result: type[T]) -> AbstractContextManager[Flight[T]]:
        return self._transport.in_flight.open(result)

    def send_batch(
        self, request_id: str, items: Sequence[BatchItem], *, before_repeat: BeforeRepeat | None = None
    ) -> dict[str, Answer]:
        if not items:
            return {}
        body = compose_batch(request_id, items)
        reply = self._client.exchange(
            "batch", "-", "batch", body, request_id=request_id, before_repeat=before_repeat, items=len(items)
        )
        return read_answers(reply, items)

    def send_void(
        self,
        entity: str,
        quickbooks_id: str,
        sync_token: str,
        request_id: str,
        *,
        before_repeat: BeforeRepeat | None = None,
    ) -> Answer:
        if entity not in _VOIDS:
            raise unsendable(f"QuickBooks has no void for {entity}; delete it or set it to zero instead")
        check_length("request id", request_id, SINGLE_REQUEST_ID_MAX)
        params, more = _VOIDS[entity]
        body = encode({"Id": quickbooks_id, "SyncToken": sync_token, **more})
        path, again = entity.lower(), before_repeat
        try:
            reply = self._client.exchange(
                "void", entity, path, body, params=params, request_id=request_id, before_repeat=again
            )
        except QboRejectedError as error:
            return Answer(None, error.verdict, error.intuit_tid or "")
        return Answer(reply.payload.get(entity) or {}, intuit_tid=reply.intuit_tid)


def _absent(error: QboRejectedError) -> Reading:
    """Only of what was deleted QuickBooks says so; the same code with other words is no proof of that."""
    if error.verdict.action is FaultAction.GONE:
        return Reading(None, Absence.DELETED, error.verdict.said)
    absence = Absence.NOT_SHOWN if error.verdict.error.code == NOT_FOUND else Absence.UNREADABLE
    return Reading(None, absence, f"{error.verdict.error.code}: {error.verdict.said}")
