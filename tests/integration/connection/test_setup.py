"""Set-up over real services: choices and tax links are checked against QuickBooks before they are kept."""

from __future__ import annotations

import pytest

from caspen_qbo import wiring
from caspen_qbo.core.reference import Choices
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.connection.setup import link_tax, read_offers, save_settings
from tests.support.flow import Flow


def test_wrong_choices_are_refused_with_their_type_and_the_right_ones(flow: Flow) -> None:
    def first(entity: str, **wanted: str) -> str:
        return next(r["Id"] for r in flow.books(entity) if all(r.get(k) == v for k, v in wanted.items()))

    income, bank = first("Account", AccountType="Income"), first("Account", AccountType="Bank")
    service, product = first("Item", Type="Service"), first("Item", Type="NonInventory")
    with wiring.open_session(flow.workspace_id, "set-up") as session:
        kept = session.store.setup.fetch_choices()
        with pytest.raises(ConfigurationError, match="type Income; it must be Bank or Other Current Asset"):
            save_settings(session, Choices(income, service, product), who="test")
        with pytest.raises(ConfigurationError, match="must be Service.*must be NonInventory or Inventory"):
            save_settings(session, Choices(bank, product, service), who="test")
        with pytest.raises(
            ConfigurationError, match="payment account \\(QuickBooks id 999999\\) is not in QuickBooks"
        ):
            save_settings(session, Choices("999999", service, product), who="test")
        assert session.store.setup.fetch_choices() == kept
        offers = read_offers(session)
    assert bank in {entry.id for entry in offers.payment_accounts}
    assert income not in {entry.id for entry in offers.payment_accounts}
    assert {entry.type for entry in offers.service_items} == {"Service"}
    assert {entry.type for entry in offers.product_items} <= {"NonInventory", "Inventory"}
    assert all(code.usable_for_sales for code in offers.tax_codes)


def test_a_rate_is_linked_to_a_code_of_the_same_rate_only(flow: Flow) -> None:
    rate = flow.staff.create_tax_rate("Levy", "12.5")
    [(gst,)] = flow.sync_rows("SELECT tax_code_id FROM qbo_sync.tax_link WHERE rate = 10")

    def status(rate_id: int) -> str:
        return flow.caspen_rows("SELECT quickbooks_status FROM caspen.tax_rate WHERE id = %s", rate_id)[0][0]

    with wiring.open_session(flow.workspace_id, "link") as session:
        with pytest.raises(ConfigurationError, match=r"Levy is 12\.5 %.* is 10 %"):
            link_tax(session, rate, gst, who="test")
        with pytest.raises(ConfigurationError, match="no tax code 999999"):
            link_tax(session, rate, "999999", who="test")
    assert (status(rate), status(flow.rates["GST"])) == ("Not synced", "Synced")
    invoice = flow.invoice("10.00")
    flow.post()
    assert flow.staff.invoice(invoice).number in {row["DocNumber"] for row in flow.books("Invoice")}
