"""
QuickBooks Online of one company: the port ``Accounting`` on python-quickbooks.

python-quickbooks knows the addresses and the shapes of requests; :class:`QuickBooksClient` keeps those and
replaces how a request is made. Entities stay plain mappings: the library's own object classes send
placeholders for unset fields and turn amounts into floats or strings.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from quickbooks import QuickBooks

from caspen_qbo import settings
from caspen_qbo.core import faults
from caspen_qbo.core.documents import Body, instant_of
from caspen_qbo.core.faults import FaultAction
from caspen_qbo.errors import InvariantError, QboRejectedError, QboUnavailableError, SubscriptionEndedError
from caspen_qbo.hooks.qbo_call import Reply
from caspen_qbo.hooks.qbo_changes import read_changes
from caspen_qbo.hooks.qbo_json import encode
from caspen_qbo.hooks.qbo_session import QuickBooksSession
from caspen_qbo.hooks.qbo_text import is_queryable, quote
from caspen_qbo.ports import Answer, WriteItem

__all__ = ["QuickBooksAccounting", "QuickBooksClient", "is_queryable", "quote"]

log = logging.getLogger(__name__)

BATCH_REQUEST_ID_MAX = 36
SINGLE_REQUEST_ID_MAX = 50
BID_MAX = 10
PAGE_OVERLAP = 10
"""Rows read twice at the seam of two pages: a row that vanishes meanwhile shifts all later ones by one."""
PAGES_MAX = 10_000

_VOID_PARAMS: dict[str, dict[str, str]] = {
    "Invoice": {"operation": "void"},
    "Payment": {"operation": "update", "include": "void"},
    "SalesReceipt": {"operation": "update", "include": "void"},
}


class QuickBooksClient(QuickBooks):
    """
    python-quickbooks with its request replaced.

    The original writes ``requestid`` into the caller's dictionary, so that a second call would carry the
    first one's id and be answered with its stored reply; sends queries as Latin-1; reads only the first error
    of a fault and none in lower case; and turns Decimals into texts. The session sees to waiting, retries and
    errors.
    """

    def __new__(cls, *, api_url: str, realm_id: str, session: QuickBooksSession) -> QuickBooksClient:
        instance = super().__new__(cls, company_id=realm_id, minorversion=settings.MINOR_VERSION)
        instance.api_url_v3 = f"{api_url}/v3"
        instance.session = session
        return instance

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
        """The parsed answer; its numbers exact. Errors as :meth:`QuickBooksSession.request`."""
        return self.exchange(request_type, url, request_body, content_type, params, request_id).payload

    def exchange(
        self,
        method: str,
        url: str,
        body: bytes | str | None = None,
        content_type: str = "application/json",
        params: Mapping[str, Any] | None = None,
        request_id: str | None = None,
    ) -> Reply:
        """Like :meth:`make_request`, with the answer's headers."""
        sent = {**(params or {}), "minorversion": self.minorversion}
        if request_id:
            sent["requestid"] = request_id
        headers = {"Accept": "application/json", "Content-Type": content_type}
        return self.session.request(method, url, headers=headers, params=sent, data=body)


class QuickBooksAccounting:
    """
    Implements :class:`caspen_qbo.ports.Accounting`. One object belongs to one thread; close it when done.

    :param token_calls: How many token requests were made so far.
    :param on_close: Called once by :meth:`close`.
    """

    def __init__(
        self,
        realm_id: str,
        api_url: str,
        session: QuickBooksSession,
        *,
        token_calls: Callable[[], int] = lambda: 0,
        on_close: Sequence[Callable[[], None]] = (),
    ) -> None:
        self.realm_id = realm_id
        self._session = session
        self._client = QuickBooksClient(api_url=api_url, realm_id=realm_id, session=session)
        self._token_calls = token_calls
        self._on_close = list(on_close)

    def __enter__(self) -> QuickBooksAccounting:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Give connections back. Safe to repeat."""
        self._session.close()
        while self._on_close:
            self._on_close.pop()()

    def calls(self) -> Mapping[str, int]:
        """HTTP calls so far, repeated ones included, by kind: query, cdc, batch, read, write, void, token."""
        counted = Counter(self._session.calls)
        counted["token"] = self._token_calls()
        return {kind: number for kind, number in counted.items() if number}

    # --- reading ---

    def query(self, entity: str, where: str = "", *, order_by: str = "Id") -> Iterator[Body]:
        """
        All rows, page by page of 1,000, none twice.

        Pages overlap by a few rows: should rows vanish while reading, the seam shows it; when more vanished
        than the overlap covers, reading starts over. Inactive list entries are hidden unless ``where`` names
        ``Active``.
        """
        condition = f" WHERE {where}" if where else ""
        seen: set[str] = set()
        start, restarts = 1, 0
        for _ in range(PAGES_MAX):
            rows = self._page(
                entity,
                f"SELECT * FROM {entity}{condition} ORDERBY {order_by} "
                f"STARTPOSITION {start} MAXRESULTS {settings.QUERY_PAGE_SIZE}",
            )
            if start > 1 and (not rows or _id_of(rows[0]) not in seen):
                restarts += 1
                if restarts > 3:
                    raise QboUnavailableError(
                        f"QuickBooks query of {entity}: the rows moved while they were read, four times over."
                    )
                start = 1
                continue
            for row in rows:
                key = _id_of(row)
                if not key or key not in seen:
                    seen.add(key)
                    yield row
            # A first page may bring rows on top of the thousand (pseudo tax codes); they take no position.
            if len(rows) < settings.QUERY_PAGE_SIZE:
                return
            start += settings.QUERY_PAGE_SIZE - PAGE_OVERLAP
        raise InvariantError(f"QuickBooks query of {entity}: no end after {PAGES_MAX} pages")

    def count(self, entity: str, where: str = "") -> int:
        """How many rows a query would give. One call."""
        condition = f" WHERE {where}" if where else ""
        payload = self._client.query(f"SELECT COUNT(*) FROM {entity}{condition}")
        return int(_query_response(payload).get("totalCount") or 0)

    def _page(self, entity: str, text: str) -> list[Body]:
        rows = _query_response(self._client.query(text)).get(entity)
        return list(rows or ())

    def fetch_changes(
        self, entities: Sequence[str], since: datetime
    ) -> tuple[dict[str, list[Body]], datetime]:
        """See :meth:`caspen_qbo.ports.Accounting.fetch_changes`. The time is that of the first answer."""
        return read_changes(self, entities, since)

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> tuple[dict[str, list[Body]], datetime]:
        """One call of the change feed, as it is: at most 1,000 objects, silently cut there."""
        reply = self._client.exchange(
            "GET",
            f"{self._client.api_url}/company/{self.realm_id}/cdc",
            params={
                "entities": ",".join(entities),
                "changedSince": since.astimezone(UTC).isoformat(timespec="seconds"),
            },
        )
        found: dict[str, list[Body]] = {entity: [] for entity in entities}
        for part in reply.payload.get("CDCResponse") or ():
            for group in part.get("QueryResponse") or ():
                for entity in found.keys() & group.keys():
                    found[entity].extend(group[entity])
        return found, _answered_at(reply)

    def fetch_time(self) -> datetime:
        """QuickBooks' own time. One call."""
        return _answered_at(self._read_reply(f"companyinfo/{self.realm_id}"))

    def read_company(self) -> Body:
        return self._read_reply(f"companyinfo/{self.realm_id}").payload.get("CompanyInfo") or {}

    def read_preferences(self) -> Body:
        return self._read_reply("preferences").payload.get("Preferences") or {}

    def _read_reply(self, path: str) -> Reply:
        return self._client.exchange("GET", f"{self._client.api_url}/company/{self.realm_id}/{path}")

    # --- writing ---

    def send_batch(self, request_id: str, items: Sequence[WriteItem]) -> dict[str, Answer]:
        """
        See :meth:`caspen_qbo.ports.Accounting.send_batch`.

        An item whose fault does not rule out that it was carried out is left out, like one without an answer:
        both are in doubt.

        :raises QboRejectedError: QuickBooks refused the batch as a whole; nothing of it was carried out.
        :raises SubscriptionEndedError: every item was refused for it; nothing was carried out.
        :raises OutcomeUnknownError: the answer was lost; every item is in doubt.
        """
        if not items:
            return {}
        _check_batch(request_id, items)
        reply = self._client.exchange(
            "POST",
            f"{self._client.api_url}/company/{self.realm_id}/batch",
            encode(
                {
                    "BatchItemRequest": [
                        {"bId": item.bid, "operation": item.operation, item.entity: item.body}
                        for item in items
                    ]
                }
            ),
            request_id=request_id,
        )
        answered = {
            str(part.get("bId", "")): part
            for part in reply.payload.get("BatchItemResponse") or ()
            if isinstance(part, Mapping)
        }
        answers: dict[str, Answer] = {}
        for item in items:
            answer = _read_item(item, answered.get(item.bid), reply.intuit_tid)
            if answer is not None:
                answers[item.bid] = answer
        if len(answers) == len(items) and all(answer.code == "6190" for answer in answers.values()):
            first = answers[items[0].bid]
            raise SubscriptionEndedError(
                f"QuickBooks refused all {len(items)} writes (6190): {first.text}. "
                "It takes no new data until the subscription is renewed.",
                intuit_tid=reply.intuit_tid or None,
            )
        return answers

    def send_void(self, entity: str, quickbooks_id: str, sync_token: str, request_id: str) -> Answer:
        """See :meth:`caspen_qbo.ports.Accounting.send_void`. The body may still show the old amounts."""
        params = _VOID_PARAMS.get(entity)
        if params is None:
            raise InvariantError(f"QuickBooks has no void for {entity}; delete it or set it to zero instead")
        _check_length("request id", request_id, SINGLE_REQUEST_ID_MAX)
        body: dict[str, Any] = {"Id": quickbooks_id, "SyncToken": sync_token}
        if "include" in params:
            body["sparse"] = True
        try:
            reply = self._client.exchange(
                "POST",
                f"{self._client.api_url}/company/{self.realm_id}/{entity.lower()}",
                encode(body),
                params=params,
                request_id=request_id,
            )
        except QboRejectedError as error:
            return Answer(None, error.code, error.text, error.detail, error.element, error.intuit_tid or "")
        return Answer(reply.payload.get(entity) or {}, intuit_tid=reply.intuit_tid)


def _read_item(item: WriteItem, part: Mapping[str, Any] | None, tid: str) -> Answer | None:
    """One item's answer; None when it is in doubt."""
    errors = faults.read_errors(part)
    if errors:
        verdict = faults.judge_errors(errors)
        error = verdict.error
        if not verdict.definite:
            log.warning(
                "quickbooks batch item in doubt bid=%s entity=%s code=%s tid=%s",
                item.bid, item.entity, error.code or "-", tid or "-",
            )  # fmt: skip
            return None
        if verdict.action is not FaultAction.HOLD:
            log.info(
                "quickbooks batch item bid=%s entity=%s code=%s action=%s tid=%s",
                item.bid, item.entity, error.code, verdict.action, tid or "-",
            )  # fmt: skip
        return Answer(None, error.code, error.text, verdict.full_detail, error.element, tid)
    body = (part or {}).get(item.entity)
    if not isinstance(body, Mapping):
        log.warning(
            "quickbooks batch item without an answer bid=%s entity=%s tid=%s",
            item.bid,
            item.entity,
            tid or "-",
        )
        return None
    return Answer(body, intuit_tid=tid)


def _check_batch(request_id: str, items: Sequence[WriteItem]) -> None:
    """QuickBooks' own limits: beyond them it refuses single items, or does not tell equal requests apart."""
    _check_length("request id of a batch", request_id, BATCH_REQUEST_ID_MAX)
    if len(items) > settings.BATCH_ITEMS_MAX:
        raise InvariantError(f"a batch has {len(items)} items; QuickBooks takes {settings.BATCH_ITEMS_MAX}")
    bids = [item.bid for item in items]
    if len(set(bids)) != len(bids):
        raise InvariantError(f"a batch names an item twice: {sorted(bids)}")
    for bid in bids:
        _check_length("item id in a batch", bid, BID_MAX)


def _check_length(what: str, value: str, longest: int) -> None:
    if not 0 < len(value) <= longest:
        raise InvariantError(f"{what} {value!r} has {len(value)} characters; QuickBooks takes 1 to {longest}")


def _query_response(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    response = payload.get("QueryResponse")
    if not isinstance(response, Mapping):
        raise QboUnavailableError(
            f"QuickBooks answered a query without QueryResponse: keys {sorted(payload)}"
        )
    return response


def _id_of(row: Body) -> str:
    return str(row.get("Id") or "")


def _answered_at(reply: Reply) -> datetime:
    """The envelope's time, else the Date header; both are QuickBooks' clock."""
    told = reply.payload.get("time")
    try:
        if isinstance(told, int):  # gateway answers count milliseconds
            return datetime.fromtimestamp(told / 1000, UTC)
        instant = instant_of(told)
        if instant is not None and instant.tzinfo is not None:
            return instant.astimezone(UTC)
        return parsedate_to_datetime(reply.headers["Date"]).astimezone(UTC)
    except (KeyError, ValueError, TypeError):
        raise QboUnavailableError(
            "QuickBooks' answer carries no time, neither in the body nor as Date"
        ) from None
