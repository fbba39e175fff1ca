"""
What a person does on QuickBooks' own pages: the same rules as the API, minus what only the API may not do.

Every action takes one JSON object and gives back the documents it touched. Sync tokens are looked up, so a
person never meets a stale object.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from qbo_emulator.entities import KINDS, Kind, Options
from qbo_emulator.rules.references import account_of_type
from qbo_emulator.state.oauth import Authority
from qbo_emulator.store import Company, Document
from qbo_emulator.store.switches import Switches
from qbo_emulator.values import faults

PERSON = Options(allow_duplicate_number=True, by_person=True)
Action = Callable[[Company, dict[str, Any]], Any]


class BadRequest(ValueError):
    """The control door was asked for something that makes no sense; the text says what is wanted."""


def record_payment(company: Company, asked: dict[str, Any]) -> Document:
    """
    Receive money: ``customer`` Id, ``amount`` (default: all invoices named), ``invoices`` as Ids or
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
    for name, key in (("DepositToAccountRef", "deposit_to"), ("PaymentMethodRef", "method")):
        if asked.get(key):
            body[name] = {"value": str(asked[key])}
    return KINDS["Payment"].create(company, body, PERSON)


def create(company: Company, asked: dict[str, Any]) -> Document:
    """Enter a document by hand: ``entity`` and its ``document``."""
    return _kind(asked).create(company, asked.get("document"), PERSON)


def edit(company: Company, asked: dict[str, Any]) -> Document:
    """Change a document: ``entity``, ``id``, ``changes`` as in a sparse update."""
    kind, old = _target(company, asked)
    changes = asked.get("changes")
    if not isinstance(changes, dict):
        raise BadRequest("edit wants changes, an object of properties as in a sparse update")
    return kind.update(company, {**changes, **_head(old), "sparse": True}, PERSON)


def void(company: Company, asked: dict[str, Any]) -> Document:
    """Void a transaction: ``entity`` and ``id``. On the pages any form can be voided, credit memos too."""
    kind, old = _target(company, asked)
    if not kind.is_transaction or kind.name == "Deposit":
        raise BadRequest(f"a {kind.name} cannot be voided")
    return kind.void(company, _head(old), PERSON)


def delete(company: Company, asked: dict[str, Any]) -> Document:
    """Delete a transaction: ``entity`` and ``id``."""
    kind, old = _target(company, asked)
    return kind.delete(company, _head(old), PERSON)


def make_inactive(company: Company, asked: dict[str, Any]) -> Document:
    """Make a customer, item, account, ... inactive: ``entity`` and ``id``."""
    kind, old = _target(company, asked)
    return _set_active(company, kind, old, False)


def make_active(company: Company, asked: dict[str, Any]) -> Document:
    """Bring an inactive entry back: ``entity`` and ``id``; 6240 when its name was taken in the meantime."""
    kind, old = _target(company, asked)
    return _set_active(company, kind, old, True)


def make_deposit(company: Company, asked: dict[str, Any]) -> Document:
    """
    Bank payments: ``payments`` Ids, ``deposit_to`` account Id (default: the first bank account), ``date``.
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
    return KINDS["Deposit"].create(company, body, PERSON)


def close_books(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    """Close the books ``through`` a date (YYYY-MM-DD), or open them again with null."""
    through = asked.get("through")
    if through is not None and len(str(through)) != 10:
        raise BadRequest("close-books wants through: a date YYYY-MM-DD, or null")
    company.books_closed_through = through
    return {"books_closed_through": through}


def end_subscription(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    """Stop paying Intuit: writes give 6190, reads go on."""
    return _subscription(company, False)


def restart_subscription(company: Company, asked: dict[str, Any]) -> dict[str, Any]:
    """Pay again."""
    return _subscription(company, True)


def set_connected(company: Company, authority: Authority, connected: bool) -> dict[str, Any]:
    """Disconnect the app (its tokens die, the API answers 403) or let it connect again."""
    company.connected = connected
    if not connected:
        authority.end_company(company.realm)
    return {"connected": connected}


def rename_company(company: Company, asked: dict[str, Any]) -> Document:
    """Change the company's ``name``."""
    if not asked.get("name"):
        raise BadRequest("rename-company wants name")
    company.info = company.bump("CompanyInfo", company.info, {"CompanyName": str(asked["name"])})
    return company.info


def change_switches(company: Company, changes: dict[str, Any]) -> Switches:
    """Set switches, keeping the readable preferences in step; ValueError names what is wrong."""
    company.switches.change(changes)
    sales = company.preferences["SalesFormsPrefs"]
    wanted = {
        **sales,
        "CustomTxnNumbers": company.switches.custom_txn_numbers,
        "AutoApplyCredit": company.switches.auto_apply_credit,
    }
    if wanted != sales:
        company.preferences = company.bump("Preferences", company.preferences, {"SalesFormsPrefs": wanted})
    return company.switches


def _set_active(company: Company, kind: Kind, old: Document, active: bool) -> Document:
    if "Active" not in old:
        raise BadRequest(f"a {kind.name} is never inactive")
    if kind.name in ("TaxCode", "TaxRate"):
        return company.bump(kind.name, old, {"Active": active})
    return kind.update(company, {**_head(old), "sparse": True, "Active": active}, PERSON)


def _subscription(company: Company, active: bool) -> dict[str, Any]:
    company.subscription_active = active
    status = "PAID" if active else "SUBSCRIPTION_EXPIRED"
    values = [
        {**pair, "Value": status} if pair["Name"] == "SubscriptionStatus" else pair
        for pair in company.info["NameValue"]
    ]
    company.info = company.bump("CompanyInfo", company.info, {"NameValue": values})
    return {"subscription_active": active}


def _kind(asked: dict[str, Any]) -> Kind:
    kind = KINDS.get(str(asked.get("entity")))
    if kind is None:
        raise BadRequest(f"entity is {asked.get('entity')!r}; it is one of {', '.join(KINDS)}")
    return kind


def _target(company: Company, asked: dict[str, Any]) -> tuple[Kind, Document]:
    kind = _kind(asked)
    old = company.get(kind.name, str(asked.get("id")))
    if old is None:
        raise faults.not_found(company.was_deleted(kind.name, str(asked.get("id"))))
    return kind, old


def _head(old: Document) -> dict[str, str]:
    return {"Id": old["Id"], "SyncToken": old["SyncToken"]}


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


ACTIONS: dict[str, Action] = {
    "record-payment": record_payment,
    "create": create,
    "edit": edit,
    "void": void,
    "delete": delete,
    "make-inactive": make_inactive,
    "make-active": make_active,
    "make-deposit": make_deposit,
    "close-books": close_books,
    "end-subscription": end_subscription,
    "restart-subscription": restart_subscription,
    "rename-company": rename_company,
}
