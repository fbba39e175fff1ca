"""Tie-outs: the sums a bookkeeper signs, each with the documents that explain its difference."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.usecases.reconciling.tax_by_code import by_code, name_codes
from caspen_qbo.usecases.reconciling.tie_out_rows import ITEMS_MAX, ZERO, Item, Sum, TieOut, TieOutDraft
from caspen_qbo.usecases.shared.session import Session


def tie_outs(session: Session, today: date, balances: Mapping[str, Decimal] | None) -> list[TieOut]:
    """
    Receivables, the payment account, credit notes, and tax of this month and the one before.

    :param today: In the workspace's time zone.
    :param balances: What QuickBooks says each customer owes, by id; None when this run did not ask.
    """
    sums = session.store.tie_outs.sum_compared()
    drafts = (
        _receivables(session, sums, balances),
        _payment_account(session, sums),
        _credit_notes(session, sums),
        _tax(session, today),
    )
    return [draft.finish(session) for draft in drafts]


def _receivables(
    session: Session, sums: Sequence[Mapping[str, Any]], balances: Mapping[str, Decimal] | None
) -> TieOutDraft:
    store = session.store.tie_outs
    synced = _sum(session, "Open balances of synced invoices", sums, DocumentKind.INVOICE, "balance")
    found = {(row["name"], row["linked"]): row for row in store.sum_receivables(session.realm_id)}

    def amount(name: str, *, linked: bool = True) -> Decimal:
        row = found.get((name, linked))
        return row["amount"] if row else ZERO

    notes = []
    unsynced = store.sum_unsynced()
    if number := unsynced["documents"]:
        notes.append(
            f"Not in these sums on Caspen's side: {_count(number, 'finalised invoice')} that wait"
            f"{'s' if number == 1 else ''} or {'is' if number == 1 else 'are'} listed, with "
            f"{unsynced['amount']:,.2f} due in Caspen."
        )
    if number := unsynced["foreign_documents"]:
        notes.append(f"In another currency, and not in QuickBooks: {_count(number, 'finalised invoice')}.")
    steps = [
        (
            "Synced invoices that were moved to a customer who is no client of Caspen's",
            -amount("compared", linked=False),
        ),
        ("Posted invoices of which Caspen has a newer version that waits or is listed", amount("held")),
        ("QuickBooks invoices that are not of Caspen's", amount("other")),
        ("Credit memos not used up", -amount("unused_credits")),
        ("Payments or parts of payments that pay nothing", -amount("unapplied_payments")),
    ]
    if balances is None:
        notes.append(
            "What these customers owe all in all is read when every document is read again, which this run "
            "did not do."
        )
    else:
        shown = store.sum_customers(session.realm_id, balances)
        known = synced.quickbooks + sum((step for _, step in steps), ZERO)
        steps.append(
            ("From before the connection, journal entries and whatever else was not read", shown - known)
        )
    return TieOutDraft(
        "receivables",
        "Accounts receivable",
        "What clients owe on synced invoices, and from there to what QuickBooks shows that they owe.",
        [synced],
        steps=steps,
        leads_to=None if balances is None else "What these customers owe in QuickBooks, all in all",
        notes=notes,
    )


def _payment_account(session: Session, sums: Sequence[Mapping[str, Any]]) -> TieOutDraft:
    choices = session.store.setup.fetch_choices()
    account = session.store.tie_outs.sum_account(
        session.realm_id, choices.payment_account_id if choices else ""
    )
    label = "Payments {} on synced invoices".format
    posted = _sum(session, label("posted from Caspen"), sums, DocumentKind.PAYMENT, "total")
    imported = _sum(session, label("imported from QuickBooks"), sums, DocumentKind.PAYMENT, "total", True)
    steps = [
        ("Of these on another account than the chosen payment account", -_part(account, "elsewhere")),
        ("What the others pay beside synced invoices, or not yet at all", _part(account, "compared", "rest")),
        (
            "Posted payments of which Caspen has a newer version that waits or is listed",
            _part(account, "held"),
        ),
        ("QuickBooks payments that are not linked to Caspen", _part(account, "other")),
    ]
    return TieOutDraft(
        "payment_account",
        "Payment account",
        "Money received on synced invoices, and from there to the payments that QuickBooks has on the chosen "
        "payment account. Deposits, transfers and sales receipts are not payments and not read.",
        [posted, imported],
        totals={"Together": [posted, imported]},
        steps=steps,
        leads_to="Payments on the payment account in QuickBooks, since it was connected",
    )


def _credit_notes(session: Session, sums: Sequence[Mapping[str, Any]]) -> TieOutDraft:
    return TieOutDraft(
        "credit_notes",
        "Credit notes",
        "Synced credit notes: each should be in QuickBooks for the same amount, and used up on its own "
        "invoice.",
        [
            _sum(session, "Credit notes issued", sums, DocumentKind.CREDIT_NOTE, "total"),
            _sum(session, "Not yet used on their invoice", sums, DocumentKind.CREDIT_NOTE, "balance"),
        ],
    )


def _tax(session: Session, today: date) -> TieOutDraft:
    since = (today.replace(day=1) - timedelta(days=1)).replace(day=1)
    names = name_codes(session)
    sums: dict[tuple[date, str, str], Sum] = {}
    for taxed in by_code(session, since):
        for index, figure in enumerate(("Net sales", "Tax")):
            caspen, quickbooks = (
                None if side is None else side[index] for side in (taxed.caspen, taxed.quickbooks)
            )
            if not caspen and not quickbooks:
                continue
            name = names.get(taxed.code, f"tax code [{taxed.code}]" if taxed.code else "no tax code")
            label = f"{figure} at {name}, {taxed.month:%B %Y}"
            line = sums.setdefault((taxed.month, taxed.code, figure), Sum(label))
            line.add(Item(taxed.kind, taxed.document_id, taxed.number, caspen, quickbooks))
    ordered = sorted(sums)
    others = session.store.tie_outs.sum_other_tax(session.realm_id, since)
    told = (
        ("other", "not of Caspen's"),
        ("held", "of which Caspen has a newer version that waits or is listed"),
    )
    return TieOutDraft(
        "tax",
        "Tax by code",
        f"Synced invoices less credit notes from {since.day} {since:%B %Y} on, each side in the month of its "
        "own date.",
        [sums[key] for key in ordered],
        totals={
            f"{figure} together, {month:%B %Y}": [
                sums[key] for key in ordered if (key[0], key[2]) == (month, figure)
            ]
            for month in sorted({key[0] for key in ordered})
            for figure in ("Net sales", "Tax")
        },
        notes=[
            f"Beside these, QuickBooks dates {_count(others[name]['documents'], 'document')} {what} "
            f"into this period: net {others[name]['net']:,.2f}, tax {others[name]['tax']:,.2f}."
            for name, what in told
            if name in others
        ],
    )


def _sum(
    session: Session,
    label: str,
    sums: Sequence[Mapping[str, Any]],
    kind: DocumentKind,
    figure: str,
    imported: bool = False,
) -> Sum:
    """A figure of all compared documents of a kind, with those in which it differs."""
    rows = [r for r in sums if r["document_kind"] == kind and (r["origin"] == "quickbooks") == imported]
    items = session.store.tie_outs.fetch_items(kind, figure, ITEMS_MAX, imported=imported)
    return Sum(
        label,
        sum((row[f"caspen_{figure}"] for row in rows), ZERO),
        sum((row[f"quickbooks_{figure}"] for row in rows), ZERO),
        [
            Item(kind, row["document_id"], row["document_number"], row["caspen"], row["quickbooks"])
            for row in items
        ],
        items[0]["items"] if items else 0,
        items[0]["delta_of_all"] if items else ZERO,
    )


def _part(found: Mapping[str, Mapping[str, Any]], name: str, figure: str = "amount") -> Decimal:
    return found[name][figure] if name in found else ZERO


def _count(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
