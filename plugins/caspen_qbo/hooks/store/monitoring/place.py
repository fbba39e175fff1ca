"""Whether our database is where the last run left it, or was set back to an earlier moment."""

from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Place:
    same: bool
    """The same server since its start, the same database, and no row of it loaded from a dump."""
    last_run_at: datetime | None
    """When the latest run that it knows began; None: it knows of none."""


class PlaceStore(Subject):
    folder = "monitoring/place"

    def fetch(self, run_id: str) -> Place:
        """:param run_id: Of the run that asks, which counts as none."""
        return self._db.fetch_only(Place, self._name("select_place"), self._bound({"run_id": run_id}))

    def note(self) -> None:
        """It is known to be here. Never inside a transaction."""
        self._execute("note_place")
