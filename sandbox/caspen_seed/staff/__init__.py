"""Caspen's own application, as far as billing goes: what a practice's staff can do, and what Caspen refuses.

Each action follows the documented lifecycle and arithmetic, locks the rows it reads, and is one transaction.
"""

from __future__ import annotations

from psycopg import Connection

from caspen_seed.staff.credits import Credits
from caspen_seed.staff.desk import set_clock
from caspen_seed.staff.workspaces import create_workspace

__all__ = ["Staff", "create_workspace", "set_clock"]


class Staff(Credits):
    """The staff of one practice at work.

    Use one connection per member of staff, best with autocommit on. Actions are not safe to repeat, as in
    life: paying twice is two payments. They raise `CaspenRefused` when Caspen would not do it, and then
    change nothing. `at` makes history: the action happened then, and all its stamps say so.
    """

    def __init__(self, connection: Connection, workspace_id: int) -> None:
        super().__init__(connection, workspace_id)
