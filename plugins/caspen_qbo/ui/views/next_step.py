"""What to do first in a workspace where there is nothing to show yet."""

from __future__ import annotations

from dataclasses import dataclass

from caspen_qbo.hooks.database import Row
from caspen_qbo.ui.visit import Visit


@dataclass(frozen=True, slots=True)
class NextStep:
    title: str
    text: str
    url: str
    label: str


def next_step(visit: Visit, ledger: Row | None) -> NextStep | None:
    """
    :param ledger: As the newest run counted it; None while no run did.
    :return: None where invoices are in QuickBooks.
    """
    if not visit.connected:
        lost = visit.connection is not None and visit.connection.status == "needs_reconnect"
        text = (
            "Reconnect to the same company, then invoices post by themselves again."
            if lost or visit.connection is not None
            else "Connect the workspace to its QuickBooks company first; invoices post after that."
        )
        title = (
            "The connection was lost" if lost else "Disconnected" if visit.connection else "Not connected yet"
        )
        return NextStep(title, text, visit.url("setup"), "Open Set-up")
    if not visit.ready:
        text = "Nothing posts until the payment account and the default items are chosen."
        return NextStep("Settings are not chosen yet", text, visit.url("setup#settings"), "Open Settings")
    if ledger is None:
        text = "No run has looked at this workspace's invoices yet. Posting starts every quarter of an hour."
        return NextStep("Nothing has run yet", text, visit.url("activity"), "Open Activity")
    if ledger["synced"]:
        return None
    if ledger["listed"]:
        text = "No invoice is in QuickBooks yet, and some are listed for a person."
        return NextStep("No invoice is in QuickBooks yet", text, visit.url("unsynced"), "Open the list")
    if ledger["waiting"]:
        text = "Finalised invoices wait for the next run of Post to QuickBooks."
    else:
        text = "As soon as an invoice is finalised in Caspen, the next run posts it."
    return NextStep("No invoice is in QuickBooks yet", text, visit.url("activity"), "Open Activity")
