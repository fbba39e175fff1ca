"""
Every HTTP call to QuickBooks: time-outs, waiting when throttled, and which trouble may be repeated.

python-quickbooks is given this object as its session. A call ends in one of three ways: an answer without
a fault; an error whose ``not_carried_out`` says that nothing was done for certain; or an error without that
proof. Reads are tried a few times. A write is sent again only after a refusal at QuickBooks' gate (429, 401,
403/3100), and then with the same request id: such a refusal is documented as one, and yet proves nothing.
"""

from __future__ import annotations

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

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
from caspen_qbo.core.faults import FaultAction
from caspen_qbo.errors import QboThrottledError, QboUnavailableError, QuotaExhaustedError, SyncError
from caspen_qbo.hooks.quickbooks.call import Call, Reply, read_call
from caspen_qbo.hooks.quickbooks.failures import (
    needs_new_token,
    proves_refusal,
    refused,
    retry_after,
    shuts_out,
    unanswered,
)
from caspen_qbo.hooks.quickbooks.wire import decode

log = logging.getLogger(__name__)


class TokenSource(Protocol):
    def access_token(self) -> str:
        """A token that is valid for some minutes."""

    def replace(self, rejected: str) -> str:
        """A token that is not the rejected one."""

    def give_up(self, refused: str) -> None:
        """QuickBooks does not let this token into the company: a person must connect again."""


class Limiter(Protocol):
    def acquire(self, kind: str) -> float:
        """Wait for this call's turn; the seconds waited."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call may take in all. Seconds."""

    connect: float = settings.CONNECT_TIMEOUT_SECONDS
    read: float = settings.READ_TIMEOUT_SECONDS
    throttle_wait: float = 60.0
    """After a 429 that does not say how long. An answer that says is believed up to twice this."""
    until_shown: float = settings.LOOK_AGAIN_SECONDS
    """How long a new document may be missing from queries; 0 waits for nothing."""
    read_attempts: int = 4
    read_backoff: float = 1.0
    read_backoff_max: float = 20.0
    quota_refusals: int = 4

    @property
    def throttle_total(self) -> float:
        """Having waited that long in all for one call, give up for this run."""
        return 5 * self.throttle_wait

    @property
    def quota_after(self) -> float:
        """A read refused for that long, and that often, is no matter of minutes: the quota is gone."""
        return 2.5 * self.throttle_wait


@dataclass(slots=True)
class _Progress:
    """One call on its way."""

    doubtful: bool = False
    """It has left at least once, and no answer proves that QuickBooks did nothing."""


def _repeat_at_once() -> None:
    """Nothing to look for."""


class _BearerAuth(requests.auth.AuthBase):
    """Set as ``auth`` so that a ``.netrc`` of the machine cannot replace the header."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


class QuickBooksSession:
    """
    One realm's calls, counted by kind. One object belongs to one thread.

    :param sleep: How to wait; tests pass their own.
    """

    def __init__(
        self,
        tokens: TokenSource,
        limiter: Limiter,
        patience: Patience | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.calls: Counter[str] = Counter()
        self._tokens = tokens
        self._limiter = limiter
        self._patience = patience or Patience()
        self._sleep = sleep
        self._writes_refused = False
        self._http = requests.Session()

    @property
    def access_token(self) -> str:
        """python-quickbooks reads this for its own header."""
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
        before_repeat: Callable[[], None] | None = None,
    ) -> Reply:
        """
        Make one call.

        :param before_repeat: Called before a write that was refused at the gate is sent again: the place to
            look whether it was carried out all the same. What it raises ends the call.
        :raises QboRejectedError: QuickBooks refused; certainly not carried out.
        :raises SubscriptionEndedError, QboAuthError, ConfigurationError: a person must act.
        :raises QboThrottledError, QuotaExhaustedError: still refused after waiting.
        :raises QboUnavailableError: a read that failed every time, or a silent token service.
        :raises OutcomeUnknownError: a write that may have been carried out.

        A write may have been carried out whenever the error's ``not_carried_out`` does not say otherwise.
        """
        call = read_call(method, url, headers, params, data)
        if call.is_write:
            return self._send(call, before_repeat or _repeat_at_once)
        return self._retrying(call)(self._send, call)

    def wait_until_shown(self) -> bool:
        """See :meth:`Accounting.wait_until_shown`."""
        if seconds := self._patience.until_shown:
            log.info("quickbooks waiting seconds=%.1f reason=lost_answer", seconds)
            self._sleep(seconds)
        return bool(seconds)

    def _retrying(self, call: Call) -> Retrying:
        def announce(state: RetryCallState) -> None:
            log.info(
                "quickbooks retry kind=%s entity=%s attempt=%d wait_seconds=%.1f",
                call.kind,
                call.entity,
                state.attempt_number,
                state.upcoming_sleep,
            )

        return Retrying(
            retry=retry_if_exception_type(QboUnavailableError),
            stop=stop_after_attempt(self._patience.read_attempts),
            wait=wait_exponential_jitter(
                multiplier=self._patience.read_backoff,
                max=self._patience.read_backoff_max,
                jitter=self._patience.read_backoff,
            ),
            sleep=self._sleep,
            before_sleep=announce,
            reraise=True,
        )

    def _send(self, call: Call, before_repeat: Callable[[], None] = _repeat_at_once) -> Reply:
        """Until an answer that is neither 'wait' nor 'another token'; errors say what is proven."""
        progress = _Progress()
        try:
            return self._send_until_answered(call, progress, before_repeat)
        except SyncError as error:
            error.not_carried_out = not progress.doubtful
            raise

    def _send_until_answered(
        self, call: Call, progress: _Progress, before_repeat: Callable[[], None]
    ) -> Reply:
        refusals, waited, renewed = 0, 0.0, False
        while True:
            token = self._tokens.access_token()
            # Last, since a turn counts from when it is taken: who took one and then waited for another
            # process's refresh would send beside the turns of the second after.
            self._limiter.acquire(call.kind)
            repeated, progress.doubtful = progress.doubtful, True
            response, payload, text = self._exchange(call, token)
            tid = response.headers.get("intuit_tid", "")
            verdict = faults.judge(response.status_code, payload, text)
            if verdict is None:
                if not isinstance(payload, dict):
                    raise unanswered(call, "the answer was cut off or is not JSON", tid)
                if call.is_write:
                    self._writes_refused = False
                return Reply(response.status_code, response.headers, payload, tid, repeated)
            log.info(
                "quickbooks fault kind=%s entity=%s code=%s action=%s tid=%s",
                call.kind, call.entity, verdict.error.code or "-", verdict.action, tid or "-",
            )  # fmt: skip
            if verdict.action is FaultAction.THROTTLED:
                refusals += 1
                waited += self._wait_as_told(call, response, refusals, waited)
                before_repeat()
            elif needs_new_token(verdict) and not renewed:
                renewed = True
                self._tokens.replace(token)
                before_repeat()
            else:
                if shuts_out(verdict):
                    self._tokens.give_up(token)
                progress.doubtful = repeated or not proves_refusal(verdict)
                raise refused(call, verdict, tid, repeated=repeated)

    def _exchange(self, call: Call, token: str) -> tuple[requests.Response, Any, str]:
        """One request; its answer, its payload (None when not JSON), and then the beginning of its text."""
        self.calls[call.kind] += 1
        started = time.monotonic()
        status, tid = "-", ""
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
            status, tid = str(response.status_code), response.headers.get("intuit_tid", "")
        except requests.RequestException as error:
            # The exception's own text holds the address with its parameters; its type says enough.
            status = type(error).__name__
            raise unanswered(call, f"no answer ({status})") from None
        finally:
            log.info(
                "quickbooks call kind=%s entity=%s status=%s tid=%s seconds=%.2f",
                call.kind,
                call.entity,
                status,
                tid or "-",
                time.monotonic() - started,
            )
        try:
            return response, decode(response.content), ""
        except ValueError:
            return response, None, response.content[:10_000].decode("utf-8", "replace")

    def _wait_as_told(self, call: Call, response: requests.Response, refusals: int, waited: float) -> float:
        """Sleep as QuickBooks asks, or give up when it has been long enough. Seconds slept."""
        patience, tid = self._patience, response.headers.get("intuit_tid")
        if call.is_write:
            self._writes_refused = True
        reads_only = not call.is_write and not self._writes_refused
        if reads_only and refusals >= patience.quota_refusals and waited >= patience.quota_after:
            raise QuotaExhaustedError(
                f"QuickBooks refused {refusals} reads in a row over {waited:.0f} s (429): the month's "
                "allowance of reads is used up. Writes keep working; reads resume next month.",
                intuit_tid=tid,
            )
        seconds = min(retry_after(response.headers, patience.throttle_wait), 2 * patience.throttle_wait)
        if waited + seconds > patience.throttle_total:
            raise QboThrottledError(
                f"{call}: QuickBooks allows no more requests at the moment (429, waited {waited:.0f} s). "
                "The next run goes on"
                + ("; it looks first whether this one was carried out." if call.is_write else "."),
                retry_after_seconds=seconds,
                intuit_tid=tid,
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
