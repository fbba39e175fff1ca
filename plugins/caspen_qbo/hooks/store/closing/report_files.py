"""The files of a practice where reports are kept: what was written there, and when."""

from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.subject import Subject

_FOLDER = "closing/report_files"


@dataclass(frozen=True, slots=True)
class OldFile:
    workspace_id: int
    name: str


@dataclass(frozen=True, slots=True)
class LastFile:
    name: str
    at: datetime


def fetch_old(database: Database, days: int, batch: int) -> list[OldFile]:
    """Of all practices, the oldest first."""
    return database.fetch_values(OldFile, f"{_FOLDER}/select_old", {"days": days, "batch": batch})


def delete_rows(database: Database, files: list[OldFile]) -> None:
    rows = [{"workspace_id": file.workspace_id, "name": file.name} for file in files]
    database.execute_many(f"{_FOLDER}/delete_file", rows)


class ReportFileStore(Subject):
    """Names are those below the practice's own place."""

    folder = _FOLDER

    def note(self, name: str) -> None:
        """It is about to be written; what ends in between leaves a name that is deleted in time."""
        self._execute("note_file", name=name)

    def mark_written(self, name: str) -> None:
        self._execute("mark_written", name=name)

    def fetch(self, prefix: str = "", *, unwritten_too: bool = False) -> list[str]:
        """In the order of their names."""
        names: list[str] = self._fetch_column("select_files", prefix=prefix, all=unwritten_too)
        return names

    def fetch_last(self) -> LastFile | None:
        return self._fetch_value(LastFile, "select_last")

    def delete(self, names: list[str]) -> None:
        self._execute_many("delete_file", [{"name": name} for name in names])
