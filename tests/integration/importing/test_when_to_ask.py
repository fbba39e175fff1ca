"""A scheduled import asks where something may have happened; one that a person starts asks always."""

from __future__ import annotations

from caspen_qbo import wiring
from caspen_qbo.hooks.store.monitoring.practices import ReportedPayment
from caspen_qbo.operators.find import FindWorkspacesOperator
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.support.flow import WORKSPACE, Flow
from tests.support.task_context import task_context


def _due(run_id: str = "scheduled__2026-11-16T00:07:00+00:00") -> bool:
    """Whether a run of the DAG would import from this practice."""
    find = FindWorkspacesOperator(task_id="find_workspaces", job="import", only_to_ask=True)
    found = find.execute(task_context(find.task_id, run_id))
    return WORKSPACE in {practice["workspace_id"] for shard in found for practice in shard}


def _import() -> None:
    with wiring.open_session(WORKSPACE, wiring.new_run_id("import")) as session:
        import_payments(session)


def _pass(flow: Flow, hours: int) -> None:
    flow.sync_rows(
        "UPDATE qbo_sync.import_rhythm SET asked_at = asked_at - make_interval(hours => %s), "
        "heard_at = heard_at - make_interval(hours => %s), wrote_at = wrote_at - make_interval(hours => %s), "
        "reported_at = reported_at - make_interval(hours => %s) RETURNING 1", *[hours] * 4,
    )  # fmt: skip


def _report(flow: Flow, *payment_ids: str) -> bool:
    """As the webhook does; whether a payment that is not ours was among them."""
    with wiring.open_store() as store:
        return store.practices.record_heard({ReportedPayment(flow.realm, id_) for id_ in payment_ids})[
            WORKSPACE
        ]


def test_what_was_asked_just_now_is_left_alone_until_its_time_or_a_report(flow: Flow) -> None:
    assert _due(), "never asked"
    _import()
    assert not _due()
    assert _due("manual__2026-11-16T00:08:00+00:00"), "a person waits for it"
    _pass(flow, 11)
    assert _due(), "longer than any pause without a webhook"

    paid = flow.invoice("50.00")
    flow.pay(paid)
    flow.post()
    _import()
    (ours,) = flow.books("Payment")
    assert not _report(flow, ours["Id"])
    _pass(flow, 11)
    assert not _due(), "our own payment was reported: webhooks work, and nobody else's came"
    assert _report(flow, ours["Id"], "4711")
    assert _due()
    _import()
    assert not _due()
    _pass(flow, 25)
    assert _due(), "what a webhook lost is found within a day"


def test_a_webhook_that_stops_reporting_ours_is_no_longer_relied_on(flow: Flow) -> None:
    for amount in ("10.00", "20.00"):
        flow.pay(flow.invoice(amount))
        flow.post()
        if amount == "10.00":
            _report(flow, flow.books("Payment")[0]["Id"])
    _import()
    _pass(flow, 11)
    assert _due(), "the second payment was never reported"


def test_what_the_staff_or_a_reconciliation_brings_up_is_looked_at(flow: Flow) -> None:
    """Without a webhook's word: a payment unlinked in Caspen, and one that a reconciliation read first."""
    invoice = flow.invoice("80.00")
    flow.post()
    (theirs,) = flow.books("Invoice")
    flow.person("record-payment", invoices=[{"id": theirs["Id"], "amount": "30.00"}])
    _import()
    assert not _due()
    allocation = flow.caspen_rows("SELECT id FROM caspen.payment_allocation WHERE invoice_id = %s", invoice)
    flow.staff.unlink(allocation[0][0])
    flow.post()
    assert _due()
    _import()

    flow.person("record-payment", invoices=[{"id": theirs["Id"], "amount": "5.00"}])
    with wiring.open_session(WORKSPACE, wiring.new_run_id("reconcile")) as session:
        reconcile(session)
    assert _due()
