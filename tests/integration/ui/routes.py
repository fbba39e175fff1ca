"""Every route of the pages, read from the application, and the least role each needs."""

from __future__ import annotations

from fastapi.routing import APIRoute

from tests.integration.ui.conftest import Pages

NEEDS = {
    "GET /": "viewer",
    "GET /practices.csv": "viewer",
    "GET /search": "viewer",
    "GET /icon.svg": "viewer",
    "GET /runs/{dag_id}/{run_id}": "viewer",
    "GET /frame.js": "viewer",
    "GET /w/{workspace_id}/": "viewer",
    "GET /w/{workspace_id}/setup": "viewer",
    "GET /w/{workspace_id}/setup/doctor": "viewer",
    "POST /w/{workspace_id}/settings": "op",
    "GET /w/{workspace_id}/mail": "viewer",
    "GET /w/{workspace_id}/mail/preview.html": "viewer",
    "POST /w/{workspace_id}/mail": "op",
    "POST /w/{workspace_id}/mail/test": "op",
    "GET /mail": "viewer",
    "GET /mail/preview.html": "viewer",
    "POST /mail": "op",
    "POST /mail/test": "op",
    "POST /w/{workspace_id}/connect": "op",
    "GET /connect/callback": "op",
    "GET /w/{workspace_id}/disconnect": "op",
    "POST /w/{workspace_id}/disconnect": "op",
    "GET /w/{workspace_id}/taxes": "viewer",
    "GET /w/{workspace_id}/taxes/{tax_rate_id}": "op",
    "POST /w/{workspace_id}/taxes/{tax_rate_id}": "op",
    "GET /w/{workspace_id}/customers": "viewer",
    "GET /w/{workspace_id}/customers/{client_id}": "viewer",
    "GET /w/{workspace_id}/customers/{client_id}/relink": "op",
    "POST /w/{workspace_id}/customers/{client_id}": "op",
    "GET /w/{workspace_id}/unsynced": "viewer",
    "GET /w/{workspace_id}/unsynced.csv": "viewer",
    "POST /w/{workspace_id}/unsynced/retry": "user",
    "GET /w/{workspace_id}/invoices": "viewer",
    "GET /w/{workspace_id}/invoices/{invoice_id}": "viewer",
    "POST /w/{workspace_id}/invoices/{invoice_id}/retry": "user",
    "POST /w/{workspace_id}/invoices/{invoice_id}/choose": "user",
    "GET /w/{workspace_id}/reconciliation": "viewer",
    "GET /w/{workspace_id}/reconciliation/last": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}/differences.csv": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}/report.html": "viewer",
    "GET /w/{workspace_id}/reconciliation/{run_id}/report.xlsx": "viewer",
    "POST /w/{workspace_id}/reconciliation/{run_id}/sign": "op",
    "GET /w/{workspace_id}/checks": "viewer",
    "GET /w/{workspace_id}/checks/{suite}/{kind}/{name}": "viewer",
    "GET /w/{workspace_id}/month-end": "viewer",
    "GET /w/{workspace_id}/month-end/{month}/pack.html": "viewer",
    "GET /w/{workspace_id}/month-end/{month}/pack.xlsx": "viewer",
    "POST /w/{workspace_id}/month-end/{month}/close": "op",
    "POST /w/{workspace_id}/month-end/{month}/reopen": "op",
    "GET /w/{workspace_id}/data-docs/{name}": "viewer",
    "GET /w/{workspace_id}/activity": "viewer",
    "POST /w/{workspace_id}/activity/run": "user",
    "GET /w/{workspace_id}/backfill": "viewer",
    "POST /w/{workspace_id}/backfill": "user",
    "GET /w/{workspace_id}/backfill/{backfill_id}": "viewer",
    "POST /w/{workspace_id}/backfill/{backfill_id}/approve": "op",
}
"""A route that is not here fails a test of its own; the walks take their routes from the application."""

OPEN = {"POST /webhook"}
"""Without a login: its signature decides."""


def routes(pages: Pages) -> set[str]:
    """``METHOD path`` of every route."""
    return {
        f"{method} {route.path}"
        for route in pages.app.routes
        if isinstance(route, APIRoute)
        for method in route.methods
    }


def closed(pages: Pages, method: str = "") -> list[str]:
    """All that need a login, in order."""
    return sorted(route for route in routes(pages) - OPEN if route.startswith(method))


ANY = {
    "workspace_id": "1",
    "tax_rate_id": "1",
    "client_id": "1",
    "invoice_id": "1",
    "run_id": "x",
    "dag_id": "x",
    "backfill_id": "x",
    "suite": "comparison",
    "kind": "invoice",
    "name": "total",
    "month": "2026-10",
}
"""Where a refusal must come before anything is looked up."""


def address(route: str, values: dict[str, str]) -> tuple[str, str]:
    """Method and path, with real values for the path's parts."""
    method, path = route.split(" ")
    return method, path.format(**values)
