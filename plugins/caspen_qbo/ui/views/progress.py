"""Work under way: how far it is, and what it waits for."""

from dataclasses import dataclass
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.hooks.store.monitoring.progress import RunProgress
from caspen_qbo.ui.context import RequestContext
from caspen_qbo.wording import ago, counted, moment

SLOW_SECONDS = 20
"""After so long without an answer from QuickBooks a run is throttled, or is reading long lists."""

DOING = {
    "post": "Posting to QuickBooks",
    "import": "Importing from QuickBooks",
    "reconcile": "Comparing both sides",
    "backfill": "Backfilling invoices",
}


@dataclass(frozen=True, slots=True)
class Work:
    """The run of a workspace that has not ended."""

    run: RunProgress
    alive: bool
    """False: it was interrupted; the next run resumes where it ended."""
    limit: str = ""
    """Which of QuickBooks' limits holds all calls now; empty: none."""

    @property
    def title(self) -> str:
        return DOING.get(self.run.job, self.run.job)

    @property
    def handled(self) -> int:
        """Documents."""
        return self.run.sent + self.run.refused

    @property
    def total(self) -> int | None:
        """Documents in all; None where the run cannot be counted in documents: then there is no bar."""
        return (self.handled + self.run.due or None) if self.alive and self.run.job == "post" else None

    @property
    def text(self) -> str:
        if not self.alive:
            return "It was interrupted. Nothing is lost: the next run resumes where this one ended."
        refused = f"; {self.run.refused:,} refused and listed" if self.run.refused else ""
        if self.run.job == "post":
            if self.total is None:
                return "Looking for changes."
            return f"{self.handled:,} of {counted(self.total, 'document')}{refused}."
        return (
            f"{counted(self.run.sent, 'document')} sent{refused}." if self.handled else "Reading both sides."
        )

    def since(self, zone: ZoneInfo, now: datetime | None = None) -> str:
        started = self.run.started_at
        return f"started {moment(started, zone)}, {ago(started, now or datetime.now(UTC))}"

    def waits(self, now: datetime | None = None) -> str:
        """Why it makes no progress at the moment, which is no error; empty when it does."""
        now, answered = now or datetime.now(UTC), self.run.answered_at
        if not self.alive:
            return ""
        if self.limit:
            return (
                f"Waiting for QuickBooks: its limit of {self.limit} is used up. It resumes automatically "
                "within a minute."
            )
        if answered and (now - answered).total_seconds() > SLOW_SECONDS:
            last = ago(answered, now)
            return f"QuickBooks' last answer: {last}. It resumes automatically when QuickBooks does."
        return ""


def read_work(context: RequestContext) -> Work | None:
    """What is under way in the workspace, or was interrupted."""
    store = context.store.progress
    run = store.fetch_progress()
    return Work(run, store.is_worked_on(), _limit(context)) if run else None


def _limit(context: RequestContext) -> str:
    if context.connection is None:
        return ""
    try:
        config = QuickBooksHook().config
    except SyncError:
        return ""
    limits = {"batches": config.batches_per_minute, "requests": config.requests_per_minute}
    for kind, most in limits.items():
        if context.store.progress.count_calls(context.connection.realm_id, kind) >= most:
            return f"{most:,} {kind} a minute"
    return ""
