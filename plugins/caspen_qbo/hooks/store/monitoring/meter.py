"""Calls to QuickBooks as Intuit meters them, by practice, day and kind."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from caspen_qbo.hooks.database import Database

_FOLDER = "monitoring/meter"


@dataclass(frozen=True, slots=True)
class MeteredDay:
    day: date
    """UTC."""
    kind: str
    """query, cdc, read or write."""
    calls: int


class MeterStore:
    """Of one practice, or of the whole app."""

    def __init__(self, database: Database, workspace_id: int | None = None) -> None:
        self._db = database
        self.workspace_id = workspace_id

    def add(self, calls: Mapping[str, int]) -> None:
        """To today's, by kind. Not safe to repeat: it adds."""
        rows = [
            {"workspace_id": self.workspace_id, "kind": kind, "calls": number}
            for kind, number in sorted(calls.items())
        ]
        self._db.execute_many(f"{_FOLDER}/add_calls", rows)

    def fetch_days(self) -> list[MeteredDay]:
        """Since the month's first, and at least eight days back."""
        params = {"workspace_id": self.workspace_id}
        return self._db.fetch_values(MeteredDay, f"{_FOLDER}/select_days", params)
