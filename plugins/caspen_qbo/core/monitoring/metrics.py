"""Every figure that is reported to Airflow's StatsD or OpenTelemetry: the one registry of names and tags."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    COUNTER = "counter"
    GAUGE = "gauge"
    TIMER = "timer"
    """In seconds; StatsD carries milliseconds."""


@dataclass(frozen=True, slots=True)
class Metric:
    name: str
    kind: Kind
    tags: tuple[str, ...]
    words: str
    unit: str


DOCUMENTS = Metric(
    "caspen_qbo.documents",
    Kind.COUNTER,
    ("job", "outcome"),
    "What runs did, by outcome: invoices_posted, payments_posted, payments_imported, listed, resolved, ...",
    "documents",
)
RUNS = Metric(
    "caspen_qbo.runs",
    Kind.COUNTER,
    ("job", "result"),
    "Runs of a job on one practice: good, or failed",
    "runs",
)
SECONDS_TO_SYNCED = Metric(
    "caspen_qbo.seconds_to_synced",
    Kind.TIMER,
    (),
    "From finalising an invoice in Caspen until it is in QuickBooks, equal to the cent",
    "seconds",
)
UNEXPLAINED = Metric(
    "caspen_qbo.unexplained_amount",
    Kind.GAUGE,
    ("workspace", "currency"),
    "Differences of the practice's last reconciliation that nothing explains, without their signs",
    "money",
)
UNSYNCED = Metric(
    "caspen_qbo.unsynced",
    Kind.GAUGE,
    ("workspace", "key"),
    "Open rows of the unsynced list, by error key; 0 where there is none",
    "documents",
)
CALLS = Metric(
    "caspen_qbo.quickbooks_calls",
    Kind.COUNTER,
    ("kind", "status"),
    "Calls to QuickBooks and Intuit by kind (query, cdc, read, batch, write, token, ...) and status: HTTP's, "
    "or the kind of error where there was no answer",
    "calls",
)
LIMITER_WAIT = Metric(
    "caspen_qbo.limiter_wait",
    Kind.TIMER,
    (),
    "A call's wait for its turn among this project's own",
    "seconds",
)
READS_USED = Metric(
    "caspen_qbo.reads_used",
    Kind.GAUGE,
    (),
    "Metered reads of this month, all practices together",
    "reads",
)
READS_ALLOWED = Metric(
    "caspen_qbo.reads_allowed",
    Kind.GAUGE,
    (),
    "What Intuit's tier allows of them: CASPEN_QBO_READS_PER_MONTH",
    "reads",
)
TOKEN_REFRESHES = Metric(
    "caspen_qbo.token_refreshes",
    Kind.COUNTER,
    ("result",),
    "Refreshes of tokens at Intuit: ok, or failed",
    "refreshes",
)
LAST_GOOD_RUN_AGE = Metric(
    "caspen_qbo.last_good_run_age",
    Kind.GAUGE,
    ("job",),
    "Since the last good run of the practice that waits longest, of those connected",
    "seconds",
)
PRACTICES_LATE = Metric(
    "caspen_qbo.practices_late",
    Kind.GAUGE,
    ("job",),
    "Connected practices without a good run for too long",
    "practices",
)
ROUNDS = Metric(
    "caspen_qbo.rounds",
    Kind.COUNTER,
    ("job", "result"),
    "Rounds over all practices that ended: good, or failed where a practice failed",
    "rounds",
)

METRICS = (
    DOCUMENTS,
    RUNS,
    ROUNDS,
    SECONDS_TO_SYNCED,
    UNEXPLAINED,
    UNSYNCED,
    CALLS,
    LIMITER_WAIT,
    READS_USED,
    READS_ALLOWED,
    TOKEN_REFRESHES,
    LAST_GOOD_RUN_AGE,
    PRACTICES_LATE,
)


def series(metric: Metric, prefix: str = "airflow") -> str:
    """Its name in Prometheus, as statsd_exporter makes it of Airflow's prefix and the name."""
    return f"{prefix}_{metric.name}".replace(".", "_")


def table() -> str:
    """For the documents."""
    lines = ["| Metric | Kind | Tags | What |", "|---|---|---|---|"]
    for one in METRICS:
        tags = ", ".join(f"`{tag}`" for tag in one.tags)
        lines.append(f"| `{one.name}` | {one.kind}, {one.unit} | {tags} | {one.words} |")
    return "\n".join(lines)
