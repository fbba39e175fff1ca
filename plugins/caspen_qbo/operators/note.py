"""What tasks leave for their run's note, in a row of ours that outlives a failed task: Airflow's task API
cannot write one and the public API wants a login. :mod:`caspen_qbo.airflow.run_notes` does when the run has
ended.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from airflow.sdk import Context

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.monitoring.run_note import ACTION_NEEDED, NOTE_MAX, SEE_THE_LOG
from caspen_qbo.errors import ConfigurationError, RetryError, SyncError
from caspen_qbo.wording import TURN_WORDS

if TYPE_CHECKING:
    from caspen_qbo.hooks.store.monitoring.runs import TaskKey

log = logging.getLogger(__name__)


def action_needed(error: SyncError) -> str:
    """A sentence for the end of a failed run: who has to act, and how."""
    if isinstance(error, RetryError):
        return f"{ACTION_NEEDED} none. It is retried automatically, and nothing is lost."
    if error.error_key == SyncError.error_key:
        return SEE_THE_LOG
    entry = entry_for(error.error_key)
    # What is wrong with a setting differs from case to case: there the error's own words say what to do.
    fix = "" if isinstance(error, ConfigurationError) else f" {entry.fix}"
    return f"{ACTION_NEEDED} {TURN_WORDS[entry.turn]}.{fix}"


def leave_note(context: Context, words: str) -> None:
    """Store what this task did, for its run's note. Safe to repeat. An error here is only logged: it must not
    hide how the task itself ends.
    """
    from caspen_qbo.wiring import open_store

    try:
        with open_store(on_a_page=True) as store:
            store.notes.write(_key(context), words[:NOTE_MAX])
    except Exception:  # whatever it is: a lost note costs no one a run
        log.exception("could not store the note")


@contextmanager
def note_on_failure(context: Context) -> Iterator[None]:
    """When the block ends in an error of ours, leave its reason and who has to act for the note. What an
    earlier try left is gone.
    """
    if context["ti"].try_number > 1:
        _clear(context)
    try:
        yield
    except SyncError as error:
        leave_note(context, f"Failed: {error.message} {action_needed(error)}")
        raise


def _clear(context: Context) -> None:
    from caspen_qbo.wiring import open_store

    try:
        with open_store(on_a_page=True) as store:
            store.notes.clear(_key(context))
    except SyncError as error:
        log.warning("could not clear the note of an earlier try: %s", error.message)


def _key(context: Context) -> TaskKey:
    from caspen_qbo.hooks.store.monitoring.runs import TaskKey

    ti = context["ti"]
    return TaskKey(ti.dag_id, context["run_id"], ti.task_id, -1 if ti.map_index is None else ti.map_index)
