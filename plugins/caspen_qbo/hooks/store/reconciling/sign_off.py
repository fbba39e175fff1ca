"""Signed periods: the figures as signed, and what stands otherwise since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from caspen_qbo.hooks.database import Database, Row


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """The reconciliation whose frozen comparison is the current one."""

    run_id: str
    realm_id: str


class SignOffStore:
    def __init__(self, database: Database) -> None:
        self._db = database

    def freeze(self, run_id: str, workspace_id: int, realm_id: str) -> None:
        """
        Freeze what the comparison leaves out, and say whose it is. At the end of the transaction that
        freezes: somebody who signs holds this row, and is waited for.
        """
        keys = {"run_id": run_id, "workspace_id": workspace_id, "realm_id": realm_id}
        self._db.execute("reconciling/sign_off/delete_not_compared", keys)
        self._db.execute("reconciling/sign_off/insert_not_compared", keys)
        self._db.execute("reconciling/sign_off/upsert_frozen_run", keys)

    def fetch_frozen(self, workspace_id: int) -> FrozenRun | None:
        """What is frozen at this moment; None: nothing, or the server crashed since."""
        row = self._db.fetch_one("reconciling/sign_off/select_frozen_run", {"workspace_id": workspace_id})
        return FrozenRun(**row) if row else None

    def lock_frozen(self, workspace_id: int) -> FrozenRun | None:
        """As :meth:`fetch_frozen`, kept so until the transaction ends."""
        row = self._db.fetch_one("reconciling/sign_off/lock_frozen_run", {"workspace_id": workspace_id})
        return FrozenRun(**row) if row else None

    def sign(self, workspace_id: int, frozen: FrozenRun, *, who: str, through: date) -> int | None:
        """
        Sign the frozen run. Inside the transaction of :meth:`lock_frozen`.

        :return: Documents whose figures were recorded: not signed before, or changed since. None: the run is
            signed already, or did not come to its end.
        """
        keys: dict[str, Any] = {
            "workspace_id": workspace_id, "realm_id": frozen.realm_id, "run_id": frozen.run_id, "who": who,
            "through": through,
        }  # fmt: skip
        if not self._db.execute("reconciling/sign_off/sign_run", keys):
            return None
        self._db.execute("reconciling/comparison/set_memory")
        made = self._db.fetch_one("reconciling/sign_off/insert_sign_off", keys) or {}
        keys["sign_off_id"] = made["id"]
        self._db.execute("reconciling/sign_off/supersede_changed", keys)
        documents = self._db.execute("reconciling/sign_off/insert_signed", keys)
        self._db.execute("reconciling/sign_off/finish_sign_off", {**keys, "documents": documents})
        self._db.execute("reconciling/sign_off/delete_changes", keys)
        return documents

    def find_changes(self, workspace_id: int, realm_id: str) -> None:
        """Hold what was signed against what is frozen now. In a transaction; safe to repeat."""
        self._db.execute("reconciling/comparison/set_memory")
        self._db.execute(
            "reconciling/sign_off/find_changes", {"workspace_id": workspace_id, "realm_id": realm_id}
        )

    def fetch_sign_offs(self, workspace_id: int, realm_id: str, most: int) -> list[Row]:
        """Newest first; the first one's ``through`` is the latest day signed."""
        return self._db.fetch_all(
            "reconciling/sign_off/select_sign_offs",
            {"workspace_id": workspace_id, "realm_id": realm_id, "most": most},
        )

    def fetch_changes(
        self, workspace_id: int, realm_id: str, most: int, *, untold: bool = False
    ) -> list[Row]:
        """By period and number, ``in_all`` of how many. :param untold: Only what nobody was told of yet."""
        return self._db.fetch_all(
            "reconciling/sign_off/select_changes",
            {"workspace_id": workspace_id, "realm_id": realm_id, "most": most, "untold": untold},
        )

    def mark_told(self, workspace_id: int, until: datetime) -> int:
        """:param until: ``last_seen_at`` of what was told; what was found later stays untold."""
        return self._db.execute(
            "reconciling/sign_off/mark_told", {"workspace_id": workspace_id, "until": until}
        )
