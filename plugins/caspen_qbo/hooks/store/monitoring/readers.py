"""Who read or downloaded finance data of a practice."""

from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Read:
    at: datetime
    who: str
    what: str
    downloaded: bool


class ReaderStore(Subject):
    folder = "monitoring/readers"

    def record(self, read: Read) -> None:
        self._execute("insert_read", at=read.at, who=read.who, what=read.what, downloaded=read.downloaded)

    def fetch(self, *, who: str | None, downloads: bool, limit: int) -> list[Read]:
        """Newest first.

        :param downloads: Only files that left the page.
        """
        return self._fetch_values(Read, "select_reads", who=who, downloads=downloads, limit=limit)
