"""Set-up: the checklist of three, the lists to choose from, and where a finding is fixed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.connection.connect import Connected
from caspen_qbo.core.records import TaxRate
from caspen_qbo.core.reference import Choices, ListEntry
from caspen_qbo.hooks.store.connection.setup import ConnectionFacts, TaxLink
from caspen_qbo.hooks.store.monitoring.pages import Cause
from caspen_qbo.usecases.connection.doctor import Finding
from caspen_qbo.usecases.connection.setup import Offers

STATUS_WORDS = {
    "connected": "Connected",
    "needs_reconnect": "Connection lost",
    "disconnected": "Disconnected",
}


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    state: str
    """done, partly or open."""
    state_words: str
    detail: str
    waiting: int
    """Documents that wait for it."""
    place: str
    """Where it is done: on this page, or a page of its own."""
    link_text: str


@dataclass(frozen=True, slots=True)
class Select:
    field: str
    label: str
    hint: str
    entries: tuple[ListEntry, ...]
    chosen_id: str

    @property
    def chosen(self) -> ListEntry | None:
        """None where nothing is chosen, or what is chosen may no longer be."""
        return next((entry for entry in self.entries if entry.id == self.chosen_id), None)


EVENT_WORDS = {"connected": "Connected", "disconnected": "Disconnected", "lost": "Lost"}
EVENTS_SHOWN = 20


def connected_words(connected: Connected) -> str:
    """After connecting: which company it is, and before anything is sent the way back."""
    name = connected.company_name or "a company without a name"
    text = f"Connected to QuickBooks: {name} (company {connected.realm_id})."
    if not connected.first:
        return text
    return (
        f"{text} Is this the practice's company? Nothing is sent until the account and the items are chosen: "
        "if it is another one, disconnect it now and connect the right one."
    )


def checklist(
    connection: ConnectionFacts | None,
    choices: Choices | None,
    rates: Mapping[int, TaxRate],
    links: Mapping[int, TaxLink],
    causes: Sequence[Cause],
    tax_warning: str = "",
) -> tuple[Step, Step, Step]:
    def waiting(error_key: str) -> int:
        return sum(cause.waiting for cause in causes if cause.error_key == error_key)

    return (
        Step(
            "Connect to QuickBooks",
            *_connect(connection),
            waiting("invalid_refresh_token"),
            "#connection",
            "Connect",
        ),
        Step(
            "Choose account and items",
            *_configure(choices, waiting("setup_incomplete")),
            waiting("setup_incomplete"),
            "#settings",
            "Choose",
        ),
        Step(
            "Link tax rates",
            *_taxes(rates, links, waiting("business_validation_tax"), tax_warning),
            waiting("business_validation_tax"),
            "taxes",
            "Open Taxes",
        ),
    )


State = tuple[str, str, str]
"""state, state_words and detail of a step."""


def _connect(connection: ConnectionFacts | None) -> State:
    if connection is None:
        return "open", "Not connected", "Sign in at Intuit and choose the company."
    name = connection.company_name or connection.realm_id
    details = {
        "connected": f"To {name}.",
        "needs_reconnect": f"The connection to {name} was lost. Reconnect to the same company.",
        "disconnected": f"It was connected to {name}. Settings and links are kept until it is reconnected.",
    }
    state = "done" if connection.status == "connected" else "open"
    return state, STATUS_WORDS[connection.status], details[connection.status]


def _configure(choices: Choices | None, waiting: int) -> State:
    if choices is None:
        return "open", "Not chosen", "Nothing posts until all three are chosen and saved."
    if waiting:
        return "partly", "Needs another choice", entry_for("setup_incomplete").cause
    return "done", "Chosen", "Payment account, default Service and default Product."


def _taxes(rates: Mapping[int, TaxRate], links: Mapping[int, TaxLink], waiting: int, warning: str) -> State:
    live = [rate for rate in rates.values() if not rate.archived]
    linked = sum(rate.id in links for rate in live)
    if not live:
        return "done", "Nothing to link", "Caspen has no tax rate in this workspace."
    words = f"{linked} of {len(live)} linked"
    if warning:
        return "partly", "GST is off", warning
    if linked == len(live) and not waiting:
        return "done", words, "Each Caspen rate has its QuickBooks tax code."
    detail = "Only invoices that use a rate without a link wait; the others post."
    return "partly" if linked else "open", words, detail


def selects(choices: Choices | None, offers: Offers) -> tuple[Select, ...]:
    chosen = choices or Choices("", "", "")
    return (
        Select(
            "payment_account",
            "Payment account",
            "A bank account, or a clearing account (Other Current Asset).",
            offers.payment_accounts,
            chosen.payment_account_id,
        ),
        Select(
            "service_item",
            "Default Service item",
            "For services, classes, activities, packages and custom lines.",
            offers.service_items,
            chosen.service_item_id,
        ),
        Select(
            "product_item",
            "Default Product item",
            "For product lines: a NonInventory or Inventory item.",
            offers.product_items,
            chosen.product_item_id,
        ),
    )


def fix_page(finding: Finding) -> str:
    """The page of ours where it is fixed; empty where it is fixed in QuickBooks' own settings."""
    if finding.ok:
        return ""
    if finding.fix.startswith("Taxes"):
        return "taxes"
    return "setup" if finding.fix.startswith(("Set-up", "Settings")) else ""
