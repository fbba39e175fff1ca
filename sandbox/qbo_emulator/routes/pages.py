"""The sandbox's pages: look at a company, and do what a person would do there."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from qbo_emulator.service.person import ACTIONS, BadRequest, set_connected
from qbo_emulator.state.world import World
from qbo_emulator.store import Company, Document, value_at
from qbo_emulator.templates import render
from qbo_emulator.values.faults import ApplicationFault

SHOWN_MAX = 200
COLUMNS: dict[str, tuple[str, ...]] = {
    "Invoice": ("Id", "DocNumber", "TxnDate", "CustomerRef.name", "TotalAmt", "Balance", "PrivateNote"),
    "Payment": (
        "Id",
        "TxnDate",
        "CustomerRef.name",
        "TotalAmt",
        "UnappliedAmt",
        "PaymentRefNum",
        "PrivateNote",
    ),
    "CreditMemo": (
        "Id",
        "DocNumber",
        "TxnDate",
        "CustomerRef.name",
        "TotalAmt",
        "RemainingCredit",
        "PrivateNote",
    ),
    "Customer": ("Id", "DisplayName", "Active", "Balance", "CurrencyRef", "PrimaryEmailAddr"),
    "Item": ("Id", "Name", "Type", "Active", "UnitPrice"),
    "Account": ("Id", "Name", "AccountType", "Active"),
    "RefundReceipt": ("Id", "DocNumber", "TxnDate", "CustomerRef.name", "TotalAmt", "PrivateNote"),
    "SalesReceipt": ("Id", "DocNumber", "TxnDate", "CustomerRef.name", "TotalAmt", "PrivateNote"),
    "Deposit": ("Id", "TxnDate", "DepositToAccountRef.name", "TotalAmt"),
    "Class": ("Id", "FullyQualifiedName", "Active"),
    "Department": ("Id", "FullyQualifiedName", "Active"),
    "TaxRate": ("Id", "Name", "Active", "RateValue"),
    "Attachable": ("Id", "FileName", "Size", "Note"),
}
VOIDABLE = ("Invoice", "Payment", "CreditMemo", "RefundReceipt", "SalesReceipt")
NAMED = ("Customer", "Item", "Account", "Class", "Department", "TaxRate")


async def home(request: Request) -> Response:
    """All companies."""
    world: World = request.app.state.world
    return render(
        "home.html",
        {
            "companies": world.companies.values(),
            "authority": world.authority,
            "now": world.clock.now().isoformat(timespec="seconds"),
        },
    )


async def company_page(request: Request) -> Response:
    """One company's documents of one kind, newest first, with the forms to act on them."""
    company = _company(request)
    show = request.query_params.get("show", "Invoice")
    if company is None or show not in COLUMNS:
        return render(
            "message.html", {"title": "Not found", "text": "There is no such company or list."}, 404
        )
    table = company.table(show)
    newest = [row for row, _ in zip(reversed(table.rows.values()), range(SHOWN_MAX), strict=False)]
    return render(
        "company.html",
        {
            "company": company,
            "show": show,
            "columns": [column.removesuffix(".name").removesuffix("Ref") for column in COLUMNS[show]],
            "rows": [_row(show, document) for document in newest],
            "more": len(table) > len(newest),
            "counts": {name: len(company.table(name)) for name in COLUMNS},
            "company_actions": _company_actions(company),
            "actions": list(ACTIONS),
            "problem": request.query_params.get("problem"),
            "done": request.query_params.get("done"),
        },
    )


async def document_page(request: Request) -> Response:
    """One document, as the API reads it."""
    company, entity = _company(request), request.path_params["entity"]
    document = company.get(entity, request.path_params["id"]) if company and entity in COLUMNS else None
    if company is None or document is None:
        return render("message.html", {"title": "Not found", "text": "There is no such document."}, 404)
    return render(
        "document.html",
        {
            "company": company,
            "entity": entity,
            "document": document,
            "text": json.dumps(document, indent=2, ensure_ascii=False),
            "problem": request.query_params.get("problem"),
        },
    )


async def act(request: Request) -> Response:
    """A form of the pages: do it, and go back to the list, with what QuickBooks said if it refused."""
    world: World = request.app.state.world
    company, action = _company(request), request.path_params["action"]
    if company is None:
        return render("message.html", {"title": "Not found", "text": "There is no such company."}, 404)
    form = {name: str(value) for name, value in (await request.form()).items() if value}
    try:
        asked = None
        if action == "anything":
            action, asked = form.get("action", ""), json.loads(form.get("asked", "{}"))
        if action in ("disconnect", "reconnect"):
            set_connected(company, world.authority, action == "reconnect")
        elif action in ACTIONS:
            ACTIONS[action](company, _asked(action, form) if asked is None else asked)
        else:
            raise BadRequest(f"There is no action {action}.")
        outcome = {"done": f"{action.replace('-', ' ').capitalize()}: done."}
    except ApplicationFault as fault:
        outcome = {"problem": f"{fault.errors[0].code}: {fault.errors[0].detail}"}
    except ValueError as error:
        outcome = {"problem": str(error)}
    world.webhooks.collect(world.companies.values())
    show = form.get("entity") or ("Payment" if action == "record-payment" else "Invoice")
    return RedirectResponse(f"/_sandbox/{company.realm}/?{urlencode({'show': show, **outcome})}", 303)


def _company(request: Request) -> Company | None:
    return request.app.state.world.companies.get(request.path_params["realm"])


def _row(entity: str, document: Document) -> dict[str, Any]:
    cells = [value_at(document, column) for column in COLUMNS[entity]]
    if entity in NAMED:
        actions = ["make-inactive" if document["Active"] else "make-active"]
    else:
        actions = (["void"] if entity in VOIDABLE else []) + ["delete"]
    return {
        "id": document["Id"],
        "cells": ["" if cell is None else cell for cell in cells],
        "actions": actions,
    }


def _company_actions(company: Company) -> list[str]:
    return [
        "end-subscription" if company.subscription_active else "restart-subscription",
        "disconnect" if company.connected else "reconnect",
    ]


def _asked(action: str, form: dict[str, str]) -> dict[str, Any]:
    """A form's text as the action wants it."""
    asked: dict[str, Any] = dict(form)
    if action == "edit":
        asked["changes"] = json.loads(form.get("changes", "null"))
    if action == "record-payment":
        parts = [part.split("=") for part in form.get("invoices", "").split(",") if part.strip()]
        asked["invoices"] = [
            {"id": part[0].strip(), "amount": part[1].strip() if len(part) > 1 else None} for part in parts
        ]
    return asked


ROUTES = [
    Route("/", home),
    Route("/_sandbox", home),
    Route("/_sandbox/", home),
    Route("/_sandbox/{realm}/", company_page),
    Route("/_sandbox/{realm}/show/{entity}/{id}", document_page),
    Route("/_sandbox/{realm}/do/{action}", act, methods=["POST"]),
]
