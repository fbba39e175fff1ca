"""What every page shows around its subject: the menu, and a notice when the connection needs attention."""

from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.settings import CONNECTION_WARNING_DAYS
from caspen_qbo.ui.context import RequestContext
from caspen_qbo.wording import counted, day

MENU = (
    ("setup", "Set-up"),
    ("taxes", "Taxes"),
    ("customers", "Customers"),
    ("unsynced", "Unsynced invoices"),
    ("reconciliation", "Reconciliation"),
    ("month-end", "Month end"),
    ("activity", "Activity"),
)
"""Address and label."""


READS_USED_UP = (
    "Intuit's allowance of reads for this month is used up. Nothing is lost: what needs a look at QuickBooks "
    "waits until next month, or until the allowance is raised; then all goes on automatically."
)


@dataclass(frozen=True, slots=True)
class Notice:
    text: str
    link_text: str
    urgent: bool = False
    link: str = "setup"
    """The page it leads to."""


def connection_notice(context: RequestContext, now: datetime) -> Notice | None:
    """None where the connection is in order."""
    connection = context.connection
    if connection is None:
        return Notice("This workspace is not connected to QuickBooks yet.", "Connect it in Set-up")
    reconnect = "Reconnect in Set-up"
    if connection.status == "disconnected":
        return Notice("QuickBooks is disconnected. Nothing posts.", reconnect)
    # QuickBooks may refuse a connection whose tokens still look good: then what it held is listed.
    if connection.status == "needs_reconnect" or context.store.pages.has_open("invalid_refresh_token"):
        text = (
            "The connection to QuickBooks was lost. Nothing posts until someone reconnects; waiting invoices "
            "then post automatically."
        )
        return Notice(text, reconnect, urgent=True)
    ends = [
        at for at in (connection.refresh_expires_at, connection.refresh_hard_expires_at) if at is not None
    ]
    if ends and (left := (min(ends) - now).days) <= CONNECTION_WARNING_DAYS[0]:
        until = day(min(ends).astimezone(context.zone))
        text = f"The connection to QuickBooks ends in {counted(left, 'day')}, on {until}."
        return Notice(text, reconnect, urgent=left <= CONNECTION_WARNING_DAYS[-1])
    return (
        Notice(READS_USED_UP, "See what ran", link="activity") if context.store.meter.is_refused() else None
    )
