"""Which payment pays which invoice, and with which credit.

Payment lines are the only record of an application. An invoice's Balance and LinkedTxn, and a credit memo's
RemainingCredit and LinkedTxn, follow from them; every such change gives the other document a new sync token.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from qbo_emulator.rules.currency import in_home
from qbo_emulator.store import TRANSACTIONS, Company, Document, id_number
from qbo_emulator.values.money import ZERO, amount_number, dec

LINKABLE = ("Invoice", "CreditMemo")
AUTO_APPLY_NOTE = "Created by QB Online to link credits to charges."

Applications = dict[tuple[str, str], Decimal]
"""Amount by (entity, Id) of the document it is applied to."""


def applications_of(payment: Document | None) -> Applications:
    """What a payment applies to which document, in major units, all positive."""
    result: Applications = {}
    for line in (payment or {}).get("Line", []):
        for link in line.get("LinkedTxn", []):
            key = (link["TxnType"], link["TxnId"])
            result[key] = result.get(key, ZERO) + dec(line["Amount"])
    return result


def payments_of(company: Company, document: Document | None) -> list[Document]:
    """The payments applied to an invoice or credit memo, oldest first."""
    links = (document or {}).get("LinkedTxn", [])
    found = (company.get("Payment", link["TxnId"]) for link in links if link["TxnType"] == "Payment")
    return sorted((payment for payment in found if payment), key=id_number)


def applied_to(company: Company, entity: str, document: Document | None) -> Decimal:
    """How much of an invoice is paid, or of a credit memo used."""
    if document is None:
        return ZERO
    key = (entity, document["Id"])
    return sum((applications_of(payment).get(key, ZERO) for payment in payments_of(company, document)), ZERO)


def open_fields(entity: str, rest: Decimal, rate: Any) -> dict[str, Any]:
    """The derived amounts of an invoice or credit memo with ``rest`` open; ``rate`` is its ExchangeRate."""
    fields: dict[str, Any] = {"Balance": amount_number(rest)}
    if entity == "CreditMemo":
        fields["RemainingCredit"] = fields["Balance"]
    if rate is not None:
        fields["HomeBalance"] = in_home(fields["Balance"], rate)
    return fields


def carry_to_documents(company: Company, payment: Document, old: Document | None) -> None:
    """Bring the documents a payment is, or was, applied to in line with it."""
    before, after = applications_of(old), applications_of(payment)
    for entity, row_id in dict.fromkeys([*before, *after]):
        target = company.get(entity, row_id)
        change = after.get((entity, row_id), ZERO) - before.get((entity, row_id), ZERO)
        if target is None or (not change and old is not None):
            continue
        link = {"TxnId": payment["Id"], "TxnType": "Payment"}
        links = [known for known in target.get("LinkedTxn", []) if known != link]
        if (entity, row_id) in after:
            links.append(link)
        rest = open_fields(entity, dec(target["Balance"]) - change, target.get("ExchangeRate"))
        company.bump(entity, target, {**rest, "LinkedTxn": links})


def release(company: Company, entity: str, document: Document, keep: Decimal = ZERO) -> None:
    """Take an invoice or credit memo out of the payments applied to it, leaving at most ``keep`` applied.

    The payments survive; what they had applied becomes unapplied. Newest payments give way first.
    """
    surplus = applied_to(company, entity, document) - keep
    for payment in reversed(payments_of(company, document)):
        if surplus <= 0:
            return
        lines, freed = [], ZERO
        for line in payment["Line"]:
            is_link = line["LinkedTxn"][0] == {"TxnId": document["Id"], "TxnType": entity}
            take = min(surplus, dec(line["Amount"])) if is_link else ZERO
            surplus, freed = surplus - take, freed + take
            if dec(line["Amount"]) > take:
                lines.append({**line, "Amount": amount_number(dec(line["Amount"]) - take)})
        sign = -1 if entity == "CreditMemo" else 1
        unapplied = dec(payment["UnappliedAmt"]) + sign * freed
        changed = company.bump(
            "Payment",
            payment,
            {"Line": _balanced(lines, unapplied), "UnappliedAmt": amount_number(max(unapplied, ZERO))},
        )
        carry_to_documents(company, changed, payment)


def _balanced(lines: list[dict[str, Any]], unapplied: Decimal) -> list[dict[str, Any]]:
    """When a credit is taken away, the payment can no longer pay as much: shorten its last invoice lines."""
    missing = max(-unapplied, ZERO)
    result: list[dict[str, Any]] = []
    for line in reversed(lines):
        take = min(missing, dec(line["Amount"])) if line["LinkedTxn"][0]["TxnType"] == "Invoice" else ZERO
        missing -= take
        if dec(line["Amount"]) > take:
            result.insert(0, {**line, "Amount": amount_number(dec(line["Amount"]) - take)})
    return result


def auto_apply(company: Company, customer_ref: dict[str, str]) -> list[Document]:
    """Apply a customer's open credit memos to their oldest open invoices, one zero payment for each pair.

    What QuickBooks does automatically when AutoApplyCredit is on.
    """
    made: list[Document] = []
    for memo in _open_documents(company, "CreditMemo", customer_ref, "RemainingCredit"):
        for invoice in _open_documents(company, "Invoice", customer_ref, "Balance"):
            current = company.get("CreditMemo", memo["Id"]) or memo
            amount = min(dec(current["RemainingCredit"]), dec(invoice["Balance"]))
            if amount <= 0:
                break
            made.append(_zero_payment(company, invoice, current, amount))
    return made


def _open_documents(
    company: Company, entity: str, customer_ref: dict[str, str], field: str
) -> list[Document]:
    rows: Iterable[Document] = company.table(entity).equal_to("CustomerRef", customer_ref["value"])
    return sorted(
        (row for row in rows if dec(row[field]) > 0), key=lambda row: (row["TxnDate"], id_number(row))
    )


def _zero_payment(company: Company, invoice: Document, credit: Document, amount: Decimal) -> Document:
    stamp = company.now_stamp()
    payment = {
        "CustomerRef": invoice["CustomerRef"],
        "TotalAmt": 0,
        "UnappliedAmt": 0,
        "ProcessPayment": False,
        "domain": "QBO",
        "sparse": False,
        "Id": company.next_id(TRANSACTIONS),
        "SyncToken": "0",
        "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
        "TxnDate": max(invoice["TxnDate"], credit["TxnDate"]),
        "CurrencyRef": invoice["CurrencyRef"],
        **({"ExchangeRate": invoice["ExchangeRate"]} if "ExchangeRate" in invoice else {}),
        "PrivateNote": AUTO_APPLY_NOTE,
        "Line": [
            payment_line(target, kind, amount)
            for kind, target in (("Invoice", invoice), ("CreditMemo", credit))
        ],
    }
    company.put("Payment", payment, "created")
    carry_to_documents(company, payment, None)
    return payment


def payment_line(target: Document, entity: str, amount: Decimal) -> dict[str, Any]:
    """A payment line as QuickBooks answers it, with the Java serialiser's leftovers in ``LineEx``."""
    extras = {"txnId": target["Id"], "txnOpenBalance": f"{dec(target['Balance']):.2f}"}
    if "DocNumber" in target:
        extras["txnReferenceNumber"] = target["DocNumber"]
    return {
        "Amount": amount_number(amount),
        "LinkedTxn": [{"TxnId": target["Id"], "TxnType": entity}],
        "LineEx": {
            "any": [
                {
                    "name": "{http://schema.intuit.com/finance/v3}NameValue",
                    "nil": False,
                    "globalScope": True,
                    "declaredType": "com.intuit.schema.finance.v3.NameValue",
                    "scope": "javax.xml.bind.JAXBElement$GlobalScope",
                    "typeSubstituted": False,
                    "value": {"Name": name, "Value": value},
                }
                for name, value in extras.items()
            ]
        },
    }
