"""The error of this package that a fault, or the lack of an answer, becomes."""

from collections.abc import Mapping

from caspen_qbo.core.faults import FaultAction, FaultVerdict
from caspen_qbo.errors import (
    ConfigurationError,
    OutcomeUnknownError,
    QboAuthError,
    QboRecordError,
    QboRejectedError,
    QboUnavailableError,
    SubscriptionEndedError,
    SyncError,
)
from caspen_qbo.hooks.quickbooks.call import Call

RECORD_FAULTS = frozenset({"10000"})
"""Of a read: the application itself failed on what it was to show, which one record is enough for."""


def unknown_outcome(call: Call, what: str, tid: str = "") -> SyncError:
    """Nothing is known: a read may be repeated, a write must be looked up first."""
    if call.is_write:
        return OutcomeUnknownError(
            f"{call}: {what}; it may have been carried out. The next run looks it up before sending again.",
            intuit_tid=tid,
        )
    return QboUnavailableError(f"{call}: {what}.", intuit_tid=tid)


def is_access_revoked(verdict: FaultVerdict) -> bool:
    """The app may not enter this company (3100, 120). A bare 403 may come from a proxy and does not count."""
    return _is_denied(verdict) and bool(verdict.error.code)


def needs_new_token(verdict: FaultVerdict) -> bool:
    """The token is not accepted, or not for this company: another one shows whether it is the token."""
    return verdict.action is FaultAction.REFRESH_TOKEN or is_access_revoked(verdict)


def proves_refusal(verdict: FaultVerdict) -> bool:
    """A write that met this was not carried out, beyond doubt: the books themselves checked it and refused.
    The gateway's refusals (429, 401, 403) are documented to come before any work; should one come after it
    once, a payment would be posted twice, while a lookup costs one query.
    """
    by_gateway = verdict.action in (FaultAction.THROTTLED, FaultAction.REFRESH_TOKEN) or _is_denied(verdict)
    return verdict.definite and not by_gateway


def to_error(call: Call, verdict: FaultVerdict, tid: str = "", *, repeated: bool = False) -> SyncError:
    """The error for a fault that neither waiting nor a new token cures. ``repeated``: the gateway had turned
    the call away before; a refusal now says nothing of that first.
    """
    code, text = verdict.error.code or "-", verdict.error.text
    message = f"{call}: fault {code}: {text}"
    if repeated and call.is_write and verdict.action is not FaultAction.STOP and proves_refusal(verdict):
        return unknown_outcome(call, f"refused, then fault {code} ({text})", tid)
    if not call.is_write and verdict.error.code in RECORD_FAULTS:
        return QboRecordError(f"{call}: fault {code} ({text}).", intuit_tid=tid)
    if verdict.action is FaultAction.RETRY_LATER and (not verdict.definite or not call.is_write):
        return unknown_outcome(call, f"fault {code} ({text})", tid)
    if verdict.action is FaultAction.REFRESH_TOKEN:
        return QboAuthError(
            f"{message}. A fresh access token was refused too: reconnect QuickBooks in Settings.",
            intuit_tid=tid,
        )
    if verdict.action is not FaultAction.STOP:
        return QboRejectedError(message, verdict, intuit_tid=tid)
    if verdict.error_key == "subscription_ended":
        return SubscriptionEndedError(
            f"{message}. QuickBooks takes no new data until the subscription is renewed.", intuit_tid=tid
        )
    if verdict.error_key == "setup_incomplete":
        return ConfigurationError(
            f"{message}. Check environment and api_url of the Airflow connection quickbooks.", intuit_tid=tid
        )
    return QboAuthError(
        f"{message}. QuickBooks denies this app access to this company: reconnect in Settings as one of its "
        "administrators, and check that the connection's environment is the company's.",
        intuit_tid=tid,
    )


def _is_denied(verdict: FaultVerdict) -> bool:
    return verdict.action is FaultAction.STOP and verdict.error_key == "invalid_refresh_token"


def retry_after(headers: Mapping[str, str], default: float) -> float:
    """Seconds stated by the answer; a date or nonsense counts as none."""
    try:
        return max(0.1, float(headers.get("Retry-After", "")))
    except ValueError:
        return default
