"""What is known of a month: whether it can be closed, from what runs have stored."""

from datetime import datetime

from caspen_qbo.core.closing.checklist import JOBS, Covering, Health, MonthFacts, month_of_tax
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.reconciling.stored import StoredReport, TieOut
from caspen_qbo.core.records import Workspace
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.hooks.store.closing.months import KeptRun
from caspen_qbo.usecases.closing.sales_tax import collect_sales_tax
from caspen_qbo.usecases.closing.unread import find_unread
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.wording import zone_of

OPEN_SHOWN = 20


def read_facts(
    store: WorkspaceStore, workspace: Workspace, session: Session | None, month: Month, now: datetime
) -> MonthFacts:
    """Reads only, and asks QuickBooks nothing.

    :param session: None where the practice is not connected.
    """
    zone, run = zone_of(workspace.time_zone), store.months.fetch_kept_run()
    return MonthFacts(
        month=month,
        today=now.astimezone(zone).date(),
        ends=month.ends(zone),
        health=_health(store, now),
        jobs=store.months.fetch_jobs(JOBS, month.begins(zone), month.ends(zone)),
        running=store.progress.is_worked_on(),
        open_documents=store.months.fetch_open(month.first, month.last, OPEN_SHOWN),
        unread=find_unread(session, month) if session else None,
        covering=_covering(run, session, month) if run else None,
    )


def _health(store: WorkspaceStore, now: datetime) -> Health:
    connection = store.setup.fetch_connection()
    if connection is None:
        return Health(None, refused=False, days_left=None)
    ends = [at for at in (connection.refresh_expires_at, connection.refresh_hard_expires_at) if at]
    return Health(
        connection.status,
        refused=store.pages.has_open("invalid_refresh_token") or store.pages.has_open("subscription_ended"),
        days_left=max(0, (min(ends) - now).days) if ends else None,
    )


def _covering(run: KeptRun, session: Session | None, month: Month) -> Covering:
    own = session is not None and session.realm_id == run.realm_id
    return Covering(
        run_id=run.run_id,
        started_at=run.started_at,
        compared=run.report is not None,
        documents=run.documents_checked or 0,
        differences=run.differences,
        unexplained=run.unexplained,
        of_company=own,
        tie_outs=_tie_outs(run.run_id, run.report, session, month) if session and own and run.report else (),
    )


def _tie_outs(run_id: str, report: StoredReport, session: Session, month: Month) -> tuple[TieOut, ...]:
    """Those of the run; the tax of a month that it did not take is added up now."""
    stored = {one.key: one for one in report.tie_outs}
    tax = month_of_tax(stored["tax"], month) if "tax" in stored else None
    if tax is None:
        _, tax = collect_sales_tax(session, run_id, month)
    return tuple(one for key, one in (stored | {"tax": tax}).items() if one.rows or key != "tax")
