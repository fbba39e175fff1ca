"""Writing finance's report of a reconciliation to a folder."""

import re
from collections.abc import Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context

from caspen_qbo.operators.jobs import Outcome


class WriteReportOperator(BaseOperator):
    """Write this run's page and spreadsheet, the same files each time. The message names the page's path."""

    template_fields: Sequence[str] = ("workspace_id", "practice")

    def __init__(self, *, workspace_id: int, practice: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.workspace_id, self.practice = workspace_id, practice

    def execute(self, context: Context) -> Outcome:
        from caspen_qbo.reports import build
        from caspen_qbo.reports.files import write_report
        from caspen_qbo.reports.folder import reports_folder
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            report = build(store.for_workspace(int(self.workspace_id)), context["run_id"])
        # Run ids hold colons and plus signs, which not every file system and mail program takes.
        name = re.sub(r"[^0-9A-Za-z._-]+", "-", f"reconciliation-{self.workspace_id}-{report.run_id}")
        folder = reports_folder() / str(self.workspace_id)
        for ending, content in (("html", report.html.encode()), ("xlsx", report.xlsx)):
            write_report(folder / f"{name}.{ending}", content)
        page = folder / f"{name}.html"
        self.log.info("report workspace=%s path=%s", self.workspace_id, page)
        return {
            "workspace_id": int(self.workspace_id),
            "practice": self.practice,
            "counts": {},
            "message": f"Report: {page}",
        }
