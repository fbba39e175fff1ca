"""Everybody goes home, the list is read, and each row is closed by what its words say."""

from __future__ import annotations

import re
from collections import Counter
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import cached_property

from caspen_seed import NewLine
from caspen_seed.errors import CaspenRefused
from tests.support.flow import REALM, WORKSPACE
from tests.support.lives.books import BookActs, applications
from tests.support.lives.promises import Promises
from tests.support.lives.staff import StaffActs
from tests.support.lives.ways import Row, Way, ways_out
from tests.support.lives.weather import WeatherActs
from tests.support.lives.world import Body, NotPossible

ROUNDS_MAX = 12
QUIET_MAX = 8


class Closing(StaffActs, BookActs, WeatherActs, Promises):
    """A practice whose list somebody clears."""

    def open_rows(self) -> list[Row]:
        found = self.flow.sync_rows(
            "SELECT document_kind, document_id, document_number, invoice_id, error_key, detail, blocks,"
            " cause_ref FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL ORDER BY id"
        )
        return [Row(*row) for row in found]

    def run_until_quiet(self) -> None:
        """Rounds of all jobs, until one moves nothing on either side."""
        before: object = None
        for _ in range(QUIET_MAX):
            for job in ("post", "import", "post", "reconcile"):
                self.run(job)
            now = self._standing()
            if now == before:
                return
            before = now
        raise AssertionError("the runs do not come to rest")

    def _standing(self) -> object:
        books = [
            (e, r["Id"], r["SyncToken"])
            for e in ("Invoice", "CreditMemo", "Payment")
            for r in self.flow.books(e)
        ]
        caspen = self.flow.caspen_rows("SELECT id, status, balance FROM caspen.invoice ORDER BY id")
        rows = [(row.kind, row.id, row.key, row.detail) for row in self.open_rows()]
        return books, caspen, rows

    def close_everything(self, figures: Counter[str]) -> None:
        """:raises AssertionError: a row that none of its ways out closes."""
        self.weather_clears()
        self.run_until_quiet()
        self._reconnect_where_it_is_asked_for()
        for row in self.open_rows():
            figures[f"listed {row.key}"] += 1
        tried: Counter[tuple[str, int, str, str]] = Counter()
        for _ in range(ROUNDS_MAX):
            rows = self.open_rows()
            if not rows:
                return
            acted: list[tuple[Row, Way]] = []
            for row in rows:
                if row not in self.open_rows():
                    continue  # closed with another one, or its words have changed
                ways = ways_out(row)
                place = (row.kind, row.id, row.key, re.sub(r"\d+", "", row.detail))
                if not ways:
                    raise AssertionError(f"no way out is written for {row}")
                first = self._first.setdefault(place, self.rng.randrange(len(ways)))
                way = ways[(first + tried[place]) % len(ways)]
                tried[place] += 1
                self.log.append(f"closing {row}\n    by {way}")
                if self._try(way, row):
                    acted.append((row, way))
            self.run_until_quiet()
            still = {(r.kind, r.id, r.key, r.detail) for r in self.open_rows()}
            for row, way in acted:
                done = (row.kind, row.id, row.key, row.detail) not in still
                figures[f"{'closed' if done else 'in vain'}: {way}"] += 1
            self.check_promises()
        rest = self.open_rows()
        for row in rest:
            figures[f"no way out: {row.key}"] += 1
        assert not rest, "no way out: " + "\n".join(map(str, rest))

    def _reconnect_where_it_is_asked_for(self) -> None:
        """Every page asks for it, also where nothing is listed."""
        if self.flow.sync_rows("SELECT 1 FROM qbo_sync.connection WHERE status = 'needs_reconnect'"):
            self.reconnect()
            self.run_until_quiet()

    def _try(self, way: Way, row: Row) -> bool:
        try:
            way.act(self, row)
        except (CaspenRefused, NotPossible) as refused:
            self.log.append(f"    not possible: {str(refused)[:200]}")
            return False
        return True

    @cached_property
    def _first(self) -> dict[tuple[str, int, str, str], int]:
        """The way tried first of each row: any."""
        return {}

    # --- somebody reads the list, or looks at the customers, before the day is over ---

    def somebody_accepts_what_is_listed(self) -> None:
        """And the others go on: what was accepted may be changed by either side after that."""
        row = self.one(self.open_rows())
        self.accept(row)

    def somebody_relinks_a_client(self) -> None:
        """To any customer: refused where it is another client's, or of another currency."""
        client = self.one(self.clients)
        customer = self.book("Customer", lambda r: r["Active"])["Id"]
        chosen = ("--client", str(client), "--customer", customer, "--yes")
        if not self.command("relink", "--workspace", str(WORKSPACE), *chosen):
            raise NotPossible("not linked")

    # --- choices ---

    def accept(self, row: Row) -> None:
        if not self.command("accept", "--workspace", str(WORKSPACE), "--number", row.number):
            raise NotPossible("not accepted")
        for _, entity, quickbooks_id in self.linked(row):
            self.accept_hand(entity, quickbooks_id)

    def resend(self, row: Row) -> None:
        if not self.command("resend", "--workspace", str(WORKSPACE), "--number", row.number):
            raise NotPossible("not sent again")
        for _, entity, quickbooks_id in self.linked(row):
            self.forget(entity, quickbooks_id)

    def retry(self, row: Row) -> None:
        self.command("retry", "--workspace", str(WORKSPACE), "--number", row.number)

    def linked(self, row: Row) -> list[tuple[str, str, str]]:
        """(kind, entity, id) of what its document number is linked to."""
        return self.flow.sync_rows(
            "SELECT l.document_kind, l.quickbooks_type, l.quickbooks_id FROM qbo_sync.document_link l"
            " JOIN qbo_sync.document d USING (workspace_id, document_kind, document_id)"
            " WHERE d.document_number = %s",
            row.number,
        )

    def reconnect(self) -> None:
        with suppress(NotPossible):
            self.person("reconnect")
        self.flow.connect()

    def choose_settings(self) -> None:
        def first(entity: str, kind: str) -> str:
            found = [
                r
                for r in self.flow.books(entity)
                if r.get("Type", r.get("AccountType")) == kind and r["Active"]
            ]
            if not found:
                raise NotPossible(f"no active {kind}")
            return str(found[0]["Id"])

        done = self.command(
            "settings",
            "--workspace",
            str(WORKSPACE),
            "--payment-account",
            first("Account", "Bank"),
            "--service-item",
            first("Item", "Service"),
            "--product-item",
            first("Item", "NonInventory"),
        )
        if not done:
            raise NotPossible("settings refused")

    def set_taxes_right(self, row: Row) -> None:
        """As Taxes shows it: GST on, and for each rate a code of that rate."""
        self.flow.switch(using_sales_tax=True)
        today = self.row("SELECT current_date")[0]
        self.person(
            "change-tax-rate",
            rate="GST (sales)",
            percent="10",
            **{"from": (today - timedelta(days=900)).isoformat()},
        )
        for name in self.flow.rates:
            [(code,)] = self.flow.sync_rows(
                "SELECT tax_code_id FROM qbo_sync.tax_link WHERE tax_rate_id = %s", self.flow.rates[name]
            )
            self.command(
                "link-tax",
                "--workspace",
                str(WORKSPACE),
                "--tax-rate",
                str(self.flow.rates[name]),
                "--tax-code",
                code,
            )
        self.retry(row)

    # --- in Caspen ---

    def edit_in_caspen(
        self,
        row: Row,
        *,
        lines: bool = False,
        number: bool = False,
        currency: str | None = None,
        today: bool = False,
    ) -> None:
        made = [NewLine("service", "Visit", "40", tax_rate_id=self.flow.rates["GST"])] if lines else None
        self.flow.staff.revert_to_draft(row.invoice_id)
        self.flow.staff.edit_draft(
            row.invoice_id,
            lines=made,
            number=f"SHORT-{self.rng.randrange(10**6)}" if number else None,
            currency=currency,
            issue_date=self.row("SELECT current_date + 1")[0] if today else None,
        )
        self.flow.staff.finalise(row.invoice_id)

    def delete_in_caspen(self, row: Row) -> None:
        self.flow.staff.revert_to_draft(row.invoice_id)
        self.flow.staff.delete_draft(row.invoice_id)

    def unlink_all(self, row: Row) -> None:
        for (allocation,) in self.flow.caspen_rows(
            "SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s AND deleted_at IS NULL",
            row.invoice_id,
        ):
            self.flow.staff.unlink(allocation)

    def remove_in_caspen(self, row: Row) -> None:
        if row.kind == "payment":
            self.flow.staff.unlink(row.id)
        elif row.kind == "credit_note":
            self.flow.staff.void_credit_note(row.id)
        else:
            self.flow.staff.void_invoice(row.invoice_id)

    def allocate_again(self, row: Row) -> None:
        payment, amount = self.row(
            "SELECT payment_id, amount FROM caspen.payment_allocation WHERE id = %s", row.id
        )
        due = self.row("SELECT balance FROM caspen.invoice WHERE id = %s", row.invoice_id)[0]
        if min(amount, due) <= 0:
            raise NotPossible("nothing is due")
        self.flow.staff.allocate(payment, row.invoice_id, min(amount, due))

    def record_payments(self, row: Row) -> None:
        """Those the row names, recorded in Caspen as they are, and deleted in QuickBooks."""
        client = self.row("SELECT client_id FROM caspen.invoice WHERE id = %s", row.invoice_id)[0]
        for payment_id, amount in self._named_amounts(row):
            payment = self.by_id("Payment", payment_id)
            if payment is None:
                continue
            due = self.row("SELECT balance FROM caspen.invoice WHERE id = %s", row.invoice_id)[0]
            if imported := self._imported(payment_id):
                self.log.append(f"    {payment_id} is in Caspen already: {imported}")
                continue
            self._delete_payment(payment_id)
            if min(due, amount) > 0:
                self.flow.staff.pay(client, {row.invoice_id: min(due, amount)})

    def _imported(self, payment_id: str) -> list[int]:
        return [
            r[0]
            for r in self.flow.caspen_rows(
                "SELECT a.id FROM caspen.payment p JOIN caspen.payment_allocation a ON a.payment_id = p.id"
                " WHERE p.source_ref = %s AND a.deleted_at IS NULL",
                f"{REALM}:{payment_id}",
            )
        ]

    @staticmethod
    def _named_amounts(row: Row) -> list[tuple[str, Decimal]]:
        return [(one, Decimal(amount)) for one, amount in row.find(r"(\d+) \([\d-]+, ([\d.]+)\)")]

    # --- in QuickBooks ---

    def renumber_the_other(self, row: Row) -> None:
        [(entity, other)] = row.find(r"QuickBooks (\w+) (\d+) of")
        self.person("edit", entity=entity, id=other, changes={"DocNumber": f"OLD-{other}"})
        if ((entity, other)) in self.hands:
            self.hands[entity, other].fields.pop("DocNumber", None)
        self.retry(row)

    def number_by_hand(self, row: Row) -> None:
        self.flow.switch(custom_txn_numbers=True)
        self.resend(row)

    def rename_holder(self, row: Row) -> None:
        [(entity, other)] = row.find(r"QuickBooks (vendor|employee|customer) (\d+)")
        self.person(
            "edit", entity=entity.title(), id=other, changes={"DisplayName": f"Somebody {other} else"}
        )
        self.hands.pop((entity.title(), other), None)
        self.retry(row)

    def activate(self, row: Row) -> None:
        found = row.find(r"customer (\d+)") or [row.cause.partition(":")[2]]
        try:
            self.person("make-active", entity="Customer", id=found[0])
        except NotPossible:
            self.activate_all()
        self.retry(row)

    def activate_all(self) -> None:
        for entity in ("Item", "Account", "Customer"):
            for row in self.flow.books(entity):
                if not row["Active"]:
                    with suppress(NotPossible):
                        self.person("make-active", entity=entity, id=row["Id"])
        self.command("retry", "--workspace", str(WORKSPACE), "--all")

    def open_books(self) -> None:
        self.person("close-books", through=None)

    def merge_payments(self, row: Row) -> None:
        """All are deleted but the first, which is raised to what they came to."""
        named = self._named_amounts(row)
        if len(named) < 2:
            raise NotPossible("one payment alone")
        kept = self.by_id("Payment", named[0][0])
        invoice = [q for kind, _, q in self.linked(row) if kind == "invoice"]
        if kept is None or not invoice:
            raise NotPossible("it is gone")
        for payment_id, _ in named[1:]:
            self._delete_payment(payment_id)
        total = sum((amount for _, amount in named), Decimal(0))
        others = [one for one in applications(kept) if one["LinkedTxn"][0]["TxnId"] != invoice[0]]
        line = {"Amount": float(total), "LinkedTxn": [{"TxnId": invoice[0], "TxnType": "Invoice"}]}
        rest = Decimal(str(sum(one["Amount"] for one in others)))
        changes = {"TotalAmt": float(total + rest), "Line": [*others, line]}
        self._off_deposit(kept["Id"])
        self.person("edit", entity="Payment", id=kept["Id"], changes=changes)
        self.hands.pop(("Payment", kept["Id"]), None)

    def delete_named_payment(self, row: Row) -> None:
        named = row.find(r"(?:QuickBooks )?[Pp]ayments? (\d+)")
        if not named:
            raise NotPossible("the row names none")
        self._delete_payment(named[0])
        self.retry(row)

    def take_credit_off(self, row: Row) -> None:
        """The payments of nothing by which that credit pays that invoice."""
        (invoice,), memos = row.find(r"\(id (\d+)\)"), row.find(r"credit memo (\d+)")
        for payment in self.flow.books("Payment"):
            links = {(one["TxnType"], one["TxnId"]) for line in payment["Line"] for one in line["LinkedTxn"]}
            if ("Invoice", invoice) in links and links & {("CreditMemo", memo) for memo in memos}:
                self._delete_payment(payment["Id"])
        self.retry(row)

    def _delete_payment(self, payment_id: str) -> None:
        self._off_deposit(payment_id)
        self.person("delete", entity="Payment", id=payment_id)
        self.hands.pop(("Payment", payment_id), None)

    def _off_deposit(self, payment_id: str) -> None:
        row: Body = self.by_id("Payment", payment_id) or {}
        if any(link["TxnType"] == "Deposit" for link in row.get("LinkedTxn", [])):
            self.person("remove-from-deposit", payment=payment_id)

    def undeposit(self, row: Row) -> None:
        for _, entity, quickbooks_id in self.linked(row):
            if entity == "Payment":
                self._off_deposit(quickbooks_id)
        self.retry(row)

    def unmark_copy(self, row: Row) -> None:
        [(entity, other)] = row.find(r"QuickBooks (\w+) (\d+), total")
        self.person("edit", entity=entity, id=other, changes={"PrivateNote": "A visit of its own"})

    def delete_copy(self, row: Row) -> None:
        [(entity, other)] = row.find(r"QuickBooks (\w+) (\d+), total")
        self.person("delete", entity=entity, id=other)
        self.hands.pop((entity, other), None)
