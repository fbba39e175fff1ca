"""What to do first in a workspace where there is nothing to show yet."""

from dataclasses import dataclass

from caspen_qbo.hooks.store.monitoring.pages import Ledger
from caspen_qbo.ui.context import RequestContext


@dataclass(frozen=True, slots=True)
class NextStep:
    title: str
    text: str
    page: str
    """Its address below the workspace's."""
    link_text: str


def next_step(context: RequestContext, ledger: Ledger | None) -> NextStep | None:
    """None where invoices are in QuickBooks; ``ledger`` is the newest run's, None before the first run."""
    if not context.connected:
        return _connect(context.connection.status if context.connection else "")
    if not context.ready:
        text = "Nothing posts until the payment account and the default items are chosen."
        return NextStep("Settings are not chosen yet", text, "setup#settings", "Open Settings")
    if ledger is None:
        text = "No run has read this workspace's invoices yet. Posting starts every quarter of an hour."
        return NextStep("Nothing has run yet", text, "activity", "Open Activity")
    if ledger.synced:
        return None
    title = "No invoice is in QuickBooks yet"
    if ledger.listed:
        text = "No invoice is in QuickBooks yet, and some need attention."
        return NextStep(title, text, "unsynced", "Open the list")
    if ledger.waiting:
        text = "Finalised invoices wait for the next run of Post to QuickBooks."
    else:
        text = "As soon as an invoice is finalised in Caspen, the next run posts it."
    return NextStep(title, text, "activity", "Open Activity")


def _connect(status: str) -> NextStep:
    """:param status: Of the connection; empty where there never was one."""
    if not status:
        title = "Not connected yet"
        text = "Connect the workspace to its QuickBooks company first; invoices post after that."
    else:
        title = "The connection was lost" if status == "needs_reconnect" else "Disconnected"
        text = "Reconnect to the same company, then invoices post automatically again."
    return NextStep(title, text, "setup", "Open Set-up")
