"""New work: one task finds what events name and does it; what is too much for one is shared out."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, ClassVar, cast

from airflow.sdk import BaseOperatorLink, Context, TriggerRule

from caspen_qbo import settings
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.monitoring import metrics
from caspen_qbo.core.monitoring.shards import TROUBLED_TOGETHER, Work, plan_shards
from caspen_qbo.errors import WorkspaceBusyError
from caspen_qbo.hooks.metrics import count, to_airflow
from caspen_qbo.operators.exposed.links import LINKS
from caspen_qbo.operators.jobs import WorkspaceOperator
from caspen_qbo.operators.note import leave_note, note_on_failure
from caspen_qbo.operators.shard import Failure, Outcome, Practice, outcome_of, worst
from caspen_qbo.operators.summarise import SummariseOperator, describe

if TYPE_CHECKING:
    from caspen_qbo.hooks.store.monitoring.practices import DoneJob
    from caspen_qbo.usecases.posting.dry_run import PostPlan
    from caspen_qbo.usecases.shared.jobs import RunResult
    from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

NAMED_AS: Mapping[str, str] = {"import": "imports", "post": "post"}
"""The jobs, in the order in which a practice has them, and where an event names their practices."""
JOBS = tuple(NAMED_AS)


class Errand(Practice):
    """One practice and what is to be done there, as it travels between tasks."""

    jobs: list[str]


class NewWorkOperator(WorkspaceOperator):
    """For each practice import, then post, as far as it has either. What fails in one job does not hold up
    the other, and only what failed is tried again. A practice that another run works on is left to it.
    """

    job = "sync"
    overtakes = True
    at_once_max: ClassVar[int] = 4

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"leave_busy": True, **kwargs})
        self.undone: dict[int, list[str]] = {}
        """Jobs that failed, by workspace."""
        self._done: Mapping[str, Mapping[int, DoneJob]] = {}

    @property
    def patience_seconds(self) -> float:
        return settings.EVENT_PATIENCE_SECONDS

    def work_on(self, practice: Practice, run_id: str, *, patient: bool) -> Outcome:
        """:raises Exception: what the jobs that failed have in common, or the worst of it."""
        id_ = practice["workspace_id"]
        outcomes: list[Outcome] = []
        errors: dict[str, Exception] = {}
        for job in cast("Errand", practice)["jobs"]:
            if (done := self._done.get(job, {}).get(id_)) is not None:
                outcomes.append(outcome_of(practice, done.counts, done.calls, done.message))
                continue
            try:
                outcomes.append(self.carry_out(WORK[job], practice, run_id, patient=patient))
            except WorkspaceBusyError as busy:
                if not outcomes and not errors:
                    raise
                log.info("%s left to another run. %s", job, busy.message)
            except Exception as error:  # noqa: BLE001 - the other job goes on
                errors[job] = error
        if errors:
            self.undone[id_] = list(errors)
            text = " ".join(f"{job}: {error}" for job, error in errors.items())
            raise worst(list(errors.values()), text)
        return _together(practice, outcomes)

    def _fetch_earlier(self, context: Context) -> Mapping[int, DoneJob]:
        """Kept by job: a practice may have succeeded in one of two."""
        if context["ti"].try_number > 1:
            from caspen_qbo.wiring import open_store

            with open_store() as store:
                done = {job: store.practices.fetch_done(context["run_id"], job) for job in JOBS}
            errands = cast("Sequence[Errand]", self.practices)
            if any(one["workspace_id"] not in done[job] for one in errands for job in one["jobs"]):
                self._done = done
        return {}


def _together(practice: Practice, outcomes: Sequence[Outcome]) -> Outcome:
    counts: Counter[str] = Counter()
    for outcome in outcomes:
        counts.update(outcome["counts"])
    message = " ".join(filter(None, (outcome["message"] for outcome in outcomes)))
    return Outcome(
        workspace_id=practice["workspace_id"],
        practice=practice["practice"],
        counts=dict(counts),
        message=message,
    )


def _import(session: Session) -> RunResult | PostPlan:
    from caspen_qbo.usecases.importing.run import import_payments

    return import_payments(session)


def _post(session: Session) -> RunResult | PostPlan:
    from caspen_qbo.usecases.posting.run import post

    return post(session)


WORK = {"import": _import, "post": _post}


class SyncNewWorkOperator(NewWorkOperator):
    """The practices that the watcher's events name; by hand, where there are none, all with something to do.
    What makes up one shard is worked on here. More is returned in shards, each for a mapped task of its own,
    and so is what failed here: this task itself fails only where nothing could be found.
    """

    template_fields: Sequence[str] = ()
    operator_extra_links: Collection[BaseOperatorLink] = LINKS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(practices=[], **kwargs)

    def execute(self, context: Context) -> Any:
        """:return: Shards of errands for the tasks after it; usually none."""
        from caspen_qbo.hooks.postgres.keeping import keeping_sessions

        with to_airflow(), keeping_sessions():
            return self._sync(context)

    def _sync(self, context: Context) -> list[list[Errand]]:
        with note_on_failure(context):
            shards = find_errands(context)
        if len(shards) > 1:
            self.outlets = []
            log.info("shards=%d practices=%d", len(shards), sum(len(shard) for shard in shards))
            return shards
        errands = shards[0] if shards else []
        outcomes = self._work_here(context, errands)
        if outcomes:
            self._update_assets(context, outcomes)
        else:
            self.outlets = []
        left = [
            Errand(workspace_id=one["workspace_id"], practice=one["practice"], jobs=jobs)
            for one in errands
            if (jobs := self.undone.get(one["workspace_id"]))
        ]
        self._report(context, errands, outcomes, {job for one in left for job in one["jobs"]})
        return list(chunked(left, TROUBLED_TOGETHER))

    def _work_here(self, context: Context, errands: Sequence[Errand]) -> list[Outcome]:
        outcomes: list[Outcome] = []
        failures: dict[int, tuple[Failure, Exception]] = {}
        self.practices = errands
        self._work_on_all(context, outcomes, failures)
        self.shown = next(iter(failures), errands[0]["workspace_id"] if errands else None)
        return outcomes

    def _report(
        self,
        context: Context,
        errands: Sequence[Errand],
        outcomes: Sequence[Outcome],
        failed: Collection[str],
    ) -> None:
        """The run's note, and the end of the rounds of the jobs that are done; those of the others end with
        ``summarise``. What a round says about all practices is said by the schedules': an event is about few.
        """
        from caspen_qbo.hooks.ping import ping

        lines = [f"{one['practice']} ({one['workspace_id']}): {describe([one])}" for one in outcomes]
        for line in lines:
            log.info("%s", line)
        if lines or not errands:
            leave_note(context, "\n\n".join(lines) or "Nothing to do in any practice.")
        for job in JOBS:
            if job not in failed and any(job in one["jobs"] for one in errands):
                count(metrics.ROUNDS, job=job, result="good")
                ping(job)


class SummariseNewWorkOperator(SummariseOperator):
    """Of what :class:`SyncNewWorkOperator` handed on; skipped where that was nothing."""

    found_by = "sync_practices"

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"job": "sync", "trigger_rule": TriggerRule.NONE_SKIPPED, **kwargs})
        self.jobs = JOBS


def find_errands(context: Context) -> list[list[Errand]]:
    """In shards. A practice has all its jobs in one place: two runs on one would wait for its lock."""
    from caspen_qbo.usecases.connection.find_workspaces import find_workspaces
    from caspen_qbo.wiring import open_billing, open_store

    named = _named(context)
    errands: dict[int, Errand] = {}
    work: dict[int, Work] = {}
    with open_store() as store, open_billing() as billing:
        for job in JOBS:
            among = None if named is None else named[job]
            if among is not None and not among:
                continue
            found = find_workspaces(store, billing, job=job, among=among, only_with_work=job == "post")
            for id_, name in found.waiting:
                if among is None or id_ in among:
                    log.warning("workspace=%d %s waits for a person to reconnect QuickBooks", id_, name)
            for one in found.due:
                other = work.get(one.workspace_id)
                work[one.workspace_id] = one if other is None else _both(one, other)
                new = Errand(workspace_id=one.workspace_id, practice=one.name, jobs=[])
                errands.setdefault(one.workspace_id, new)["jobs"].append(job)
    return [[errands[one.workspace_id] for one in shard] for shard in plan_shards(work.values(), few=1)]


def _both(one: Work, other: Work) -> Work:
    return replace(one, seconds=one.seconds + other.seconds, troubled=one.troubled or other.troubled)


def _named(context: Context) -> Mapping[str, set[int]] | None:
    """Workspaces by job; None: no event started this run."""
    events = [event for each in (context.get("triggering_asset_events") or {}).values() for event in each]
    if not events:
        return None
    return {
        job: {id_ for event in events for id_ in ids_in(event.extra, key)} for job, key in NAMED_AS.items()
    }


def ids_in(extra: Any, key: str) -> set[int]:
    """Of an event, also of a person's; empty where it names none."""
    payload = extra.get("payload", extra) if isinstance(extra, Mapping) else None
    ids = payload.get(key) if isinstance(payload, Mapping) else None
    return {id_ for id_ in ids if isinstance(id_, int)} if isinstance(ids, list) else set()
