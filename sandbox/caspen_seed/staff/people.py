"""Staff at the front desk: clients and tax rates."""

from __future__ import annotations

import datetime as dt
from typing import Any

from psycopg import Cursor, sql
from psycopg.rows import DictRow

from caspen_seed.arithmetic import Number, exact
from caspen_seed.database import only_row
from caspen_seed.errors import CaspenRefused
from caspen_seed.staff.desk import Desk, Row

CLIENT_DETAILS = (
    "title",
    "first_name",
    "last_name",
    "preferred_name",
    "company",
    "email",
    "phone_number",
    "address_line1",
    "address_line2",
    "city",
    "state",
    "postal_code",
    "country_code",
)


class People(Desk):
    """Clients and tax rates. Part of `Staff`."""

    def create_client(
        self,
        first_name: str,
        last_name: str | None = None,
        *,
        client_id: int | None = None,
        at: dt.datetime | None = None,
        **details: str | None,
    ) -> int:
        """Create a client profile.

        :param client_id: Only for making a chosen id (say, one whose last five digits repeat).
        :param details: Any of `CLIENT_DETAILS`.
        :return: The Caspen client id.
        """
        columns = _details({"first_name": first_name, "last_name": last_name, **details})
        with self._action(at) as cursor:
            statement = sql.SQL(
                "INSERT INTO caspen.client (id, workspace_id, created_at, {}) VALUES "
                "(coalesce(%s, nextval('caspen_app.client_id')), %s, caspen_app.clock(), {}) RETURNING id"
            ).format(
                sql.SQL(", ").join(map(sql.Identifier, columns)),
                sql.SQL(", ").join([sql.SQL("%s")] * len(columns)),
            )
            cursor.execute(statement, [client_id, self._workspace_id, *columns.values()])
            return only_row(cursor)["id"]

    def change_client(self, client_id: int, *, at: dt.datetime | None = None, **details: str | None) -> None:
        """Correct a client's details. :param details: Any of `CLIENT_DETAILS`; the others stay."""
        columns = _details(details)
        with self._action(at) as cursor:
            self._lock_client(cursor, client_id)
            statement = sql.SQL("UPDATE caspen.client SET {} WHERE id = %s").format(
                sql.SQL(", ").join(sql.SQL("{} = %s").format(sql.Identifier(name)) for name in columns)
            )
            cursor.execute(statement, [*columns.values(), client_id])

    def archive_client(self, client_id: int, *, at: dt.datetime | None = None) -> None:
        """Archive a client. Invoices and payments stay where they are."""
        with self._action(at) as cursor:
            self._lock_client(cursor, client_id)
            cursor.execute(
                "UPDATE caspen.client SET archived_at = caspen_app.clock() WHERE id = %s", [client_id]
            )

    def merge_clients(self, secondary_id: int, survivor_id: int, *, at: dt.datetime | None = None) -> None:
        """Merge two profiles of the same person: the secondary's invoices and payments move to the survivor.

        :raises CaspenRefused: the same profile twice, or one that was merged before.
        """
        if secondary_id == survivor_id:
            raise CaspenRefused(f"client {secondary_id}", "merged into itself", "expected two profiles")
        with self._action(at) as cursor:
            for client_id in sorted((secondary_id, survivor_id)):
                self._refuse_merged(self._lock_client(cursor, client_id))
            for lock in (
                "SELECT FROM caspen.payment WHERE client_id = %s ORDER BY id FOR UPDATE",
                "SELECT FROM caspen.invoice WHERE client_id = %s ORDER BY id FOR UPDATE",
            ):
                cursor.execute(lock, [secondary_id])
            move = {"secondary": secondary_id, "survivor": survivor_id}
            cursor.execute(
                "UPDATE caspen.payment SET client_id = %(survivor)s WHERE client_id = %(secondary)s", move
            )
            cursor.execute(
                "UPDATE caspen.invoice SET client_id = %(survivor)s WHERE client_id = %(secondary)s", move
            )
            cursor.execute(
                "UPDATE caspen.client SET merged_into_client_id = %(survivor)s WHERE id = %(secondary)s", move
            )

    def create_tax_rate(self, name: str, rate: Number, *, at: dt.datetime | None = None) -> int:
        """Create a tax rate. :param rate: percent, at most 4 decimals. :return: its id."""
        with self._action(at) as cursor:
            cursor.execute(
                "INSERT INTO caspen.tax_rate (id, workspace_id, name, rate, created_at) "
                "VALUES (nextval('caspen_app.tax_rate_id'), %s, %s, %s, caspen_app.clock()) RETURNING id",
                [self._workspace_id, name, exact(rate, "rate")],
            )
            return only_row(cursor)["id"]

    def change_tax_rate(self, tax_rate_id: int, rate: Number, *, at: dt.datetime | None = None) -> None:
        """Change a rate's percentage. Finalised invoices keep the one they were finalised with."""
        with self._action(at) as cursor:
            self._lock_tax_rate(cursor, tax_rate_id)
            cursor.execute(
                "UPDATE caspen.tax_rate SET rate = %s WHERE id = %s", [exact(rate, "rate"), tax_rate_id]
            )

    def archive_tax_rate(self, tax_rate_id: int, *, at: dt.datetime | None = None) -> None:
        """Archive a rate. Invoices that use it keep it."""
        with self._action(at) as cursor:
            self._lock_tax_rate(cursor, tax_rate_id)
            cursor.execute(
                "UPDATE caspen.tax_rate SET archived_at = caspen_app.clock() WHERE id = %s", [tax_rate_id]
            )

    def _lock_client(self, cursor: Cursor[DictRow], client_id: int) -> Row:
        # NO KEY: someone may be drafting an invoice for this client, which holds a key share lock on it.
        statement = "SELECT * FROM caspen.client WHERE workspace_id = %s AND id = %s FOR NO KEY UPDATE"
        return self._find(cursor, statement, "client", client_id)

    def _lock_tax_rate(self, cursor: Cursor[DictRow], tax_rate_id: int) -> Row:
        statement = "SELECT * FROM caspen.tax_rate WHERE workspace_id = %s AND id = %s FOR NO KEY UPDATE"
        return self._find(cursor, statement, "tax rate", tax_rate_id)

    def _hold_client(self, cursor: Cursor[DictRow], client_id: int) -> Row:
        """A client that takes new invoices and payments, kept from being merged until this action ends.

        :return: With the workspace's tax_mode and currency, and its date of today.
        """
        statement = (
            "SELECT c.id, c.merged_into_client_id, w.tax_mode, w.currency, "
            "(caspen_app.clock() AT TIME ZONE w.time_zone)::date AS today "
            "FROM caspen.client c JOIN caspen.workspace w ON w.id = c.workspace_id "
            "WHERE c.workspace_id = %s AND c.id = %s FOR SHARE OF c"
        )
        client = self._find(cursor, statement, "client", client_id)
        self._refuse_merged(client)
        return client

    @staticmethod
    def _refuse_merged(client: Row) -> None:
        survivor = client["merged_into_client_id"]
        if survivor is not None:
            raise CaspenRefused(
                f"client {client['id']}",
                f"merged into client {survivor}",
                "expected a live profile",
                f"use client {survivor}",
            )


def _details(given: dict[str, Any]) -> dict[str, Any]:
    unknown = sorted(set(given) - set(CLIENT_DETAILS))
    if unknown or not given:
        raise TypeError(
            f"client details {unknown or 'missing'}; expected some of {', '.join(CLIENT_DETAILS)}"
        )
    return given
