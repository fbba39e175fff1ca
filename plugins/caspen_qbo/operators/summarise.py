"""The last task of a run: one table for a person, and red when a practice was left undone."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context, TriggerRule
from airflow.sdk.exceptions import AirflowFailException

from caspen_qbo.core.monitoring.run_note import SEE_THE_LOG
from caspen_qbo.operators.note import push_note
from caspen_qbo.settings import FAILURE_KEY


class SummariseOperator(BaseOperator):
    """
    Say what was done for each practice, and fail when one of them failed: the others were not kept waiting by
    it.

    Runs whatever became of the tasks before it, so that it decides the state of the whole run. The same words
    become the run's note; with a failure first, and who has to act.

    :param job: The job's name in ``qbo_sync.sync_run``, where a failed practice's reason is.
    :param workspaces: What ``find_workspaces`` found.
    :param results_of: The mapped tasks that all must have returned a result for a practice, in their order.
    """

    template_fields: Sequence[str] = ("workspaces",)

    def __init__(
        self,
        *,
        job: str,
        workspaces: Iterable[Mapping[str, Any]] | None,
        results_of: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"trigger_rule": TriggerRule.ALL_DONE, "retries": 0, **kwargs})
        self.job, self.workspaces, self.results_of = job, workspaces, results_of

    def execute(self, context: Context) -> str:
        """:return: The summary, one line for each practice."""
        if self.workspaces is None:
            raise AirflowFailException("No practice was worked on: find_workspaces failed, see its log.")
        asked = {int(item["workspace_id"]): str(item["practice"]) for item in self.workspaces}
        done = self._done(context)
        failed = [workspace_id for workspace_id in asked if workspace_id not in done]
        left = self._left(context) if failed else {}
        reasons = self._reasons(failed, context["run_id"], left) if failed else {}
        lines = [
            f"{name} ({workspace_id}): {_told(done[workspace_id])}"
            for workspace_id, name in asked.items()
            if workspace_id in done
        ]
        lines += [
            f"{asked[workspace_id]} ({workspace_id}): FAILED. {reasons[workspace_id]}"
            for workspace_id in failed
        ]
        summary = "\n".join(lines) or "Nothing to do in any practice."
        for line in lines:
            (self.log.error if "FAILED." in line else self.log.info)("%s %s", self.job, line)
        if failed:
            headline = f"{len(failed)} of {len(asked)} practices failed."
            named = [
                f"{line} {left[workspace_id]['turn'] if workspace_id in left else SEE_THE_LOG}"
                for workspace_id, line in zip(failed, lines[-len(failed) :], strict=True)
            ]
            # Airflow shows a note's first paragraph; the others when it is opened.
            first = f"{headline} {named[0]}"
            push_note(context, "\n\n".join([first, *named[1:], *lines[: -len(failed)]]))
            raise AirflowFailException(f"{headline}\n{summary}")
        push_note(context, "\n\n".join(lines) or summary)
        return summary

    def _done(self, context: Context) -> dict[int, dict[str, Any]]:
        """Counts and messages of the practices where every one of the tasks ended well."""
        by_task: list[dict[int, Mapping[str, Any]]] = []
        for task_id in self.results_of:
            # By a list of one: asked for a single task, Airflow answers a single mapped result bare, several
            # as a list.
            results = context["ti"].xcom_pull(task_ids=[task_id])
            by_task.append({int(item["workspace_id"]): item for item in results or () if item})
        everywhere = set.intersection(*(set(results) for results in by_task))
        return {
            workspace_id: {
                "counts": {k: v for results in by_task for k, v in results[workspace_id]["counts"].items()},
                "message": " ".join(
                    m for results in by_task if (m := str(results[workspace_id]["message"] or ""))
                ),
            }
            for workspace_id in everywhere
        }

    def _left(self, context: Context) -> dict[int, Mapping[str, Any]]:
        """``reason`` and ``turn`` of failed practices, as far as their tasks knew."""
        return {
            int(item["workspace_id"]): item
            for task_id in self.results_of
            for item in context["ti"].xcom_pull(task_ids=[task_id], key=FAILURE_KEY) or ()
            if item
        }

    def _reasons(
        self, workspace_ids: Iterable[int], run_id: str, left: Mapping[int, Mapping[str, Any]]
    ) -> dict[int, str]:
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            rows = store.practices.fetch_run(run_id, self.job)
        # A job that ended well left another message: then it was a later task of the practice that failed.
        failed = {
            workspace_id: row["message"] for workspace_id, row in rows.items() if row["success"] is False
        }
        return {
            workspace_id: failed.get(workspace_id)
            or left.get(workspace_id, {}).get("reason")
            or "See the log of its tasks."
            for workspace_id in workspace_ids
        }


def _told(result: Mapping[str, Any]) -> str:
    counts = ", ".join(
        f"{name.replace('_', ' ')} {number}" for name, number in sorted(result["counts"].items())
    )
    return ". ".join(part for part in (counts or "nothing to do", str(result.get("message") or "")) if part)
