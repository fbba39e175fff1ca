"""The sums a bookkeeper signs, and that what explains a difference adds up to it."""

from __future__ import annotations

from decimal import Decimal

from caspen_qbo import wiring
from caspen_qbo.reports.model import TieOut
from caspen_qbo.reports.stored import read_model
from caspen_seed import NewLine
from tests.integration.reconcile.runs import run
from tests.support.bookkeeper import edit_line, free_of_tax, payment_of, remove
from tests.support.flow import Flow


def tie_outs(flow: Flow) -> dict[str, TieOut]:
    with wiring.open_store() as store:
        stored = store.reconciliation.fetch_run(flow.workspace_id)
    return {item.key: item for item in read_model(stored, ()).tie_outs}


def figures(item: TieOut) -> dict[str, tuple[str, str, str]]:
    return {row.label: (str(row.caspen), str(row.quickbooks), str(row.delta)) for row in item.rows}


def test_every_difference_is_explained_by_items_that_add_up_to_it(flow: Flow):
    taxed, freed, paid = (
        flow.invoice(lines=[line(flow, "80.00", "GST"), line(flow, "20.00", "GST free")]),
        flow.invoice("80.00", "20.00"),
        flow.invoice("80.00", "20.00"),
    )
    flow.pay(paid, "50.00")
    flow.staff.credit(taxed, {1: 1})
    flow.post()
    run(flow)
    before = tie_outs(flow)
    assert all(item.equal and not item.items for item in before.values())
    names = [row.label for row in before["tax"].rows if " at " in row.label]
    assert len(names) == 3 and all(label.endswith("]") for label in names), (
        "two codes, one of them without tax"
    )

    edit_line(flow, taxed, amount="90.00")
    free_of_tax(flow, freed)
    remove("Payment", "delete", payment_of)(flow, paid)
    run(flow, full=True)
    after = tie_outs(flow)
    assert [key for key, item in after.items() if not item.equal] == ["receivables", "payment_account", "tax"]
    for item in after.values():
        assert item.items_delta == sum((row.delta for row in item.items), Decimal(0))
    assert after["receivables"].rows[0].delta == after["receivables"].items_delta == Decimal("53.00")
    assert (
        after["payment_account"].rows[-1].delta == after["payment_account"].items_delta == Decimal("-50.00")
    )

    by_label = {label: row for label, row in figures(after["tax"]).items() if label.startswith("Tax")}
    assert {label.split(" [")[0].rsplit(",")[0]: row for label, row in by_label.items()} == {
        "Tax": ("20.00", "13.00", "-7.00"),  # the month's
        "Tax at " + flow_code(flow, "GST"): ("20.00", "13.00", "-7.00"),
    }
    assert after["tax"].items_delta == Decimal("-7.00")
    assert {row.number: row.delta for row in after["tax"].items} == {
        flow.staff.invoice(freed).number: Decimal("-8.00"),
        flow.staff.invoice(taxed).number: Decimal("1.00"),
    }


def line(flow: Flow, price: str, rate: str) -> NewLine:
    return NewLine("service", "Consultation", price, tax_rate_id=flow.rates[rate])


def flow_code(flow: Flow, rate: str) -> str:
    [(name,)] = flow.sync_rows(
        "SELECT tax_code_name FROM qbo_sync.tax_link WHERE tax_rate_id = %s", flow.rates[rate]
    )
    return name
