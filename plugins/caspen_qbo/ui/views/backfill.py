"""Backfill as texts: the runs there were, and one run with its steps, plan and outcome."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote

from caspen_qbo.airflow.api import AirflowRun
from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.backfill.verdict import Verdict, clean_numbers
from caspen_qbo.hooks.database import Row
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.views.progress import ProgressView
from caspen_qbo.ui.visit import Visit, prefix

DAG_ID = "backfill_invoices"
PLAN, APPROVE, CARRY_OUT = "plan_backfill", "approve_backfill", "backfill_invoices"
NUMBERS_MAX = 500
RUNS_SHOWN = 30

WORDS = {
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

TO_DO = {Verdict.POST, Verdict.UPDATE, Verdict.LINK, Verdict.LIST, Verdict.WAIT, Verdict.SYNCED}
"""Verdicts that carrying out does something about: of a synced one, its payments and credit notes."""


@dataclass(frozen=True, slots=True)
class RunRow:
    url: str
    started: str
    what: str
    numbers: str
    state: str
    state_text: str
    who: str


@dataclass(frozen=True, slots=True)
class BackfillsView:
    runs: tuple[RunRow, ...]
    causes: tuple[tuple[str, str], ...]
    """Error key and label of what may be taken from the list."""
    may_start: bool
    may_approve: bool
    ready: bool
    numbers_max: int


def backfills_view(
    visit: Visit, runs: Iterable[AirflowRun], causes: Iterable[Row], ready: bool
) -> BackfillsView:
    waiting: dict[str, int] = {}
    for row in causes:
        waiting[row["error_key"]] = waiting.get(row["error_key"], 0) + row["waiting"]
    return BackfillsView(
        runs=tuple(_row(visit, run) for run in runs if belongs(run, visit.workspace_id)),
        causes=tuple(
            (key, f"{entry_for(key).title} ({texts.counted(number, 'document')})")
            for key, number in sorted(waiting.items())
        ),
        may_start=visit.may(Right.OPERATE),
        may_approve=visit.may(Right.CONFIGURE),
        ready=ready,
        numbers_max=NUMBERS_MAX,
    )


def belongs(run: AirflowRun, workspace_id: int) -> bool:
    """Whether the run was started for this workspace; one that names none is nobody's here."""
    return str(run.asked("workspace_id")) == str(workspace_id)


def is_dry(run: AirflowRun) -> bool:
    return run.asked("dry_run", True) is not False


def backfill_url(visit: Visit, run_id: str) -> str:
    return visit.url(f"backfill/{quote(run_id, safe='')}")


STATES = {
    "queued": ("running", "Queued"),
    "running": ("running", "Under way"),
    "success": ("success", "Done"),
    "failed": ("failed", "Failed"),
}


def _row(visit: Visit, run: AirflowRun) -> RunRow:
    kind, text = STATES.get(run.state, ("", run.state))
    return RunRow(
        backfill_url(visit, run.run_id),
        texts.moment(run.queued_at, visit.zone),
        "Plan" if is_dry(run) else "Carried out" if run.state == "success" else "Carry out",
        _numbers(clean_numbers(run.asked("invoice_numbers"))),
        kind,
        text,
        run.username or "",
    )


def _numbers(numbers: Sequence[str]) -> str:
    shown = ", ".join(numbers[:5])
    return shown if len(numbers) <= 5 else f"{shown} and {len(numbers) - 5:,} more"


@dataclass(frozen=True, slots=True)
class Step:
    label: str
    state: str
    """done, partly or open, as the set-up's steps."""
    text: str


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    number: str
    url: str
    state: str
    state_text: str
    total: str
    reason: str


@dataclass(frozen=True, slots=True)
class BackfillView:
    title: str
    started: str
    who: str
    dry: bool
    steps: tuple[Step, ...]
    under_way: bool
    progress: ProgressView | None
    heading: str
    summary: str
    choices: tuple[ChoiceRow, ...]
    more: str
    message: str
    asked: str
    """How many invoices were asked for; what an approval is about."""
    can_approve: bool
    may_approve: bool
    url: str
    airflow_url: str


def backfill_view(
    visit: Visit,
    run: AirflowRun,
    states: Mapping[str, str],
    plan: Mapping[str, Any] | None,
    outcome: Mapping[str, Any] | None,
    progress: ProgressView | None,
) -> BackfillView:
    """
    :param states: Airflow's state of each task.
    :param plan: What the planning task returned; None while it has not.
    :param outcome: What the carrying-out task returned.
    """
    dry = is_dry(run)
    shown = outcome or plan or {}
    choices = shown.get("choices") or []
    airflow = prefix(visit.request).removesuffix("/quickbooks")
    verdicts = {choice["verdict"] for choice in (plan or {}).get("choices") or []}
    can_approve = dry and run.state == "success" and bool(verdicts & TO_DO)
    return BackfillView(
        title="Backfill plan" if dry else "Backfill",
        started=texts.moment(run.queued_at, visit.zone),
        who=run.username or "",
        dry=dry,
        steps=_steps(dry, states, run, can_approve),
        under_way=run.is_open,
        progress=progress,
        heading="What became of each invoice" if outcome else "What would become of each invoice",
        summary=_summary(choices, bool(outcome)),
        choices=tuple(_choice(visit, choice, bool(outcome)) for choice in choices),
        more=_more(shown, len(choices)),
        message=shown.get("message") or "",
        asked=texts.counted(len(clean_numbers(run.asked("invoice_numbers"))), "invoice"),
        can_approve=can_approve,
        may_approve=visit.may(Right.CONFIGURE),
        url=backfill_url(visit, run.run_id),
        airflow_url=f"{airflow}/dags/{DAG_ID}/runs/{quote(run.run_id, safe='')}",
    )


def _steps(dry: bool, states: Mapping[str, str], run: AirflowRun, can_approve: bool) -> tuple[Step, ...]:
    plan = _step("Plan", states.get(PLAN, ""), "Both sides are read; nothing is sent.")
    if can_approve:
        return (plan, Step("Approval", "partly", "Waits for an Op or Admin, below."))
    if dry:
        return (plan,)
    approval = states.get(APPROVE, "")
    waits = {"deferred", "awaiting_input", "running"}
    approve = (
        Step("Approval", "partly", "Waits for an answer in Airflow, under Required Actions.")
        if approval in waits and run.is_open
        else _step("Approval", approval, "A person agrees to the plan.")
    )
    return (
        plan,
        approve,
        _step("Carry out", states.get(CARRY_OUT, ""), "Posts and links what the plan says."),
    )


def _step(label: str, state: str, about: str) -> Step:
    if state == "success":
        return Step(label, "done", "Done.")
    if state in ("failed", "upstream_failed"):
        return Step(label, "open", "Failed. The log in Airflow says why; what was done is recorded.")
    if state == "skipped":
        return Step(label, "", "Not needed: nothing would be sent or linked.")
    if state == "up_for_retry":
        return Step(label, "partly", "Interrupted; it tries again by itself.")
    return Step(label, "partly" if state == "running" else "", about)


def _summary(choices: Sequence[Mapping[str, str]], done: bool) -> str:
    counts = Counter(_words(choice["verdict"], done)[0] for choice in choices)
    return ", ".join(f"{number:,} {text[0].lower()}{text[1:]}" for text, number in counts.items())


def _more(shown: Mapping[str, Any], listed: int) -> str:
    rest = sum((shown.get("counts") or {}).values()) - listed
    return f"and {rest:,} more: the log of the run in Airflow has all." if rest > 0 else ""


def _choice(visit: Visit, choice: Mapping[str, str], done: bool) -> ChoiceRow:
    text, kind = _words(choice["verdict"], done)
    return ChoiceRow(
        choice["number"],
        f"{visit.url('invoices')}?number={quote(choice['number'], safe='')}",
        kind,
        text,
        texts.money(Decimal(choice["total"]), visit.currency) if choice["total"] else texts.NONE,
        choice["reason"],
    )


def _words(verdict: str, done: bool) -> tuple[str, str]:
    planned, became, kind = WORDS[Verdict(verdict)]
    return (became if done else planned), kind
