"""Writing finance's report of a reconciliation to a folder."""

import logging
import re

from caspen_qbo.operators.shard import Outcome, Practice, ShardOperator, outcome_of

log = logging.getLogger(__name__)


class WriteReportOperator(ShardOperator):
    """Write this run's page and spreadsheet of each practice that was reconciled, the same files each time.
    The message names the page's path.
    """

    job = "reconcile"

    def work_on(self, practice: Practice, run_id: str, *, patient: bool) -> Outcome | None:
        from caspen_qbo.reports import build
        from caspen_qbo.reports.files import write_report
        from caspen_qbo.reports.folder import reports_folder
        from caspen_qbo.wiring import open_store

        workspace_id = practice["workspace_id"]
        with open_store() as store:
            if workspace_id not in store.practices.fetch_done(run_id, self.job):
                log.info("not reconciled in this run: the task before this one says why")
                return None
            report = build(store.for_workspace(workspace_id), run_id)
        # Run ids hold colons and plus signs, which not every file system and mail program takes.
        name = re.sub(r"[^0-9A-Za-z._-]+", "-", f"reconciliation-{workspace_id}-{report.run_id}")
        folder = reports_folder() / str(workspace_id)
        for ending, content in (("html", report.html.encode()), ("xlsx", report.xlsx)):
            write_report(folder / f"{name}.{ending}", content)
        page = folder / f"{name}.html"
        log.info("report workspace=%s path=%s", workspace_id, page)
        return outcome_of(practice, {}, {}, f"Report: {page}")
