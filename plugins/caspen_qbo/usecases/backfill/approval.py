"""Approving a plan, and holding what is about to be done against what was approved."""

import logging
from collections.abc import Iterable

from caspen_qbo.core.backfill.approval import decide_approved, lines_of
from caspen_qbo.core.backfill.verdict import BackfillItem
from caspen_qbo.errors import ApprovalNeededError
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


def record_plan(store: WorkspaceStore, plan_run_id: str, items: Iterable[BackfillItem]) -> None:
    """Keep what was shown, for the person who approves it."""
    store.plans.record(plan_run_id, lines_of(items))


def approve(
    store: WorkspaceStore,
    plan_run_id: str,
    *,
    run_id: str,
    who: str,
    through: str,
    fingerprint: str | None = None,
) -> None:
    """Let ``run_id`` carry out what ``plan_run_id`` planned. The caller has checked that the person may.

    :param fingerprint: Of the plan the person saw; None: the newest one.
    :raises ApprovalNeededError: there is nothing to approve, or it is not what the person saw.
    """
    plan = store.plans.fetch(plan_run_id)
    if plan is None or not plan.acts:
        raise ApprovalNeededError("There is nothing to approve here.")
    if fingerprint is not None and fingerprint != plan.fingerprint:
        raise ApprovalNeededError("The plan was made again since it was shown. Look at it, then approve it.")
    if not store.plans.approve(plan, run_id=run_id, who=who, through=through):
        raise ApprovalNeededError(
            "This plan was approved before, and there is such a run already: an approval holds once. "
            "Make a new plan."
        )
    log.info("backfill approved workspace=%d run=%s by=%s", store.workspace_id, run_id, who)


def approve_own(store: WorkspaceStore, run_id: str, *, who: str, through: str) -> None:
    """Approve the plan a run made itself, where the person who started it is the one who may: at the server's
    command line. Nothing where nothing would be done.
    """
    plan = store.plans.fetch(run_id)
    if plan is not None and plan.acts:
        approve(store, run_id, run_id=run_id, who=who, through=through)


def check_approved(session: Session, items: Iterable[BackfillItem]) -> None:
    """:raises ApprovalNeededError: no approval for this run covers what would be done now."""
    store = session.store
    approval = store.plans.fetch_approval(session.run_id)
    if refusal := decide_approved(approval, lines_of(items), store.practices.read_clock()):
        raise ApprovalNeededError(f"workspace {session.workspace_id}: {refusal}")
    if approval is not None:
        log.info(
            "backfill workspace=%d run=%s approved by=%s plan=%s",
            session.workspace_id,
            session.run_id,
            approval.approved_by,
            approval.fingerprint[:12],
        )
