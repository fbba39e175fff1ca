"""Random invoices through our mapping into QuickBooks: none may be called equal that is not, to the cent.

    python -m tests.support.money_sweep --url http://127.0.0.1:8700
    --invoices 20000

Each invoice is mapped, sent over HTTP in batches of 30, and compared with QuickBooks' answer exactly as a run
does: one that differs is posted again once with its tax stated; what still differs would be listed. The
figures compared are the answer's own, taken apart here and not by our code.
"""

from __future__ import annotations

import argparse
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import httpx

from caspen_qbo.core.posting.mapping import MappingContext, can_be_corrected, map_invoice
from caspen_qbo.core.posting.readiness import check_invoice
from caspen_qbo.core.records import Invoice, InvoiceLine, TaxMode
from caspen_qbo.core.reference import Choices, Reference, read_company, read_entry, read_tax_codes
from caspen_qbo.hooks.quickbooks.wire import decode, encode
from caspen_seed.arithmetic import TAX_MODES, DiscountType, compute_line, compute_totals

REALM = "9130000000000001"
KINDS = ("service", "class", "activity", "product", "package", "custom")


@dataclass
class SweepResult:
    """What became of the invoices; they add up to ``invoices``."""

    invoices: int = 0
    equal_at_once: int = 0
    stated_up_front: int = 0
    corrected: int = 0
    held: int = 0
    """QuickBooks insisted on other figures: would be listed, never called synced."""
    faults: int = 0
    """Refused by QuickBooks, e.g. its check of quantity times price (6070): must be zero."""


class Books:
    """QuickBooks of one company, spoken to plainly."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.http = httpx.Client(timeout=120)
        self.token = self._door("token", realm=REALM)["access_token"]
        self._door(f"{REALM}/switches", limits=False, auto_apply_credit=False)

    def _door(self, path: str, **body: Any) -> Any:
        return self.http.post(f"{self.url}/_sandbox/{path}", json=body).raise_for_status().json()

    def switch(self, **switches: Any) -> None:
        self._door(f"{REALM}/switches", **switches)

    def call(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        answer = self.http.request(
            method,
            f"{self.url}/v3/company/{REALM}/{path}",
            content=None if body is None else (body if isinstance(body, bytes) else encode(body)),
            params={**params, "minorversion": "75"},
            headers={
                "Authorization": f"Bearer {self.token}",
                "Accept": "application/json",
                "Content-Type": "application/text" if path == "query" else "application/json",
            },
        )
        return decode(answer.content)

    def query(self, entity: str) -> list[Any]:
        text = f"SELECT * FROM {entity} WHERE Active IN (true, false) MAXRESULTS 1000"
        return self.call("POST", "query", text.encode())["QueryResponse"].get(entity, [])

    def context(self, percents: Sequence[Decimal]) -> MappingContext:
        """A tax code for every percentage; the Caspen rate's id is its place in ``percents``."""
        agency = self.query_agency()
        for index, percent in enumerate(percents):
            self.call(
                "POST",
                "taxservice/taxcode",
                {
                    "TaxCode": f"SW{index}",
                    "TaxRateDetails": [
                        {
                            "TaxRateName": f"Sweep {index}",
                            "RateValue": percent,
                            "TaxAgencyId": agency,
                            "TaxApplicableOn": "Sales",
                        }
                    ],
                },
            )
        codes = read_tax_codes(self.query("TaxCode"), self.query("TaxRate"))
        by_name = {code.name: code.id for code in codes.values()}
        items = {
            entry.id: entry for entry in (read_entry(b, type_property="Type") for b in self.query("Item"))
        }
        accounts = {
            e.id: e for e in (read_entry(b, type_property="AccountType") for b in self.query("Account"))
        }
        preferences = self.call("GET", "preferences")["Preferences"]
        company = self.call("GET", f"companyinfo/{REALM}")["CompanyInfo"]
        return MappingContext(
            Choices(
                next(a.id for a in accounts.values() if a.type == "Bank"),
                next(i.id for i in items.values() if i.type == "Service"),
                next(i.id for i in items.values() if i.type == "NonInventory"),
            ),
            Reference(read_company(company, preferences), codes, items, accounts, {}),
            {index: by_name[f"SW{index}"] for index in range(len(percents))},
        )

    def query_agency(self) -> str:
        return self.call("POST", "query", b"SELECT * FROM TaxAgency")["QueryResponse"]["TaxAgency"][0]["Id"]

    def customer(self) -> str:
        return self.call("POST", "customer", {"DisplayName": f"Sweep {random.random()}"})["Customer"]["Id"]


def random_percents(rng: random.Random, count: int = 40) -> list[Decimal]:
    """0 to 30 %, some usual ones, others with four decimals."""
    usual = [Decimal(text) for text in ("0", "10", "15", "12.5", "20", "8.1234", "0.0001", "9.975")]
    return usual + [Decimal(rng.randrange(0, 300001)) / 10000 for _ in range(count - len(usual))]


def random_invoice(rng: random.Random, number: int, percents: Sequence[Decimal]) -> Invoice:
    """As Caspen could hold it: kinds, modes, rates, discounts, fractional quantities, 1 to 60 lines."""
    mode = rng.choice(TAX_MODES)
    rates = rng.sample(range(len(percents)), rng.randint(1, 4))
    lines, amounts = [], []
    for position in range(1, rng.choice((1, 1, 2, 3, 5, 8, 13, rng.randint(1, 60))) + 1):
        rate_id = rng.choice(rates)
        percent = Decimal(0) if mode == "none" else percents[rate_id]
        quantity = rng.choice((Decimal(1), Decimal("0.33"), Decimal(rng.randrange(1, 400000)) / 10000))
        price = rng.choice(
            (Decimal(rng.randrange(0, 25000000)) / 10000, Decimal(rng.randrange(0, 250000)) / 100)
        )
        discounts: tuple[tuple[DiscountType, Decimal], ...] = (
            ("none", Decimal(0)),
            ("none", Decimal(0)),
            ("percentage", Decimal(rng.choice((10, 50, 100)))),
            ("percentage", Decimal(rng.randrange(0, 1000000)) / 10000),
            ("fixed", Decimal(rng.randrange(0, 30000)) / 100),
        )
        discount_type, discount = rng.choice(discounts)
        money = compute_line(
            quantity,
            price,
            discount_type=discount_type,
            discount_value=discount,
            tax_mode=mode,
            tax_percent=percent,
        )
        amounts.append(money)
        lines.append(
            InvoiceLine(
                position, position, rng.choice(KINDS), "Consultation", None, date(2026, 11, 3), quantity,
                price,
                discount_type, discount, money.discount_amount, None if mode == "none" else rate_id, percent,
                money.amount, money.tax_amount,
            )
        )  # fmt: skip
    totals = compute_totals(amounts, mode)
    now = datetime(2026, 11, 3, tzinfo=UTC)
    return Invoice(
        number, 1, f"S-{number}", 1, date(2026, 11, 3), date(2026, 11, 17), "open", TaxMode(mode), "AUD",
        totals.subtotal, totals.tax_total, totals.total, totals.total, now, now, None, None, None, 1, now,
        "Not synced", None, tuple(lines),
    )  # fmt: skip


def sweep(
    books: Books, invoices: int, *, seed: int, rounding: str, context: MappingContext, percents: Any
) -> SweepResult:
    """Send ``invoices`` random invoices under one rounding of QuickBooks'."""
    rng = random.Random(f"{seed} {rounding}")
    books.switch(tax_rounding=rounding)
    customer, result = books.customer(), SweepResult(invoices)
    made = (random_invoice(rng, rng.randrange(10**12), percents) for _ in range(invoices))
    for chunk in _chunks(made, 30):
        ready = [invoice for invoice in chunk if not check_invoice(invoice, context)]
        result.held += len(chunk) - len(ready)
        payloads = [map_invoice(invoice, customer_id=customer, context=context) for invoice in ready]
        result.stated_up_front += sum("TxnTaxDetail" in payload for payload in payloads)
        again = []
        for invoice, payload, body in zip(ready, payloads, _post(books, payloads), strict=True):
            if body is None:
                result.faults += 1
            elif _figures(body) == (invoice.subtotal, invoice.tax_total, invoice.total):
                result.equal_at_once += 1
            elif not can_be_corrected(payload):
                result.held += 1
            else:
                second = map_invoice(invoice, customer_id=customer, context=context, corrected=True)
                again.append((invoice, {**second, "Id": body["Id"], "SyncToken": body["SyncToken"]}))
        for (invoice, _), body in zip(again, _post(books, [p for _, p in again], "update"), strict=True):
            if body is not None and _figures(body) == (invoice.subtotal, invoice.tax_total, invoice.total):
                result.corrected += 1
            else:
                result.held += 1
    return result


def _figures(body: Any) -> tuple[Decimal, Decimal, Decimal]:
    total = Decimal(body["TotalAmt"])
    tax = Decimal((body.get("TxnTaxDetail") or {}).get("TotalTax") or 0)
    return total - tax, tax, total


def _post(books: Books, payloads: Sequence[Any], operation: str = "create") -> list[Any]:
    if not payloads:
        return []
    items = [
        {"bId": f"i{index}", "operation": operation, "Invoice": payload}
        for index, payload in enumerate(payloads)
    ]
    answer = books.call("POST", "batch", {"BatchItemRequest": items})
    by_id = {part["bId"]: part.get("Invoice") for part in answer["BatchItemResponse"]}
    return [by_id[f"i{index}"] for index in range(len(payloads))]


def _chunks(items: Iterator[Invoice], size: int) -> Iterator[list[Invoice]]:
    chunk: list[Invoice] = []
    for item in items:
        chunk.append(item)
        if len(chunk) == size:
            yield chunk
            chunk = []
    if chunk:
        yield chunk


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--invoices", type=int, default=20000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    books = Books(options.url)
    percents = random_percents(random.Random(options.seed))
    context = books.context(percents)
    for rounding in ("per_line", "per_rate"):
        result = sweep(
            books,
            options.invoices // 2,
            seed=options.seed,
            rounding=rounding,
            context=context,
            percents=percents,
        )
        print(rounding, result, flush=True)


if __name__ == "__main__":
    main()
