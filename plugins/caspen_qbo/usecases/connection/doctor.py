"""The set-up check: everything a workspace needs, what was found, and what to click."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from caspen_qbo.core.cause import Setting
from caspen_qbo.core.posting.readiness import check_setup
from caspen_qbo.core.records import TaxRate
from caspen_qbo.core.reference import CompanyFacts, TaxCode
from caspen_qbo.errors import ConfigurationError, ReportStorageError, SyncError
from caspen_qbo.hooks.storage import ReportStorage, probe
from caspen_qbo.hooks.store.connection.setup import TaxLink
from caspen_qbo.settings import CONNECTION_WARNING_DAYS
from caspen_qbo.usecases.shared.session import Session

NAMED_MAX = 20
"""Customers named in one finding."""
ENDED = frozenset({"EXPIRED", "CANCELLED", "CANCELED", "SUSPENDED", "ENDED"})


@dataclass(frozen=True, slots=True)
class Finding:
    name: str
    ok: bool
    detail: str
    fix: str = ""
    """What to click; empty when all is well."""


def examine(session: Session, storage: ReportStorage) -> list[Finding]:
    """Every check, read live; writes nothing but a file that it deletes again where reports are kept.
    A check that cannot be made is a finding and raises nothing.
    """
    return [*_examine_books(session), _check_reports(session, storage)]


def _examine_books(session: Session) -> list[Finding]:
    session.forget_reference()
    try:
        company = session.reference().company
    except SyncError as error:
        return [Finding("connection", False, error.message, "Set-up > Connect.")]
    links, codes = session.store.setup.fetch_tax_links(), session.reference().tax_codes
    rates = sorted(session.billing.fetch_tax_rates(session.workspace_id).values(), key=lambda rate: rate.id)
    used = (rate for rate in rates if not rate.archived or rate.id in links)
    return [
        Finding("connection", True, _connected_to(company, session)),
        _check_age(session),
        *_check_company(company, session.workspace.currency),
        *_check_choices(session),
        _check_customers(session),
        *(_check_rate(rate, links.get(rate.id), codes, _covered(rates, links)) for rate in used),
    ]


def _connected_to(company: CompanyFacts, session: Session) -> str:
    facts = session.connection
    by = f" by {facts.connected_by}" if facts.connected_by else ""
    name = company.name or "a company without a name"
    return f"connected to {name} (company {session.realm_id}) since {facts.connected_at:%Y-%m-%d}{by}"


def _check(name: str, ok: bool, good: str, bad: str, fix: str) -> Finding:
    return Finding(name, True, good) if ok else Finding(name, False, bad, fix)


def _check_age(session: Session) -> Finding:
    facts = session.connection
    ends = [at for at in (facts.refresh_expires_at, facts.refresh_hard_expires_at) if at is not None]
    if not ends:
        return Finding("connection age", True, "Intuit named no end of this connection")
    left = (min(ends) - datetime.now(UTC)).days
    return _check(
        "connection age",
        left >= CONNECTION_WARNING_DAYS[0],
        f"{left} days left; every use starts them again",
        f"the connection ends in {left} days",
        "Set-up > Reconnect.",
    )


def _check_company(company: CompanyFacts, currency: str) -> Iterator[Finding]:
    yield _check(
        "custom transaction numbers",
        bool(company.custom_numbers),
        "on",
        "off: QuickBooks would number invoices automatically",
        "QuickBooks > Settings > Sales > Custom transaction numbers: on.",
    )
    yield _check(
        "auto-apply credits",
        not company.auto_apply_credit,
        "off",
        "on: QuickBooks applies credit notes to the oldest invoice; this project undoes that each time",
        "QuickBooks > Settings > Advanced > Automation > Automatically apply credits: off.",
    )
    yield _check(
        "GST / sales tax",
        company.tax_on is not False,
        "on" if company.tax_on else "QuickBooks did not say",
        "off: documents with tax are not posted, since QuickBooks would drop their tax",
        "QuickBooks > Taxes > Set up GST.",
    )
    currencies = f"QuickBooks {company.home_currency or 'did not say'}, Caspen {currency}"
    fix = "The currencies must be equal; connect the company that keeps these books."
    yield _check("home currency", company.home_currency in ("", currency), currencies, currencies, fix)
    closed = f"books closed up to {company.closing_date}" if company.closing_date else "none in QuickBooks"
    yield Finding("closing date", True, closed)
    stated = company.subscription or "QuickBooks did not say"
    lapsed = company.subscription.upper() in ENDED
    yield _check("subscription", not lapsed, stated, stated, "Renew the QuickBooks subscription.")


def _check_choices(session: Session) -> Iterator[Finding]:
    try:
        problems = {problem.cause.of: problem for problem in check_setup(session.context()) if problem.cause}
    except ConfigurationError as error:
        fix = "Settings: choose the three and save."
        yield from (Finding(name, False, error.message, fix) for name in Setting)
        return
    for name in Setting:
        bad = problems[name].detail if name in problems else ""
        yield _check(name, not bad, "active and of the right type", bad, "Settings: choose another.")


def _check_customers(session: Session) -> Finding:
    """As last read; a customer nothing waits on may well be inactive."""
    links = session.store.customers.fetch_page(session.realm_id, "", (), page_size=NAMED_MAX, skip=0)
    held = [link for link in links if link.waiting]
    named = "; ".join(
        f"client {link.client_id} is linked to customer {link.customer_id}, on which {link.waiting:,} "
        f"document{' waits' if link.waiting == 1 else 's wait'}"
        for link in held
    )
    fix = "Customers: look at the link; reactivate the customer in QuickBooks, or link another (`relink`)."
    return _check("customers", not held, "none that holds a document is inactive", f"inactive: {named}", fix)


def _check_reports(session: Session, storage: ReportStorage) -> Finding:
    """That they can be written and read from here, and that here is where the runs write them."""
    name = "reports"
    try:
        probe(storage)
        last = session.store.report_files.fetch_last()
        there = last is None or storage.read(f"{session.workspace_id}/{last.name}", 1) is not None
    except ReportStorageError as error:
        return Finding(name, False, error.message, "Set CASPEN_QBO_REPORTS to a place that works.")
    if last is None or there:
        return Finding(name, True, f"written to and read from {storage.where}")
    return Finding(
        name,
        False,
        f"{last.name} of {last.at:%Y-%m-%d %H:%M} UTC is not in {storage.where}: what wrote it keeps reports "
        "elsewhere",
        "Set CASPEN_QBO_REPORTS to one place that workers and API server all reach.",
    )


def _covered(rates: Iterable[TaxRate], links: Mapping[int, TaxLink]) -> frozenset[tuple[str, Decimal]]:
    """(tax code id, percent) that invoices of today can be given in Caspen."""
    return frozenset(
        (links[rate.id].tax_code_id, rate.rate) for rate in rates if rate.id in links and not rate.archived
    )


def _check_rate(
    rate: TaxRate,
    link: TaxLink | None,
    codes: Mapping[str, TaxCode],
    covered: Collection[tuple[str, Decimal]],
) -> Finding:
    name = f"tax rate {rate.name} ({rate.id})"
    if link is None:
        waiting = "not linked; only invoices that use it wait"
        return Finding(name, False, waiting, "Taxes > Sync with QuickBooks.")
    code = codes.get(link.tax_code_id)
    if code is None or not code.usable_for_sales:
        detail = f"its tax code {link.tax_code_name} is gone or inactive"
        return Finding(name, False, detail, "Taxes: link another.")
    if rate.rate not in code.percents:
        detail = f"Caspen {rate.rate.normalize():f} %, QuickBooks {code.name} {code.rates}"
        return Finding(name, False, detail, "Taxes: link a code of the same rate.")
    now = f"{code.percent.normalize():f} %"
    ended = rate.rate != code.percent and rate.rate not in _to_come(code)
    return _check(
        name,
        rate.archived or not ended or (code.id, code.percent) in covered,
        f"linked to {code.name}, {code.rates}",
        f"Caspen {rate.rate.normalize():f} %, QuickBooks {code.name} {code.rates}: invoices of today at "
        "this rate are held",
        f"Caspen: use a tax rate of {now} for new invoices; Taxes: link it to {code.name}.",
    )


def _to_come(code: TaxCode) -> set[Decimal]:
    """Rates after the present one."""
    today = datetime.now(UTC).date()
    return {span.percent for span in code.spans if span.start is not None and span.start > today}
