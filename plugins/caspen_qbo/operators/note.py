"""What tasks leave for their run's note, in an XCom that outlives a failed task: Airflow's task API cannot
write one and the public API wants a login. :mod:`caspen_qbo.airflow.run_notes` does when the run has ended.
"""

import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from airflow.sdk import Context

from caspen_qbo.catalogue import entry_for
from caspen_qbo.core.monitoring.run_note import ACTION_NEEDED, NOTE_MAX, SEE_THE_LOG
from caspen_qbo.errors import ConfigurationError, RetryError, SyncError
from caspen_qbo.settings import RUN_NOTE_KEY
from caspen_qbo.wording import TURN_WORDS

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


def push_note(context: Context, value: str | Sequence[Mapping[str, Any]], *, key: str = RUN_NOTE_KEY) -> None:
    """Store a value for the note. An error here is only logged: it must not hide how the task itself ends."""
    try:
        context["ti"].xcom_push(key=key, value=value[:NOTE_MAX] if isinstance(value, str) else value)
    except Exception:  # whatever Airflow's API raises
        log.exception("could not store %s", key)


@contextmanager
def note_on_failure(context: Context) -> Iterator[None]:
    """When the block ends in an error of ours, leave its reason and who has to act for the note."""
    try:
        yield
    except SyncError as error:
        push_note(context, f"Failed: {error.message} {action_needed(error)}")
        raise
