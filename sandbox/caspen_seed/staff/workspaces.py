"""Opening a practice's workspace."""

from __future__ import annotations

import datetime as dt

from psycopg import Connection

from caspen_seed.arithmetic import TaxMode
from caspen_seed.staff.desk import Desk


def create_workspace(
    connection: Connection,
    workspace_id: int,
    name: str,
    *,
    country_code: str = "AU",
    currency: str = "AUD",
    time_zone: str = "Australia/Sydney",
    tax_mode: TaxMode = "exclusive",
    at: dt.datetime | None = None,
) -> int:
    """Open a workspace: one practice, one tenant.

    :param at: When it was opened; now when not given.
    :return: The workspace's id.
    :raises psycopg.errors.UniqueViolation: there is one with that id.
    """
    with Desk(connection, workspace_id)._action(at) as cursor:  # noqa: SLF001  the one action before there is staff
        cursor.execute(
            "INSERT INTO caspen.workspace "
            "(id, name, country_code, currency, time_zone, tax_mode, created_at) "
            "VALUES (%s, %s, %s, %s, %s, %s, caspen_app.clock())",
            [workspace_id, name, country_code, currency, time_zone, tax_mode],
        )
    return workspace_id
