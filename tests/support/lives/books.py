"""What a bookkeeper does in QuickBooks."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any

from tests.support.bookkeeper import plain
from tests.support.lives.world import FEE, Body, Hand, NotPossible, World, is_ours

CENT = Decimal("0.01")


def own_lines(row: Body) -> list[Body]:
    lines: list[Body] = [plain(line) for line in row["Line"] if "SalesItemLineDetail" in line]
    return lines


def _price(line: Body, amount: float) -> None:
    """One of it, at this price without tax, as the screen computes it."""
    line["Amount"] = amount
    line["SalesItemLineDetail"] |= {"UnitPrice": amount, "Qty": 1}
    line["SalesItemLineDetail"].pop("TaxInclusiveAmt", None)


def applications(row: Body) -> list[Body]:
    return [{"Amount": float(line["Amount"]), "LinkedTxn": line["LinkedTxn"]} for line in row["Line"]]


def _is_open_for(customer: str, row: Body) -> bool:
    return bool(row["Balance"] > 0 and row["CustomerRef"]["value"] == customer)


class BookActs(World):
    # --- money ---

    def books_receive(self) -> None:
        self.receive(self.our_book("Invoice", lambda r: r["Balance"] > 0), self.rng.randrange(1, 5))

    def receive(self, row: Body, share: int) -> Body:
        amount = (row["Balance"] * share / 4).quantize(CENT)
        if amount <= 0:
            raise NotPossible("nothing is open")
        return self.person("record-payment", invoices=[{"id": row["Id"], "amount": str(amount)}])

    def books_receive_too_much(self) -> None:
        """The rest lies with the customer."""
        row = self.our_book("Invoice", lambda r: r["Balance"] > 0)
        part = {"id": row["Id"], "amount": str(row["Balance"])}
        self.person("record-payment", invoices=[part], amount=str(row["Balance"] + 20))

    def books_receive_for_two_invoices(self) -> None:
        row = self.our_book("Invoice", lambda r: r["Balance"] > 0)
        other = self.our_book(
            "Invoice",
            lambda r: r["Balance"] > 0 and r["Id"] != row["Id"] and r["CustomerRef"] == row["CustomerRef"],
        )
        self.person("record-payment", invoices=[row["Id"], other["Id"]])

    def books_receive_from_a_parent(self) -> None:
        """Two clients' customers are billed with their parent, who pays for both."""
        owners = {
            r["CustomerRef"]["value"] for r in self.flow.books("Invoice") if is_ours(r) and r["Balance"] > 0
        }
        children = [r for r in self.flow.books("Customer") if r["Id"] in owners and r["Active"]][:2]
        if len(children) < 2:
            raise NotPossible("there are no two who owe")
        name = "Parent " + " ".join(child["Id"] for child in children)
        found = [r for r in self.flow.books("Customer") if r["DisplayName"] == name]
        parent = (
            found[0] if found else self.person("create", entity="Customer", document={"DisplayName": name})
        )
        for child in children:
            changes = {"ParentRef": {"value": parent["Id"]}, "BillWithParent": True, "Job": True}
            self.person("edit", entity="Customer", id=child["Id"], changes=changes)
        rows = [self.our_book("Invoice", partial(_is_open_for, str(child["Id"]))) for child in children]
        self.person("record-payment", customer=parent["Id"], invoices=[row["Id"] for row in rows])

    def books_apply_a_credit_of_their_own_with_money(self) -> None:
        """A credit memo that is not ours, applied to our invoice together with money."""
        row = self.our_book("Invoice", lambda r: r["Balance"] > 20)
        memo = self.foreign("CreditMemo", row["CustomerRef"]["value"], 10)
        rest = (row["Balance"] / 2).quantize(CENT)
        self.person(
            "record-payment",
            invoices=[{"id": row["Id"], "amount": str(rest)}],
            credits=[{"id": memo["Id"], "amount": str(min(memo["Balance"], rest))}],
        )

    def books_apply_a_credit_of_their_own(self) -> None:
        """A payment of nothing puts it on our invoice."""
        row = self.our_book("Invoice", lambda r: r["Balance"] > 1)
        memo = self.foreign("CreditMemo", row["CustomerRef"]["value"], self.rng.randrange(1, 200))
        amount = str(min(memo["Balance"], row["Balance"]))
        used = {"id": memo["Id"], "amount": amount}
        self.person("record-payment", invoices=[{"id": row["Id"], "amount": amount}], credits=[used])

    def books_undo_a_payment_and_enter_it_again(self) -> None:
        """Taken off its invoice, and put back; the runs may see either."""
        row = self.book("Payment", lambda r: r["TotalAmt"] > 0 and len(r["Line"]) == 1)
        lines = [{**line, "Amount": float(line["Amount"])} for line in applications(row)]
        self.person("edit", entity="Payment", id=row["Id"], changes={"Line": []})
        if self.rng.randrange(2):
            self.run(self.rng.choice(["import", "post", "reconcile"]))
        self.person("edit", entity="Payment", id=row["Id"], changes={"Line": lines})

    def books_invoice_in_dollars_under_our_next_number(self) -> None:
        """The company keeps several currencies from then on."""
        self.person("enable-multi-currency", currencies=["USD"])
        self.person("set-exchange-rate", currency="USD", rate="1.5", date="2020-01-01")
        made = {"DisplayName": f"Abroad {self.rng.randrange(10**6)}", "CurrencyRef": {"value": "USD"}}
        customer = self.person("create", entity="Customer", document=made)["Id"]
        last = self.row("SELECT max(number) FROM caspen.invoice WHERE number ~ '^INV-[0-9]+$'")[0]
        self.foreign("Invoice", customer, 55, DocNumber=f"INV-{int(last[4:]) + 1:04d}")

    def foreign(self, entity: str, customer: str, amount: int, **more: Any) -> Body:
        item = self.book("Item", lambda r: r["Type"] == "Service" and r["Active"])
        [(code,)] = self.flow.sync_rows(
            "SELECT tax_code_id FROM qbo_sync.tax_link WHERE tax_rate_id = %s", self.flow.rates["GST free"]
        )
        detail = {
            "ItemRef": {"value": item["Id"]},
            "Qty": 1,
            "UnitPrice": amount,
            "TaxCodeRef": {"value": code},
        }
        line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
        document = {"CustomerRef": {"value": customer}, "Line": [line], **more}
        return self.person("create", entity=entity, document=document)

    def books_invoice_under_our_next_number(self) -> None:
        last = self.row("SELECT max(number) FROM caspen.invoice WHERE number ~ '^INV-[0-9]+$'")[0]
        number = f"INV-{int(last[4:]) + 1:04d}"
        customer = self.book("Customer", lambda r: r["Active"])["Id"]
        self.foreign("Invoice", customer, 55, DocNumber=number)

    def books_lower_a_payment(self) -> None:
        row = self.book("Payment", lambda r: r["TotalAmt"] > 1 and len(r["Line"]) == 1)
        amount = float(row["TotalAmt"] - 1)
        line = {"Amount": amount, "LinkedTxn": row["Line"][0]["LinkedTxn"]}
        after = self.person(
            "edit", entity="Payment", id=row["Id"], changes={"TotalAmt": amount, "Line": [plain(line)]}
        )
        self.note("Payment", row["Id"], TotalAmt=Decimal(str(after["TotalAmt"])))

    def books_date_a_payment_otherwise(self) -> None:
        row = self.book("Payment", lambda r: r["TotalAmt"] > 0)
        self.person("edit", entity="Payment", id=row["Id"], changes={"TxnDate": "2026-10-30"})
        self.note("Payment", row["Id"], TxnDate="2026-10-30")

    def books_unapply_a_payment(self) -> None:
        row = self.book("Payment", lambda r: r["TotalAmt"] > 0 and r["Line"])
        self.person("edit", entity="Payment", id=row["Id"], changes={"Line": []})
        self.note("Payment", row["Id"], TotalAmt=row["TotalAmt"])

    def books_apply_a_payment(self) -> None:
        """One that was unapplied, or has money left; to whichever invoice of its customer is open."""
        row = self.book("Payment", lambda r: r.get("UnappliedAmt", 0) > 0)
        invoice = self.book("Invoice", lambda r: r["Balance"] > 0 and r["CustomerRef"] == row["CustomerRef"])
        amount = float(min(row["UnappliedAmt"], invoice["Balance"]))
        line = {"Amount": amount, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
        self.person("edit", entity="Payment", id=row["Id"], changes={"Line": [*applications(row), line]})

    def books_move_a_payment(self) -> None:
        row = self.book("Payment", lambda r: r["TotalAmt"] > 0 and len(r["Line"]) == 1)
        target = self.book(
            "Invoice",
            lambda r: r["Balance"] >= row["TotalAmt"] and r["CustomerRef"] == row["CustomerRef"],
        )
        line = {
            "Amount": float(row["TotalAmt"]),
            "LinkedTxn": [{"TxnId": target["Id"], "TxnType": "Invoice"}],
        }
        self.person("edit", entity="Payment", id=row["Id"], changes={"Line": [line]})

    def books_enter_a_payment_again(self) -> None:
        """Deleted, and the same entered anew by hand."""
        row = self.book("Payment", lambda r: r["TotalAmt"] > 0 and len(r["Line"]) == 1)
        invoice = row["Line"][0]["LinkedTxn"][0]
        if invoice["TxnType"] != "Invoice":
            raise NotPossible("it pays no invoice")
        self.person("delete", entity="Payment", id=row["Id"])
        self.hands.setdefault(("Payment", row["Id"]), Hand()).gone = True
        part = {"id": invoice["TxnId"], "amount": str(row["TotalAmt"])}
        self.person("record-payment", invoices=[part], date=row["TxnDate"])

    def books_deposit(self) -> None:
        undeposited = [
            r
            for r in self.flow.books("Payment")
            if r["TotalAmt"] > 0 and not any(k["TxnType"] == "Deposit" for k in r.get("LinkedTxn", []))
        ]
        self.person("make-deposit", payments=[self.one(undeposited)["Id"]])

    def books_take_off_a_deposit(self) -> None:
        banked = [
            r
            for r in self.flow.books("Payment")
            if any(k["TxnType"] == "Deposit" for k in r.get("LinkedTxn", []))
        ]
        self.person("remove-from-deposit", payment=self.one(banked)["Id"])

    # --- documents ---

    def books_edit_a_line(self) -> None:
        row = self.our_book("Invoice")
        lines = own_lines(row)
        amount = round(lines[0]["Amount"] + 1, 2)
        _price(lines[0], amount)
        after = self.person("edit", entity="Invoice", id=row["Id"], changes={"Line": lines})
        self.note("Invoice", row["Id"], TotalAmt=Decimal(str(after["TotalAmt"])))

    def books_edit_the_due_date(self) -> None:
        self._edit("DueDate", "2027-03-01")

    def books_renumber(self) -> None:
        self._edit("DocNumber", f"X-{self.rng.randrange(10**6)}")

    def _edit(self, field: str, value: Any) -> None:
        row = self.our_book("Invoice")
        self.person("edit", entity="Invoice", id=row["Id"], changes={field: value})
        self.note("Invoice", row["Id"], **{field: value})

    def books_fill_in(self) -> None:
        """A message to the customer, a term: what Caspen has nothing to say about."""
        row = self.our_book(self.rng.choice(["Invoice", "CreditMemo"]))
        text = f"Thank you {self.rng.randrange(1000)}"
        entity = "Invoice" if "DueDate" in row else "CreditMemo"
        self.person("edit", entity=entity, id=row["Id"], changes={"CustomerMemo": {"value": text}})
        self.note_filled(entity, row["Id"], CustomerMemo={"value": text})

    def books_write_a_note(self) -> None:
        """Added to the private note, in which our mark stands."""
        entity = self.rng.choice(["Invoice", "Payment"])
        row = self.our_book(entity)
        text = f"{row['PrivateNote']} Called {self.rng.randrange(1000)}."
        self.person("edit", entity=entity, id=row["Id"], changes={"PrivateNote": text})
        self.note_filled(entity, row["Id"], PrivateNote=text)

    def books_class(self) -> None:
        """A class on each line, and a location."""
        self.flow.switch(class_tracking="per_line", track_departments=True)
        refs = {}
        for entity, name in (("Class", "North"), ("Department", "Main Street")):
            found = [r for r in self.flow.books(entity) if r["Name"] == name]
            made = found[0] if found else self.person("create", entity=entity, document={"Name": name})
            refs[entity] = {"value": made["Id"]}
        row = self.our_book("Invoice")
        lines = own_lines(row)
        for line in lines:
            line["SalesItemLineDetail"]["ClassRef"] = refs["Class"]
        changes = {"Line": lines, "DepartmentRef": refs["Department"]}
        self.person("edit", entity="Invoice", id=row["Id"], changes=changes)
        self.note_filled("Invoice", row["Id"], DepartmentRef=refs["Department"]["value"], classes=len(lines))

    def books_void_or_delete(self) -> None:
        entity = self.rng.choice(["Invoice", "Payment", "Payment", "CreditMemo"])
        row = self.book(entity, lambda r: r["TotalAmt"] > 0)
        self.person(self.rng.choice(["void", "delete"]), entity=entity, id=row["Id"])
        self.hands.setdefault((entity, row["Id"]), Hand()).gone = True

    def books_move_an_invoice(self) -> None:
        """To a customer that is no client's."""
        row = self.our_book("Invoice", lambda r: r["Balance"] == r["TotalAmt"])
        made = self.person(
            "create", entity="Customer", document={"DisplayName": f"Fund {self.rng.randrange(10**6)}"}
        )
        self.person("edit", entity="Invoice", id=row["Id"], changes={"CustomerRef": {"value": made["Id"]}})
        self.note("Invoice", row["Id"], CustomerRef=made["Id"])

    def books_add_a_late_fee_and_accept_it(self) -> None:
        """A fee on our invoice; accepted; and then the whole is paid."""
        row = self.our_book("Invoice", lambda r: r["Balance"] == r["TotalAmt"])
        lines = own_lines(row)
        fee = {key: value for key, value in lines[0].items() if key not in ("Id", "LineNum")}
        fee |= {"Description": FEE, "SalesItemLineDetail": {**fee["SalesItemLineDetail"]}}
        _price(fee, 15.0)
        after = self.person("edit", entity="Invoice", id=row["Id"], changes={"Line": [*lines, fee]})
        self.note("Invoice", row["Id"], TotalAmt=Decimal(str(after["TotalAmt"])), fee=True)
        self.run("reconcile")
        if self.command("accept", "--workspace", "1", "--number", row["DocNumber"]):
            self.accept_hand("Invoice", row["Id"])
            now = self.by_id("Invoice", row["Id"])
            if now and self.rng.randrange(2):
                self.receive(now, 4)

    # --- customers, items, settings ---

    def books_rename_a_customer(self) -> None:
        row = self.book("Customer", lambda r: r["Active"])
        name = f"Renamed {self.rng.randrange(10**6)}"
        self.person("edit", entity="Customer", id=row["Id"], changes={"DisplayName": name})
        self.note("Customer", row["Id"], DisplayName=name)

    def books_make_inactive(self) -> None:
        entity = self.rng.choice(["Customer", "Customer", "Item"])
        row = self.book(entity, lambda r: r["Active"])
        self.person("make-inactive", entity=entity, id=row["Id"])

    def books_make_active(self) -> None:
        entity = self.rng.choice(["Customer", "Customer", "Item"])
        self.person("make-active", entity=entity, id=self.book(entity, lambda r: not r["Active"])["Id"])

    def books_merge_customers(self) -> None:
        gone = self.book("Customer", lambda r: r["Active"])
        kept = self.book("Customer", lambda r: r["Active"] and r["Id"] != gone["Id"])
        self.person("merge", entity="Customer", **{"from": gone["Id"], "into": kept["Id"]})
        self.hands.pop(("Customer", gone["Id"]), None)
        for hand in self.hands.values():  # what stood on one stands on the other
            if hand.fields.get("CustomerRef") == gone["Id"]:
                hand.fields["CustomerRef"] = kept["Id"]

    def books_name_a_vendor_like_a_client(self) -> None:
        client = self.flow.staff.create_client(f"Vera{self.rng.randrange(1000)}", "Lane")
        name, number = self.row(
            "SELECT first_name || ' ' || last_name, id FROM caspen.client WHERE id = %s", client
        )
        self.person("create", entity="Vendor", document={"DisplayName": f"{name} (Caspen {number % 100000})"})
        self.clients.append(client)

    def books_close(self) -> None:
        today = self.row("SELECT current_date")[0]
        self.person("close-books", through=(today - timedelta(days=self.rng.choice([20, 0]))).isoformat())

    def books_open(self) -> None:
        self.person("close-books", through=None)

    def books_change_a_tax_rate(self) -> None:
        today = self.row("SELECT current_date")[0]
        percent = self.rng.choice(["12.5", "10", "10"])
        self.person("change-tax-rate", rate="GST (sales)", percent=percent, **{"from": today.isoformat()})

    def books_switch_gst(self) -> None:
        self.flow.switch(using_sales_tax=bool(self.rng.randrange(2)))

    def books_number_themselves(self) -> None:
        self.flow.switch(custom_txn_numbers=bool(self.rng.randrange(2)))

    def books_end_the_subscription(self) -> None:
        self.person("end-subscription")

    def books_renew(self) -> None:
        self.person("restart-subscription")

    def books_disconnect(self) -> None:
        self.person("disconnect")
