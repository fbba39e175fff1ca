"""Practices of a shard that are reconciled together: one run of the checks, and each on its own account."""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import psycopg
import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.errors import BrokenCheckError, StoreUnavailableError, WorkspaceBusyError
from caspen_qbo.operators.checking import together
from caspen_qbo.operators.jobs import ReconcileOperator
from caspen_qbo.quality import shard as checks
from caspen_seed import Staff, create_workspace
from tests.dags.test_shards import context, shard
from tests.support.bookkeeper import edit
from tests.support.flow import Flow

pytestmark = [pytest.mark.airflow, pytest.mark.slow]

SPOILT = """
CREATE OR REPLACE VIEW qbo_sync.comparison_invoice AS
SELECT workspace_id, document_kind, document_id, document_number, quickbooks_id, in_caspen, in_quickbooks,
       balance_settled, caspen_subtotal, quickbooks_subtotal, caspen_tax, quickbooks_tax,
       ({total})::numeric(14,2) AS caspen_total,
       quickbooks_total, caspen_balance, quickbooks_balance, caspen_customer, quickbooks_customer,
       caspen_date, quickbooks_date, caspen_number, quickbooks_number, invoice_id, quickbooks_type, origin,
       changed, changed_fields, drifted, accepted
FROM qbo_sync.comparison
WHERE workspace_id = ANY ((SELECT current_setting('caspen_qbo.workspaces')::bigint[])::bigint[])
  AND document_kind = 'invoice' AND {condition}
"""
RAISES = {"total": "caspen_total / CASE WHEN workspace_id = 2 THEN 0 ELSE 1 END", "condition": "true"}
HIDES = {"total": "caspen_total", "condition": "workspace_id <> 2"}
SOUND = {"total": "caspen_total", "condition": "true"}


def execute(flow: Flow, statement: str) -> None:
    with psycopg.connect(flow.sync.uri, autocommit=True) as connection:
        connection.execute(statement)


@pytest.fixture
def practices(flow: Flow) -> list[Flow]:
    """Three, each with an invoice of 110.00 that is posted."""
    found = [flow]
    for id_, realm in enumerate(flow.door("companies", number=2)["realms"], 2):
        create_workspace(flow.caspen, id_, f"Practice {id_}")
        other = Flow(Staff(flow.caspen, id_), flow.sandbox, flow.caspen, flow.sync, id_, realm)
        other.switch(limits=False, auto_apply_credit=False)
        other.connect()
        other.configure()
        other.client_id = other.staff.create_client("Eve", "Moe")
        found.append(other)
    for each in found:
        each.invoice("100.00")
        each.post()
    return found


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, int]]:
    """Of each run of the checks of the comparison: how many practices, and how many suites it ran."""
    from great_expectations.validator.validator import Validator

    runs: list[tuple[int, int]] = []
    suites: list[int] = []
    carried_out, checked = Validator.graph_validate, checks.check_practices

    def graph_validate(self: Any, configurations: Any, *rest: Any) -> Any:
        suites.append(len(configurations))
        return carried_out(self, configurations, *rest)

    def check_practices(frozen: Any) -> Any:
        suites.clear()
        found = checked(frozen)
        runs.append((len(frozen), len(suites)))
        return found

    monkeypatch.setattr(Validator, "graph_validate", graph_validate)
    monkeypatch.setattr(together, "check_practices", check_practices)
    return runs


def operator() -> ReconcileOperator:
    return ReconcileOperator(task_id="reconcile", practices=shard(1, 2, 3))


def recorded(flow: Flow) -> list[tuple[int, bool | None, int | None]]:
    """Workspace, whether its run is good, how many documents were proven; of the last run of each."""
    rows = flow.sync_rows(
        "SELECT DISTINCT ON (r.workspace_id) r.workspace_id, r.success, c.documents_checked"
        " FROM qbo_sync.sync_run r"
        " LEFT JOIN qbo_sync.reconciliation_run c USING (workspace_id, run_id)"
        " WHERE r.job = 'reconcile' ORDER BY r.workspace_id, r.started_at DESC"
    )
    return [(row[0], row[1], row[2]) for row in rows]


def differing(flow: Flow) -> list[tuple[int, str, str]]:
    rows = flow.sync_rows(
        "SELECT workspace_id, field, delta FROM qbo_sync.reconciliation_difference ORDER BY 1, 2"
    )
    return [(row[0], row[1], str(row[2])) for row in rows]


def test_a_shard_is_checked_in_one_run_and_each_practice_has_its_own_verdict(
    practices: list[Flow], asked: list[tuple[int, int]]
) -> None:
    flow = practices[0]
    invoice = flow.sync_rows("SELECT document_id FROM qbo_sync.document WHERE workspace_id = 2")[0][0]
    edit(practices[1], invoice, TxnDate="2020-02-29")
    outcomes = operator().execute(context())
    assert asked == [(3, 2)], "the invoices of all, and Caspen's own rows of all"
    assert [one["workspace_id"] for one in outcomes] == [1, 2, 3]
    assert [one["counts"].get("differences", 0) for one in outcomes] == [0, 1, 0]
    assert outcomes[0]["message"] == "1 document compared, all equal."
    assert recorded(flow) == [(1, True, 1), (2, True, 1), (3, True, 1)]
    assert differing(flow) == [(2, "date", "None")]
    kept = flow.sync_rows(
        "SELECT workspace_id, count(*), sum(checked), sum(failing) FROM qbo_sync.check_result"
        " GROUP BY 1 ORDER BY 1"
    )
    assert kept == [(1, 18, 18, 0), (2, 18, 18, 1), (3, 18, 18, 0)]
    paused = flow.sync_rows(
        "SELECT workspace_id FROM qbo_sync.sync_run WHERE paused_seconds > 0 AND job = 'reconcile'"
        " AND paused_seconds < extract(epoch FROM finished_at - started_at) ORDER BY 1"
    )
    assert paused == [(1,), (2,), (3,)]


@pytest.mark.parametrize(
    ("how", "said"), [(RAISES, "division by zero"), (HIDES, "saw 0 documents, but 1 were compared")]
)
def test_a_check_of_one_practice_that_breaks_takes_nothing_from_the_others(
    practices: list[Flow], asked: list[tuple[int, int]], how: dict[str, str], said: str
) -> None:
    flow = practices[0]
    execute(flow, SPOILT.format(**how))
    with pytest.raises(BrokenCheckError, match=said):
        operator().execute(tried := context())
    assert [one["workspace_id"] for one in tried["ti"].pushed["failure"]] == [1, 3, 2]
    assert recorded(flow) == [(1, True, 1), (2, False, None), (3, True, 1)]
    [(checked, suites)] = asked
    assert checked == 3 and suites > 3
    execute(flow, SPOILT.format(**SOUND))
    operator().execute(context(2))
    assert asked[-1] == (1, 2), "what was proven is not done again"
    assert recorded(flow) == [(1, True, 1), (2, True, 1), (3, True, 1)]


def test_a_difference_that_no_row_was_written_for_breaks_its_own_practice_alone(
    practices: list[Flow],
) -> None:
    """Plain SQL reads the table, the checks read the view: a cent more there is counted and not written."""
    flow = practices[0]
    cent = {"total": "caspen_total + CASE WHEN workspace_id = 3 THEN 0.01 ELSE 0 END", "condition": "true"}
    execute(flow, SPOILT.format(**cent))
    with pytest.raises(BrokenCheckError, match="invoice total: 1 counted, 0 written"):
        operator().execute(context())
    assert recorded(flow) == [(1, True, 1), (2, True, 1), (3, False, None)]


def test_no_other_run_gets_between_what_was_frozen_and_its_verdict(
    practices: list[Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    refused: list[int] = []

    def check_practices(frozen: Any) -> Any:
        with wiring.open_store() as store:
            for id_ in frozen:
                with pytest.raises(WorkspaceBusyError), store.for_workspace(id_).lock(wait_seconds=0):
                    raise AssertionError("locked by nobody")
                refused.append(id_)
        return checks.check_practices(frozen)

    monkeypatch.setattr(together, "check_practices", check_practices)
    operator().execute(context())
    assert refused == [1, 2, 3]
    with wiring.open_store() as store:
        for id_ in refused:
            with store.for_workspace(id_).lock(wait_seconds=0):
                pass


def test_those_that_wait_long_are_checked_before_the_next_is_begun(
    practices: list[Flow], asked: list[tuple[int, int]], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "HELD_SECONDS", 0.0)
    operator().execute(context())
    assert asked == [(1, 2)] * 3
    assert recorded(practices[0]) == [(1, True, 1), (2, True, 1), (3, True, 1)]


@pytest.mark.parametrize("ends", ["stopped", "killed"])
def test_a_task_that_ends_before_its_checks_leaves_nothing_proven_and_is_done_again(
    practices: list[Flow], monkeypatch: pytest.MonkeyPatch, ends: str
) -> None:
    flow = practices[0]
    with monkeypatch.context() as patch:
        if ends == "stopped":
            patch.setattr(together, "check_practices", _raiser(KeyboardInterrupt))
            with pytest.raises(KeyboardInterrupt):
                operator().execute(context())
            good: list[tuple[int, bool | None, int | None]] = [(id_, False, None) for id_ in (1, 2, 3)]
        else:
            patch.setattr(together, "check_practices", lambda _: os._exit(9))
            child = os.fork()
            if child == 0:
                operator().execute(context())
                os._exit(0)
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
            good = [(id_, None, None) for id_ in (1, 2, 3)]
    assert recorded(flow) == good
    assert differing(flow) == []
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.reconciliation_run WHERE success") == [(0,)]
    operator().execute(context(2))
    assert recorded(flow) == [(1, True, 1), (2, True, 1), (3, True, 1)]


def _raiser(error: type[BaseException]) -> Callable[..., Any]:
    def stop(*_: Any) -> Any:
        raise error

    return stop


def test_a_lost_session_fails_those_it_locked_and_not_the_next(
    practices: list[Flow], monkeypatch: pytest.MonkeyPatch
) -> None:
    flow, begin = practices[0], together.Together.begin

    def begun(self: Any, practice: Any, *rest: Any, **words: Any) -> Any:
        if practice["workspace_id"] == 3:
            execute(
                flow,
                "SELECT pg_terminate_backend(pid) FROM (SELECT DISTINCT pid FROM pg_locks"
                " WHERE locktype = 'advisory'"
                " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())) l",
            )
        return begin(self, practice, *rest, **words)

    monkeypatch.setattr(together.Together, "begin", begun)
    with pytest.raises(StoreUnavailableError, match="the session that held a lock was lost"):
        operator().execute(tried := context())
    assert sorted(one["workspace_id"] for one in tried["ti"].pushed["failure"]) == [1, 2, 3]
    assert recorded(flow) == [(1, False, None), (2, False, None), (3, True, 1)]
    monkeypatch.setattr(together.Together, "begin", begin)
    operator().execute(context(2))
    assert recorded(flow) == [(1, True, 1), (2, True, 1), (3, True, 1)]
