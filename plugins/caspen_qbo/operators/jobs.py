"""One operator for each scheduled job, post, import and reconcile: run for a shard of practices."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from caspen_qbo.operators.exposed.links import page_of
from caspen_qbo.operators.shard import Outcome, Practice, ShardOperator, outcome_of
from caspen_qbo.wording import counts_words

if TYPE_CHECKING:
    from caspen_qbo.operators.checking.together import Ended, Together
    from caspen_qbo.usecases.posting.dry_run import PostPlan
    from caspen_qbo.usecases.shared.jobs import RunResult
    from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


class WorkspaceOperator(ShardOperator):
    """For each practice: open a session, call one use case, log one line, return its counts."""

    def work(self, session: Session) -> RunResult | PostPlan:
        raise NotImplementedError

    def work_on(self, practice: Practice, run_id: str, *, patient: bool) -> Outcome | None:
        return self.carry_out(self.work, practice, run_id, patient=patient)

    def carry_out(
        self,
        work: Callable[[Session], RunResult | PostPlan],
        practice: Practice,
        run_id: str,
        *,
        patient: bool,
    ) -> Outcome:
        from caspen_qbo import wiring

        workspace_id = practice["workspace_id"]
        with wiring.open_session(workspace_id, run_id) as session:
            if not patient:
                session.store.lock_wait_seconds = 0
            result = work(session)
            calls = session.accounting.calls()
        return self.say(practice, run_id, result, calls)

    def say(
        self, practice: Practice, run_id: str, result: RunResult | PostPlan, calls: Mapping[str, int]
    ) -> Outcome:
        """One line in the log, and the outcome."""
        outcome, id_ = outcome_of(practice, result.counts, calls, result.message), practice["workspace_id"]
        log.info("%s workspace=%d run=%s: %s", self.task_id, id_, run_id, counts_words(outcome["counts"]))
        if result.message:
            log.info("workspace=%d %s", id_, result.message)
        return outcome


class _PlannableOperator(WorkspaceOperator):
    """:param plan_only: Plan and report; send and write nothing."""

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "plan_only")
    overtakes = True

    def __init__(self, *, plan_only: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan_only = plan_only

    @property
    def only_plans(self) -> bool:
        return bool(self.plan_only)


class PostOperator(_PlannableOperator):
    """Bring QuickBooks to what Caspen shows. Safe to repeat, to interrupt and to start twice."""

    job = "post"

    def work(self, session: Session) -> RunResult | PostPlan:
        from caspen_qbo.usecases.posting.dry_run import plan_post
        from caspen_qbo.usecases.posting.run import post

        return plan_post(session) if self.plan_only else post(session)


class ImportOperator(_PlannableOperator):
    """Bring payments recorded in QuickBooks to Caspen. Safe to repeat: a payment is recorded once."""

    job = "import"

    def work(self, session: Session) -> RunResult:
        from caspen_qbo.usecases.importing.run import import_payments, plan_import

        return plan_import(session) if self.plan_only else import_payments(session)


class ReconcileOperator(WorkspaceOperator):
    """Compare every synced document on both sides and list what differs. Changes neither side. A difference
    is finance's to clear and does not fail the task; a check that could not be carried out does.

    The practices of a shard are read and frozen one after the other, checked in one run of Great
    Expectations, and recorded one after the other; each is locked from its first step to its last. With Data
    Docs, which are pages of a run of Great Expectations, each has a run of its own.

    :param full: Read every linked document again, not only what changed since the last run.
    :param data_docs: Write Great Expectations' pages of each practice where reports are kept, too.
    """

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "full", "data_docs")
    job = "reconcile"

    def __init__(self, *, full: bool | str = False, data_docs: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.full, self.data_docs = full, data_docs

    @contextmanager
    def around(self) -> Iterator[None]:
        self.together: Together | None = None
        with ExitStack() as stack:
            if self.data_docs:
                from caspen_qbo.hooks.storage import report_storage

                self.storage = report_storage()
            elif len(self.practices) > 1:
                from caspen_qbo.operators.checking.together import Together

                self.together = stack.enter_context(Together())
            yield

    def work_on(self, practice: Practice, run_id: str, *, patient: bool) -> Outcome | None:
        if self.together is None:
            return super().work_on(practice, run_id, patient=patient)
        ended = self.together.begin(practice, run_id, patient=patient, full=bool(self.full))
        return self.say(practice, run_id, *ended) if ended else None

    def end_held(self, *, late: bool = False) -> Iterator[tuple[Practice, Callable[[], Outcome]]]:
        for practice, run_id, end in self.together.end_all(late=late) if self.together else ():
            yield practice, partial(self._end, practice, run_id, end)

    def _end(self, practice: Practice, run_id: str, end: Callable[[], Ended]) -> Outcome:
        return self.say(practice, run_id, *end())

    def work(self, session: Session) -> RunResult:
        from caspen_qbo.usecases.reconciling.run import reconcile

        if not self.data_docs:
            return reconcile(session, full=bool(self.full))
        from caspen_qbo.quality.data_docs import collecting, render_data_docs
        from caspen_qbo.reports.kept import say_data_docs

        with collecting() as found:
            result = reconcile(session, full=bool(self.full))
        pages = render_data_docs(found, session.run_id)
        said = say_data_docs(session.store, self.storage, pages, f"{page_of(session.workspace_id)}checks")
        return replace(result, message=f"{result.message} {said}".lstrip())
