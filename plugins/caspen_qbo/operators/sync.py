"""One operator for each scheduled job: post, import, reconcile."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from caspen_qbo.operators.workspace import WorkspaceOperator

if TYPE_CHECKING:
    from caspen_qbo.usecases.shared.session import Session


class PostOperator(WorkspaceOperator):
    """
    Bring QuickBooks to what Caspen shows. Safe to repeat, to interrupt and to start twice.

    :param dry_run: Plan and report; send nothing to QuickBooks.
    """

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "dry_run")
    job = "post"

    def __init__(self, *, dry_run: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dry_run = dry_run

    def work(self, session: Session) -> Any:
        from caspen_qbo.usecases.posting.dry_run import plan_post
        from caspen_qbo.usecases.posting.run import post

        return plan_post(session) if self.dry_run else post(session)


class ImportOperator(WorkspaceOperator):
    """
    Bring payments recorded in QuickBooks to Caspen. Safe to repeat: a payment is recorded once.

    :param dry_run: Plan and report; write nothing to Caspen.
    """

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "dry_run")
    job = "import"

    def __init__(self, *, dry_run: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.dry_run = dry_run

    def work(self, session: Session) -> Any:
        from caspen_qbo.usecases.importing.run import import_payments, plan_import

        return plan_import(session) if self.dry_run else import_payments(session)


class ReconcileOperator(WorkspaceOperator):
    """
    Compare every synced document on both sides and list what differs. Changes neither side.

    A difference is finance's to clear and does not fail the task; a check that could not be carried out does.

    :param full: Read every linked document again, not only what changed since the last run.
    """

    template_fields: Sequence[str] = (*WorkspaceOperator.template_fields, "full")
    job = "reconcile"

    def __init__(self, *, full: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.full = full

    def work(self, session: Session) -> Any:
        from caspen_qbo.usecases.reconciling.run import reconcile

        return reconcile(session, full=bool(self.full))
