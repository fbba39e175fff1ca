"""Signed periods: the figures as signed, and what stands otherwise since."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """The reconciliation whose frozen comparison is the current one."""

    run_id: str
    realm_id: str


class SignOffStore(Subject):
    folder = "reconciling/sign_off"

    def freeze(self, run_id: str, realm_id: str) -> None:
        """
        Freeze what the comparison leaves out, and say whose it is. At the end of the transaction that
        freezes: somebody who signs holds this row, and is waited for.
        """
        keys = {"run_id": run_id, "workspace_id": self.workspace_id, "realm_id": realm_id}
        self._execute("delete_not_compared", **keys)
        self._execute("insert_not_compared", **keys)
        self._execute("upsert_frozen_run", **keys)

    def fetch_frozen(self) -> FrozenRun | None:
        """What is frozen at this moment; None: nothing, or the server crashed since."""
        row = self._fetch_one("select_frozen_run")
        return FrozenRun(**row) if row else None

    def lock_frozen(self) -> FrozenRun | None:
        """As :meth:`fetch_frozen`, kept so until the transaction ends."""
        row = self._fetch_one("lock_frozen_run")
        return FrozenRun(**row) if row else None

    def sign(self, frozen: FrozenRun, *, who: str, through: date) -> int | None:
        """
        Sign the frozen run. Inside the transaction of :meth:`lock_frozen`.

        :return: Documents whose figures were recorded: not signed before, or changed since. None: the run is
            signed already, or did not come to its end.
        """
        keys: dict[str, Any] = {
            "workspace_id": self.workspace_id,
            "realm_id": frozen.realm_id,
            "run_id": frozen.run_id,
            "who": who,
            "through": through,
        }
        if not self._execute("sign_run", **keys):
            return None
        self._execute("reconciling/comparison/set_memory")
        made = self._fetch_one("insert_sign_off", **keys) or {}
        keys["sign_off_id"] = made["id"]
        self._execute("supersede_changed", **keys)
        documents = self._execute("insert_signed", **keys)
        self._execute("finish_sign_off", **keys, documents=documents)
        self._execute("delete_changes", **keys)
        return documents

    def find_changes(self, realm_id: str) -> None:
        """Hold what was signed against what is frozen now. In a transaction; safe to repeat."""
        self._execute("reconciling/comparison/set_memory")
        self._execute("find_changes", realm_id=realm_id)

    def fetch_sign_offs(self, realm_id: str, most: int) -> list[Row]:
        """Newest first; the first one's ``through`` is the latest day signed."""
        return self._fetch_all("select_sign_offs", realm_id=realm_id, most=most)

    def fetch_changes(self, realm_id: str, most: int, *, untold: bool = False) -> list[Row]:
        """By period and number, ``in_all`` of how many. :param untold: Only what nobody was told of yet."""
        return self._fetch_all("select_changes", realm_id=realm_id, most=most, untold=untold)

    def mark_told(self, until: datetime) -> int:
        """:param until: ``last_seen_at`` of what was told; what was found later stays untold."""
        return self._execute("mark_told", until=until)
