"""The last task of a run: one table for a person, and red when a practice failed."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator, BaseOperatorLink, Context, TriggerRule
from airflow.sdk.exceptions import AirflowFailException

from caspen_qbo.core.monitoring.run_note import SEE_THE_LOG, is_scheduled
from caspen_qbo.hooks.metrics import to_airflow
from caspen_qbo.operators.exposed.links import LINKS
from caspen_qbo.operators.note import leave_note
from caspen_qbo.operators.shard import (
    SEE_THE_TASKS,
    Failure,
    Outcome,
    Practice,
    by_workspace,
    pull,
    read_practices,
)
from caspen_qbo.settings import FAILURE_KEY
from caspen_qbo.wording import counted, counts_words

if TYPE_CHECKING:
    from airflow.sdk import XComArg

log = logging.getLogger(__name__)

MAILING_JOBS = ("post", "import")
"""Their rounds begin every 15 minutes."""
LINES_MAX = 100
"""Practices in an error's text, of those that failed and of those that did not; the log names all."""


class SummariseOperator(BaseOperator):
    """Report what was done for each practice, and fail when one of them failed. Runs whatever became of the
    tasks before it, so it decides the state of the whole run; its words become the run's note.

    :param job: The job's name in ``qbo_sync.sync_run``, where a failed practice's reason is.
    :param workspaces: What ``find_workspaces`` found.
    :param results_of: The mapped tasks that all must have returned a result for a practice, in their order.
    """

    template_fields: Sequence[str] = ("workspaces",)
    operator_extra_links: Collection[BaseOperatorLink] = LINKS

    found_by: ClassVar[str] = "find_workspaces"

    def __init__(
        self,
        *,
        job: str,
        workspaces: Iterable[Iterable[Practice]] | XComArg | None,
        results_of: Sequence[str],
        **kwargs: Any,
    ) -> None:
        super().__init__(**{"trigger_rule": TriggerRule.ALL_DONE, "retries": 0, **kwargs})
        self.job, self.workspaces, self.results_of = job, workspaces, results_of
        self.jobs: Sequence[str] = (job,)
        self.shown: int | None = None

    def execute(self, context: Context) -> str:
        """:return: The summary, one line for each practice."""
        try:
            return self._summarise(context)
        finally:
            self._send_mails(context["run_id"])

    def _summarise(self, context: Context) -> str:
        if self.workspaces is None:
            self._end_rounds(dict.fromkeys(self.jobs, False), acts=False)
            raise AirflowFailException(f"No practice was worked on: {self.found_by} failed, see its log.")
        asked = {int(item["workspace_id"]): str(item["practice"]) for item in read_practices(self.workspaces)}
        self.shown = next(iter(asked), None) if len(asked) == 1 else None
        done = self._read_done(context)
        failed = [workspace_id for workspace_id in asked if workspace_id not in done]
        reasons = self._read_reasons(context["run_id"]) if failed else {}
        good_jobs = {job: self._is_good(job, failed, reasons) for job in self.jobs}
        self._end_rounds(good_jobs, acts=not context.get("params", {}).get("dry_run"))
        good = [f"{name} ({id_}): {done[id_]}" for id_, name in asked.items() if id_ in done]
        for line in good:
            log.info("%s %s", self.job, line)
        if not failed:
            summary = "\n".join(_shortened(good)) or "Nothing to do in any practice."
            leave_note(context, "\n\n".join(good) or summary)
            return summary
        self.shown = failed[0]
        failures = self._read_failures(context)
        unknown = Failure(workspace_id=0, reason=SEE_THE_TASKS, action=SEE_THE_LOG)
        bad, notes = [], []
        for id_ in failed:
            failure = failures.get(id_, unknown)
            recorded = " ".join(dict.fromkeys(of_job[id_] for of_job in reasons.values() if id_ in of_job))
            bad.append(f"{asked[id_]} ({id_}): FAILED. {recorded or failure['reason']}")
            notes.append(f"{bad[-1]} {failure['action']}")
            log.error("%s %s", self.job, bad[-1])
        headline = f"{len(failed)} of {len(asked)} practices failed."
        # Airflow shows a note's first paragraph; the others when it is opened.
        leave_note(context, "\n\n".join([f"{headline} {notes[0]}", *notes[1:], *good]))
        raise AirflowFailException("\n".join([headline, *_shortened(bad), *_shortened(good)]))

    def _is_good(self, job: str, failed: Collection[int], reasons: Mapping[str, Mapping[int, str]]) -> bool:
        """Whether it failed nowhere. A practice that failed for no recorded reason failed in every job."""
        explained = {id_ for of_job in reasons.values() for id_ in of_job}
        return not any(id_ in reasons.get(job, {}) or id_ not in explained for id_ in failed)

    def _end_rounds(self, good: Mapping[str, bool], *, acts: bool) -> None:
        for job, was_good in good.items():
            end_round(job, good=was_good, acts=acts)

    def _send_mails(self, run_id: str) -> None:
        """The morning mails that are due, after a scheduled round of posting or importing, good or not: so
        either DAG alone sends them. It cannot fail the run, and ends after a minute or two.
        """
        from caspen_qbo.wiring import send_due_mails

        if self.job not in MAILING_JOBS or not is_scheduled(run_id):
            return
        try:
            send_due_mails()
        except Exception:  # what was posted is posted; the next round sends them
            log.exception("the morning mails were not sent")

    def _read_done(self, context: Context) -> dict[int, str]:
        """What was done in the practices where every one of the tasks succeeded."""
        by_task: list[dict[int, Outcome]] = []
        for task_id in self.results_of:
            of_failed = [item for item in pull(context, task_id, key=FAILURE_KEY) if "counts" in item]
            by_task.append(by_workspace([*of_failed, *pull(context, task_id)]))
        everywhere = set.intersection(*(set(results) for results in by_task))
        return {id_: describe([results[id_] for results in by_task]) for id_ in everywhere}

    def _read_failures(self, context: Context) -> dict[int, Failure]:
        return {
            int(item["workspace_id"]): item
            for task_id in self.results_of
            for item in pull(context, task_id, key=FAILURE_KEY)
            if "reason" in item
        }

    def _read_reasons(self, run_id: str) -> dict[str, Mapping[int, str]]:
        """By job, as recorded. A job that succeeded has none: then a later task of the practice failed."""
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            return {job: store.practices.fetch_failures(run_id, job) for job in self.jobs}


def end_round(job: str, *, good: bool, acts: bool) -> None:
    """Its figures, and the ping that leaves the machine after a good one; neither can fail the run.

    :param acts: It was no dry run.
    """
    from caspen_qbo.errors import SyncError
    from caspen_qbo.hooks.ping import ping
    from caspen_qbo.usecases.shared.measures import measure_round
    from caspen_qbo.wiring import open_store

    try:
        with to_airflow(), open_store() as store:
            measure_round(store, job, good=good)
    except SyncError as error:
        log.warning("the figures of the round were not reported: %s", error.message)
    if good and acts:
        ping(job)


def describe(results: Sequence[Outcome]) -> str:
    counts = {name: number for result in results for name, number in result["counts"].items()}
    messages = " ".join(filter(None, (result["message"] for result in results)))
    return ". ".join(filter(None, (counts_words(counts), messages)))


def _shortened(lines: Sequence[str]) -> list[str]:
    more = len(lines) - LINES_MAX
    rest = [f"... and {counted(more, 'practice')} more: see the log."] if more > 0 else []
    return [*lines[:LINES_MAX], *rest]
