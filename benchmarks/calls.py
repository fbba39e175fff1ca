"""How many calls to QuickBooks a first evening takes, compared with a script that makes one call at a time.

    python -m benchmarks.calls [--invoices N]

1,000 new invoices of 700 new clients with 900 payments are posted through the real use case against the
sandbox, and the sandbox's own record is counted, not ours. Then the same documents, as read from Caspen, are
entered by a script as one writes it with python-quickbooks: look the customer up, create it, create the
invoice, create the payment.
"""

from __future__ import annotations

import argparse
import os
from collections import Counter
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import httpx

from caspen_qbo import wiring
from caspen_qbo.usecases.posting.run import post
from caspen_seed import NewLine
from ops.local.environment import QUICKBOOKS_APP
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.services import Sandbox
from tests.support.standalone import Services, open_practice, services

INVOICES, CLIENTS, PAYMENTS = 1000, 700, 900
SCRIPT_INVOICES = 100
"""The script's calls grow in step with the invoices: a tenth is run and multiplied."""


@dataclass(frozen=True)
class Measured:
    """Calls for ``invoices`` invoices with their clients and payments."""

    invoices: int
    clients: int
    payments: int
    ours: dict[str, int]
    """By kind."""
    script: int
    script_ran: int
    """How many invoices the script really entered; its calls are scaled from them."""

    @property
    def total(self) -> int:
        return sum(self.ours.values())

    @property
    def ratio(self) -> float:
        return self.script / self.total


def sizes(invoices: int) -> tuple[int, int, int]:
    """Invoices, clients and payments in the proportions of the full benchmark."""
    return invoices, invoices * CLIENTS // INVOICES, invoices * PAYMENTS // INVOICES


def finalise(flow: Flow, invoices: int) -> None:
    """So many new invoices with their clients and payments, in Caspen."""
    count, clients, payments = sizes(invoices)
    ids = [
        flow.staff.create_client(f"Client{n}", f"Family{n % 83}", email=f"client{n}@example.com")
        for n in range(clients)
    ]
    for n in range(count):
        client = ids[n % clients]
        price = f"{40 + n % 160}.50"
        invoice = flow.staff.draft_invoice(
            client, [NewLine("service", "Consultation", price, tax_rate_id=flow.rates["GST"])]
        )
        flow.staff.finalise(invoice)
        if n < payments:
            flow.staff.pay(client, {invoice: Decimal("30.00")})


def count_ours(flow: Flow, invoices: int) -> dict[str, int]:
    """Post so many new invoices with their clients and payments; the calls QuickBooks received, by kind."""
    finalise(flow, invoices)
    _clear(flow.sandbox)
    with wiring.open_session(WORKSPACE, "benchmark") as session:
        session.forget_reference()  # as on a first evening: QuickBooks' lists are read too
        done = post(session)
    assert done.ledger is not None and done.ledger.synced == invoices, done.ledger
    return _received(flow)


def count_script(flow: Flow, invoices: int) -> int:
    """Calls of a plain script that enters the first so many invoices with their payments into empty books."""
    from intuitlib.client import AuthClient
    from quickbooks import QuickBooks
    from quickbooks.objects.base import LinkedTxn, Ref
    from quickbooks.objects.customer import Customer
    from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
    from quickbooks.objects.invoice import Invoice
    from quickbooks.objects.item import Item
    from quickbooks.objects.payment import Payment, PaymentLine

    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    tokens = flow.door("token", realm=REALM)
    auth = AuthClient(
        QUICKBOOKS_APP.client_id, QUICKBOOKS_APP.client_secret, "http://localhost/callback",
        flow.sandbox.discovery_url, access_token=tokens["access_token"],
        refresh_token=tokens["refresh_token"],
    )  # fmt: skip
    qb = QuickBooks(
        auth_client=auth, refresh_token=tokens["refresh_token"], company_id=REALM, minorversion=75
    )
    qb.api_url_v3 = f"{flow.sandbox.url}/v3"
    _clear(flow.sandbox)

    def ref(value: str) -> Ref:
        made = Ref()
        made.value = value
        return made

    service = Item.filter(Type="Service", qb=qb)[0]
    tax_code = flow.sync_rows(
        "SELECT tax_code_id FROM qbo_sync.tax_link WHERE tax_rate_id = %s", flow.rates["GST"]
    )
    rows = flow.caspen_rows(
        "SELECT i.id, i.number, c.first_name || ' ' || c.last_name, i.subtotal, "
        "(SELECT sum(a.amount) FROM caspen.payment_allocation a WHERE a.invoice_id = i.id) "
        "FROM caspen.invoice i JOIN caspen.client c ON c.id = i.client_id ORDER BY i.id"
    )
    # Every n-th, so that clients return and payments are missing in the proportions of the whole.
    step = len(rows) // invoices
    chosen = _in_proportion(rows, step)
    for _, number, name, subtotal, paid in chosen:
        found = Customer.filter(DisplayName=name, qb=qb)
        customer = found[0] if found else Customer()
        if not found:
            customer.DisplayName = name
            customer.save(qb=qb)
        line = SalesItemLine()
        line.Amount = float(subtotal)
        line.SalesItemLineDetail = SalesItemLineDetail()
        line.SalesItemLineDetail.ItemRef = ref(service.Id)
        line.SalesItemLineDetail.TaxCodeRef = ref(tax_code[0][0])
        invoice = Invoice()
        invoice.DocNumber = number
        invoice.CustomerRef = customer.to_ref()
        invoice.Line.append(line)
        invoice.save(qb=qb)
        if paid is not None:
            payment, part, link = Payment(), PaymentLine(), LinkedTxn()
            payment.CustomerRef, payment.TotalAmt, part.Amount = customer.to_ref(), float(paid), float(paid)
            link.TxnId, link.TxnType = invoice.Id, "Invoice"
            part.LinkedTxn.append(link)
            payment.Line.append(part)
            payment.save(qb=qb)
    assert len(flow.books("Invoice")) == len(chosen)
    return sum(_received(flow).values())


def _in_proportion(rows: list[Any], step: int) -> list[Any]:
    """A ``step``-th of the invoices: of first ones, of returning clients' and of unpaid ones alike."""
    seen: set[str] = set()
    groups: dict[tuple[bool, bool], list[Any]] = {}
    for row in rows:
        groups.setdefault((row[2] in seen, row[4] is None), []).append(row)
        seen.add(row[2])
    first = [row for key, group in groups.items() if not key[0] for row in group[::step]]
    names = {row[2] for row in first}
    # A returning client's invoice costs no customer: any whose client is among the chosen will do.
    again = []
    for key, group in groups.items():
        if key[0]:
            again += [row for row in group if row[2] in names][: len(group) // step]
    return first + again


def _clear(sandbox: Sandbox) -> None:
    httpx.delete(f"{sandbox.url}/_sandbox/requests", timeout=30, verify=False).raise_for_status()


def _received(flow: Flow) -> dict[str, int]:
    return dict(Counter(request["operation"] or "token" for request in flow.requests()))


def measure(started: Services, invoices: int = INVOICES) -> Measured:
    """Both ways, each into empty books."""
    with open_practice(started) as flow:
        ours = count_ours(flow, invoices)
        flow.door("reset", realm=REALM)
        flow.switch(limits=False, auto_apply_credit=False)
        ran = min(invoices, SCRIPT_INVOICES)
        script = count_script(flow, ran) * invoices // ran
    return Measured(*sizes(invoices), ours, script, ran)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--invoices", type=int, default=INVOICES)
    asked = parser.parse_args()
    with services() as started:
        result = measure(started, asked.invoices)
    print(f"{result.invoices} new invoices, {result.clients} new clients, {result.payments} payments")
    for kind, number in sorted(result.ours.items()):
        print(f"  {kind:10} {number:6d}")
    print(f"  {'in all':10} {result.total:6d}")
    print(f"a plain script, one call at a time: {result.script} (run for {result.script_ran} invoices)")
    print(f"ratio: {result.ratio:.1f}")


if __name__ == "__main__":
    main()
