"""Set-up as texts: the checklist of three, the settings with their lists, the doctor's findings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.records import TaxRate
from caspen_qbo.core.reference import Choices, ListEntry
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.connection.setup import TaxLink
from caspen_qbo.ui import texts
from caspen_qbo.ui.visit import Visit
from caspen_qbo.usecases.connection.doctor import Finding
from caspen_qbo.usecases.connection.setup import Offers


@dataclass(frozen=True, slots=True)
class Step:
    title: str
    state: str
    """done, partly or open."""
    state_text: str
    detail: str
    waiting: str
    """What waits on it; empty when nothing does."""


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Select:
    field: str
    label: str
    hint: str
    options: tuple[Option, ...]
    chosen_label: str


@dataclass(frozen=True, slots=True)
class Company:
    name: str
    realm_id: str
    status: str
    since: str
    line: str
    """Since when invoices post; it never moves."""


@dataclass(frozen=True, slots=True)
class SetupView:
    steps: tuple[Step, ...]
    next: tuple[str, str, str] | None
    """Title of the first step that is not done, where it is done, and what the link there says."""
    company: Company | None
    connect_label: str
    may_disconnect: bool
    selects: tuple[Select, ...]
    trouble: str


def setup_view(
    visit: Visit,
    *,
    choices: Choices | None,
    tax_rates: Mapping[int, TaxRate],
    tax_links: Mapping[int, TaxLink],
    causes: Iterable[Row],
    offers: Offers | None,
    trouble: str,
) -> SetupView:
    causes = list(causes)
    status = visit.connection.status if visit.connection else ""
    steps = (
        _connect_step(visit, causes),
        _configure_step(choices, causes),
        _taxes_step(tax_rates, tax_links, causes),
    )
    places = (("#connection", "Connect"), ("#settings", "Choose"), (visit.url("taxes"), "Open Taxes"))
    to_do = ((step.title, *place) for step, place in zip(steps, places, strict=True) if step.state != "done")
    return SetupView(
        steps=steps,
        next=next(to_do, None),
        company=_company(visit),
        connect_label="Connect to QuickBooks" if not status else "Reconnect",
        may_disconnect=status in ("connected", "needs_reconnect"),
        selects=_selects(choices, offers) if offers else (),
        trouble=trouble,
    )


def _connect_step(visit: Visit, causes: list[Row]) -> Step:
    connection = visit.connection
    waiting = _waiting(causes, {"invalid_refresh_token"})
    if connection is None:
        return Step(
            "Connect to QuickBooks",
            "open",
            "Not connected",
            "Sign in at Intuit and choose the company.",
            waiting,
        )
    name = connection.company_name or connection.realm_id
    if connection.status == "connected":
        return Step("Connect to QuickBooks", "done", "Connected", f"To {name}.", waiting)
    if connection.status == "needs_reconnect":
        detail = f"The connection to {name} was lost. Reconnect to the same company."
        return Step("Connect to QuickBooks", "open", "Connection lost", detail, waiting)
    detail = f"It was connected to {name}. Settings and links are kept for the day it is reconnected."
    return Step("Connect to QuickBooks", "open", "Disconnected", detail, waiting)


def _configure_step(choices: Choices | None, causes: list[Row]) -> Step:
    title, waiting = "Choose account and items", _waiting(causes, {"setup_incomplete"})
    if choices is None:
        return Step(
            title, "open", "Not chosen", "Nothing posts until all three are chosen and saved.", waiting
        )
    if waiting:
        return Step(title, "partly", "Needs another choice", entry_for("setup_incomplete").cause, waiting)
    return Step(title, "done", "Chosen", "Payment account, default Service and default Product.", waiting)


def _taxes_step(rates: Mapping[int, TaxRate], links: Mapping[int, TaxLink], causes: list[Row]) -> Step:
    title, waiting = "Link tax rates", _waiting(causes, {"business_validation_tax"})
    live = [rate for rate in rates.values() if not rate.archived]
    linked = sum(rate.id in links for rate in live)
    if not live:
        return Step(title, "done", "Nothing to link", "Caspen has no tax rate in this workspace.", waiting)
    text = f"{linked} of {len(live)} linked"
    if linked == len(live) and not waiting:
        return Step(title, "done", text, "Each Caspen rate has its QuickBooks tax code.", waiting)
    detail = "Only invoices that use a rate without a link wait; the others post."
    return Step(title, "partly" if linked else "open", text, detail, waiting)


def _waiting(causes: list[Row], keys: set[str]) -> str:
    number = sum(row["waiting"] for row in causes if row["error_key"] in keys)
    return (
        f"{texts.counted(number, 'document')} {'waits' if number == 1 else 'wait'} for this."
        if number
        else ""
    )


STATUS_TEXTS = {
    "connected": "Connected",
    "needs_reconnect": "Connection lost",
    "disconnected": "Disconnected",
}


def _company(visit: Visit) -> Company | None:
    connection = visit.connection
    if connection is None:
        return None
    return Company(
        name=connection.company_name or "(name not read yet)",
        realm_id=connection.realm_id,
        status=STATUS_TEXTS[connection.status],
        since=texts.moment(connection.connected_at, visit.zone),
        line=texts.moment(connection.first_connected_at, visit.zone),
    )


def _selects(choices: Choices | None, offers: Offers) -> tuple[Select, ...]:
    return (
        _select(
            "payment_account",
            "Payment account",
            "A bank account, or a clearing account (Other Current Asset).",
            offers.payment_accounts,
            choices.payment_account_id if choices else "",
        ),
        _select(
            "service_item",
            "Default Service item",
            "For services, classes, activities, packages and custom lines.",
            offers.service_items,
            choices.service_item_id if choices else "",
        ),
        _select(
            "product_item",
            "Default Product item",
            "For product lines: a NonInventory or Inventory item.",
            offers.product_items,
            choices.product_item_id if choices else "",
        ),
    )


def _select(field: str, label: str, hint: str, entries: Sequence[ListEntry], chosen: str) -> Select:
    options = tuple(Option(entry.id, f"{entry.name} ({entry.type})", entry.id == chosen) for entry in entries)
    if chosen and not any(option.chosen for option in options):
        missing = f"{chosen}: no longer active or of a right type; choose another"
        options = (Option("", missing, True), *options)
    elif not chosen:
        options = (Option("", "Choose …", True), *options)
    return Select(
        field, label, hint, options, next((option.label for option in options if option.chosen), texts.NONE)
    )


@dataclass(frozen=True, slots=True)
class FindingView:
    name: str
    ok: bool
    state: str
    detail: str
    fix: str
    link: str


@dataclass(frozen=True, slots=True)
class DoctorView:
    summary: str
    findings: tuple[FindingView, ...]
    trouble: str
    connected: bool


def doctor_view(visit: Visit, findings: Sequence[Finding], trouble: str = "") -> DoctorView:
    wrong = sum(not finding.ok for finding in findings)
    summary = "" if trouble else "Everything is as it should be."
    if wrong:
        needs = "needs" if wrong == 1 else "need"
        summary = f"{texts.counted(wrong, 'check')} of {len(findings)} {needs} somebody."
    return DoctorView(
        summary,
        tuple(
            FindingView(
                finding.name,
                finding.ok,
                "OK" if finding.ok else "Look here",
                finding.detail,
                finding.fix,
                _link(visit, finding),
            )
            for finding in sorted(findings, key=lambda finding: finding.ok)
        ),
        trouble,
        visit.connected,
    )


def _link(visit: Visit, finding: Finding) -> str:
    """The page of ours where the fix is made; QuickBooks' own settings have no address we could know."""
    if finding.ok:
        return ""
    if finding.fix.startswith("Taxes"):
        return visit.url("taxes")
    return visit.url("setup") if finding.fix.startswith(("Set-up", "Settings")) else ""


@dataclass(frozen=True, slots=True)
class DisconnectView:
    company: str
    connected: bool


def disconnect_view(visit: Visit) -> DisconnectView:
    connection = visit.connection
    if connection is None:
        return DisconnectView("", False)
    return DisconnectView(
        f"{connection.company_name or 'the company'} ({connection.realm_id})",
        connection.status != "disconnected",
    )
