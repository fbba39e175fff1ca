"""The sample practice in the containers: set up as on a server, given new work, compared to the cent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import httpx
import psycopg

from caspen_seed import NewLine, Staff
from ops.compose_test.stack import Stack
from ops.demo.books import Books, Company, amount
from ops.demo.day import SPLIT
from ops.demo.practice import REALM, WEEKS, WORKSPACE, Practice, configure, prepare_company
from ops.demo.verify import SYNCED, Verdict, compare, read_caspen
from ops.errors import OpsError
from ops.local.postgres import Database

NEW_INVOICES = 40
NEW_PAYMENTS = 4
PRICES = ("88.00", "120.45", "19.99", "64.35", "150.00", "7.05")


@dataclass(frozen=True)
class Sums:
    """What both sides hold of the practice's invoices and payments."""

    invoices: int
    payments: int
    credit_notes: int
    invoiced: Decimal
    problems: tuple[str, ...]


class Trial:
    """The practice and both its sides."""

    def __init__(self, stack: Stack, company: Company) -> None:
        self.stack = stack
        self.company = company
        self.caspen = stack.database("caspen", "CASPEN_DB_PASSWORD")
        self.sync = stack.database("caspen_qbo", "SYNC_DB_PASSWORD")
        now = datetime.now(UTC).replace(microsecond=0)
        self.practice = Practice(WORKSPACE, REALM, now - timedelta(weeks=WEEKS), now)

    def set_up(self) -> None:
        """Connect with a token on standard input, choose, link: each command in the worker, as documented."""
        prepare_company(self.company)
        token = self.company.token()["refresh_token"]
        where = ("--workspace", str(WORKSPACE), "--realm", REALM)
        self.stack.command("connect", *where, "--refresh-token", "-", typed=f"{token}\n")
        # As in the demo: the sample makes weeks of history in seconds, so the line is moved to before them.
        with self.sync.connect() as connection:
            connection.execute(
                "UPDATE qbo_sync.connection SET first_connected_at = %s", [self.practice.connected_at]
            )
        known: dict[str, Database] = {"caspen": self.caspen, "caspen_qbo": self.sync}
        configure(self.stack.command, known, self.company)
        examined = self.stack.command("doctor", "--workspace", str(WORKSPACE), check=False)
        ill = [line for line in examined.splitlines() if line.startswith("FAIL")]
        if len(ill) != 1 or "not linked" not in ill[0]:  # one rate stays unlinked, to show what waits on it
            raise OpsError(f"the doctor found:\n{examined}")

    def bill(self) -> list[str]:
        """New invoices of the practice, one and two lines, taxed and not; their numbers."""
        numbers = []
        with psycopg.connect(self.caspen.uri, autocommit=True) as connection:
            staff = Staff(connection, WORKSPACE)
            query = (
                "SELECT name, id FROM caspen.tax_rate WHERE workspace_id = %s AND name IN ('GST', 'GST free')"
            )
            rates: dict[str, int] = dict(connection.execute(query, [WORKSPACE]).fetchall())
            clients = [staff.create_client("Ada", f"Trial {n}") for n in range(3)]
            for n in range(NEW_INVOICES):
                rate = rates["GST" if n % 3 else "GST free"]
                lines = [
                    NewLine("service", "Consultation", price, tax_rate_id=rate)
                    for price in (PRICES[n % len(PRICES)], PRICES[(n + 1) % len(PRICES)])[: 1 + n % 2]
                ]
                invoice = staff.draft_invoice(clients[n % len(clients)], lines)
                staff.finalise(invoice)
                numbers.append(staff.invoice(invoice).number)
        return numbers

    def receive(self, numbers: list[str], reference: str) -> None:
        """A bookkeeper records payments in QuickBooks for some of these invoices, in full and in part."""
        there = {row.get("DocNumber"): row for row in self.company.read().invoices}
        for n, number in enumerate(numbers[:NEW_PAYMENTS]):
            due = amount(there[number], "Balance")
            paid = due if n % 2 == 0 else (due / 3).quantize(Decimal("0.01"))
            self.company.record_payment(
                there[number]["Id"], paid, f"{reference}-{n}", self.practice.now.date()
            )

    def in_quickbooks(self, numbers: list[str]) -> int:
        """How many of these invoices QuickBooks holds at this moment."""
        return len({row.get("DocNumber") for row in self.company.rows("Invoice")} & set(numbers))

    def latency(self, seconds: float) -> None:
        httpx.post(
            f"{self.stack.sandbox_url}/_sandbox/latency", json={"seconds": seconds}, timeout=30
        ).raise_for_status()

    def check(self, numbers: list[str]) -> Sums:
        """Compare both sides, independently of the project's own tables.

        :param numbers: Invoices that must have been posted, each once.
        :raises OpsError: not equal, twice or lost; says what.
        """
        books, caspen = self.company.read(), read_caspen(self.caspen, self.practice)
        verdict: Verdict = compare(caspen, books, frozenset(SPLIT))
        problems = list(verdict.problems)
        by_number = {invoice.number: invoice for invoice in caspen.facts.eligible}
        for number in numbers:
            invoice = by_number.get(number)
            if invoice is None or caspen.shown[invoice.id].status != SYNCED:
                problems.append(f"{number}: not synced")
        problems += _doubles(books)
        if problems:
            raise OpsError("not equal:\n  " + "\n  ".join(problems[:30]))
        posted = [amount(row, "TotalAmt") for row in books.invoices]
        return Sums(
            verdict.invoices, verdict.payments, verdict.credit_notes, sum(posted, Decimal(0)), tuple(problems)
        )


def _doubles(books: Books) -> list[str]:
    """Documents of the same number, and payments that say the same of the same invoice."""
    found = []
    for kind, rows in (("invoice", books.invoices), ("credit memo", books.credit_memos)):
        numbers = [row.get("DocNumber") for row in rows if row.get("DocNumber")]
        found += [
            f"{kind} {n} is {numbers.count(n)} times in QuickBooks"
            for n in {*numbers}
            if numbers.count(n) > 1
        ]
    return found
