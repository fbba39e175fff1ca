"""
Every HTTP call to QuickBooks: time-outs, exact numbers, waiting when throttled, and which trouble may be
repeated.

python-quickbooks is given this object as its session. A call ends in one of three ways: an answer without a
fault; an error that says QuickBooks certainly did nothing; or, for a write, :class:`OutcomeUnknownError`.
Reads are tried a few times. A write is sent again only after answers that prove it was not carried out (429,
expired access token), and then with the same request id.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

import msgspec
import requests
from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    stop_after_attempt,
    wait_exponential_jitter,
)

from caspen_qbo import settings
from caspen_qbo.core import faults
from caspen_qbo.core.faults import FaultAction, FaultVerdict
from caspen_qbo.errors import (
    ConfigurationError,
    OutcomeUnknownError,
    QboAuthError,
    QboRejectedError,
    QboThrottledError,
    QboUnavailableError,
    QuotaExhaustedError,
    SubscriptionEndedError,
    SyncError,
)

log = logging.getLogger(__name__)

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)

WRITES = frozenset({"batch", "write", "void"})
METERED = frozenset({"query", "cdc", "read"})
"""Reads: the ones that count against the month's allowance."""


class TokenSource(Protocol):
    def access_token(self) -> str:
        """A token that is valid for some minutes."""

    def replace(self, rejected: str) -> str:
        """A token that is not the rejected one."""


class Limiter(Protocol):
    def acquire(self, kind: str) -> float:
        """Wait for this call's turn; the seconds waited."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may take in all. Seconds."""

    connect: float = settings.CONNECT_TIMEOUT_SECONDS
    read: float = settings.READ_TIMEOUT_SECONDS
    throttle_wait: float = 60.0
    """After a 429 that does not say how long."""
    throttle_wait_max: float = 120.0
    """Never wait longer than this at once, whatever the answer says."""
    throttle_total: float = 300.0
    """Waited that long in all for one call: give up for this run."""
    quota_refusals: int = 4
    """A read refused this often in a row, over minutes, is not a matter of minutes: the month's allowance is gone."""
    read_attempts: int = 4
    read_backoff: float = 1.0
    read_backoff_max: float = 20.0


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer without a fault, in the shape python-quickbooks reads."""

    status_code: int
    headers: Mapping[str, str]
    payload: dict[str, Any]
    intuit_tid: str

    @property
    def text(self) -> str:
        return encode(self.payload).decode()


@dataclass(frozen=True, slots=True)
class _Call:
    kind: str
    """query, cdc, batch, read, write or void."""
    entity: str
    method: str
    url: str
    headers: Mapping[str, str]
    params: Mapping[str, Any]
    body: bytes

    @property
    def is_write(self) -> bool:
        return self.kind in WRITES


class _BearerAuth(requests.auth.AuthBase):
    """Set as ``auth`` so that a ``.netrc`` of the machine cannot replace the header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class _GarbledError(Exception):
    """The body of a success is not a JSON object: cut off, or not from QuickBooks."""


def encode(value: Any) -> bytes:
    """JSON with every Decimal as a number of the same digits."""
    return _ENCODER.encode(value)


def decode(content: bytes) -> Any:
    """
    Parse JSON; a number with a fraction or exponent becomes a Decimal.

    :raises ValueError: not JSON, cut off, or not UTF-8.
    """
    return _DECODER.decode(content)


class QuickBooksSession:
    """
    One realm's calls, counted by kind. One object belongs to one thread.

    :param sleep: How to wait; tests pass their own.
    """

    def __init__(
        self,
        tokens: TokenSource,
        limiter: Limiter,
        patience: Patience = Patience(),  # noqa: B008 - frozen
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.calls: Counter[str] = Counter()
        self._tokens = tokens
        self._limiter = limiter
        self._patience = patience
        self._sleep = sleep
        self._write_refused = False
        self._http = requests.Session()

    @property
    def access_token(self) -> str:
        """python-quickbooks reads this for its header."""
        return self._tokens.access_token()

    def close(self) -> None:
        self._http.close()

    def request(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, Any] | None = None,
        data: bytes | str | None = None,
    ) -> Reply:
        """
        Make one call.

        :raises QboRejectedError: QuickBooks refused; certainly not carried out.
        :raises SubscriptionEndedError, QboAuthError, ConfigurationError: a person must act; not carried out.
        :raises QboThrottledError, QuotaExhaustedError: still refused after waiting; not carried out.
        :raises QboUnavailableError: a read that failed every time; or a write that certainly was not carried
            out.
        :raises OutcomeUnknownError: a write that may have been carried out.
        """
        params = dict(params or {})
        kind, entity = classify_call(method, url, params)
        body = data.encode("utf-8") if isinstance(data, str) else (data or b"")
        kept = {name: value for name, value in (headers or {}).items() if name.lower() != "authorization"}
        call = _Call(kind, entity, method, url, kept, params, body)
        if call.is_write:
            return self._send(call)
        return self._retrying(call)(self._send, call)

    def _retrying(self, call: _Call) -> Retrying:
        def announce(state: RetryCallState) -> None:
            log.info(
                "quickbooks retry kind=%s entity=%s attempt=%d wait_seconds=%.1f",
                call.kind, call.entity, state.attempt_number, state.upcoming_sleep,
            )  # fmt: skip

        return Retrying(
            retry=retry_if_exception_type(QboUnavailableError),
            stop=stop_after_attempt(self._patience.read_attempts),
            wait=wait_exponential_jitter(
                initial=self._patience.read_backoff,
                max=self._patience.read_backoff_max,
                jitter=self._patience.read_backoff,
            ),
            sleep=self._sleep,
            before_sleep=announce,
            reraise=True,
        )

    def _send(self, call: _Call) -> Reply:
        """Until an answer that is not 'wait' and not 'another token'."""
        refusals, waited, renewed = 0, 0.0, False
        while True:
            self._limiter.acquire(call.kind)
            token = self._tokens.access_token()
            response, payload = self._exchange(call, token)
            tid = response.headers.get("intuit_tid", "")
            verdict = faults.judge(
                response.status_code, payload, "" if payload is not None else response.text
            )
            if verdict is None and not isinstance(payload, dict):
                raise self._trouble(call, "the answer was cut off or is not JSON", tid)
            if verdict is None:
                if call.is_write:
                    self._write_refused = False
                return Reply(response.status_code, response.headers, payload, tid)
            log.info(
                "quickbooks fault kind=%s entity=%s code=%s action=%s tid=%s",
                call.kind, call.entity, verdict.error.code or "-", verdict.action, tid or "-",
            )  # fmt: skip
            if verdict.action is FaultAction.THROTTLED:
                refusals += 1
                waited += self._wait_for_turn(call, response, refusals, waited, tid)
            elif verdict.action is FaultAction.REFRESH_TOKEN and not renewed:
                renewed = True
                self._tokens.replace(token)
            else:
                raise self._error(call, verdict, tid)

    def _exchange(self, call: _Call, token: str) -> tuple[requests.Response, Any]:
        """One request and its answer. The payload is None when the body is not JSON."""
        self.calls[call.kind] += 1
        started = time.monotonic()
        try:
            response = self._http.request(
                call.method,
                call.url,
                params=call.params,
                data=call.body,
                headers=dict(call.headers),
                auth=_BearerAuth(token),
                timeout=(self._patience.connect, self._patience.read),
                allow_redirects=False,  # a redirected POST would be sent twice
            )
            content = response.content
        except requests.RequestException as error:
            # The exception's text holds the address with its parameters; its type says enough.
            log.info(
                "quickbooks call kind=%s entity=%s status=- error=%s seconds=%.2f",
                call.kind, call.entity, type(error).__name__, time.monotonic() - started,
            )  # fmt: skip
            raise self._trouble(call, f"no answer ({type(error).__name__})", "") from None
        log.info(
            "quickbooks call kind=%s entity=%s status=%d tid=%s seconds=%.2f",
            call.kind, call.entity, response.status_code, response.headers.get("intuit_tid") or "-",
            time.monotonic() - started,
        )  # fmt: skip
        try:
            return response, decode(content)
        except ValueError:
            return response, None

    def _wait_for_turn(
        self, call: _Call, response: requests.Response, refusals: int, waited: float, tid: str
    ) -> float:
        """Sleep as QuickBooks asks; give up when it has been long enough. Seconds slept."""
        patience = self._patience
        if call.is_write:
            self._write_refused = True
        if call.kind in METERED and refusals >= patience.quota_refusals and not self._write_refused:
            raise QuotaExhaustedError(
                f"QuickBooks refused {refusals} reads in a row over {waited:.0f} s (429): the month's allowance of "
                "reads is used up. Writes keep working; reads resume with the next month or a larger plan at Intuit.",
                intuit_tid=tid or None,
            )
        seconds = min(_retry_after(response, patience.throttle_wait), patience.throttle_wait_max)
        if waited + seconds > patience.throttle_total:
            raise QboThrottledError(
                f"QuickBooks allows no more requests at the moment (429, waited {waited:.0f} s); nothing was carried "
                "out. The next run goes on.",
                retry_after_seconds=seconds,
                intuit_tid=tid or None,
            )
        # A little more than told, each process another bit, so that not all come back at once.
        seconds += random.uniform(0, min(2.0, seconds / 10))
        log.info(
            "quickbooks waiting kind=%s entity=%s seconds=%.1f reason=throttled",
            call.kind,
            call.entity,
            seconds,
        )
        self._sleep(seconds)
        return seconds

    def _trouble(self, call: _Call, what: str, tid: str) -> SyncError:
        """The error for an answer that tells nothing."""
        if call.is_write:
            return OutcomeUnknownError(
                f"QuickBooks {call.kind} of {call.entity}: {what}; it may have been carried out. "
                "The next run looks it up before sending again.",
                intuit_tid=tid or None,
            )
        return QboUnavailableError(
            f"QuickBooks {call.kind} of {call.entity}: {what}.", intuit_tid=tid or None
        )

    def _error(self, call: _Call, verdict: FaultVerdict, tid: str) -> SyncError:
        """The error for a fault that waiting here does not cure."""
        error = verdict.error
        said = f"QuickBooks {call.kind} of {call.entity}: fault {error.code or '-'}: {error.text}"
        tid_or_none = tid or None
        if verdict.action is FaultAction.RETRY_LATER:
            if not verdict.definite:
                return self._trouble(call, f"fault {error.code or '-'} ({error.text})", tid)
            if not call.is_write:
                return QboUnavailableError(said, intuit_tid=tid_or_none)
        if verdict.action is FaultAction.REFRESH_TOKEN:
            return QboAuthError(
                f"{said}. A fresh access token was refused too: reconnect QuickBooks in Settings.",
                intuit_tid=tid_or_none,
            )
        if verdict.action is FaultAction.STOP:
            return self._stop_error(verdict, said, tid_or_none)
        return QboRejectedError(
            said,
            code=error.code,
            text=error.text,
            detail=verdict.full_detail,
            element=error.element,
            error_key=verdict.error_key,
            intuit_tid=tid_or_none,
        )

    @staticmethod
    def _stop_error(verdict: FaultVerdict, said: str, tid: str | None) -> SyncError:
        if verdict.error_key == "subscription_ended":
            return SubscriptionEndedError(
                f"{said}. QuickBooks takes no new data until the subscription is renewed.", intuit_tid=tid
            )
        if verdict.error_key == "setup_incomplete":
            return ConfigurationError(
                f"{said}. Check environment and api_url of the Airflow connection quickbooks.", intuit_tid=tid
            )
        return QboAuthError(
            f"{said}. QuickBooks does not let this app into this company: reconnect it in Settings as one of its "
            "administrators, and check that the connection's environment is the company's.",
            intuit_tid=tid,
        )


def classify_call(method: str, url: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """The kind of a call and the entity in its address."""
    parts = url.split("/v3/", 1)[-1].split("/")
    entity = parts[2] if len(parts) > 2 else "-"
    if entity in ("query", "cdc", "batch"):
        return entity, "-"
    if method == "GET":
        return "read", entity
    if params.get("operation") == "void" or params.get("include") == "void":
        return "void", entity
    return "write", entity


def _retry_after(response: requests.Response, default: float) -> float:
    told = response.headers.get("Retry-After", "")
    try:
        return max(0.0, float(told))
    except ValueError:
        return default
