"""Documents and list entries by hand: enter, edit, void, delete, pay, bank, make inactive."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qbo_emulator.entities import KINDS, Kind
from qbo_emulator.rules.references import account_of_type
from qbo_emulator.service.person.basics import PERSON, BadRequest, head, kind_of, target
from qbo_emulator.store import Company, Document


def record_payment(company: Company, asked: dict[str, Any]) -> Document:
    """Receive money: ``customer`` Id, ``amount`` (default: all invoices named), ``invoices`` as Ids or
    ``{"id", "amount"}`` to split it, ``credits`` likewise, ``date``, ``deposit_to``, ``method``,
    ``reference``.
    """
    lines = [_line(company, "Invoice", part) for part in asked.get("invoices", [])]
    lines += [_line(company, "CreditMemo", part) for part in asked.get("credits", [])]
    amount = asked.get("amount")
    if amount is None:
        signs = {"Invoice": 1, "CreditMemo": -1}
        amount = sum(signs[line["LinkedTxn"][0]["TxnType"]] * Decimal(str(line["Amount"])) for line in lines)
    customer = asked.get("customer") or (lines and _owner(company, lines[0]))
    if not customer:
        raise BadRequest("record-payment wants a customer Id, or invoices of one")
    body = {
        "CustomerRef": {"value": str(customer)},
        "TotalAmt": amount,
        "Line": lines,
        "TxnDate": asked.get("date"),
        "PaymentRefNum": asked.get("reference"),
        "PrivateNote": asked.get("memo"),
    }
    payer = company.get("Customer", str(customer))
    if payer and company.switches.multi_currency:  # the page takes the customer's own
        body["CurrencyRef"] = payer["CurrencyRef"]
        body["ExchangeRate"] = asked.get("exchange_rate")
    for name, key in (("DepositToAccountRef", "deposit_to"), ("PaymentMethodRef", "method")):
        if asked.get(key):
            body[name] = {"value": str(asked[key])}
    return KINDS["Payment"].create(company, body, PERSON)


def create(company: Company, asked: dict[str, Any]) -> Document:
    """Enter a document by hand: ``entity`` and its ``document``. The page fills in the customer's
    currency.
    """
    document = asked.get("document")
    if company.switches.multi_currency and isinstance(document, dict) and "CustomerRef" in document:
        payer = company.get("Customer", str(document["CustomerRef"]["value"]))
        document = {**({"CurrencyRef": payer["CurrencyRef"]} if payer else {}), **document}
    return kind_of(asked).create(company, document, PERSON)


def edit(company: Company, asked: dict[str, Any]) -> Document:
    """Change a document: ``entity``, ``id``, ``changes`` as in a sparse update."""
    kind, old = target(company, asked)
    changes = asked.get("changes")
    if not isinstance(changes, dict):
        raise BadRequest("edit wants changes, an object of properties as in a sparse update")
    return kind.update(company, {**changes, **head(old), "sparse": True}, PERSON)


def void(company: Company, asked: dict[str, Any]) -> Document:
    """Void a transaction: ``entity`` and ``id``. On the pages any form can be voided, credit memos too."""
    kind, old = target(company, asked)
    if not kind.is_transaction or kind.name == "Deposit":
        raise BadRequest(f"a {kind.name} cannot be voided")
    return kind.void(company, head(old), PERSON)


def delete(company: Company, asked: dict[str, Any]) -> Document:
    """Delete a transaction: ``entity`` and ``id``."""
    kind, old = target(company, asked)
    return kind.delete(company, head(old), PERSON)


def make_inactive(company: Company, asked: dict[str, Any]) -> Document:
    """Make a customer, item, account, ... inactive: ``entity`` and ``id``."""
    kind, old = target(company, asked)
    return _set_active(company, kind, old, False)


def make_active(company: Company, asked: dict[str, Any]) -> Document:
    """Bring an inactive entry back: ``entity`` and ``id``; 6240 when its name was taken meanwhile."""
    kind, old = target(company, asked)
    return _set_active(company, kind, old, True)


def make_deposit(company: Company, asked: dict[str, Any]) -> Document:
    """Bank payments: ``payments`` Ids, ``deposit_to`` account Id (default: the first bank account),
    ``date``.
    """
    account = asked.get("deposit_to") or company.table("Account").equal_to("AccountType", "Bank")[0]["Id"]
    account_of_type(company, {"value": str(account)}, "deposit_to", ("Bank", "Other Current Asset"))
    lines = [
        {"LinkedTxn": [{"TxnId": str(payment), "TxnType": "Payment"}]}
        for payment in asked.get("payments", [])
    ]
    if not lines:
        raise BadRequest("make-deposit wants payments, a list of Ids")
    body = {"DepositToAccountRef": {"value": str(account)}, "Line": lines, "TxnDate": asked.get("date")}
    first = company.get("Payment", str(asked["payments"][0]))
    if first:
        body["CurrencyRef"] = first["CurrencyRef"]
    return KINDS["Deposit"].create(company, body, PERSON)


def remove_from_deposit(company: Company, asked: dict[str, Any]) -> Document:
    """Take ``payment`` (an Id) off the deposit it appears on; a deposit of nothing else is deleted."""
    payment = company.get("Payment", str(asked.get("payment"))) or {}
    links = [link["TxnId"] for link in payment.get("LinkedTxn", []) if link["TxnType"] == "Deposit"]
    if not links:
        raise BadRequest("remove-from-deposit wants payment, the Id of one that is on a deposit")
    deposit = company.get("Deposit", links[0]) or {}
    kept = [
        line
        for line in deposit["Line"]
        if all(link["TxnId"] != payment["Id"] for link in line.get("LinkedTxn", []))
    ]
    kind = KINDS["Deposit"]
    if kept:
        kind.update(company, {**head(deposit), "sparse": True, "Line": kept}, PERSON)
    else:
        kind.delete(company, head(deposit), PERSON)
    return company.get("Payment", payment["Id"]) or {}


def _set_active(company: Company, kind: Kind, old: Document, active: bool) -> Document:
    if "Active" not in old:
        raise BadRequest(f"a {kind.name} is never inactive")
    if kind.name in ("TaxCode", "TaxRate"):
        return company.bump(kind.name, old, {"Active": active})
    return kind.update(company, {**head(old), "sparse": True, "Active": active}, PERSON)


def _line(company: Company, entity: str, part: Any) -> dict[str, Any]:
    row_id, amount = (part.get("id"), part.get("amount")) if isinstance(part, dict) else (part, None)
    target = company.get(entity, str(row_id))
    if target is None:
        raise BadRequest(f"there is no {entity} {row_id}")
    return {
        "Amount": target["Balance"] if amount is None else amount,
        "LinkedTxn": [{"TxnId": target["Id"], "TxnType": entity}],
    }


def _owner(company: Company, line: dict[str, Any]) -> str:
    link = line["LinkedTxn"][0]
    return (company.get(link["TxnType"], link["TxnId"]) or {})["CustomerRef"]["value"]
