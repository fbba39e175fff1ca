"""The sandbox company from outside: read through QuickBooks' API, acted on as a person would on its pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Self

import httpx

from ops.errors import OpsError

PAGE_SIZE = 1000
ZERO = Decimal("0.00")


@dataclass(frozen=True)
class InvoicePayment:
    """Money on one invoice: one line of one QuickBooks payment."""

    payment_id: str
    invoice_id: str
    date: str
    """ISO, as QuickBooks writes it."""
    amount: Decimal
    reference: str
    """PaymentRefNum; empty when there is none."""


@dataclass(frozen=True)
class Books:
    """All sales documents of the company at one moment, amounts as Decimal."""

    invoices: tuple[dict[str, Any], ...]
    credit_memos: tuple[dict[str, Any], ...]
    payments: tuple[dict[str, Any], ...]

    def invoice_payments(self) -> Iterator[InvoicePayment]:
        """Payments of money, line by line. Payments that only apply a credit memo are not among them."""
        for payment in self.payments:
            links = list(_links(payment))
            if any(kind == "CreditMemo" for kind, _, _ in links):
                continue
            for kind, target, amount in links:
                if kind == "Invoice":
                    reference = payment.get("PaymentRefNum") or ""
                    yield InvoicePayment(payment["Id"], target, payment["TxnDate"], amount, reference)

    def credits_applied(self) -> Iterator[tuple[str, str, Decimal]]:
        """(credit memo id, invoice id, amount) of each payment that applies a credit memo."""
        for payment in self.payments:
            links = list(_links(payment))
            memos = [target for kind, target, _ in links if kind == "CreditMemo"]
            for kind, target, amount in links:
                if kind == "Invoice" and memos:
                    yield memos[0], target, amount


def _links(payment: dict[str, Any]) -> Iterator[tuple[str, str, Decimal]]:
    for line in payment.get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            yield link["TxnType"], link["TxnId"], Decimal(line["Amount"])


class Company:
    """One company of the sandbox."""

    def __init__(self, sandbox_url: str, realm: str) -> None:
        self.realm = realm
        self._http = httpx.Client(base_url=sandbox_url, timeout=60)
        self._used: Any = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._http.close()

    def read(self) -> Books:
        """Everything through QuickBooks' own query API, with a token the project knows nothing of."""
        token = self.token()["access_token"]
        return Books(*(tuple(self._query(e, token)) for e in ("Invoice", "CreditMemo", "Payment")))

    def token(self) -> dict[str, str]:
        """An `access_token` and a `refresh_token` of a consent of their own."""
        return self._post("/_sandbox/token", {"realm": self.realm})

    def find(self, entity: str, name: str) -> dict[str, Any]:
        """The row of a list entity by its name.

        :raises OpsError: there is none.
        """
        for row in self.rows(entity):
            if row.get("Name") == name:
                return row
        raise OpsError(f"the sandbox company {self.realm} has no {entity} named {name!r}.")

    def rows(self, entity: str) -> list[dict[str, Any]]:
        return self._json(self._http.get(f"/_sandbox/{self.realm}/rows/{entity}"))["rows"]

    def act(self, action: str, **asked: Any) -> dict[str, Any]:
        """Do something a person does on QuickBooks' pages.

        :raises OpsError: QuickBooks refused; with its words.
        """
        return self._post(f"/_sandbox/{self.realm}/person/{action}", asked)

    def switch(self, **settings: object) -> None:
        """Change settings of the company, as a person does under Account and settings."""
        self._post(f"/_sandbox/{self.realm}/switches", settings)

    def record_payment(self, invoice_id: str, amount: Decimal, reference: str, on: date) -> None:
        """Receive money for one invoice, the way a bookkeeper does in QuickBooks."""
        self.act(
            "record-payment",
            invoices=[{"id": invoice_id, "amount": str(amount)}],
            reference=reference,
            date=on.isoformat(),
            memo="Received at the bank, recorded in QuickBooks",
        )

    def save(self) -> None:
        """Have the sandbox write its state to its file now."""
        self._post("/_sandbox/snapshot", {})

    def save_if_used(self) -> None:
        """The same, unless nothing has changed since. A sandbox that does not answer is left alone."""
        try:
            companies = self._json(self._http.get("/_sandbox/status"))["companies"]
            used = (companies, self._json(self._http.get("/_sandbox/counters")))
            if used != self._used:
                self.save()
                self._used = used
        except httpx.TransportError:
            return  # it is stopping or has died, which the launcher notices

    def _query(self, entity: str, token: str) -> Iterator[dict[str, Any]]:
        start = 1
        while True:
            page_from = f"ORDERBY Id STARTPOSITION {start} MAXRESULTS {PAGE_SIZE}"
            query = f"SELECT * FROM {entity} {page_from}"  # noqa: S608  QuickBooks' language, our own words
            answer = self._http.get(
                f"/v3/company/{self.realm}/query",
                params={"query": query, "minorversion": 75},
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            )
            page = self._json(answer)["QueryResponse"].get(entity, [])
            yield from page
            if len(page) < PAGE_SIZE:
                return
            start += PAGE_SIZE

    def _post(self, path: str, body: dict[str, Any]) -> Any:
        return self._json(self._http.post(path, json=body))

    def _json(self, answer: httpx.Response) -> Any:
        if answer.is_error:
            raise OpsError(f"the sandbox refused {answer.request.url.path}: {answer.text[:400]}")
        return json.loads(answer.text, parse_float=Decimal)


def amount(document: dict[str, Any], name: str) -> Decimal:
    """An amount of a document to the cent; absent counts as zero."""
    return Decimal(document.get(name) or 0).quantize(ZERO)


def tax_of(document: dict[str, Any]) -> Decimal:
    return amount(document.get("TxnTaxDetail") or {}, "TotalTax")
