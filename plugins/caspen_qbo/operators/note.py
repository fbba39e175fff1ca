"""
What tasks leave for their run's note: texts in an XCom of its own, which also outlives a task that failed.

A task cannot write the note itself: Airflow's task API has no door to it, and the public API wants a login.
:mod:`caspen_qbo.airflow.run_notes` writes it when the run has ended.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from airflow.sdk import Context

from caspen_qbo.catalogue import Turn, entry_for
from caspen_qbo.core.monitoring.run_note import NOTE_MAX, TURN
from caspen_qbo.errors import ConfigurationError, RetryError, SyncError
from caspen_qbo.settings import RUN_NOTE_KEY

log = logging.getLogger(__name__)

TURNS = {
    Turn.PRACTICE: "the practice's, in Caspen",
    Turn.FINANCE: "finance's, in QuickBooks",
    Turn.ADMIN: "an administrator's",
    Turn.NOBODY: "nobody's",
}
UNKNOWN_TURN = f"{TURN} {TURNS[Turn.ADMIN]}; the log of the red task says why."


def whose_turn(error: SyncError) -> str:
    """A sentence for the end of a failed run: who acts, and how."""
    if isinstance(error, RetryError):
        return f"{TURN} {TURNS[Turn.NOBODY]}; trying again later is enough, and nothing is lost meanwhile."
    if error.error_key == SyncError.error_key:
        return UNKNOWN_TURN
    entry = entry_for(error.error_key)
    # What is wrong with a setting differs from case to case: there the error's own words say what to do.
    fix = "" if isinstance(error, ConfigurationError) else f" {entry.fix}"
    return f"{TURN} {TURNS[entry.turn]}.{fix}"


def leave(context: Context, value: Any, *, key: str = RUN_NOTE_KEY) -> None:
    """Keep a value for the note. Trouble of its own is logged: it must not hide how the task itself ends."""
    try:
        context["ti"].xcom_push(key=key, value=value[:NOTE_MAX] if isinstance(value, str) else value)
    except Exception:  # whatever Airflow's API raises
        log.exception("could not leave %s", key)


@contextmanager
def noted_if_it_fails(context: Context) -> Iterator[None]:
    """Leave the reason and whose turn it is when what is done here ends in an error of ours."""
    try:
        yield
    except SyncError as error:
        leave(context, f"Failed: {error.message} {whose_turn(error)}")
        raise
