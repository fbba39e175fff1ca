"""The pages about customers: found, looked at, linked to another, with who did it."""

from __future__ import annotations

from tests.integration.ui.conftest import Pages
from tests.support.bookkeeper import invoice_of
from tests.support.flow import Flow


def test_a_link_is_found_looked_at_and_changed_by_who_may(pages: Pages, flow: Flow) -> None:
    invoice = flow.invoice("100.00")
    flow.post()
    own = invoice_of(flow, invoice)["CustomerRef"]["value"]
    other = flow.person("create", entity="Customer", document={"DisplayName": "Ann <b>Family</b>"})["Id"]
    viewer, op = pages.as_("viewer"), pages.as_("op")
    place = f"/w/1/customers/{flow.client_id}"
    for find in ("neil", str(flow.client_id), own):
        assert "Ann O&#39;Neil" in viewer.get("/w/1/customers", params={"find": find}).text
    assert "No linked client matches" in viewer.get("/w/1/customers", params={"find": "nobody's"}).text
    text = viewer.get(place).text
    assert f"<dd>{own}</dd>" in text and "created from Caspen" in text and "1 on customer" in text
    assert "See what follows" not in text
    assert viewer.get(f"{place}/relink", params={"customer": other}).status_code == 403
    assert viewer.post(place, {"customer": other}).status_code == 403

    asked = op.get(f"{place}/relink", params={"customer": other}).text
    assert "Later invoices go to it." in asked and "Ann &lt;b&gt;Family" in asked
    assert "Linked to QuickBooks customer" in op.message(op.post(place, {"customer": other}))
    assert op.post(place, {"customer": own, "form_token": ""}).status_code == 403
    text = viewer.get(place).text
    assert "linked by a person" in text and ">op<" in text
    assert flow.sync_rows(
        "SELECT who, from_customer, to_customer FROM qbo_sync.customer_link_event ORDER BY id DESC LIMIT 1"
    ) == [("airflow:op", own, other)]


def test_what_cannot_be_linked_is_said_with_the_next_step(pages: Pages, flow: Flow) -> None:
    flow.invoice("100.00")
    bob = flow.staff.create_client("Bob", "Lee")
    flow.post()
    [[theirs]] = flow.sync_rows("SELECT customer_id FROM qbo_sync.customer_link")
    op, place = pages.as_("op"), f"/w/1/customers/{bob}"
    for form, words in (
        ({}, "Give the id"),
        ({"customer": "77777"}, "does not exist"),
        ({"customer": theirs}, f"--share-with-client {flow.client_id}"),
        ({"customer": theirs, "share_with": "x"}, "is no client id"),
    ):
        assert words in op.message(op.post(place, form))
        assert words in op.message(op.get(f"{place}/relink", params=form))
    shared = {"customer": theirs, "share_with": str(flow.client_id)}
    assert "has that customer too" in op.get(f"{place}/relink", params=shared).text
    assert "Linked to" in op.message(op.post(place, shared))
    assert f"client {flow.client_id}</a>" in op.get(place).text
    assert op.get("/w/1/customers/5").status_code == 404
