"""Every error this package raises, grouped by what the caller should do about it.

* SyncError
  x StopError     a person must act:   configuration, connection, subscription, an invariant, a broken check
  x RetryError    try again later:     a system that is unavailable, busy or throttling; an unknown outcome
  x HoldError     this record only:    QuickBooks refused it

A HoldError never leaves a use case: it becomes a listed document. A StopError or a RetryError travels up to
what started the run (an Airflow task, the command line, a page).
"""

from caspen_qbo.core.faults import FaultVerdict
from caspen_qbo.plain_text import plain


class SyncError(Exception):
    """Root of the tree. ``error_key`` names the entry of the error catalogue a user is shown."""

    error_key = "other"
    not_carried_out = False
    """True: proven not done (never left, or the books refused it). False: look it up before sending again."""

    def __init__(self, message: str, *, error_key: str | None = None, intuit_tid: str | None = None) -> None:
        """:param message: Names the record, what was seen, what was expected and the next step; no secrets.
        :param intuit_tid: Intuit's transaction id of the answer, for their support.
        """
        self.message = plain(message, lines=True)
        super().__init__(self.message)
        self.intuit_tid = intuit_tid or None
        if error_key is not None:
            self.error_key = error_key


class StopError(SyncError):
    """A person must act; trying again changes nothing."""


class ConfigurationError(StopError):
    """A setting, connection or argument is missing or wrong."""

    error_key = "setup_incomplete"


class NotConnectedError(StopError):
    """The workspace has no QuickBooks company, or it was disconnected."""

    error_key = "invalid_refresh_token"


class QboAuthError(StopError):
    """QuickBooks no longer accepts the connection: the refresh token is dead or access was revoked."""

    error_key = "invalid_refresh_token"


class SubscriptionEndedError(StopError):
    """QuickBooks refuses writes because the company's subscription ended (fault 6190). Reads keep working."""

    error_key = "subscription_ended"


class UnusableValueError(StopError):
    """A text or a number that no database takes: it came from an address, a form or an argument."""


class InvariantError(StopError):
    """Something this package promises did not hold, e.g. the run's ledger does not add up."""


class ApprovalNeededError(StopError):
    """A backfill is to be carried out that no person with the right to has approved as it is now."""


class BrokenCheckError(StopError):
    """A reconciliation check could not be carried out. Not a mismatch: nothing is known about the figures."""


class RetryError(SyncError):
    """Try again later; nothing is lost in the meantime."""


class QboUnavailableError(RetryError):
    """QuickBooks did not answer, or answered that it cannot at the moment, to a request that only reads."""


class QboRecordError(QboUnavailableError):
    """QuickBooks is there and fails on what it was to show: one record may be the reason."""


class QboThrottledError(RetryError):
    """Too many requests for this minute (429, code 3001), or no turn among our own calls."""

    def __init__(
        self, message: str, *, retry_after_seconds: float = 60.0, intuit_tid: str | None = None
    ) -> None:
        super().__init__(message, intuit_tid=intuit_tid)
        self.retry_after_seconds = retry_after_seconds


class QuotaExhaustedError(RetryError):
    """The month's allowance of reads is used up: reads fail until the next month, writes keep working."""


class OutcomeUnknownError(RetryError):
    """The answer to a write was lost. It may have been carried out: look it up before sending again."""

    error_key = "outcome_unknown"


class WorkspaceBusyError(RetryError):
    """Another run holds this workspace."""


class CaspenUnavailableError(RetryError):
    """Caspen's database could not be reached, went away, or gave up; what was open was undone."""


class MailUnavailableError(RetryError):
    """The mail server was silent, refused the login, or takes nothing now; it was handed nothing."""


class StoreUnavailableError(RetryError):
    """The same of our own database."""


class ReportStorageError(RetryError):
    """Where reports are kept did not take, give or delete one. The figures are in our database."""


class HoldError(SyncError):
    """One record cannot go now; every other can. It becomes a listed document and never leaves a use case."""


class QboRejectedError(HoldError):
    """QuickBooks refused this record with a fault. It was certainly not carried out."""

    def __init__(self, message: str, verdict: FaultVerdict, *, intuit_tid: str | None = None) -> None:
        super().__init__(message, error_key=verdict.error_key, intuit_tid=intuit_tid)
        self.verdict = verdict
