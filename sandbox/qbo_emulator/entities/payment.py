"""Payment: money received, applied to invoices and with credit memos."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qbo_emulator.entities.base import Options, Transaction, check_period_open
from qbo_emulator.rules.application import LINKABLE, applications_of, carry_to_documents, payment_line
from qbo_emulator.rules.currency import (
    check_account_currency,
    check_same_currency,
    ensure_receivable,
    exchange_rate,
    transaction_currency,
)
from qbo_emulator.rules.references import (
    account_of_type,
    active_customer,
    bare_ref,
    named_ref,
    referred,
)
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import (
    LINKED_TXN,
    Amount,
    Anything,
    Day,
    Flag,
    Many,
    Number,
    Part,
    Ref,
    Shape,
    Text,
)
from qbo_emulator.values.money import ZERO, amount_number, dec

_LINE = Part(
    Shape(
        {
            "Id": Text(20),
            "LineNum": Number(),
            "Amount": Amount(),
            "LinkedTxn": Many(LINKED_TXN),
            "Description": Text(4000),
            "DetailType": Text(50),
            "LineEx": Anything(read_only=True),
            "CustomField": Anything(read_only=True),
        }
    )
)


class Payment(Transaction):
    """Lines say what is paid and with which credits, all positive; TotalAmt is the money that came in, and
    what it leaves over is UnappliedAmt.
    """

    name = "Payment"
    void_style = "include"
    fields = {
        "CustomerRef": Ref(),
        "TotalAmt": Amount(),
        "Line": Many(_LINE),
        "TxnDate": Day(),
        "PaymentRefNum": Text(21),
        "PrivateNote": Text(4000),
        "PaymentMethodRef": Ref(),
        "DepositToAccountRef": Ref(),
        "ARAccountRef": Ref(),
        "CurrencyRef": Ref(),
        "ExchangeRate": Number(),
        "TxnSource": Text(50),
        "TxnStatus": Text(50),
        "ProcessPayment": Flag(),
        "CreditCardPayment": Anything(),
        "TransactionLocationType": Text(50),
        "ProjectRef": Ref(),
        "TaxExemptionRef": Ref(),
        "CustomField": Anything(read_only=True),
        "UnappliedAmt": Anything(read_only=True),
        "LinkedTxn": Many(LINKED_TXN, read_only=True),
    }
    filters = {
        "CustomerRef": "id",
        "TxnDate": "day",
        "PaymentRefNum": "text",
        "TotalAmt": "number",
        "ProjectRef": "id",
        "UnappliedAmt": "number",
        "PaymentMethodRef": "id",
    }
    indexed = ("CustomerRef", "TxnDate", "PaymentRefNum")

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        customer = active_customer(company, fields)
        if "TotalAmt" not in fields:
            raise faults.business("You must set a transaction amount.")
        total = dec(fields["TotalAmt"])
        if total < 0:
            raise faults.business("Transaction amount must be 0 or greater.")
        txn_date = fields.get("TxnDate") or company.clock.data_centre_today().isoformat()
        check_period_open(company, txn_date, options)
        currency = transaction_currency(company, fields, customer)
        lines, net = self._lines(company, fields, customer, total, old, currency)
        document = {
            **fields,
            "CustomerRef": named_ref(customer),
            "TxnDate": txn_date,
            "Line": lines,
            "CurrencyRef": currency,
            "UnappliedAmt": amount_number(total - net),
            "ProcessPayment": fields.get("ProcessPayment", False),
            "ExchangeRate": exchange_rate(company, fields, currency, txn_date),
            "DepositToAccountRef": self._account(company, fields, currency),
            "LinkedTxn": old.get("LinkedTxn") if old else None,
        }
        if "ARAccountRef" in fields:
            receivable = account_of_type(
                company, fields["ARAccountRef"], "ARAccountRef", ("Accounts Receivable",)
            )
            check_same_currency(receivable, currency)
            document["ARAccountRef"] = named_ref(receivable)
        if "PaymentMethodRef" in fields:
            document["PaymentMethodRef"] = bare_ref(
                referred(company, "PaymentMethod", fields["PaymentMethodRef"], "PaymentMethodRef")
            )
        return document

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        ensure_receivable(company, document["CurrencyRef"])
        stored = super().commit(company, document, old)
        carry_to_documents(company, document, old)
        return stored

    def uncommit(self, company: Company, old: Document) -> None:
        carry_to_documents(company, {**old, "Line": []}, old)

    def voided(self, old: Document) -> Document:
        note = old.get("PrivateNote", "")
        return {
            **old,
            "TotalAmt": 0,
            "UnappliedAmt": 0,
            "Line": [],
            "PrivateNote": note if note.startswith("Voided") else f"Voided - {note}".rstrip(" -"),
        }

    def check_changeable(self, company: Company, old: Document, options: Options) -> None:
        super().check_changeable(company, old, options)
        if any(link["TxnType"] == "Deposit" for link in old.get("LinkedTxn", [])):
            raise faults.deposited()

    def _account(self, company: Company, fields: dict[str, Any], currency: dict[str, str]) -> dict[str, str]:
        ref = fields.get("DepositToAccountRef")
        if ref is None:
            return bare_ref(company.table("Account").equal_to("AccountSubType", "UndepositedFunds")[0])
        account = account_of_type(company, ref, "DepositToAccountRef", ("Bank", "Other Current Asset"))
        check_account_currency(company, account, currency)
        return bare_ref(account)

    def _lines(
        self,
        company: Company,
        fields: dict[str, Any],
        customer: Document,
        total: Decimal,
        old: Document | None,
        currency: dict[str, str],
    ) -> tuple[list[dict[str, Any]], Decimal]:
        """Checked lines and the money they use. Lines are taken all or none; there is no merging."""
        had = applications_of(old)
        used: dict[tuple[str, str], Decimal] = {}
        lines, net = [], ZERO
        for line in fields.get("Line", []):
            links = [
                link
                for link in (line or {}).get("LinkedTxn", [])
                if link and link.get("TxnId") not in (None, "0")
            ]
            amount = dec((line or {}).get("Amount"))
            if not links:
                continue
            if amount < 0:
                raise faults.validation(
                    2290, "NegativeAmount", "Negative amounts aren't supported on transaction lines", "Amount"
                )
            target, entity = self._target(company, links[0], customer)
            check_same_currency(target, currency)
            key = (entity, target["Id"])
            free = dec(target["Balance"]) + had.get(key, ZERO) - used.get(key, ZERO)
            if amount > free:
                if company.switches.over_application == "fault":
                    raise faults.business(
                        "The amount applied is more than the open balance of the transaction it is "
                        "applied to."
                    )
                amount = free
            used[key] = used.get(key, ZERO) + amount
            net += amount if entity == "Invoice" else -amount
            if amount:
                lines.append(payment_line(target, entity, amount))
        if net > total:
            raise faults.business("The amount applied is more than the amount received.")
        if net < 0:
            raise faults.business("The credits applied are more than the invoices they are applied to.")
        return lines, net

    def _target(self, company: Company, link: dict[str, str], customer: Document) -> tuple[Document, str]:
        entity = link.get("TxnType", "")
        target = company.get(entity, link["TxnId"]) if entity in LINKABLE else None
        if target is None:
            raise faults.cannot_link()
        owner = company.get("Customer", target["CustomerRef"]["value"]) or {}
        billed_to = owner.get("ParentRef", {}).get("value") if owner.get("BillWithParent") else None
        if customer["Id"] not in (owner.get("Id"), billed_to):
            raise faults.cannot_link()
        return target, entity
