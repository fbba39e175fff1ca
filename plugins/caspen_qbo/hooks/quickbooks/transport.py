"""Every HTTP call to QuickBooks: time-outs, waiting when throttled, and which failure may be repeated.

Reads are tried a few times. A write is sent again only after a refusal by QuickBooks' gateway (429, 401,
403/3100), with the same request id: such a refusal is documented as one, and yet proves nothing.
"""

import logging
import random
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import requests
import tenacity

from caspen_qbo import settings
from caspen_qbo.core import faults
from caspen_qbo.core.accounting import BeforeRepeat
from caspen_qbo.core.faults import FaultAction
from caspen_qbo.core.monitoring import metrics
from caspen_qbo.errors import (
    QboRecordError,
    QboThrottledError,
    QboUnavailableError,
    QuotaExhaustedError,
    SyncError,
)
from caspen_qbo.hooks.in_flight import InFlight
from caspen_qbo.hooks.intuit.tokens import PairInHand, TokenStore
from caspen_qbo.hooks.metrics import count, timing
from caspen_qbo.hooks.quickbooks import failures
from caspen_qbo.hooks.quickbooks.call import Call, Reply
from caspen_qbo.hooks.quickbooks.rate_limit import RealmLimiter
from caspen_qbo.hooks.quickbooks.wire import decode
from caspen_qbo.hooks.store.monitoring.meter import Meter
from caspen_qbo.hooks.traces import span
from caspen_qbo.hooks.web import BoundedSession

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class RetrySettings:
    """How long one call may take in all. Seconds."""

    connect: float = settings.CONNECT_TIMEOUT_SECONDS
    read: float = settings.READ_TIMEOUT_SECONDS
    """Of silence."""
    answer: float = settings.ANSWER_SECONDS
    """Of one exchange in all, whatever comes how slowly."""
    throttle_wait: float = 60.0
    """After a 429 that does not say how long. An answer that says is believed up to twice this."""
    visibility_wait: float = settings.LOOK_AGAIN_SECONDS
    """How long a new document may be missing from queries; 0 waits for nothing."""
    throttle_waits: float = 5.0
    """Having waited so many times as long for one call, give up for this run."""
    read_attempts: int = 4
    reads: float = settings.READS_SECONDS
    """Of all tries of one read: no other is begun later."""
    record_attempts: int = 2
    """Where QuickBooks itself answers that it fails, as one record is enough for."""
    read_backoff: float = 1.0
    read_backoff_max: float = 20.0
    quota_refusals: int = 4
    turn: float = settings.TURN_SECONDS
    """For a turn among this project's own calls."""

    def on_a_page(self) -> "RetrySettings":
        """Where a person waits in front of a screen, and reads only."""
        most = settings.PAGE_ANSWER_SECONDS
        return replace(
            self,
            answer=min(self.answer, most),
            reads=min(self.reads, most),
            turn=min(self.turn, most),
            throttle_waits=min(self.throttle_waits, most / self.throttle_wait),
        )

    @property
    def throttle_total(self) -> float:
        return self.throttle_waits * self.throttle_wait

    @property
    def quota_after(self) -> float:
        """A read refused for that long, and that often, is no matter of minutes: the quota is gone."""
        return 2.5 * self.throttle_wait


class Transport:
    """One realm's calls, counted by kind. One object belongs to one thread, or to those of its ``in_flight``:
    they wait for QuickBooks together, and do all else one at a time.
    """

    def __init__(
        self,
        tokens: TokenStore | PairInHand,
        limiter: RealmLimiter,
        retry: RetrySettings | None = None,
        *,
        meter: Meter | None = None,
        is_used_up: Callable[[], bool] = lambda: False,
        sleep: Callable[[float], None] = time.sleep,
        in_flight: InFlight | None = None,
    ) -> None:
        """:param meter: Counts what is metered; None: nobody counts.
        :param is_used_up: Asked when a read is refused: whether the month's reads are known to be used up.
        """
        self.calls: Counter[str] = Counter()
        self._meter = meter
        self._is_used_up = is_used_up
        self._tokens = tokens
        self._limiter = limiter
        self._retry = retry or RetrySettings()
        self.in_flight = in_flight or InFlight()
        self.in_flight.hang_up = self.hang_up
        self._slept = sleep
        self._writes_refused = False
        self._free: list[BoundedSession] = []
        self._used: list[BoundedSession] = []

    def close(self) -> None:
        """Also of calls under way, which are ended."""
        self.hang_up()
        while self._free:
            self._free.pop().close()

    def hang_up(self) -> None:
        """End every call under way; what it did is not known."""
        for session in list(self._used):
            session.hang_up()

    def _sleep(self, seconds: float) -> None:
        with self.in_flight.waiting():
            self._slept(seconds)

    @contextmanager
    def _borrowed(self) -> Iterator[BoundedSession]:
        """A session for one call: the end of its time ends no other call's connection."""
        session = self._free.pop() if self._free else BoundedSession()
        session.total_seconds = self._retry.answer
        self._used.append(session)
        try:
            yield session
        finally:
            self._used.remove(session)
            self._free.append(session)

    def request(self, call: Call, before_repeat: BeforeRepeat | None = None) -> Reply:
        """A write may have been carried out unless the error's ``not_carried_out`` says otherwise.

        :raises QboRejectedError: QuickBooks refused; certainly not carried out.
        :raises SubscriptionEndedError, QboAuthError, ConfigurationError: a person must act.
        :raises QboThrottledError, QuotaExhaustedError: still refused after waiting.
        :raises QboUnavailableError: a read that failed every time, or a silent token service.
        :raises OutcomeUnknownError: a write that may have been carried out.
        """
        return self._send(call, before_repeat) if call.is_write else self._retrying(call)(self._send, call)

    def wait_for_visibility(self) -> bool:
        if seconds := self._retry.visibility_wait:
            log.info("quickbooks waiting seconds=%.1f reason=lost_answer", seconds)
            self._sleep(seconds)
        return bool(seconds)

    def _retrying(self, call: Call) -> tenacity.Retrying:
        def announce(state: tenacity.RetryCallState) -> None:
            attempt, seconds = state.attempt_number, state.upcoming_sleep
            log.info("quickbooks retry %s attempt=%d wait_seconds=%.1f", call.label, attempt, seconds)

        def stop(state: tenacity.RetryCallState) -> bool:
            most = call.attempts or self._retry.read_attempts
            failed = state.outcome.exception() if state.outcome else None
            if isinstance(failed, QboRecordError):  # asking again rarely helps; asking for less does
                most = min(most, self._retry.record_attempts)
            return state.attempt_number >= most or (state.seconds_since_start or 0) >= self._retry.reads

        step, longest = self._retry.read_backoff, self._retry.read_backoff_max
        return tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(QboUnavailableError),
            stop=stop,
            wait=tenacity.wait_exponential_jitter(multiplier=step, max=longest, jitter=step),
            sleep=self._sleep,
            before_sleep=announce,
            reraise=True,
        )

    def _send(self, call: Call, before_repeat: BeforeRepeat | None = None) -> Reply:
        """Until an answer that is neither 'wait' nor 'another token'; errors say what is proven."""
        refusals, waited, renewed = 0, 0.0, False
        unconfirmed = False  # it has left at least once, and no answer proves that QuickBooks did nothing
        try:
            while True:
                token = self._tokens.access_token()
                # Last, since a turn counts from when it is taken: one taken before the wait for another
                # process's refresh would be used among the turns of the second after.
                timing(metrics.LIMITER_WAIT, self._limiter.acquire(call.kind))
                repeated, unconfirmed = unconfirmed, True
                with span(f"quickbooks {call.kind}", kind=call.kind) as step:
                    response, payload, text = self._exchange(call, token)
                    step.note("http.response.status_code", response.status_code)
                tid = response.headers.get("intuit_tid", "")
                verdict = faults.judge(response.status_code, payload, text)
                if verdict is None:
                    self._count(call)
                    if not isinstance(payload, dict):
                        raise failures.unknown_outcome(call, "the answer was cut off or is not JSON", tid)
                    if call.is_write:
                        self._writes_refused = False
                    return Reply(response.headers, payload, tid, repeated)
                code, action = verdict.error.code or "-", verdict.action
                log.info("quickbooks fault %s code=%s action=%s tid=%s", call.label, code, action, tid or "-")
                if action is FaultAction.THROTTLED:
                    refusals += 1
                    waited += self._wait_after_refusal(call, response, refusals, waited)
                elif failures.needs_new_token(verdict) and not renewed:
                    renewed = True
                    self._tokens.replace(token)
                else:
                    if failures.is_access_revoked(verdict):
                        self._tokens.give_up(token)
                    unconfirmed = repeated or not failures.proves_refusal(verdict)
                    raise failures.to_error(call, verdict, tid, repeated=repeated)
                if before_repeat is not None:
                    before_repeat()
        except SyncError as error:
            error.not_carried_out = not unconfirmed
            raise

    def _exchange(self, call: Call, token: str) -> tuple[requests.Response, Any, str]:
        """One request; its answer, its payload (None when not JSON), and then the beginning of its text."""
        self.calls[call.kind] += 1
        started = time.monotonic()
        status, tid = "-", ""
        try:
            with self._borrowed() as http, self.in_flight.waiting():
                response = http.request(
                    "GET" if call.body is None else "POST",
                    call.url,
                    params=call.params,
                    data=call.body,
                    headers={"Accept": "application/json", "Content-Type": call.content_type},
                    auth=partial(_sign, token),  # so that a .netrc of the machine cannot replace the header
                    timeout=(self._retry.connect, min(self._retry.read, self._retry.answer)),
                    allow_redirects=False,  # a redirected POST would be sent twice
                )
            status, tid = str(response.status_code), response.headers.get("intuit_tid", "")
        except requests.RequestException as error:
            # The exception's own text holds the address with its parameters; its type says enough.
            status = type(error).__name__
            self._count(call)  # it may have been carried out, and metered
            raise failures.unknown_outcome(call, f"no answer ({status})") from None
        finally:
            count(metrics.CALLS, kind=call.kind, status=status)
            line = "quickbooks call %s status=%s tid=%s seconds=%.2f"
            log.info(line, call.label, status, tid or "-", time.monotonic() - started)
        try:
            return response, decode(response.content), ""
        except ValueError:
            return response, None, response.content[:10_000].decode("utf-8", "replace")

    def _count(self, call: Call) -> None:
        if self._meter is not None:
            self._meter.count(call.kind, call.items)

    def _wait_after_refusal(
        self, call: Call, response: requests.Response, refusals: int, waited: float
    ) -> float:
        """Sleep as QuickBooks asks, or give up when it has been long enough. Seconds slept."""
        retry, tid = self._retry, response.headers.get("intuit_tid")
        if call.is_write:
            self._writes_refused = True
        reads_only = not call.is_write and not self._writes_refused
        long_enough = refusals >= retry.quota_refusals and waited >= retry.quota_after
        if reads_only and (long_enough or self._is_used_up()):
            if self._meter is not None:
                self._meter.note_refused()
            raise QuotaExhaustedError(
                "Intuit's allowance of reads for this month is used up (429). Nothing is lost: what needs a "
                "look at QuickBooks waits until next month, or until the allowance is raised.",
                intuit_tid=tid,
            )
        seconds = min(failures.retry_after(response.headers, retry.throttle_wait), 2 * retry.throttle_wait)
        if waited + seconds > retry.throttle_total:
            raise QboThrottledError(
                f"{call}: Rate limit reached (429, waited {waited:.0f} s). The next run will resume"
                + ("; it first looks up whether this call was carried out." if call.is_write else "."),
                retry_after_seconds=seconds,
                intuit_tid=tid,
            )
        # A little longer than stated, each process differently, so that not all come back at once.
        seconds += random.uniform(0, min(2.0, seconds / 10))
        log.info("quickbooks waiting %s seconds=%.1f reason=throttled", call.label, seconds)
        self._sleep(seconds)
        return seconds


def _sign(token: str, request: requests.PreparedRequest) -> requests.PreparedRequest:
    request.headers["Authorization"] = f"Bearer {token}"
    return request
