"""Tie-outs: the sums a bookkeeper signs, each with the documents that explain its difference."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.money import ZERO
from caspen_qbo.core.reconciling.stored import TieOut
from caspen_qbo.core.reconciling.tie_outs import Item, Sum, TieOutDraft, describe_reason
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.reconciling.tie_outs import ComparedSums, ForeignDocument
from caspen_qbo.usecases.reconciling.tax_by_code import by_code, name_codes
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.wording import counted, long_day, money

NAMED_MAX = 20
"""Of what is in another currency."""


def collect_tie_outs(
    session: Session, today: date, balances: Mapping[str, Decimal] | None
) -> tuple[TieOut, ...]:
    """Receivables, the payment account, credit notes, and tax of this month and the one before.

    :param today: In the workspace's time zone.
    :param balances: What each customer owes by QuickBooks, by id; None when this run did not read that.
    """
    compared = session.store.tie_outs.sum_compared()
    drafts = (
        _receivables(session, compared, balances),
        _payment_account(session, compared),
        _credit_notes(session, compared),
        _tax(session, today),
    )
    reasons = find_reasons(session, session.run_id, (item.key for draft in drafts for _, item in draft.shown))
    return tuple(draft.finish(reasons) for draft in drafts)


def find_reasons(session: Session, run_id: str, keys: Iterable[DocumentKey]) -> dict[DocumentKey, str]:
    """Why documents differ in the comparison of a run, in words; of each of them."""
    ids = defaultdict[DocumentKind, set[int]](set)
    for key in keys:
        ids[key.kind].add(key.id)
    known = {
        kind: session.store.tie_outs.fetch_reasons(run_id, kind, sorted(wanted))
        for kind, wanted in ids.items()
    }
    return {
        DocumentKey(kind, document_id): describe_reason(kind, known[kind].get(document_id))
        for kind, wanted in ids.items()
        for document_id in wanted
    }


def _sum(
    session: Session,
    compared: Sequence[ComparedSums],
    label: str,
    kind: DocumentKind,
    figure: str,
    *,
    imported: bool = False,
) -> Sum:
    """A figure, total or balance, of all compared documents of a kind."""
    rows = [row for row in compared if row.document_kind is kind and (row.origin == "quickbooks") == imported]
    caspen, quickbooks = (
        sum((getattr(row, f"{side}_{figure}") for row in rows), ZERO) for side in ("caspen", "quickbooks")
    )
    found = session.store.tie_outs.fetch_items(kind, figure, imported=imported)
    return Sum(label, caspen, quickbooks, *found)


def _receivables(
    session: Session, compared: Sequence[ComparedSums], balances: Mapping[str, Decimal] | None
) -> TieOutDraft:
    store = session.store.tie_outs
    label = "Open balances of synced invoices"
    synced = _sum(session, compared, label, DocumentKind.INVOICE, "balance")
    found = store.sum_receivables(session.realm_id)
    notes = []
    unsynced = store.sum_unsynced()
    if number := unsynced.documents:
        verbs = ("waits", "is") if number == 1 else ("wait", "are")
        notes.append(
            f"Not in these sums on Caspen's side: {counted(number, 'finalised invoice')} that {verbs[0]} or "
            f"{verbs[1]} listed, with {money(unsynced.amount)} due in Caspen."
        )
    if number := unsynced.foreign_documents:
        notes.append(f"In another currency, and not in QuickBooks: {counted(number, 'finalised invoice')}.")
    foreign = store.fetch_foreign(session.realm_id, NAMED_MAX)
    if foreign:
        notes.append(_name_foreign(foreign, session.home_currency))
    steps = [
        ("Synced invoices that are in another currency in QuickBooks", -found.foreign_compared),
        ("Synced invoices that were moved to a customer who is no client of Caspen's", -found.moved),
        ("Posted invoices of which Caspen has a newer version that waits or is listed", found.held),
        ("QuickBooks invoices that are not of Caspen's", found.other),
        ("Credit memos not used up", -found.unused_credits),
        ("Payments or parts of payments that pay nothing", -found.unapplied_payments),
    ]
    if balances is None:
        notes.append("Total customer balances are read only in a full run; this run was incremental.")
    else:
        shown = store.sum_customers(session.realm_id, balances)
        known = synced.quickbooks + sum((step for _, step in steps), ZERO)
        steps.append(
            ("From before the connection, journal entries and whatever else was not read", shown - known)
        )
    return TieOutDraft(
        "receivables",
        "Accounts receivable",
        "What clients owe on synced invoices, reconciled to the balance QuickBooks shows.",
        [synced],
        steps=steps,
        leads_to=None if balances is None else "Total customer balances in QuickBooks",
        notes=notes,
    )


def _name_foreign(documents: Sequence[ForeignDocument], home: str) -> str:
    named = ", ".join(
        f"{one.quickbooks_type} {one.quickbooks_id} of {money(one.total, one.currency)} "
        f"({money(one.home_total, home)})"
        for one in documents
    )
    more = (
        f", and {documents[0].in_all - len(documents):,} more" if documents[0].in_all > len(documents) else ""
    )
    return f"In another currency in QuickBooks, and counted here by its home amounts: {named}{more}."


def _payment_account(session: Session, compared: Sequence[ComparedSums]) -> TieOutDraft:
    choices = session.store.setup.fetch_choices()
    account_id = choices.payment_account_id if choices else ""
    found = session.store.tie_outs.sum_account(session.realm_id, account_id)
    labels = (
        "Payments posted from Caspen on synced invoices",
        "Payments imported from QuickBooks on synced invoices",
    )
    both = [
        _sum(session, compared, label, DocumentKind.PAYMENT, "total", imported=imported)
        for label, imported in zip(labels, (False, True), strict=True)
    ]
    steps = [
        ("Of these on another account than the chosen payment account", -found.elsewhere),
        ("What the others pay that is not on synced invoices, or not yet at all", found.rest),
        ("Posted payments of which Caspen has a newer version that waits or is listed", found.held),
        ("QuickBooks payments that are not linked to Caspen", found.other),
    ]
    return TieOutDraft(
        "payment_account",
        "Payment account",
        "Money received on synced invoices, reconciled to the payments that QuickBooks has on the chosen "
        "payment account. Deposits, transfers and sales receipts are not payments and not read.",
        both,
        totals={"Together": both},
        steps=steps,
        leads_to="Payments on the payment account in QuickBooks, since it was connected",
    )


def _credit_notes(session: Session, compared: Sequence[ComparedSums]) -> TieOutDraft:
    kind = DocumentKind.CREDIT_NOTE
    return TieOutDraft(
        "credit_notes",
        "Credit notes",
        "Synced credit notes: each should be in QuickBooks for the same amount, and used up on its own "
        "invoice.",
        [
            _sum(session, compared, "Credit notes issued", kind, "total"),
            _sum(session, compared, "Not yet used on their invoice", kind, "balance"),
        ],
    )


def _tax(session: Session, today: date) -> TieOutDraft:
    since = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    names = name_codes(session)
    sums: dict[tuple[date, str, str], Sum] = {}
    for taxed in by_code(session, since):
        name = names.get(taxed.code, f"tax code [{taxed.code}]" if taxed.code else "no tax code")
        for index, figure in enumerate(("Net sales", "Tax")):
            caspen, quickbooks = (side and side[index] for side in (taxed.caspen, taxed.quickbooks))
            if caspen or quickbooks:
                label = f"{figure} at {name}, {taxed.month:%B %Y}"
                line = sums.setdefault((taxed.month, taxed.code, figure), Sum(label, month=taxed.month))
                line.add(Item(taxed.key, taxed.number, caspen, quickbooks))
    ordered = sorted(sums)
    others = {
        "other": "not of Caspen's",
        "held": "of which Caspen has a newer version that waits or is listed",
    }
    found = {row.name: row for row in session.store.tie_outs.sum_other_tax(session.realm_id, since)}
    return TieOutDraft(
        "tax",
        "Tax by code",
        f"Synced invoices less credit notes from {long_day(since)} on, each side in the month of its own "
        "date.",
        [sums[key] for key in ordered],
        totals={
            f"{figure} together, {month:%B %Y}": [
                sums[key] for key in ordered if (key[0], key[2]) == (month, figure)
            ]
            for month in sorted({key[0] for key in ordered})
            for figure in ("Net sales", "Tax")
        },
        notes=[
            f"Not in these sums: QuickBooks dates {counted(found[name].documents, 'document')} {what} "
            f"into this period: net {money(found[name].net)}, tax {money(found[name].tax)}."
            for name, what in others.items()
            if name in found
        ],
    )
