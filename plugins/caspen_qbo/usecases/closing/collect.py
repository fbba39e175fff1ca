"""Everything the pack of a month shows, collected once and stored when the month is closed."""

from collections import defaultdict
from datetime import date, datetime
from decimal import Decimal

from caspen_qbo.core.closing.checklist import check_month
from caspen_qbo.core.closing.figures import AGE_BOUNDS, AGES
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.closing.stored import Aged, AgedLine, MonthPack, Takings, total_of
from caspen_qbo.core.money import ZERO, to_cents
from caspen_qbo.core.posting.display_names import full_name
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store.closing.figures import AgedSum
from caspen_qbo.usecases.closing.facts import read_facts
from caspen_qbo.usecases.closing.sales_tax import collect_sales_tax
from caspen_qbo.usecases.shared.session import Session

CLIENTS_NAMED = 500
"""Clients in the ageing by name, the largest; the others are one line, so that a pack stays a document."""
EXCEPTIONS_KEPT = 1000

NOT_KEPT = (
    "No reconciliation's figures are kept for this company, so there is nothing to make a pack of. Run "
    "Reconcile, then open the month again."
)


def collect_pack(
    session: Session, month: Month, now: datetime, *, closed_by: str = "", note: str = ""
) -> MonthPack:
    """Of the reconciliation whose comparison is kept; asks Caspen, never QuickBooks. Writes nothing. Call in
    a transaction where all figures have to be of one moment.

    :raises ConfigurationError: no finished reconciliation of this company is kept.
    """
    run = session.store.months.fetch_kept_run()
    if run is None or run.report is None or run.realm_id != session.realm_id:
        raise ConfigurationError(NOT_KEPT)
    workspace, figures = session.workspace, session.store.figures
    tax, tax_tie_out = collect_sales_tax(session, run.run_id, month)
    takings, refunded = _takings(session, month)
    exceptions, in_all = figures.fetch_exceptions(month.first, month.last, EXCEPTIONS_KEPT)
    facts = read_facts(session.store, workspace, session, month, now)
    others = tuple(one for one in run.report.tie_outs if one.key != "tax")
    return MonthPack(
        workspace_id=workspace.id,
        workspace=workspace.name,
        company=session.connection.company_name or "",
        realm_id=session.realm_id,
        currency=session.home_currency,
        country=workspace.country_code,
        time_zone=workspace.time_zone,
        month=month.first,
        run_id=run.run_id,
        run_at=run.started_at,
        documents_checked=run.documents_checked or 0,
        full_compare=run.full_compare,
        made_at=now.replace(microsecond=0),
        closed_by=closed_by,
        note=note,
        checks=check_month(facts),
        volumes=figures.sum_volumes(month.first, month.last),
        tie_outs=(*others, tax_tie_out) if tax_tie_out.rows else others,
        sales_tax=tax,
        aged=_aged(session, month),
        takings=takings,
        exceptions=exceptions,
        exceptions_in_all=in_all,
        refunded=refunded,
    )


def _aged(session: Session, month: Month) -> Aged:
    found: dict[int | None, list[AgedSum]] = defaultdict(list)
    for one in session.store.figures.sum_aged(session.realm_id, month.last, AGE_BOUNDS):
        found[one.client_id].append(one)
    ordered = sorted(found, key=lambda client: (-max(_owed(found[client])), client or 0))
    named = [client for client in ordered[:CLIENTS_NAMED] if client is not None]
    clients = session.billing.fetch_clients(session.workspace_id, named)
    names = {
        client: f"{full_name(clients[client])} ({client})" if client in clients else f"Client {client}"
        for client in named
    }
    lines = [_line(names.get(client or 0, "Not a client of Caspen's"), found[client]) for client in ordered]
    rest = lines[CLIENTS_NAMED:]
    return Aged(
        total=total_of(lines, "Together"),
        lines=tuple(lines[:CLIENTS_NAMED]),
        others=total_of(rest, f"{len(rest):,} other clients") if rest else None,
        clients=len(lines),
    )


def _owed(sums: list[AgedSum]) -> tuple[Decimal, Decimal]:
    return sum((one.caspen for one in sums), ZERO), sum((one.quickbooks for one in sums), ZERO)


def _line(name: str, sums: list[AgedSum]) -> AgedLine:
    ids = sorted({each for one in sums for each in (one.customers or "").split(", ") if each})
    ours, theirs = [ZERO] * len(AGES), [ZERO] * len(AGES)
    for one in sums:
        ours[one.age] += one.caspen
        theirs[one.age] += one.quickbooks
    return AgedLine(name, ", ".join(ids), tuple(map(to_cents, ours)), tuple(map(to_cents, theirs)))


def _takings(session: Session, month: Month) -> tuple[tuple[Takings, ...], int]:
    """By day and method; and how many payments of the month were refunded."""
    choices = session.store.setup.fetch_choices()
    span = (choices.payment_account_id if choices else "", month.first, month.last)
    received = session.billing.sum_received(session.workspace_id, month.first, month.last)
    sides = defaultdict[tuple[date, str], list[Decimal]](lambda: [ZERO, ZERO, ZERO])
    for one in received:
        sides[one.day, one.method][0] += one.amount
    for page in session.store.figures.fetch_payments(session.realm_id, *span):
        ids = [payment.document_id for payment in page]
        allocations = session.billing.fetch_allocations(session.workspace_id, ids)
        for payment in page:
            known = allocations.get(payment.document_id)
            method = known.payment_method if known else "Not in Caspen any more"
            if payment.caspen_date and Month.of(payment.caspen_date) == month:
                sides[payment.caspen_date, method][1] += payment.caspen_total
            if payment.quickbooks_date and Month.of(payment.quickbooks_date) == month:
                sides[payment.quickbooks_date, method][2] += payment.quickbooks_total
    takings = [Takings(day, method, *map(to_cents, amounts)) for (day, method), amounts in sides.items()]
    others = session.store.figures.sum_other_payments(session.realm_id, *span)
    takings += [Takings(one.day, "", None, ZERO, to_cents(one.amount)) for one in others]
    ordered = sorted(takings, key=lambda one: (one.day, one.method == "", one.method))
    return tuple(ordered), sum(one.refunded for one in received)
