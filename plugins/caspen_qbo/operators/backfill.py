"""The three steps of a backfill: plan, ask, carry out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator
from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowSkipException

from caspen_qbo.operators.note import note_on_failure, push_note

if TYPE_CHECKING:
    from caspen_qbo.usecases.backfill.run import BackfillReport

SHOWN_MAX = 50
"""Numbers told one by one in the question and in the result; all of them are in the log."""

CHOICES_MAX = 500
"""Numbers handed on one by one, for the pages."""

NOTHING_TO_DO = {"not_eligible", "not_found", "draft", "void", "clash"}
"""Verdicts after which nothing is sent, linked or listed."""

DAG_TEST_USER = "dag_test"
"""Who Airflow names as the trigger of `airflow dags test`: there nobody can answer a question."""


class _BackfillOperator(BaseOperator):
    """
    :param workspace_id: The practice; may be None while only one is connected.
    :param invoice_numbers: A list, or a text with commas or line breaks.
    """

    template_fields: Sequence[str] = ("workspace_id", "invoice_numbers")

    def __init__(
        self, *, workspace_id: int | None, invoice_numbers: Sequence[str] | str | None, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.workspace_id, self.invoice_numbers = workspace_id, invoice_numbers

    def run(self, context: Context, *, send: bool) -> dict[str, Any]:
        """
        :return: ``workspace_id``, ``counts`` by verdict, ``choices``: number, verdict, total and reason of
            each, ``message``, and ``table``: all of it, in Markdown.
        """
        from caspen_qbo import wiring
        from caspen_qbo.core.backfill.verdict import clean_numbers
        from caspen_qbo.usecases.backfill.run import backfill, plan_backfill

        run_id = context["run_id"]
        numbers = clean_numbers(self.invoice_numbers)
        if not numbers:
            self.log.warning("no invoice numbers were given: nothing to do")
            return {
                "workspace_id": self.workspace_id,
                "counts": {},
                "choices": [],
                "message": "",
                "table": "No invoice numbers were given.",
            }
        with (
            note_on_failure(context),
            wiring.open_session(_workspace(self.workspace_id), run_id) as session,
        ):
            report = backfill(session, numbers) if send else plan_backfill(session, numbers)
        table = _table(report)
        counts = " ".join(f"{name}={number}" for name, number in sorted(report.counts.items()))
        self.log.info("backfill workspace=%d sent=%s %s run=%s", report.workspace_id, send, counts, run_id)
        self.log.info("\n%s", table)
        told = ", ".join(
            f"{name.replace('_', ' ')} {number}" for name, number in sorted(report.counts.items())
        )
        push_note(
            context, f"{'Done' if send else 'Planned, nothing sent'}: {told or 'nothing'}. {report.message}"
        )
        return {
            "workspace_id": report.workspace_id,
            "counts": report.counts,
            "choices": _choices(report),
            "message": report.message,
            "table": table,
        }


class PlanBackfillOperator(_BackfillOperator):
    """What would become of each number. Sends nothing and leaves nothing behind."""

    def execute(self, context: Context) -> dict[str, Any]:
        return self.run(context, send=False)


class BackfillOperator(_BackfillOperator):
    """Carry it out. Safe to repeat: a second run goes on where the first ended, then finds nothing to do."""

    def execute(self, context: Context) -> dict[str, Any]:
        return self.run(context, send=True)


class ApproveBackfillOperator(ApprovalOperator):
    """
    Show the plan and wait for a person, where there is something to ask and somebody to answer.

    A dry run ends here. Whoever started the run with ``approved`` has answered already, and so has whoever
    runs `airflow dags test` with ``dry_run`` off: there the question could not be answered.

    :param dry_run: Skip this task and all that follow.
    :param approved: Do not ask.
    :param planned: The plan's counts by verdict; without any there is nothing to approve.
    """

    template_fields: Sequence[str] = ("planned", "dry_run", "approved", *ApprovalOperator.template_fields)

    def __init__(self, *, dry_run: bool, approved: bool, planned: dict[str, int], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dry_run, self.approved, self.planned = dry_run, approved, planned

    def execute(self, context: Context) -> Any:
        if self.dry_run:
            raise AirflowSkipException(
                "A dry run: nothing is sent. Trigger it again with dry_run off to carry it out."
            )
        if set(self.planned) <= NOTHING_TO_DO:
            raise AirflowSkipException("Nothing would be sent or linked: there is nothing to approve.")
        who = getattr(context["dag_run"], "triggering_user_name", None)
        if self.approved or who == DAG_TEST_USER:
            self.log.info("approved beforehand by %s", who or "whoever started the run")
            return {"chosen_options": [self.APPROVE]}
        return super().execute(context)


def _workspace(workspace_id: int | None) -> int:
    """:raises ConfigurationError: several practices are connected, or none, and none was named."""
    from caspen_qbo.errors import ConfigurationError
    from caspen_qbo.wiring import open_store

    if workspace_id is not None:
        return int(workspace_id)
    with open_store() as store:
        connected = store.practices.fetch_connected()
    if len(connected) != 1:
        raise ConfigurationError(
            f"{len(connected)} practices are connected to QuickBooks: say which one with workspace_id. "
            "Invoice numbers are the practice's own."
        )
    return connected[0]


def _choices(report: BackfillReport) -> list[dict[str, str]]:
    """Texts, so that an amount stays what it is on its way through Airflow."""
    return [
        {
            "number": choice.number,
            "verdict": choice.verdict.value,
            "total": "" if choice.total is None else str(choice.total),
            "reason": choice.reason,
        }
        for choice in report.choices[:CHOICES_MAX]
    ]


def _table(report: BackfillReport) -> str:
    rows = [
        f"| {choice.number} | {choice.verdict.value} | {'' if choice.total is None else choice.total} "
        f"| {choice.reason.replace('|', '/')} |"
        for choice in report.choices[:SHOWN_MAX]
    ]
    more = len(report.choices) - len(rows)
    lines = ["| Number | Becomes | Total | Why |", "|---|---|---:|---|", *rows]
    if more:
        lines.append(f"\nand {more} more: see the log.")
    if report.message:
        lines.append(f"\n{report.message}")
    return "\n".join(lines)
