"""Backfill: a run's steps, its plan and its outcome."""

from collections import Counter
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple, Self

import msgspec

from caspen_qbo.airflow.api import AirflowRun
from caspen_qbo.core.backfill.approval import Plan, PlannedLine
from caspen_qbo.core.backfill.verdict import Verdict, clean_numbers

DAG_ID = "backfill_invoices"
PLAN, APPROVE, CARRY_OUT = "plan_backfill", "approve_backfill", "backfill_invoices"

VERDICT_WORDS = {
    Verdict.POST: ("Would be posted", "Posted", "done"),
    Verdict.UPDATE: ("Would be updated", "Updated", "done"),
    Verdict.LINK: ("Would be linked", "Linked", "done"),
    Verdict.SYNCED: ("Synced already", "Synced already", ""),
    Verdict.CLASH: ("Number is taken", "Number is taken", "open"),
    Verdict.LIST: ("Would be listed", "Listed", "open"),
    Verdict.NOT_ELIGIBLE: ("Not eligible", "Not eligible", "partly"),
    Verdict.WAIT: ("Waits", "Waits", "partly"),
    Verdict.NOT_FOUND: ("Not found in Caspen", "Not found in Caspen", "partly"),
    Verdict.DRAFT: ("Still a draft", "Still a draft", "partly"),
    Verdict.VOID: ("Void", "Void", ""),
}
"""As a plan, as an outcome, and the kind of badge."""

STATES = {
    "queued": ("running", "Queued"),
    "running": ("running", "Under way"),
    "success": ("success", "Done"),
    "failed": ("failed", "Failed"),
}


class Item(msgspec.Struct, frozen=True):
    number: str
    verdict: Verdict
    total: str = ""
    reason: str = ""

    @property
    def amount(self) -> Decimal | None:
        return Decimal(self.total) if self.total else None


class Report(msgspec.Struct, frozen=True):
    counts: dict[str, int] = {}
    choices: tuple[Item, ...] = ()
    message: str = ""

    @classmethod
    def of(cls, lines: Sequence[PlannedLine]) -> Self:
        """A plan as it is stored: what is shown is what is approved."""
        choices = tuple(Item(line.number, line.verdict, line.total, line.reason) for line in lines)
        return cls(dict(Counter(line.verdict.value for line in lines)), choices)

    @property
    def left_off(self) -> int:
        """How many are only in the run's log."""
        return max(0, sum(self.counts.values()) - len(self.choices))


class Step(NamedTuple):
    label: str
    state: str
    """done, partly or open, as the set-up's steps."""
    text: str


def belongs(run: AirflowRun, workspace_id: int) -> bool:
    """Whether the run was started for this workspace; one that names none belongs to no page."""
    return str(run.asked("workspace_id")) == str(workspace_id)


def is_dry(run: AirflowRun) -> bool:
    return run.asked("dry_run", True) is not False


def numbers_of(run: AirflowRun) -> tuple[str, ...]:
    return clean_numbers(run.asked("invoice_numbers"))


def can_approve(run: AirflowRun, plan: Plan | None) -> bool:
    """Whether the plan of a dry run would do something. One that was approved before says so when tried."""
    return is_dry(run) and run.state == "success" and plan is not None and plan.acts


def verdict_words(item: Item, carried_out: bool) -> tuple[str, str]:
    """The kind of badge, and words."""
    planned, outcome, kind = VERDICT_WORDS[item.verdict]
    return kind, outcome if carried_out else planned


def summary(report: Report, carried_out: bool) -> str:
    """``1 posted, 1 not found in Caspen``."""
    counts = Counter(verdict_words(item, carried_out)[1] for item in report.choices)
    return ", ".join(f"{number:,} {words[0].lower()}{words[1:]}" for words, number in counts.items())


def steps(run: AirflowRun, tasks: Mapping[str, str], plan: Plan | None) -> tuple[Step, ...]:
    """:param tasks: Airflow's state of each task."""
    planning = _step("Plan", tasks.get(PLAN, ""), "Both sides are read; nothing is sent.")
    if can_approve(run, plan):
        return planning, Step("Approval", "partly", "Waits for an Op or Admin, below.")
    if is_dry(run):
        return (planning,)
    approval = tasks.get(APPROVE, "")
    waits = {"deferred", "awaiting_input", "running"}
    approve = (
        Step("Approval", "partly", "Waits for an answer in Airflow, under Required Actions.")
        if approval in waits and run.is_open
        else _step("Approval", approval, "A person approves the plan.")
    )
    carry_out = _step("Carry out", tasks.get(CARRY_OUT, ""), "Posts and links what the plan says.")
    return planning, approve, carry_out


def _step(label: str, state: str, about: str) -> Step:
    if state == "success":
        return Step(label, "done", "Done.")
    if state in ("failed", "upstream_failed"):
        return Step(label, "open", "Failed. The log in Airflow says why; what was done is recorded.")
    if state == "skipped":
        return Step(label, "", "Not needed: nothing would be sent or linked.")
    if state == "up_for_retry":
        return Step(label, "partly", "Interrupted; it is retried automatically.")
    return Step(label, "partly" if state == "running" else "", about)
