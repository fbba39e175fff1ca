"""What is kept of whom and for how long, table by table. A test compares this with the real database: a table
or a column of text that is not here fails it.

The law: a company in Australia keeps financial records for seven years after the transactions they cover are
completed (Corporations Act 2001, s 286(2)); for tax, records are kept for five years (Income Tax Assessment
Act 1936, s 262A(4); for GST, Taxation Administration Act 1953, Schedule 1, s 382-5). Numbers, amounts, dates
and who signed are such records. Names, addresses and the words of a line are not needed for them.
"""

from dataclasses import dataclass
from enum import StrEnum

KEPT_BY_LAW = (
    "Numbers, amounts, dates, ids and sign-offs stay: financial records are kept for seven years "
    "(Corporations Act 2001, s 286(2)), tax records for five (Income Tax Assessment Act 1936, s 262A(4)). "
    "The links to QuickBooks stay with them, so that nothing is posted a second time."
)


class Kept(StrEnum):
    """How long a table's rows are kept; the days of each are settings."""

    HISTORY = "history"
    """What was sent, answered, seen, chosen and cleared."""
    NOTES = "notes"
    """What the tasks of a run left for its note, which Airflow has; which mails were sent."""
    READS = "reads"
    REPORTS = "reports"
    """Names of files; each goes with its file."""
    CHECKS = "checks"
    """What each check of each run found."""
    BOOKS = "books"
    """Figures that prove what was in the books."""
    IN_USE = "in use"
    """Without them a document would be posted twice, or a signed period look changed: as long as the practice
    is connected, and after that as long as the books.
    """


@dataclass(frozen=True, slots=True)
class Table:
    name: str
    kept: Kept
    stays: bool = False
    """When a practice is forgotten: its rows stay, without the words of people."""
    quotes: tuple[str, ...] = ()
    """Columns that may hold the name or address of a client, or other words of a document."""
    plain: tuple[str, ...] = ()
    """Columns of text or JSON that hold ids, numbers, kinds, moments, our own words, or who of the staff."""
    key: str = "workspace_id"


_DOCUMENT = ("document_kind", "document_number")
_REALM = "realm_id"

TABLES = (
    Table(
        "connection",
        Kept.IN_USE,
        stays=True,
        quotes=("company_name",),
        plain=(_REALM, "country_code", "home_currency", "status", "connected_by", "disconnected_by"),
    ),
    Table("connection_event", Kept.IN_USE, plain=(_REALM, "company_name", "what", "who")),
    Table("oauth_state", Kept.HISTORY, plain=("state_hash", "username")),
    Table(
        "settings",
        Kept.IN_USE,
        plain=("payment_account_id", "service_item_id", "product_item_id", "updated_by"),
    ),
    Table("tax_link", Kept.IN_USE, plain=("tax_code_id", "tax_code_name", "linked_by")),
    Table("reference_cache", Kept.IN_USE, quotes=("payload",), plain=(_REALM, "name"), key=_REALM),
    Table(
        "customer_link",
        Kept.IN_USE,
        stays=True,
        quotes=("note",),
        plain=(_REALM, "customer_id", "matched_by"),
    ),
    Table(
        "customer_link_event",
        Kept.IN_USE,
        stays=True,
        quotes=("detail",),
        plain=(_REALM, "who", "from_customer", "to_customer", "why"),
    ),
    Table("metered_call", Kept.HISTORY, plain=("kind",)),
    Table("practice_overview", Kept.IN_USE, plain=("name", "time_zone", "currency", "reconciliation_id")),
    Table("place", Kept.IN_USE),
    Table("mail_wish", Kept.IN_USE, plain=("addresses", "time_zone", "changed_by")),
    Table("mail", Kept.NOTES, plain=("address", "kind", "state", "problem")),
    Table("import_rhythm", Kept.IN_USE, plain=(_REALM,)),
    Table("free_number", Kept.IN_USE, plain=(_REALM, "quickbooks_type", "number")),
    Table("known_customer", Kept.IN_USE, plain=(_REALM, "key", "quickbooks_id")),
    Table("cursor", Kept.IN_USE, plain=("name", "checkpoints")),
    Table(
        "document",
        Kept.IN_USE,
        stays=True,
        quotes=("shown_detail",),
        plain=(
            *_DOCUMENT,
            "caspen_status",
            "wanted",
            "excluded_reason",
            "version",
            "synced_version",
            "shown_status",
            "currency",
            "unsound",
        ),
    ),
    Table("unstaged_history", Kept.IN_USE),
    Table(
        "document_link",
        Kept.IN_USE,
        stays=True,
        quotes=("as_posted",),
        plain=(
            _REALM,
            "document_kind",
            "quickbooks_type",
            "quickbooks_id",
            "doc_number",
            "origin",
            "customer_id",
            "sync_token",
            "application_id",
            "resent_version",
        ),
    ),
    Table("ledger_count", Kept.IN_USE, stays=True, plain=("document_kind",)),
    Table("ledger_change", Kept.IN_USE, stays=True, plain=("document_kind",)),
    Table(
        "request",
        Kept.HISTORY,
        quotes=("payload", "fault_text"),
        plain=(
            _REALM,
            "run_id",
            "batch_id",
            "bid",
            "document_kind",
            "step",
            "entity",
            "operation",
            "version",
            "payload_hash",
            "state",
            "quickbooks_id",
            "fault_code",
            "intuit_tid",
        ),
    ),
    Table(
        "unsynced_invoice",
        Kept.HISTORY,
        quotes=("detail", "caspen_value", "quickbooks_value"),
        plain=(*_DOCUMENT, "error_key", "title", "fix", "cause_ref", "field", "fault_code", "resolution"),
    ),
    Table("document_event", Kept.HISTORY, quotes=("detail",), plain=("document_kind", "what", "who")),
    Table(
        "check_result",
        Kept.CHECKS,
        quotes=("problem",),
        plain=("run_id", "suite", "document_kind", "name", "words", "severity"),
    ),
    Table("check_failure", Kept.IN_USE, plain=("document_kind", "name")),
    Table("run_note", Kept.NOTES, quotes=("words",), plain=("dag_id", "run_id", "task_id")),
    Table("sync_run", Kept.HISTORY, quotes=("message",), plain=("run_id", "job", "counts", "calls")),
    Table(
        "reconciliation_run",
        Kept.BOOKS,
        stays=True,
        quotes=("report",),
        plain=("run_id", "checks", "calls", "signed_by"),
    ),
    Table(
        "reconciliation_difference",
        Kept.BOOKS,
        stays=True,
        quotes=("caspen_value", "quickbooks_value"),
        plain=("run_id", *_DOCUMENT, "field"),
    ),
    Table(
        "snapshot",
        Kept.IN_USE,
        quotes=("facts",),
        plain=(
            _REALM,
            "quickbooks_type",
            "quickbooks_id",
            "sync_token",
            "doc_number",
            "customer_id",
            "gone",
            "foreign_currency",
        ),
        key=_REALM,
    ),
    Table(
        "comparison",
        Kept.IN_USE,
        quotes=("changed",),
        plain=(
            *_DOCUMENT,
            "quickbooks_id",
            "quickbooks_type",
            "caspen_customer",
            "quickbooks_customer",
            "caspen_number",
            "quickbooks_number",
            "origin",
            "caspen_currency",
            "quickbooks_currency",
        ),
    ),
    Table("frozen_run", Kept.IN_USE, plain=("run_id", _REALM)),
    Table("not_compared", Kept.IN_USE, plain=_DOCUMENT),
    Table(
        "acceptance",
        Kept.IN_USE,
        quotes=("facts", "added", "posted"),
        plain=("document_kind", "version", "accepted_by", "inactive_customer"),
    ),
    Table("inactive_customer", Kept.IN_USE, plain=(_REALM, "customer_id"), key=_REALM),
    Table(
        "left_row",
        Kept.IN_USE,
        quotes=("detail",),
        plain=("document_kind", "error_key", "version", "left_by"),
    ),
    Table(
        "backfill_plan",
        Kept.HISTORY,
        stays=True,
        quotes=("lines",),
        plain=("plan_run_id", "fingerprint", "run_id", "approved_by", "approved_through"),
    ),
    Table("signed_change", Kept.IN_USE, stays=True, plain=(_REALM, *_DOCUMENT)),
    Table("signed_document", Kept.IN_USE, stays=True, plain=(_REALM, *_DOCUMENT)),
    Table("sign_off", Kept.IN_USE, stays=True, plain=(_REALM, "run_id", "signed_by")),
    Table(
        "month_close",
        Kept.BOOKS,
        stays=True,
        quotes=("pack", "note", "reopened_reason"),
        plain=(_REALM, "run_id", "closed_by", "changes", "reopened_by"),
    ),
    Table("report_file", Kept.REPORTS, plain=("name",)),
    Table("read_record", Kept.READS, stays=True, plain=("who", "what")),
    Table("forgotten", Kept.BOOKS, stays=True, plain=("who", "counts")),
)
"""Rows that others refer to come after those that refer to them."""
