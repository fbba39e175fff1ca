"""The three steps of a backfill: plan, ask, carry out."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import BaseOperator, BaseOperatorLink, Context
from airflow.sdk.exceptions import AirflowSkipException

from caspen_qbo.operators.exposed import assets, lineage
from caspen_qbo.operators.exposed.links import LINKS
from caspen_qbo.operators.note import leave_note, note_on_failure
from caspen_qbo.wording import counts_words

if TYPE_CHECKING:
    from caspen_qbo.core.backfill.approval import PlannedLine

log = logging.getLogger(__name__)

SHOWN_MAX = 50
"""Numbers shown one by one in the question and in the result; all of them are in the log."""

PASSED_ON_MAX = 500
"""Numbers passed on one by one, for the pages."""

NOTHING_TO_DO = {"not_eligible", "not_found", "draft", "void", "clash"}
"""Verdicts after which nothing is sent, linked or listed."""

DAG_TEST_USER = "dag_test"
"""Who Airflow names as the trigger of `airflow dags test`, where no one can answer a question."""


class ItemTexts(TypedDict):
    """One number, in texts, so that an amount stays what it is on its way through Airflow."""

    number: str
    verdict: str
    total: str
    reason: str


class Plan(TypedDict):
    """What a task passes on. Earlier runs' are read by the pages, so names stay."""

    workspace_id: int | str | None
    counts: Mapping[str, int]
    """By verdict."""
    choices: list[ItemTexts]
    message: str
    table: str
    """All of it, in Markdown."""


class _BackfillOperator(BaseOperator):
    """:param workspace_id: The practice; may be None while only one is connected.
    :param invoice_numbers: A list, or a text with commas or line breaks.
    """

    template_fields: Sequence[str] = ("workspace_id", "invoice_numbers")
    operator_extra_links: Collection[BaseOperatorLink] = LINKS
    send = False

    def __init__(
        self, *, workspace_id: int | str | None, invoice_numbers: Sequence[str] | str | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.workspace_id, self.invoice_numbers = workspace_id, invoice_numbers
        self.shown: int | None = None

    def get_openlineage_facets_on_complete(self, task_instance: object) -> Any:
        """What Airflow's OpenLineage provider asks for, where it is installed."""
        return lineage.of_job("backfill", writes=self.send)

    def execute(self, context: Context) -> Plan:
        from caspen_qbo import wiring
        from caspen_qbo.core.backfill.approval import lines_of
        from caspen_qbo.core.backfill.verdict import clean_numbers, refuse_numbers
        from caspen_qbo.errors import ConfigurationError
        from caspen_qbo.usecases.backfill.approval import record_plan
        from caspen_qbo.usecases.backfill.run import backfill, plan_backfill

        run_id = context["run_id"]
        given = self._given(context)
        with note_on_failure(context):
            if problem := refuse_numbers(given):
                raise ConfigurationError(problem)
        numbers = clean_numbers(given)
        if not numbers:
            log.warning("no invoice numbers were given: nothing to do")
            self.outlets = []
            table = "No invoice numbers were given."
            return Plan(workspace_id=self.workspace_id, counts={}, choices=[], message="", table=table)
        with note_on_failure(context), wiring.open_session(self._workspace(), run_id) as session:
            report = backfill(session, numbers) if self.send else plan_backfill(session, numbers)
            if not self.send:
                record_plan(session.store, run_id, report.items)
        lines, done = lines_of(report.items), counts_words(report.counts)
        self.shown = report.workspace_id
        table = "\n".join(_table(lines, report.message))
        log.info("workspace=%d sent=%s run=%s: %s", report.workspace_id, self.send, run_id, done)
        log.info("\n%s", table)
        leave_note(context, f"{'Done' if self.send else 'Planned, nothing sent'}: {done}. {report.message}")
        extra = assets.extra_of(run_id, [report.workspace_id], [report.counts])
        assets.update(context, self.outlets, extra)
        return Plan(
            workspace_id=report.workspace_id,
            counts=report.counts,
            choices=[_texts(line) for line in lines[:PASSED_ON_MAX]],
            message=report.message,
            table=table,
        )

    def _given(self, context: Context) -> object:
        """As the person gave them: a template makes numbers of texts, and 1000 of the invoice ``1_000``."""
        params: Mapping[str, object] = context.get("params") or {}
        return params.get("invoice_numbers", self.invoice_numbers)

    def _workspace(self) -> int:
        """:raises ConfigurationError: several practices are connected, or none, and none was named."""
        from caspen_qbo.errors import ConfigurationError
        from caspen_qbo.wiring import open_store

        if self.workspace_id is not None:
            return int(self.workspace_id)
        with open_store() as store:
            connected = store.practices.fetch_connected()
        if len(connected) != 1:
            raise ConfigurationError(
                f"{len(connected)} practices are connected to QuickBooks: say which one with workspace_id. "
                "Invoice numbers are the practice's own."
            )
        return connected[0]


class PlanBackfillOperator(_BackfillOperator):
    """What would become of each number. Sends nothing, and leaves nothing behind but the plan itself."""


class BackfillOperator(_BackfillOperator):
    """Carry out what was approved for this run. Safe to repeat: it continues where it ended, or finds nothing
    to do.
    """

    send = True


class ApproveBackfillOperator(ApprovalOperator):
    """Show the plan and wait for a person, where there is something to ask and someone to answer. A dry run
    ends here. What was approved on the pages for this run is not asked again. Who may answer is checked by
    the API server (caspen_qbo.airflow.approvals), which stores the approval; the task that carries out reads
    that and nothing else, so ``approved`` alone opens nothing. Anyone who runs `airflow dags test` with
    ``dry_run`` off has answered already: there the question could not be answered.

    :param planned: The plan's counts by verdict; without any there is nothing to approve.
    :param workspace_id: As the plan's task found it.
    """

    operator_extra_links: Collection[BaseOperatorLink] = LINKS
    template_fields: Sequence[str] = (
        "planned",
        "plan_only",
        "workspace_id",
        *ApprovalOperator.template_fields,
    )

    def __init__(
        self,
        *,
        plan_only: bool | str,
        planned: Mapping[str, int] | str,
        workspace_id: int | str | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan_only, self.planned, self.workspace_id = plan_only, planned, workspace_id

    def execute(self, context: Context) -> Any:
        if self.plan_only:
            raise AirflowSkipException(
                "A dry run: nothing is sent. Trigger it again with dry_run off to carry it out."
            )
        if set(self.planned) <= NOTHING_TO_DO:
            raise AirflowSkipException("Nothing would be sent or linked: there is nothing to approve.")
        if not self._has_to_ask(context):
            return {"chosen_options": [self.APPROVE]}
        return super().execute(context)

    def _has_to_ask(self, context: Context) -> bool:
        """Whether this run needs an approval and has none. The question then shows the plan as stored."""
        from caspen_qbo import wiring
        from caspen_qbo.usecases.backfill.approval import approve_own

        run_id = context["run_id"]
        with wiring.open_store() as opened:
            store = opened.for_workspace(int(self.workspace_id or 0))
            if _is_dag_test(context):
                approve_own(store, run_id, who=f"cli:{DAG_TEST_USER}", through="dag test")
            if approval := store.plans.fetch_approval(run_id):
                log.info("approved by %s", approval.approved_by)
                return False
            plan = store.plans.fetch(run_id)
        if plan is None or not plan.acts:
            log.info("nothing would be sent, linked or listed: no approval is needed")
            return False
        self.body = "\n".join(_table(plan.lines))
        return True


def _is_dag_test(context: Context) -> bool:
    """Whether this runs inside `airflow dags test`. The name alone is one that a user might bear; there the
    task also runs in the process of the person who typed it, and not under a supervisor.
    """
    from airflow.sdk.execution_time import task_runner
    from airflow.sdk.execution_time.supervisor import InProcessSupervisorComms

    named = getattr(context["dag_run"], "triggering_user_name", None) == DAG_TEST_USER
    return named and isinstance(getattr(task_runner, "SUPERVISOR_COMMS", None), InProcessSupervisorComms)


def _texts(line: PlannedLine) -> ItemTexts:
    return ItemTexts(number=line.number, verdict=line.verdict.value, total=line.total, reason=line.reason)


def _table(lines: Sequence[PlannedLine], message: str = "") -> Iterator[str]:
    """In Markdown, line by line."""
    yield from ("| Number | Becomes | Total | Why |", "|---|---|---:|---|")
    for line in lines[:SHOWN_MAX]:
        yield f"| {line.number} | {line.verdict} | {line.total} | {line.reason.replace('|', '/')} |"
    if len(lines) > SHOWN_MAX:
        yield f"\nand {len(lines) - SHOWN_MAX} more: see the log."
    if message:
        yield f"\n{message}"
