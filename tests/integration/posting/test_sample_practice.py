"""The whole sample practice in one run: what is equal, what is listed and why, and how many calls
it takes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping

import pytest

from caspen_qbo import wiring
from caspen_qbo.core.reference import Choices
from caspen_qbo.usecases.connection.setup import link_tax, save_settings
from caspen_seed.facts import Standing, describe
from caspen_seed.practice import PRIVATE_TEXTS, UNLINKED_TAX_RATE, Loaded, load_practice
from ops.local.postgres import Database
from tests.support.flow import Flow
from tests.support.services import Sandbox


@pytest.fixture
def practice(
    connections: Mapping[str, str], caspen_db: Database, sync_db: Database, sandbox: Sandbox
) -> Iterator[tuple[Flow, Loaded]]:
    """The sample practice, connected since the day its history says, not yet posted."""
    loaded = load_practice(caspen_db.uri, 1, weeks=3, seed=7)
    flow = Flow.attach(caspen_db, sync_db, sandbox)
    flow.connect()
    flow.backdate_connection(loaded.connected_at)
    books = {entity: flow.books(entity) for entity in ("Account", "Item")}
    with wiring.open_session(1, "set-up") as session:
        save_settings(
            session,
            Choices(
                next(r["Id"] for r in books["Account"] if r["AccountType"] == "Bank"),
                next(r["Id"] for r in books["Item"] if r["Type"] == "Service"),
                next(r["Id"] for r in books["Item"] if r["Type"] == "NonInventory"),
            ),
            who="test",
        )
        codes = list(session.reference().tax_codes.values())
        for rate in session.billing.fetch_tax_rates(1).values():
            code = next((c for c in codes if c.usable_for_sales and c.percent == rate.rate), None)
            if rate.name != UNLINKED_TAX_RATE and code is not None:
                link_tax(session, rate.id, code.id, who="test")
    yield flow, loaded
    flow.close()


def test_the_practice_posts_whole_and_equal(practice: tuple[Flow, Loaded], caspen_db: Database) -> None:
    flow, loaded = practice
    first = flow.post()
    by_kind = dict(first.by_kind.items())
    reasons = Counter(key for _, key in flow.listed())
    print(
        f"\ncounts {dict(first.counts)}\ncalls {dict(first.calls)}\nlisted {dict(reasons)}\nledger {by_kind}"
    )

    facts = describe(caspen_db.uri, 1, loaded.connected_at)
    caspen = {
        row[0]: row[1:]
        for row in flow.caspen_rows(
            "SELECT number, subtotal, tax_total, total, balance, quickbooks_status FROM caspen.invoice "
            "WHERE workspace_id = 1 AND deleted_at IS NULL"
        )
    }
    invoices = flow.books("Invoice")
    assert invoices
    for document in invoices:
        subtotal, tax, total, balance, status = caspen[document["DocNumber"]]
        seen_tax = document.get("TxnTaxDetail", {}).get("TotalTax", 0)
        seen = (document["TotalAmt"] - seen_tax, seen_tax, document["TotalAmt"], document["Balance"], status)
        assert seen == (subtotal, tax, total, balance, "Synced"), document["DocNumber"]

    numbers = Counter(document["DocNumber"] for document in invoices)
    assert max(numbers.values()) == 1
    eligible = {standing.number for standing in facts.invoices if standing.standing is Standing.ELIGIBLE}
    listed_numbers = {number for number, _ in flow.listed()}
    assert set(numbers) == eligible - listed_numbers
    assert all(row.adds_up and row.waiting == 0 for row in by_kind.values() if row.kind == "invoice")

    sent = "\n".join(str(request["body"]) for request in flow.requests())
    assert [text for text in PRIVATE_TEXTS if text and text in sent] == []

    flow.post()
    again = flow.post()
    assert not {"batch", "write", "void"} & set(again.calls)
    assert len(flow.books("Invoice")) == len(invoices)
