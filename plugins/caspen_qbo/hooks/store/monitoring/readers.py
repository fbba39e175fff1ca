"""Who read or downloaded finance data of a practice."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Read:
    at: datetime
    who: str
    what: str
    downloaded: bool


def record_in_all(database: Database, workspace_ids: Iterable[int], read: Read) -> None:
    """The same read of each of several practices."""
    same = {"at": read.at, "who": read.who, "what": read.what, "downloaded": read.downloaded}
    rows = [{"workspace_id": id_, **same} for id_ in workspace_ids]
    database.execute_many("monitoring/readers/insert_read", rows)


class ReaderStore(Subject):
    folder = "monitoring/readers"

    def record(self, read: Read) -> None:
        self._execute("insert_read", at=read.at, who=read.who, what=read.what, downloaded=read.downloaded)

    def fetch(self, *, who: str | None, downloads: bool, limit: int) -> list[Read]:
        """Newest first.

        :param downloads: Only files that left the page.
        """
        return self._fetch_values(Read, "select_reads", who=who, downloads=downloads, limit=limit)
