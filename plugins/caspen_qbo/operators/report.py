"""Writing finance's report of a reconciliation where reports are kept."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager

from caspen_qbo.operators.exposed.links import page_of
from caspen_qbo.operators.shard import Outcome, Practice, ShardOperator, outcome_of

log = logging.getLogger(__name__)


class WriteReportOperator(ShardOperator):
    """Write this run's page and spreadsheet of each practice that was reconciled, the same files each time.
    The message leads to the page that makes it from what our database holds. A place that takes no report
    fails nothing: the message says so, with the next step.
    """

    job = "reconcile"

    @contextmanager
    def around(self) -> Iterator[None]:
        from caspen_qbo.hooks.storage import report_storage

        self.storage = report_storage()  # one for all: where it is silent, one practice waits and not each
        yield

    def work_on(self, practice: Practice, run_id: str, *, patient: bool) -> Outcome | None:
        from urllib.parse import quote

        from caspen_qbo.errors import ReportStorageError
        from caspen_qbo.reports import build
        from caspen_qbo.reports.kept import keep_report
        from caspen_qbo.wiring import open_store

        workspace_id = practice["workspace_id"]
        with open_store() as store:
            if workspace_id not in store.practices.fetch_done(run_id, self.job):
                log.info("not reconciled in this run: the task before this one says why")
                return None
            own = store.for_workspace(workspace_id)
            report = build(own, run_id)
            message = f"Report: {page_of(workspace_id)}reconciliation/{quote(report.run_id, safe='')}"
            try:
                keep_report(own, self.storage, report)
            except ReportStorageError as error:
                log.warning("report workspace=%s not written: %s", workspace_id, error.message)
                again = f"`report --workspace {workspace_id} --run {report.run_id} --keep` writes it."
                message += f" It was not written to where reports are kept. {error.message} {again}"
            else:
                log.info("report workspace=%s kept in %s", workspace_id, self.storage.where)
        return outcome_of(practice, {}, {}, message)
