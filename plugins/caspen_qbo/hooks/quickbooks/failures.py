"""The error of this package that a fault, or the lack of an answer, becomes."""

from __future__ import annotations

from collections.abc import Mapping

from caspen_qbo.core.faults import FaultAction, FaultVerdict
from caspen_qbo.errors import (
    ConfigurationError,
    OutcomeUnknownError,
    QboAuthError,
    QboRejectedError,
    QboUnavailableError,
    SubscriptionEndedError,
    SyncError,
)
from caspen_qbo.hooks.quickbooks.call import Call


def unanswered(call: Call, what: str, tid: str = "") -> SyncError:
    """Nothing is known: a read may be repeated, a write must be looked up first."""
    if call.is_write:
        return OutcomeUnknownError(
            f"{call}: {what}; it may have been carried out. The next run looks it up before sending again.",
            intuit_tid=tid or None,
        )
    return QboUnavailableError(f"{call}: {what}.", intuit_tid=tid or None)


def shuts_out(verdict: FaultVerdict) -> bool:
    """
    QuickBooks itself says that the app may not enter this company (3100, 120).

    A bare 403 does not count: a proxy on the way may have said it.
    """
    return (
        verdict.action is FaultAction.STOP
        and verdict.error_key == "invalid_refresh_token"
        and bool(verdict.error.code)
    )


def needs_new_token(verdict: FaultVerdict) -> bool:
    """The token is not accepted, or not for this company: another one tells whether it is the token."""
    return verdict.action is FaultAction.REFRESH_TOKEN or shuts_out(verdict)


def proves_refusal(verdict: FaultVerdict) -> bool:
    """
    A write that met this was not carried out, beyond doubt: the books themselves looked at it and refused.

    What the gate in front of them says (429, 401, 403) is documented to come before any work. Should it come
    after it once, a payment would be posted twice; looking costs a query, and only when a run ended that way.
    """
    at_the_gate = verdict.action in (FaultAction.THROTTLED, FaultAction.REFRESH_TOKEN) or (
        verdict.action is FaultAction.STOP and verdict.error_key == "invalid_refresh_token"
    )
    return verdict.definite and not at_the_gate


def refused(call: Call, verdict: FaultVerdict, tid: str = "", *, repeated: bool = False) -> SyncError:
    """
    A fault that neither waiting nor a new token cures.

    :param repeated: The same call left before and was turned away at the gate. A refusal of the second says
        nothing of the first.
    """
    error = verdict.error
    said = f"{call}: fault {error.code or '-'}: {error.text}"
    if repeated and call.is_write and verdict.action is not FaultAction.STOP and proves_refusal(verdict):
        return unanswered(call, f"refused, then fault {error.code or '-'} ({error.text})", tid)
    if verdict.action is FaultAction.RETRY_LATER and (not verdict.definite or not call.is_write):
        return unanswered(call, f"fault {error.code or '-'} ({error.text})", tid)
    if verdict.action is FaultAction.REFRESH_TOKEN:
        return QboAuthError(
            f"{said}. A fresh access token was refused too: reconnect QuickBooks in Settings.",
            intuit_tid=tid or None,
        )
    if verdict.action is FaultAction.STOP:
        return _stop(verdict, said, tid)
    return QboRejectedError(said, verdict, intuit_tid=tid or None)


def _stop(verdict: FaultVerdict, said: str, tid: str) -> SyncError:
    if verdict.error_key == "subscription_ended":
        return SubscriptionEndedError(
            f"{said}. QuickBooks takes no new data until the subscription is renewed.", intuit_tid=tid or None
        )
    if verdict.error_key == "setup_incomplete":
        return ConfigurationError(
            f"{said}. Check environment and api_url of the Airflow connection quickbooks.",
            intuit_tid=tid or None,
        )
    return QboAuthError(
        f"{said}. QuickBooks does not let this app into this company: reconnect in Settings as one of its "
        "administrators, and check that the connection's environment is the company's.",
        intuit_tid=tid or None,
    )


def retry_after(headers: Mapping[str, str], default: float) -> float:
    """Seconds told by the answer; a date or nonsense counts as not told."""
    try:
        return max(0.1, float(headers.get("Retry-After", "")))
    except ValueError:
        return default
