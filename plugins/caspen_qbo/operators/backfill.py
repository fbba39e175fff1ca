"""The three steps of a backfill: plan, ask, carry out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

from caspen_qbo.operators.note import note_on_failure, push_note
from caspen_qbo.wording import counts_words

if TYPE_CHECKING:
    from caspen_qbo.core.backfill.verdict import BackfillItem
    from caspen_qbo.usecases.backfill.run import BackfillReport

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
    send = False

    def __init__(
        self, *, workspace_id: int | str | None, invoice_numbers: Sequence[str] | str | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.workspace_id, self.invoice_numbers = workspace_id, invoice_numbers

    def execute(self, context: Context) -> Plan:
        from caspen_qbo import wiring
        from caspen_qbo.core.backfill.verdict import clean_numbers
        from caspen_qbo.usecases.backfill.run import backfill, plan_backfill

        run_id = context["run_id"]
        numbers = clean_numbers(self.invoice_numbers)
        if not numbers:
            self.log.warning("no invoice numbers were given: nothing to do")
            table = "No invoice numbers were given."
            return Plan(workspace_id=self.workspace_id, counts={}, choices=[], message="", table=table)
        with note_on_failure(context), wiring.open_session(self._workspace(), run_id) as session:
            report = backfill(session, numbers) if self.send else plan_backfill(session, numbers)
        table, done = "\n".join(_table(report)), counts_words(report.counts)
        self.log.info("workspace=%d sent=%s run=%s: %s", report.workspace_id, self.send, run_id, done)
        self.log.info("\n%s", table)
        push_note(context, f"{'Done' if self.send else 'Planned, nothing sent'}: {done}. {report.message}")
        return Plan(
            workspace_id=report.workspace_id,
            counts=report.counts,
            choices=[_texts(item) for item in report.items[:PASSED_ON_MAX]],
            message=report.message,
            table=table,
        )

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
    """What would become of each number. Sends nothing and leaves nothing behind."""


class BackfillOperator(_BackfillOperator):
    """Carry it out. Safe to repeat: a second run continues where the first ended, or finds nothing to do."""

    send = True


class ApproveBackfillOperator(ApprovalOperator):
    """Show the plan and wait for a person, where there is something to ask and someone to answer. A dry run
    ends here. Anyone who started the run with ``approved`` has answered already, and so has anyone who runs
    `airflow dags test` with ``dry_run`` off: there the question could not be answered.

    :param planned: The plan's counts by verdict; without any there is nothing to approve.
    """

    template_fields: Sequence[str] = ("planned", "plan_only", "approved", *ApprovalOperator.template_fields)

    def __init__(
        self, *, plan_only: bool | str, approved: bool | str, planned: Mapping[str, int] | str, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan_only, self.approved, self.planned = plan_only, approved, planned

    def execute(self, context: Context) -> Any:
        if self.plan_only:
            raise AirflowSkipException(
                "A dry run: nothing is sent. Trigger it again with dry_run off to carry it out."
            )
        if set(self.planned) <= NOTHING_TO_DO:
            raise AirflowSkipException("Nothing would be sent or linked: there is nothing to approve.")
        who = getattr(context["dag_run"], "triggering_user_name", None)
        if self.approved or who == DAG_TEST_USER:
            self.log.info("approved beforehand by %s", who or "the person who started the run")
            return {"chosen_options": [self.APPROVE]}
        return super().execute(context)


def _texts(item: BackfillItem) -> ItemTexts:
    total = "" if item.total is None else str(item.total)
    return ItemTexts(number=item.number, verdict=item.verdict.value, total=total, reason=item.reason)


def _table(report: BackfillReport) -> Iterator[str]:
    """In Markdown, line by line."""
    yield from ("| Number | Becomes | Total | Why |", "|---|---|---:|---|")
    for one in map(_texts, report.items[:SHOWN_MAX]):
        yield f"| {one['number']} | {one['verdict']} | {one['total']} | {one['reason'].replace('|', '/')} |"
    if len(report.items) > SHOWN_MAX:
        yield f"\nand {len(report.items) - SHOWN_MAX} more: see the log."
    if report.message:
        yield f"\n{report.message}"
