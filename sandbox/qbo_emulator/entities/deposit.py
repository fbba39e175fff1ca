"""Deposit: payments and receipts taken from Undeposited Funds to the bank."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities.base import Options, Transaction, check_period_open
from qbo_emulator.rules.currency import (
    check_account_currency,
    check_same_currency,
    currency_ref,
    exchange_rate,
    home_currency,
    in_home,
)
from qbo_emulator.rules.references import account_of_type, named_ref, referred
from qbo_emulator.rules.tracking import department, line_class
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import (
    LINKED_TXN,
    Amount,
    Anything,
    Choice,
    Day,
    Many,
    Number,
    Part,
    Ref,
    Shape,
    Text,
)
from qbo_emulator.values.money import ZERO, amount_number, dec

DEPOSITABLE = ("Payment", "SalesReceipt")

_LINE = Part(
    Shape(
        {
            "Id": Text(20),
            "LineNum": Number(),
            "Description": Text(4000),
            "Amount": Amount(),
            "DetailType": Text(50),
            "LinkedTxn": Many(LINKED_TXN),
            "CustomField": Anything(read_only=True),
            "LineEx": Anything(read_only=True),
            "DepositToAccountRef": Ref(),
            "ProjectRef": Ref(),
            "DepositLineDetail": Part(
                Shape(
                    {
                        "AccountRef": Ref(),
                        "PaymentMethodRef": Ref(),
                        "CheckNum": Text(21),
                        "ClassRef": Ref(),
                        "Entity": Ref(),
                        "TxnType": Text(50),
                        "TaxCodeRef": Ref(),
                        "TaxApplicableOn": Text(20),
                    }
                )
            ),
        }
    )
)


class Deposit(Transaction):
    """While a payment is on a deposit it can be neither changed nor deleted (6540)."""

    name = "Deposit"
    fields = {
        "Line": Many(_LINE),
        "DepositToAccountRef": Ref(),
        "TxnDate": Day(),
        "PrivateNote": Text(4000),
        "DocNumber": Text(21),
        "CurrencyRef": Ref(),
        "ExchangeRate": Number(),
        "DepartmentRef": Ref(),
        "CashBack": Anything(),
        "TxnStatus": Text(50),
        "TxnSource": Text(50),
        "AttachableRef": Anything(),
        "GlobalTaxCalculation": Choice(("TaxExcluded", "TaxInclusive", "NotApplicable")),
        "TxnTaxDetail": Anything(read_only=True),
        "TransactionLocationType": Text(50),
        "TotalAmt": Anything(read_only=True),
        "HomeTotalAmt": Anything(read_only=True),
    }
    filters = {"TxnDate": "day", "DepositToAccountRef": "id", "TotalAmt": "number", "DocNumber": "text"}
    indexed = ("TxnDate",)

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        ref = fields.get("DepositToAccountRef")
        if ref is None:
            raise faults.required("DepositToAccountRef")
        account = account_of_type(company, ref, "DepositToAccountRef", ("Bank", "Other Current Asset"))
        txn_date = fields.get("TxnDate") or company.clock.data_centre_today().isoformat()
        check_period_open(company, txn_date, options)
        if not fields.get("Line"):
            raise faults.required("Line")
        ref = fields.get("CurrencyRef")
        currency = currency_ref(company, ref["value"]) if ref else home_currency(company)
        check_account_currency(company, account, currency)
        lines = [self._line(company, line, n, old) for n, line in enumerate(fields["Line"], start=1)]
        for entity, row_id in _linked({"Line": lines}):
            check_same_currency(company.get(entity, row_id) or {}, currency)
        rate = exchange_rate(company, fields, currency, txn_date)
        total = sum((dec(line["Amount"]) for line in lines), ZERO)
        return {
            **fields,
            "DepositToAccountRef": named_ref(account),
            "TxnDate": txn_date,
            "Line": lines,
            "DepartmentRef": department(company, fields.get("DepartmentRef")),
            "TotalAmt": amount_number(total),
            "CurrencyRef": currency,
            "ExchangeRate": rate,
            "HomeTotalAmt": None if rate is None else in_home(amount_number(total), rate),
        }

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        stored = super().commit(company, document, old)
        self._mark(company, document, _linked(old) - _linked(document), _linked(document) - _linked(old))
        return stored

    def uncommit(self, company: Company, old: Document) -> None:
        self._mark(company, old, _linked(old), set())

    def _line(
        self, company: Company, line: dict[str, Any] | None, number: int, old: Document | None
    ) -> dict[str, Any]:
        line = line or {}
        links = line.get("LinkedTxn") or []
        if links:
            entity, row_id = links[0].get("TxnType", ""), links[0].get("TxnId", "")
            target = company.get(entity, row_id) if entity in DEPOSITABLE else None
            taken = any(link["TxnType"] == "Deposit" for link in (target or {}).get("LinkedTxn", []))
            if target is None or (taken and (entity, row_id) not in _linked(old)):
                raise faults.cannot_link()
            return {
                "Id": str(number),
                "LineNum": number,
                "Amount": target["TotalAmt"],
                "LinkedTxn": [{"TxnId": row_id, "TxnType": entity, "TxnLineId": "0"}],
            }
        detail = dict(line.get("DepositLineDetail") or {})
        if "Amount" not in line:
            raise faults.required("Amount")
        if "AccountRef" not in detail:
            raise faults.required("AccountRef")
        detail["AccountRef"] = named_ref(referred(company, "Account", detail["AccountRef"], "AccountRef"))
        detail["ClassRef"] = line_class(company, detail.get("ClassRef"))
        detail = {name: value for name, value in detail.items() if value is not None}
        return {
            **line,
            "Id": str(number),
            "LineNum": number,
            "DetailType": "DepositLineDetail",
            "DepositLineDetail": detail,
        }

    def _mark(
        self, company: Company, document: Document, removed: set[tuple[str, str]], added: set[tuple[str, str]]
    ) -> None:
        link = {"TxnId": document["Id"], "TxnType": "Deposit"}
        for entity, row_id in sorted(removed | added):
            target = company.get(entity, row_id)
            if target is None:
                continue
            links = [known for known in target.get("LinkedTxn", []) if known != link]
            company.bump(entity, target, {"LinkedTxn": links + ([link] if (entity, row_id) in added else [])})


def _linked(deposit: Document | None) -> set[tuple[str, str]]:
    lines = (deposit or {}).get("Line", [])
    return {(link["TxnType"], link["TxnId"]) for line in lines for link in line.get("LinkedTxn", [])}
