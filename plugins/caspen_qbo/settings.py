"""Connection ids, limits, page sizes and tolerances, in one place, each with its unit and its source."""

import os
from collections.abc import Mapping
from datetime import timedelta


def _number(name: str, default: int, *, of: str) -> int:
    text = os.environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < 1:
        raise ValueError(f"environment variable {name} is {text!r}; expected a number of {of}, 1 or more")
    return int(text)


def _choice(name: str, *choices: str) -> str:
    text = os.environ.get(name, "").strip().lower() or choices[0]
    if text not in choices:
        raise ValueError(f"environment variable {name} is {text!r}; expected {' or '.join(choices)}")
    return text


CASPEN_CONN_ID = "caspen_db"
SYNC_CONN_ID = "sync_db"
QUICKBOOKS_CONN_ID = "quickbooks"

QUICKBOOKS_POOL = "quickbooks"
"""Airflow pool of the tasks that talk to QuickBooks."""

PRIORITIES: Mapping[str, int] = {
    "backfill_invoices": 40,  # a person waits for it
    "sync_new_work": 30,  # a practice sees its status
    "post_to_quickbooks": 20,
    "import_from_quickbooks": 15,
    "reconcile_quickbooks": 10,  # has the night
}
"""Of the tasks of each DAG, where slots of the pool are free: the higher goes first."""

DAG_IDS = frozenset(
    {
        "post_to_quickbooks",
        "import_from_quickbooks",
        "sync_new_work",
        "reconcile_quickbooks",
        "backfill_invoices",
    }
)
"""Our DAGs; what reads runs leaves those of others alone."""

FAILURE_KEY = "failure"
"""XCom of a task that failed: of each practice why and who has to act, or what was done."""
PAGES_PREFIX = "/quickbooks"
"""Where the pages are, below Airflow's address."""

MINOR_VERSION = 75
"""QuickBooks ignores older ones since August 2025 and treats them as 75."""

CASPEN_CHUNK_SIZE = 1000
"""Ids in one statement to Caspen's database: few enough to lock and answer quickly."""

CASPEN_ROW_WAIT_SECONDS = 5
"""How long a status waits for staff who hold the document in a transaction; then the next run shows it."""
CASPEN_LOCK_WAIT_SECONDS = 60
"""How long an imported payment waits for the same; then the run ends, and the next one imports it."""

# --- Waits at a database, in seconds; a server that says nothing is given up a little later ---
SYNC_STATEMENT_SECONDS = _number("CASPEN_QBO_STATEMENT_SECONDS", 600, of="seconds")
"""The longest statement on our own database: a million documents are compared in one."""
CASPEN_STATEMENT_SECONDS = min(120, SYNC_STATEMENT_SECONDS)
"""The longest on Caspen's: a thousand ids, or one practice's invoices counted."""
PAGE_STATEMENT_SECONDS = min(15, SYNC_STATEMENT_SECONDS)
CASPEN_IDLE_SECONDS = 15
"""For a transaction on Caspen's database in which nothing happens: a stopped process frees staff's rows."""
SYNC_IDLE_SECONDS = 180
"""The same on ours: a token's row is locked while Intuit is asked, three times at most."""

# --- QuickBooks' own limits (developer.intuit.com: limits and throttles; API reference) ---
BATCH_ITEMS_MAX = 30
QUERY_PAGE_SIZE = 1000
QUERY_IN_MAX = 100
"""Values in one IN list; the limit is not documented, 100 stays far below what was seen to work."""
CDC_OBJECTS_MAX = 1000
CDC_DAYS_MAX = 29
"""The change feed looks back 30 days; one day is kept as a margin."""

# --- Our own rate per realm, below the published 500/minute, 10/second and 40 batches/minute ---
REQUESTS_PER_MINUTE = 450
REQUESTS_PER_SECOND = 8
BATCHES_PER_MINUTE = 38
BATCHES_IN_FLIGHT = 8
"""Of one run at once, below the 10 requests that QuickBooks takes at once from an app for a company. A
batch is carried out item by item there, in some 5 to 10 s: one after the other would be a quarter of that.
"""

# --- Time-outs, in seconds ---
CONNECT_TIMEOUT_SECONDS = 10
READ_TIMEOUT_SECONDS = 130
"""QuickBooks gives up on a request after 120 s: waiting longer means that the outcome is decided there."""
ANSWER_SECONDS = 180
"""One call to QuickBooks in all: its 120 s, and the way there and back. Ends an answer that never ends."""
TOKEN_SECONDS = 30
"""The same of a call to Intuit's token service. A refresh makes four at most, during which the token's row is
locked: less than ``SYNC_IDLE_SECONDS`` together.
"""
PAGE_ANSWER_SECONDS = 15
"""Of a call to either while a person waits in front of a screen."""
READS_SECONDS = 240
"""After so long in all a read that failed is not tried again: silence costs two tries, not four."""
TURN_SECONDS = 300
"""For a turn among this project's own calls, which all its processes take one after the other."""
STORAGE_SECONDS = _number("CASPEN_QBO_REPORTS_SECONDS", 60, of="seconds")
"""Of one report where reports are kept, by a run; a person waits no longer than for a page."""
PATIENCE_SECONDS = 30.0
"""Where a practice takes longer, the next one of its task is begun alongside."""
EVENT_PATIENCE_SECONDS = 5.0
"""The same in a task that an event started, where the others wait to see their status."""
HELD_SECONDS = 300.0
"""So long a reconciled practice stays locked for those that are checked together with it, half of
WORKSPACE_LOCK_WAIT_SECONDS; then the checks of those that are ready are not put off any more.
"""
NOTIFY_SECONDS = 30
"""Of a message by e-mail or Slack: what it is about does not wait for longer."""
MAIL_ROUND_SECONDS = 60
"""A round sends morning mails for so long and leaves the rest to the next: posting does not wait for them."""
PAGE_STEP_SECONDS = 5
"""Of each step at a mail server while a person waits in front of a screen."""
MAIL_WORDS_MAX = 300
"""Characters of what a mail server said that are kept."""
TOKEN_REFRESH_AHEAD_SECONDS = 300
WORKSPACE_LOCK_WAIT_SECONDS = 600

# --- Cursors ---
CASPEN_CURSOR_OVERLAP_SECONDS = 120
"""A statement stamps ``updated_at`` before its transaction gets its number; see core/posting/cursor.py."""
QUICKBOOKS_CURSOR_OVERLAP_SECONDS = 600

# --- Behaviour ---
READS = _choice("CASPEN_QBO_READS", "auto", "careful", "thrifty")
"""careful: everything is read before it is used. thrifty: what QuickBooks' answer proves, or a later reading
finds, is used unread. auto: careful while the allowance leaves room for that (``metering.decide_mode``).
What thrifty gives up: docs/decisions/0020-reads-as-a-budget.md.
"""
LISTS_KEPT_SECONDS = 86_400
"""How long accounts, items, tax codes and the like are used; a refusal, an answer, a webhook or the change
feed ends that sooner.
"""
LISTS_KEPT_THRIFTY_SECONDS = 7 * 86_400
"""The same where reading is thrifty."""
NUMBER_FREE_SECONDS = 3600
"""So long a number that QuickBooks had nothing under counts as free, since it was asked for or all changes
were read.
"""
NUMBER_FREE_HEARD_SECONDS = 26 * 3600
"""The same where webhooks work, which report who else made a document: until the next nightly reading."""
CUSTOMERS_KNOWN_SECONDS = 26 * 3600
"""So long all customers are known since their changes were read."""
TAX_ANSWERED_SECONDS = 86_400
"""So long after QuickBooks computed Caspen's tax the tax of new invoices is not read before it is sent."""
LOOK_AGAIN_SECONDS = 10.0
"""A new object may be missing from queries so long (undocumented); ``look_again_seconds`` sets it."""
UNCONFIRMED_ROUNDS_MAX = 3
"""How often one run looks up a lost answer before leaving it to the next run."""
FULL_COMPARE_DOCUMENTS_MAX = 5000
"""Up to this many linked documents a reconciliation by hand reads all of them: at most five pages a kind."""
HISTORY_KEEP_DAYS = _number("CASPEN_QBO_HISTORY_KEEP_DAYS", 730, of="days")
"""What was sent, answered, seen, chosen and cleared is deleted after so many days; what is open never is."""
ASK_MINUTES = _number("CASPEN_QBO_ASK_MINUTES", 45, of="minutes")
"""In working hours the import asks QuickBooks so often for new payments, where no webhook reports them."""
WATCH_SECONDS = 5.0
"""The watcher looks for new work so often."""
WATCH_DEADLINE_SECONDS = 30.0
"""A look that takes longer is waited for no longer, and no other is begun until it ends."""
OPENS_HOUR = _number("CASPEN_QBO_OPENS_HOUR", 8, of="hours")
CLOSES_HOUR = _number("CASPEN_QBO_CLOSES_HOUR", 18, of="hours")
"""Working hours, Monday to Friday, in the practice's time zone."""
READS_PER_MONTH = _number("CASPEN_QBO_READS_PER_MONTH", 500_000, of="reads")
"""What Intuit's tier allows the app of metered reads, all practices together; the free tier's."""
DATA_DOCS = os.environ.get("CASPEN_QBO_DATA_DOCS", "").strip().lower() in ("1", "true", "yes")
"""Whether nightly reconciliations write Great Expectations' Data Docs; a run by hand may say otherwise."""
CHECKS_KEEP_DAYS = _number("CASPEN_QBO_CHECKS_KEEP_DAYS", 90, of="days")
"""What each check of each reconciliation found."""
BOOKS_KEEP_DAYS = _number("CASPEN_QBO_BOOKS_KEEP_DAYS", 2557, of="days")
"""Reconciliations, sign-offs, and all of practices that left: seven years (Corporations Act 2001, s 286)."""
REPORTS_KEEP_DAYS = _number("CASPEN_QBO_REPORTS_KEEP_DAYS", 2557, of="days")
"""Files where reports are kept; the same bytes can be made again while the reconciliation is kept."""
NOTES_KEEP_DAYS = 30
"""What the tasks of a run left for its note; which mails were sent to whom."""
READS_KEEP_DAYS = _number("CASPEN_QBO_READS_KEEP_DAYS", 400, of="days")
"""Who read or downloaded what."""
APPROVAL_HOURS = 12
"""How long an approved backfill may be carried out: a long one waits for its turn, and is retried."""
QUIET_AT_MOST: Mapping[str, timedelta] = {
    "post": timedelta(hours=6),
    "import": timedelta(hours=4),
    "reconcile": timedelta(hours=50),
}
"""How long a job may go without a good run that was due: a post at least every three hours, an import by its
rhythm (which comes on top), a reconciliation nightly; some may fail."""
PROVED_WITHIN = timedelta(hours=30)
"""An older reconciliation proves nothing of today: a night, its length, and one by hand later that day."""
CONNECTION_WARNING_DAYS = (14, 7, 2)
