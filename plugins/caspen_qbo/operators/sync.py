"""One operator for each scheduled job: post, import, reconcile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from caspen_qbo.operators.workspace import Result, WorkspaceOperator

if TYPE_CHECKING:
    from caspen_qbo.usecases.shared.session import Session


class _PlannableOperator(WorkspaceOperator):
    """:param plan_only: Plan and report; send and write nothing."""

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "plan_only")

    def __init__(self, *, plan_only: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.plan_only = plan_only


class PostOperator(_PlannableOperator):
    """Bring QuickBooks to what Caspen shows. Safe to repeat, to interrupt and to start twice."""

    def work(self, session: Session) -> Result:
        from caspen_qbo.usecases.posting.dry_run import plan_post
        from caspen_qbo.usecases.posting.run import post

        return plan_post(session) if self.plan_only else post(session)


class ImportOperator(_PlannableOperator):
    """Bring payments recorded in QuickBooks to Caspen. Safe to repeat: a payment is recorded once."""

    def work(self, session: Session) -> Result:
        from caspen_qbo.usecases.importing.run import import_payments, plan_import

        return plan_import(session) if self.plan_only else import_payments(session)


class ReconcileOperator(WorkspaceOperator):
    """
    Compare every synced document on both sides and list what differs. Changes neither side.

    A difference is finance's to clear and does not fail the task; a check that could not be carried out does.

    :param full: Read every linked document again, not only what changed since the last run.
    """

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "full")

    def __init__(self, *, full: bool | str = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.full = full

    def work(self, session: Session) -> Result:
        from caspen_qbo.usecases.reconciling.run import reconcile

        return reconcile(session, full=bool(self.full))
