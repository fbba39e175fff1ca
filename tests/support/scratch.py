"""Where tests put what they write much and keep not at all."""

from __future__ import annotations

import functools
import shutil
from pathlib import Path

MEMORY = Path("/dev/shm")
ROOM = 4 * 2**30
"""Bytes that must be free: two sessions' clusters (a few hundred MB each) and as much again for others."""


@functools.cache
def scratch() -> Path | None:
    """The memory file system, where Linux has one with room; None stands for the system's temporary folder.

    Some thousand databases are made and dropped by the tests, and Airflow's SQLite waits for the disk at each
    commit: on a busy disk a new database takes most of a second, in memory a twentieth of one.
    """
    if MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM:
        return MEMORY
    return None
