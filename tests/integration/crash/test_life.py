"""Staff, bookkeepers, crashes and faults in any order: nothing doubled, overwritten or left unexplained.

`LIFE_EXAMPLES=200 LIFE_STEPS=40 pytest tests/integration/crash/test_life.py` lives longer, at random.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack

import psycopg
import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from caspen_seed import Staff
from ops.local.postgres import PostgresServer
from tests.support.crash_sweep import fresh_copy
from tests.support.flow import WORKSPACE, Flow
from tests.support.life import JOBS, Life
from tests.support.services import DatabaseFactory, Sandbox, airflow_connections

EXAMPLES = int(os.environ.get("LIFE_EXAMPLES", "0"))
STEPS = int(os.environ.get("LIFE_STEPS", "14"))

picks = st.integers(0, 7)
cents = st.integers(100, 20000)
shares = st.integers(1, 4)
jobs = st.sampled_from(["post", "import"])


class Practice(RuleBasedStateMachine):
    """One practice's life. ``move_in`` gives it its books."""

    move_in: Callable[[ExitStack], Flow]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.life = Life(type(self).move_in(self.stack))
        for pick in range(3):
            self.life.bill(pick, 4055 + 1000 * pick, "1.5", ("exclusive", "inclusive", "none")[pick])
        self.life.run("post")

    def teardown(self) -> None:
        try:
            self.life.settle_down()
            self.life.check_promises()
            self.life.check_quiet()
        except BaseException:
            print("\n".join(self.life.log))
            raise
        finally:
            self.stack.close()

    @invariant()
    def promises(self) -> None:
        try:
            self.life.check_promises()
        except BaseException:
            print("\n".join(self.life.log))
            raise

    @rule(pick=picks, cents=cents, quantity=st.sampled_from(["1", "0.75", "3"]),
          mode=st.sampled_from(["exclusive", "inclusive", "none"]))  # fmt: skip
    def staff_bills(self, pick: int, cents: int, quantity: str, mode: str) -> None:
        self.life.attempt(self.life.bill, pick, cents, quantity, mode)

    @rule(pick=picks, share=shares)
    def staff_takes_money(self, pick: int, share: int) -> None:
        self.life.attempt(self.life.pay, pick, share)

    @rule(pick=picks, what=st.sampled_from(["credit", "void_credit", "unlink", "void_payment"]))
    def staff_moves_money(self, pick: int, what: str) -> None:
        self.life.attempt(getattr(self.life, what), pick)

    @rule(pick=picks, what=st.sampled_from(["revert", "finalise", "void", "delete", "merge"]))
    def staff_changes_documents(self, pick: int, what: str) -> None:
        self.life.attempt(getattr(self.life, what), pick)

    @rule(pick=picks, cents=cents)
    def staff_corrects(self, pick: int, cents: int) -> None:
        """Reverts one, edits it, finalises it again."""
        self.life.attempt(self.life.revert, pick)
        self.life.attempt(self.life.edit_draft, pick, cents)
        self.life.attempt(self.life.finalise, pick)

    @rule(pick=picks, share=shares)
    def bookkeeper_takes_money(self, pick: int, share: int) -> None:
        self.life.attempt(self.life.receive, pick, share)

    @rule(pick=picks, field=st.sampled_from(["Line", "DueDate", "DocNumber"]))
    def bookkeeper_edits_an_invoice(self, pick: int, field: str) -> None:
        self.life.attempt(self.life.edit, pick, field)

    @rule(pick=picks)
    def bookkeeper_edits_a_payment(self, pick: int) -> None:
        self.life.attempt(self.life.edit_payment, pick)

    @rule(pick=picks, entity=st.sampled_from(["Invoice", "Payment", "CreditMemo"]),
          action=st.sampled_from(["void", "delete"]))  # fmt: skip
    def bookkeeper_removes(self, pick: int, entity: str, action: str) -> None:
        self.life.attempt(self.life.remove, pick, entity, action)

    @rule(pick=picks, action=st.sampled_from(["rename", "make-inactive"]))
    def bookkeeper_changes_a_customer(self, pick: int, action: str) -> None:
        self.life.attempt(self.life.change_customer, pick, action)

    @rule()
    def somebody_presses_retry(self) -> None:
        self.life.attempt(self.life.press_retry)

    @rule(job=jobs)
    def a_run(self, job: str) -> None:
        self.life.attempt(self.life.run, job)

    @rule(job=jobs, seed=st.integers(0, 1000))
    def a_run_in_a_storm(self, job: str, seed: int) -> None:
        self.life.attempt(self.life.run_in_a_storm, job, seed)

    @rule(job=jobs, instant=st.integers(1, 160))
    def a_run_that_dies(self, job: str, instant: int) -> None:
        self.life.attempt(self.life.run_and_die, job, instant)


@pytest.mark.slow
@pytest.mark.timeout(36000)
def test_whatever_happens_in_any_order(
    postgres_server: PostgresServer,
    caspen_databases: DatabaseFactory,
    sync_databases: DatabaseFactory,
    sandbox: Sandbox,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    caspen, sync = caspen_databases.create(), sync_databases.create()
    for name, value in airflow_connections(caspen, sync, sandbox).items():
        monkeypatch.setenv(name, value)
    Flow.open(caspen, sync, sandbox).close()
    lives = iter(range(1_000_000))

    def move_in(stack: ExitStack) -> Flow:
        name = f"life{next(lives)}"
        copies = stack.enter_context(fresh_copy(postgres_server, caspen, sync, sandbox, name))
        connection = stack.enter_context(psycopg.connect(copies[0].uri, autocommit=True))
        flow = Flow(Staff(connection, WORKSPACE), sandbox, connection, copies[1])
        flow.rates = dict(flow.caspen_rows("SELECT name, id FROM caspen.tax_rate"))
        return flow

    machine = type("PracticeHere", (Practice,), {"move_in": staticmethod(move_in)})
    assert set(JOBS) == {"post", "import", "reconcile"}
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=EXAMPLES or 8, stateful_step_count=STEPS, deadline=None, derandomize=not EXAMPLES,
            database=None, print_blob=False, suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, Phase.shrink] if EXAMPLES else [Phase.generate],
        ),
    )  # fmt: skip
