"""The set-up doctor: every check of a workspace, what was found, and what to click."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from caspen_qbo.core.cause import Setting
from caspen_qbo.core.posting.readiness import check_setup
from caspen_qbo.core.reference import CompanyFacts
from caspen_qbo.errors import ConfigurationError, SyncError
from caspen_qbo.settings import CONNECTION_WARNING_DAYS
from caspen_qbo.usecases.shared.session import Session


@dataclass(frozen=True, slots=True)
class Finding:
    """One check."""

    name: str
    ok: bool
    detail: str
    fix: str = ""
    """What to click; empty when all is well."""


def examine(session: Session) -> list[Finding]:
    """
    Every check, read live. Never raises for what it finds: a check that cannot be made is a finding.

    Safe to repeat; writes nothing.
    """
    session.forget_reference()
    try:
        company = session.reference().company
    except SyncError as error:
        return [Finding("connection", False, error.message, "Set-up > Connect.")]
    return [
        Finding("connection", True, f"connected to {company.name or session.realm_id}"),
        _connection_age(session),
        *_company(session, company),
        *_choices(session),
        *_tax_rates(session),
    ]


def _connection_age(session: Session) -> Finding:
    ends = [
        at
        for at in (session.connection.refresh_expires_at, session.connection.refresh_hard_expires_at)
        if at is not None
    ]
    if not ends:
        return Finding("connection age", True, "Intuit named no end of this connection")
    left = (min(ends) - datetime.now(UTC)).days
    if left >= CONNECTION_WARNING_DAYS[0]:
        return Finding("connection age", True, f"{left} days left unless it is used")
    return Finding("connection age", False, f"the connection ends in {left} days", "Set-up > Reconnect.")


def _company(session: Session, company: CompanyFacts) -> Iterator[Finding]:
    yield Finding(
        "custom transaction numbers",
        bool(company.custom_numbers),
        "on" if company.custom_numbers else "off: QuickBooks would number invoices by itself",
        "" if company.custom_numbers else "QuickBooks > Settings > Sales > Custom transaction numbers: on.",
    )
    if company.auto_apply_credit:
        yield Finding(
            "auto-apply credits",
            False,
            "on: QuickBooks applies credit notes to the oldest invoice; this project undoes that each time",
            "QuickBooks > Settings > Advanced > Automation > Automatically apply credits: off.",
        )
    else:
        yield Finding("auto-apply credits", True, "off")
    yield Finding(
        "GST / sales tax",
        company.tax_on is not False,
        "on" if company.tax_on is not False else "off: taxed invoices would lose their tax",
        "" if company.tax_on is not False else "QuickBooks > Taxes > Set up GST.",
    )
    same = not company.home_currency or company.home_currency == session.workspace.currency
    yield Finding(
        "home currency",
        same,
        f"QuickBooks {company.home_currency or 'did not say'}, Caspen {session.workspace.currency}",
        "" if same else "The currencies must be equal; connect the company that keeps these books.",
    )
    yield Finding(
        "closing date",
        True,
        f"books closed up to {company.closing_date}"
        if company.closing_date
        else "none that QuickBooks tells",
    )
    lapsed = company.subscription.upper() in ("EXPIRED", "CANCELLED", "CANCELED", "SUSPENDED", "ENDED")
    yield Finding(
        "subscription",
        not lapsed,
        company.subscription or "QuickBooks did not say",
        "Renew the QuickBooks subscription." if lapsed else "",
    )


def _choices(session: Session) -> Iterator[Finding]:
    fix = "Settings: choose another."
    try:
        problems = {problem.cause.of: problem for problem in check_setup(session.context()) if problem.cause}
    except ConfigurationError as error:
        for name in Setting:
            yield Finding(name, False, error.message, "Settings: choose the three and save.")
        return
    for name in Setting:
        problem = problems.get(name)
        yield Finding(
            name,
            problem is None,
            problem.detail if problem else "active and of a right type",
            fix if problem else "",
        )


def _tax_rates(session: Session) -> Iterator[Finding]:
    links = session.store.setup.fetch_tax_links()
    codes = session.reference().tax_codes
    for rate in sorted(session.billing.fetch_tax_rates(session.workspace_id).values(), key=lambda r: r.id):
        if rate.archived and rate.id not in links:
            continue
        name = f"tax rate {rate.name} ({rate.id})"
        link = links.get(rate.id)
        code = codes.get(link["tax_code_id"]) if link else None
        if link is None:
            yield Finding(
                name, False, "not linked; only invoices that use it wait", "Taxes > Sync with QuickBooks."
            )
        elif code is None or not code.usable_for_sales:
            yield Finding(
                name,
                False,
                f"its tax code {link['tax_code_name']} is gone or inactive",
                "Taxes: link another.",
            )
        elif code.percent != rate.rate:
            detail = (
                f"Caspen {rate.rate.normalize():f} %, QuickBooks {code.name} {code.percent.normalize():f} %"
            )
            yield Finding(name, False, detail, "Taxes: link a code of the same rate.")
        else:
            yield Finding(name, True, f"linked to {code.name}, {code.percent.normalize():f} %")
