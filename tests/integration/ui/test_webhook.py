"""QuickBooks' notifications: with a valid signature only, and all they do is hand over. And Run now."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Mapping
from typing import Any

import pytest

from tests.integration.ui.conftest import WEBHOOK_TOKEN, Pages, runs
from tests.support.flow import REALM, Flow

WOKEN = {"import_from_quickbooks", "post_to_quickbooks"}
CLOUD = [
    {
        "specversion": "1.0",
        "id": "88cd52aa-33b6-4351-9aa4-47572edbd068",
        "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
        "type": "qbo.payment.created.v1",
        "datacontenttype": "application/json",
        "time": "2026-11-10T21:31:25.179851517Z",
        "intuitentityid": "12",
        "intuitaccountid": realm,
        "data": {},
    }
    for realm in (REALM, "4620816365000000001", REALM)
]
ENTITIES = [{"id": "1", "operation": "Create", "name": "Payment", "lastUpdated": "2026-11-08T20:52:31.657Z"}]
LEGACY = {"eventNotifications": [{"realmId": REALM, "dataChangeEvent": {"entities": ENTITIES}}]}


def sign(body: bytes, token: str = WEBHOOK_TOKEN) -> str:
    return base64.b64encode(hmac.new(token.encode(), body, hashlib.sha256).digest()).decode()


def deliver(pages: Pages, body: bytes, signature: str | bytes | None) -> int:
    """As Intuit does: no login, no browser."""
    pages.client.cookies.clear()
    headers: dict[str, Any] = {"content-type": "application/json"}
    if signature is not None:
        headers["intuit-signature"] = signature
    return pages.client.post("/quickbooks/webhook", content=body, headers=headers).status_code


HANDED_OVER = "SELECT reported_at IS NOT NULL, touched_at IS NOT NULL FROM qbo_sync.import_rhythm"
"""To the watcher: a payment that is not ours, anything else."""


def handed_over(flow: Flow) -> tuple[bool, bool]:
    return (flow.sync_rows(HANDED_OVER) or [(False, False)])[0]


def started(dags: Pages) -> list[str]:
    """A notification starts no DAG: it brings no login."""
    return [dag_id for dag_id in WOKEN if runs(dags, dag_id)]


@pytest.mark.parametrize("notification", [CLOUD, LEGACY], ids=["CloudEvents", "retired form"])
def test_a_signed_notification_is_handed_over_to_the_watcher_which_announces_it_once(
    dags: Pages, flow: Flow, notification: object
) -> None:
    from caspen_qbo import wiring
    from caspen_qbo.usecases.monitoring.watch import look_for_work

    flow.sync_rows("UPDATE qbo_sync.import_rhythm SET asked_at = now() RETURNING 1")
    body = json.dumps(notification).encode()
    for _ in range(3):
        start = time.monotonic()
        assert deliver(dags, body, sign(body)) == 200
        assert time.monotonic() - start < 3
    assert handed_over(flow) == (True, False) and started(dags) == []
    with wiring.open_store() as store, wiring.open_billing() as billing:
        news = look_for_work(store, billing, {})
        assert (news.imports, look_for_work(store, billing, news.memory).imports) == ((1,), ())


def test_our_own_payments_wake_nothing_and_a_list_that_moved_is_read_again(dags: Pages, flow: Flow) -> None:
    """Whatever was written is reported back: it only shows that webhooks work."""
    flow.pay(flow.invoice("10.00"))
    flow.post()
    (ours,) = flow.books("Payment")
    lists = "SELECT name FROM qbo_sync.reference_cache WHERE name IN ('Item', 'Account')"
    assert len(flow.sync_rows(lists)) == 2
    body = json.dumps([{**CLOUD[0], "intuitentityid": ours["Id"]}]).encode()
    assert deliver(dags, body, sign(body)) == 200
    assert handed_over(flow) == (False, False)
    assert flow.sync_rows("SELECT heard_at IS NOT NULL FROM qbo_sync.import_rhythm") == [(True,)]
    body = json.dumps([{**CLOUD[0], "type": "qbo.item.updated.v1"}]).encode()
    assert deliver(dags, body, sign(body)) == 200
    assert flow.sync_rows(lists) == [("Account",)]
    assert handed_over(flow) == (False, True) and started(dags) == []


def test_that_our_documents_and_customers_were_made_wakes_nothing_and_anything_more_does(
    dags: Pages, flow: Flow
) -> None:
    """Each post is followed by such a notification: it would start a run that finds nothing."""
    flow.staff.credit(flow.invoice("10.00"))
    flow.post()
    flow.post()
    made = [
        ("customer", flow.books("Customer")[-1]["Id"]),
        *((name.casefold(), flow.books(name)[0]["Id"]) for name in ("Invoice", "CreditMemo", "Payment")),
    ]

    def tell(entity: str, what: str, id_: str) -> tuple[bool, bool]:
        flow.sync_rows("UPDATE qbo_sync.import_rhythm SET reported_at = NULL, touched_at = NULL RETURNING 1")
        body = json.dumps([{**CLOUD[0], "intuitentityid": id_, "type": f"qbo.{entity}.{what}.v1"}]).encode()
        assert deliver(dags, body, sign(body)) == 200
        return handed_over(flow)

    for entity, id_ in made:
        changed = (True, False) if entity == "payment" else (False, True)
        assert (entity, tell(entity, "created", id_)) == (entity, (False, False))
        assert (entity, tell(entity, "updated", id_)) == (entity, changed)
        assert (entity, tell(entity, "created", "999999")) == (entity, changed)


@pytest.mark.parametrize("what", ["updated", "deleted", "voided", "merged"])
@pytest.mark.parametrize("form", ["CloudEvents", "retired form"])
def test_what_a_person_did_to_our_payment_is_handed_over(
    dags: Pages, flow: Flow, what: str, form: str
) -> None:
    """Only that it was made is our own echo."""
    flow.pay(flow.invoice("10.00"))
    flow.post()
    (ours,) = flow.books("Payment")
    entity = {**ENTITIES[0], "id": ours["Id"], "operation": what.capitalize().removesuffix("d")}
    retired = {"eventNotifications": [{"realmId": REALM, "dataChangeEvent": {"entities": [entity]}}]}
    cloud = [{**CLOUD[0], "intuitentityid": ours["Id"], "type": f"qbo.payment.{what}.v1"}]
    body = json.dumps(cloud if form == "CloudEvents" else retired).encode()
    assert deliver(dags, body, sign(body)) == 200
    assert handed_over(flow) == (True, False) and started(dags) == []


@pytest.mark.parametrize(
    "signature",
    [None, "", "x", sign(b"another body"), sign(json.dumps(CLOUD).encode(), "another token"), "é" * 44],
)
def test_without_a_valid_signature_nothing_is_woken(dags: Pages, flow: Flow, signature: str | None) -> None:
    sent = signature.encode("latin-1", "replace") if signature else signature
    assert deliver(dags, json.dumps(CLOUD).encode(), sent) == 401
    assert handed_over(flow) == (False, False) and started(dags) == []


def test_a_login_is_no_signature(dags: Pages, flow: Flow) -> None:
    answer = dags.as_("admin").post("/webhook")
    assert answer.status_code == 401


def test_signed_nonsense_is_refused(dags: Pages, flow: Flow) -> None:
    for body in (b"", b"{}", b"[1]", b"nonsense", b'{"eventNotifications": 5}'):
        assert deliver(dags, body, sign(body)) == 400, body
    large = b"[" + b" " * 1_000_001 + b"]"
    assert deliver(dags, large, sign(large)) == 413
    assert handed_over(flow) == (False, False) and started(dags) == []


def test_a_strange_company_wakes_nothing(dags: Pages, flow: Flow) -> None:
    body = json.dumps([{**CLOUD[0], "intuitaccountid": "4620816365000000001"}]).encode()
    assert deliver(dags, body, sign(body)) == 200
    assert handed_over(flow) == (False, False) and started(dags) == []


def test_webhooks_are_off_without_a_verifier_token(
    pages: Pages, flow: Flow, connections: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    quickbooks = json.loads(connections["AIRFLOW_CONN_QUICKBOOKS"])
    del quickbooks["extra"]["webhook_verifier_token"]
    monkeypatch.setenv("AIRFLOW_CONN_QUICKBOOKS", json.dumps(quickbooks))
    body = json.dumps(CLOUD).encode()
    assert deliver(pages, body, sign(body)) == 404
    assert deliver(pages, body, sign(body, "")) == 404, "an empty token signs nothing"


def test_run_now_starts_the_dag_as_the_user(dags: Pages, flow: Flow) -> None:
    user = dags.as_("user")
    assert user.message(user.post("/w/1/activity/run", {"job": "reconcile"})) == "Reconcile was started."
    (run,) = runs(dags, "reconcile_quickbooks")
    assert run["triggering_user_name"] == "user"
    assert run["conf"] == {"workspace_id": 1}
    text = user.get("/w/1/activity").text
    assert (
        f'/dags/reconcile_quickbooks/runs/{run["dag_run_id"].replace(":", "%3A").replace("+", "%2B")}"'
        in text
    )
    assert user.message(user.post("/w/1/activity/run", {"job": "nope"})) == "Choose what to run."


def test_run_now_of_a_dag_that_is_switched_off_says_so(dags: Pages, flow: Flow) -> None:
    dags.airflow("admin", "PATCH", "/api/v2/dags/post_to_quickbooks", json={"is_paused": True})
    user = dags.as_("user")
    assert "is switched off in Airflow" in user.message(user.post("/w/1/activity/run", {"job": "post"}))
    assert runs(dags, "post_to_quickbooks") == []
