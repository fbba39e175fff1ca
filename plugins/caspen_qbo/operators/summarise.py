"""The last task of a run: one table for a person, and red when a practice was left undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context, TriggerRule
from airflow.sdk.exceptions import AirflowFailException


class SummariseOperator(BaseOperator):
    """
    Say what was done for each practice, and fail when one of them failed: the others were not kept waiting by it.

    Runs whatever became of the tasks before it, so that it decides the state of the whole run.

    :param job: The job's name in ``qbo_sync.sync_run``, where a failed practice's reason is.
    :param workspaces: What ``find_workspaces`` found.
    :param results: What the mapped task returned; practices that failed are absent.
    """

    template_fields: Sequence[str] = ("workspaces", "results")

    def __init__(
        self,
        *,
        job: str,
        workspaces: Iterable[Mapping[str, Any]] | None,
        results: Sequence[Mapping[str, Any]] | None,
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"trigger_rule": TriggerRule.ALL_DONE, "retries": 0, **kwargs})
        self.job, self.workspaces, self.results = job, workspaces, results

    def execute(self, context: Context) -> str:
        """:return: The summary, one line for each practice."""
        if self.workspaces is None:
            raise AirflowFailException("No practice was worked on: find_workspaces failed, see its log.")
        asked = {int(item["workspace_id"]): str(item["practice"]) for item in self.workspaces}
        # A slice, because iterating asks Airflow for one result too many, which it logs as an error.
        results = list(self.results[:]) if self.results is not None else []
        done = {int(item["workspace_id"]): item for item in results if item}
        failed = [workspace_id for workspace_id in asked if workspace_id not in done]
        reasons = self._reasons(failed, context["run_id"]) if failed else {}
        lines = [f"{name} ({workspace_id}): {_told(done[workspace_id])}" for workspace_id, name in asked.items()
                 if workspace_id in done]  # fmt: skip
        lines += [f"{asked[workspace_id]} ({workspace_id}): FAILED. {reasons[workspace_id]}" for workspace_id in failed]
        summary = "\n".join(lines) or "Nothing to do in any practice."
        for line in lines:
            (self.log.error if "FAILED." in line else self.log.info)("%s %s", self.job, line)
        if failed:
            raise AirflowFailException(f"{len(failed)} of {len(asked)} practices failed.\n{summary}")
        return summary

    def _reasons(self, workspace_ids: Iterable[int], run_id: str) -> dict[int, str]:
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            rows = store.activity.fetch_run(run_id, self.job)
        return {
            workspace_id: (rows.get(workspace_id) or {}).get("message") or "See the log of its mapped task."
            for workspace_id in workspace_ids
        }


def _told(result: Mapping[str, Any]) -> str:
    counts = ", ".join(f"{name.replace('_', ' ')} {number}" for name, number in sorted(result["counts"].items()))
    return ". ".join(part for part in (counts or "nothing to do", str(result.get("message") or "")) if part)
