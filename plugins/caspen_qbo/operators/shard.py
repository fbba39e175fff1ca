"""A task that works on several practices, one after the other, each on its own account; one that takes long
may be overtaken by the next.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, TypedDict, cast

from airflow.sdk import BaseOperator, BaseOperatorLink, Context

from caspen_qbo import settings
from caspen_qbo.core.monitoring.metering import count_reads
from caspen_qbo.core.monitoring.run_note import SEE_THE_LOG
from caspen_qbo.errors import RetryError, StopError, SyncError, WorkspaceBusyError
from caspen_qbo.hooks.deadline import begin
from caspen_qbo.hooks.metrics import to_airflow
from caspen_qbo.operators.exposed import assets, lineage
from caspen_qbo.operators.exposed.links import LINKS, page_of
from caspen_qbo.operators.note import action_needed

if TYPE_CHECKING:
    from caspen_qbo.hooks.store.monitoring.practices import DoneJob

log = logging.getLogger(__name__)

NAMED_MOST = 3
"""Practices named in the grid; all of them are in the log."""
NAME_MAX = 60
"""Characters of a name in the grid, where a label has 250."""
MESSAGE_MAX = 1000
"""Characters of a result's message that travel on; a dry run of many documents lists them all in the log."""
SEE_THE_TASKS = "See the log of its tasks."


class Practice(TypedDict):
    """One member of a shard, as it travels between tasks."""

    workspace_id: int
    practice: str
    """Its name."""


class Outcome(TypedDict):
    """What was done in one practice, as it travels between tasks."""

    workspace_id: int
    practice: str
    counts: dict[str, int]
    message: str


class Failure(TypedDict):
    """What a task knew of a practice that failed, for the summary."""

    workspace_id: int
    reason: str
    action: str
    """Who has to act, and how."""


@dataclass(frozen=True, slots=True)
class _Working:
    """A practice that is worked on."""

    practice: Practice
    patient: bool
    result: Future[Outcome | None]
    begun_at: float
    """By the monotonic clock, seconds."""


def _say_begun(practice: Practice) -> None:
    """Airflow's log folds what follows, up to the end of the group."""
    id_ = practice["workspace_id"]
    log.info("::group::%s (%d) %s", practice["practice"], id_, page_of(id_))


def _at_once(practice: Practice, work: Callable[[], Outcome | None], *, patient: bool) -> _Working:
    ended: Future[Outcome | None] = Future()
    try:
        ended.set_result(work())
    except Exception as error:  # noqa: BLE001 - looked at with all others'
        ended.set_exception(error)
    return _Working(practice, patient, ended, time.monotonic())


def _wait(under_way: Sequence[_Working], seconds: float | None) -> list[_Working]:
    """Those that have ended, after the first did or after so long."""
    wait([working.result for working in under_way], seconds, FIRST_COMPLETED)
    return [working for working in under_way if working.result.done()]


def label(practices: Sequence[Practice]) -> str:
    """For Airflow's grid."""
    names = [practice["practice"][:NAME_MAX] for practice in practices[:NAMED_MOST]]
    more = len(practices) - len(names)
    return ", ".join(names) + (f" and {more:,} more" if more else "")


def flatten(found: object) -> Iterator[Any]:
    """What mapped tasks left, one practice after the other: each of them left a list, or nothing."""
    if isinstance(found, Mapping):
        yield found
    elif isinstance(found, Iterable) and not isinstance(found, str):
        for item in found:
            yield from flatten(item)


def pull(context: Context, task_id: str, **key: Any) -> list[Any]:
    """What the instances of a mapped task left, of all practices; nothing of those that left none."""
    # By a list of one: asked for a single task, Airflow answers a single mapped result bare.
    return list(flatten(context["ti"].xcom_pull(task_ids=[task_id], **key)))


def by_workspace(outcomes: Iterable[Outcome]) -> dict[int, Outcome]:
    return {int(outcome["workspace_id"]): outcome for outcome in outcomes}


class ShardOperator(BaseOperator):
    """Work on each practice of a shard. One that fails is named, with its reason, and left; the others go on.
    Then the task fails, to be tried again where that helps; what succeeded in an earlier try stays done.

    :param practices: One shard of what ``find_workspaces`` found.
    :param leave_busy: A practice that another run is working on is left to it, and reported so.
    """

    template_fields: Sequence[str] = ("practices",)
    operator_extra_links: Collection[BaseOperatorLink] = LINKS

    job: ClassVar[str]
    """Its name in ``qbo_sync.sync_run``."""

    def __init__(self, *, practices: Sequence[Practice], leave_busy: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.practices, self.leave_busy = practices, leave_busy
        self.shown: int | None = None

    @property
    def practice(self) -> str:
        """What Airflow's grid shows for each instance of a mapped task."""
        return label(self.practices)

    overtakes: ClassVar[bool] = False
    """Whether a practice that takes long is overtaken: where practices share nothing but the process."""
    at_once_max: ClassVar[int] = 2
    """Practices under way in one task: the next, and those that take long. Each has sessions of its own."""

    def work_on(self, practice: Practice, run_id: str, *, patient: bool) -> Outcome | None:
        """:param patient: Wait for another run that is working on it, rather than come back to it last.
        :return: None: there is nothing to do, for a reason that is reported elsewhere, or it stands by.
        """
        raise NotImplementedError

    @contextmanager
    def around(self) -> Iterator[None]:
        """What all practices of the shard share."""
        yield

    def end_held(self, *, late: bool = False) -> Iterator[tuple[Practice, Callable[[], Outcome]]]:
        """The practices that were begun and stand by, with what ends each of them.

        :param late: Others are to come: only where these have stood by for long.
        """
        return iter(())

    @property
    def only_plans(self) -> bool:
        """Nothing is changed: no asset is updated."""
        return False

    def get_openlineage_facets_on_complete(self, task_instance: object) -> Any:
        """What Airflow's OpenLineage provider asks for, where it is installed."""
        return lineage.of_job(self.job, writes=not self.only_plans)

    def execute(self, context: Context) -> list[Outcome]:
        from caspen_qbo.hooks.postgres.keeping import keeping_sessions

        outcomes: list[Outcome] = []
        failures: dict[int, tuple[Failure, Exception]] = {}
        self.shown = self.practices[0]["workspace_id"] if self.practices else None
        complete = False
        try:
            with to_airflow(), keeping_sessions(), self.around():
                self._work_on_all(context, outcomes, failures)
            complete = not failures
        finally:  # also where Airflow ends the task: a time limit, a person
            if not complete:
                _push_ended(context, [*outcomes, *(failure for failure, _ in failures.values())])
        if failures:
            self.shown = next(iter(failures))
            raise worst([error for _, error in failures.values()], self._describe(failures))
        self._update_assets(context, outcomes)
        return outcomes

    def _update_assets(self, context: Context, outcomes: Sequence[Outcome]) -> None:
        if self.only_plans:
            self.outlets = []
        if self.outlets:
            ids = [outcome["workspace_id"] for outcome in outcomes]
            extra = assets.extra_of(context["run_id"], ids, [outcome["counts"] for outcome in outcomes])
            assets.update(context, self.outlets, extra)

    def _work_on_all(
        self, context: Context, outcomes: list[Outcome], failures: dict[int, tuple[Failure, Exception]]
    ) -> None:
        earlier = self._fetch_earlier(context)
        alone = len(self.practices) == 1 and not self.leave_busy
        waiting = deque((practice, alone) for practice in self.practices)
        under_way: list[_Working] = []
        while waiting or under_way:
            if waiting and self._may_begin(under_way):
                self._end_held(outcomes, failures, late=True)
                practice, patient = waiting.popleft()
                if (done := earlier.get(practice["workspace_id"])) is not None:
                    outcomes.append(outcome_of(practice, done.counts, done.calls, done.message))
                else:
                    under_way.append(self._begin(practice, context["run_id"], patient=patient))
                continue
            for working in _wait(under_way, self._patience_left(under_way) if waiting else None):
                under_way.remove(working)
                again = self._settle(working, outcomes, failures)
                waiting.extend([(again, True)] if again else [])
        self._end_held(outcomes, failures)

    def _end_held(
        self, outcomes: list[Outcome], failures: dict[int, tuple[Failure, Exception]], *, late: bool = False
    ) -> None:
        for practice, work in self.end_held(late=late):
            _say_begun(practice)
            self._settle(_at_once(practice, work, patient=True), outcomes, failures)

    def _may_begin(self, under_way: Sequence[_Working]) -> bool:
        """One after the other; alongside one that takes long."""
        return not under_way or (len(under_way) < self.at_once_max and self._patience_left(under_way) == 0)

    def _patience_left(self, under_way: Sequence[_Working]) -> float | None:
        """Seconds until another may be begun; None: one that is under way has to end first."""
        if not self.overtakes or len(under_way) >= self.at_once_max:
            return None
        return max(0.0, under_way[-1].begun_at + self.patience_seconds - time.monotonic())

    @property
    def patience_seconds(self) -> float:
        """After so long a practice is overtaken."""
        return settings.PATIENCE_SECONDS

    def _begin(self, practice: Practice, run_id: str, *, patient: bool) -> _Working:
        _say_begun(practice)
        work = partial(self.work_on, practice, run_id, patient=patient)
        if self.overtakes and len(self.practices) > 1:
            result = begin(work, name=f"practice-{practice['workspace_id']}")
            return _Working(practice, patient, result, time.monotonic())
        return _at_once(practice, work, patient=patient)

    def _settle(
        self, working: _Working, outcomes: list[Outcome], failures: dict[int, tuple[Failure, Exception]]
    ) -> Practice | None:
        """Keep what came of it. A practice that is to be taken again, after the others."""
        practice = working.practice
        try:
            outcome = working.result.result()
            outcomes += [outcome] if outcome else []
        except Exception as error:  # noqa: BLE001 - whatever it is, the others go on
            if isinstance(error, WorkspaceBusyError) and self.leave_busy:
                outcomes.append(outcome_of(practice, {}, {}, "Left to another run, which is working on it."))
            elif isinstance(error, WorkspaceBusyError) and not working.patient:
                log.info("%s Its turn is after the others.", error.message)
                return practice
            else:
                failures[practice["workspace_id"]] = self._fail(practice, error)
        finally:
            log.info("::endgroup::")
        return None

    def _fetch_earlier(self, context: Context) -> Mapping[int, DoneJob]:
        """What an earlier try of this task did; nothing where all succeeded: then it is to be redone."""
        if len(self.practices) == 1 or context["ti"].try_number <= 1:
            return {}
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            done = store.practices.fetch_done(context["run_id"], self.job)
        return done if any(practice["workspace_id"] not in done for practice in self.practices) else {}

    def _fail(self, practice: Practice, error: Exception) -> tuple[Failure, Exception]:
        """Its reason in the log, and for the summary."""
        id_, name = practice["workspace_id"], practice["practice"]
        if isinstance(error, SyncError):
            log.error("%s (%d) FAILED. %s", name, id_, error.message)
            reason, action = error.message, action_needed(error)
        else:
            log.error("%s (%d) FAILED.", name, id_, exc_info=error)
            reason, action = SEE_THE_TASKS, SEE_THE_LOG
        return Failure(workspace_id=id_, reason=reason, action=action), error

    def _describe(self, failures: Mapping[int, tuple[Failure, Exception]]) -> str:
        names = {practice["workspace_id"]: practice["practice"] for practice in self.practices}
        lines = [f"{names[id_]} ({id_}): {failure['reason']}" for id_, (failure, _) in failures.items()]
        return "\n".join([f"{len(failures)} of {len(self.practices)} practices failed.", *lines])


def _push_ended(context: Context, ended: Sequence[Outcome | Failure]) -> None:
    """For the summary. An error here is only logged: it must not hide how the task itself ends."""
    try:
        context["ti"].xcom_push(key=settings.FAILURE_KEY, value=ended)
    except Exception:  # whatever Airflow's API raises
        log.exception("could not store %s", settings.FAILURE_KEY)


def outcome_of(
    practice: Practice, counts: Mapping[str, int], calls: Mapping[str, int], message: str
) -> Outcome:
    numbers = {**counts, "metered_reads": count_reads(calls)}
    return Outcome(
        workspace_id=practice["workspace_id"],
        practice=practice["practice"],
        counts={name: int(number) for name, number in numbers.items() if number},
        message=message[:MESSAGE_MAX],
    )


def worst(errors: Sequence[Exception], text: str) -> Exception:
    """What the task raises, by which Airflow decides whether to try it again: what they have in common, or a
    fault of ours, or what is worth another try.
    """
    if len({type(error) for error in errors}) == 1:
        return errors[0]
    for error in errors:
        if not isinstance(error, SyncError):
            return error
    return RetryError(text) if any(isinstance(error, RetryError) for error in errors) else StopError(text)


def read_practices(found: object) -> list[Practice]:
    """Of all shards."""
    return [cast("Practice", item) for item in flatten(found)]
