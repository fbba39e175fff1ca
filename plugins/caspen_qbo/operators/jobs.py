"""One operator for each scheduled job, post, import and reconcile: it runs the job for one practice."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, TypedDict

from airflow.sdk import BaseOperator, Context

from caspen_qbo.core.monitoring.metering import count_reads
from caspen_qbo.errors import SyncError
from caspen_qbo.operators.note import action_needed, push_note
from caspen_qbo.settings import FAILURE_KEY
from caspen_qbo.wording import counts_words

if TYPE_CHECKING:
    from caspen_qbo.usecases.posting.dry_run import PostPlan
    from caspen_qbo.usecases.shared.jobs import RunResult
    from caspen_qbo.usecases.shared.session import Session

MESSAGE_MAX = 1000
"""Characters of a result's message that travel on; a dry run of many documents lists them all in the log."""


class Outcome(TypedDict):
    """What travels between tasks."""

    workspace_id: int
    practice: str
    counts: dict[str, int]
    message: str


class Failure(TypedDict):
    """What a failed practice's task knew, for the summary."""

    workspace_id: int
    reason: str
    action: str
    """Who has to act, and how."""


class WorkspaceOperator(BaseOperator):
    """Open a session on one workspace, call one use case, log one line, return its counts. Airflow's grid
    shows ``practice``, its name, for each instance of a mapped task.
    """

    template_fields: Sequence[str] = ("workspace_id", "practice")

    def __init__(self, *, workspace_id: int | str, practice: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.workspace_id, self.practice = workspace_id, practice

    def work(self, session: Session) -> RunResult | PostPlan:
        raise NotImplementedError

    def execute(self, context: Context) -> Outcome:
        from caspen_qbo import wiring

        workspace_id = int(self.workspace_id)
        try:
            with wiring.open_session(workspace_id, context["run_id"]) as session:
                result = self.work(session)
                reads = count_reads(session.accounting.calls())
        except SyncError as error:
            # `summarise` reports it: what is raised here is only in the log of this task.
            failure = Failure(workspace_id=workspace_id, reason=error.message, action=action_needed(error))
            push_note(context, failure, key=FAILURE_KEY)
            raise
        numbers = {**result.counts, "metered_reads": reads}
        counts = {name: int(number) for name, number in numbers.items() if number}
        done = counts_words(counts)
        self.log.info("%s workspace=%d run=%s: %s", self.task_id, workspace_id, context["run_id"], done)
        if result.message:
            self.log.info("workspace=%d %s", workspace_id, result.message)
        return Outcome(
            workspace_id=workspace_id,
            practice=self.practice,
            counts=counts,
            message=result.message[:MESSAGE_MAX],
        )


class _PlannableOperator(WorkspaceOperator):
    """:param plan_only: Plan and report; send and write nothing."""

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "plan_only")

    def __init__(self, *, plan_only: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan_only = plan_only


class PostOperator(_PlannableOperator):
    """Bring QuickBooks to what Caspen shows. Safe to repeat, to interrupt and to start twice."""

    def work(self, session: Session) -> RunResult | PostPlan:
        from caspen_qbo.usecases.posting.dry_run import plan_post
        from caspen_qbo.usecases.posting.run import post

        return plan_post(session) if self.plan_only else post(session)


class ImportOperator(_PlannableOperator):
    """Bring payments recorded in QuickBooks to Caspen. Safe to repeat: a payment is recorded once."""

    def work(self, session: Session) -> RunResult:
        from caspen_qbo.usecases.importing.run import import_payments, plan_import

        return plan_import(session) if self.plan_only else import_payments(session)


class ReconcileOperator(WorkspaceOperator):
    """Compare every synced document on both sides and list what differs. Changes neither side. A difference
    is finance's to clear and does not fail the task; a check that could not be carried out does.

    :param full: Read every linked document again, not only what changed since the last run.
    """

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "full")

    def __init__(self, *, full: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.full = full

    def work(self, session: Session) -> RunResult:
        from caspen_qbo.usecases.reconciling.run import reconcile

        return reconcile(session, full=bool(self.full))
