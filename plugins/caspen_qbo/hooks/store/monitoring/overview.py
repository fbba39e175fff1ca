"""All practices side by side: what each one's last run left, and what it needs."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from pydantic import BaseModel, Field

from caspen_qbo.catalogue import CATALOGUE
from caspen_qbo.core.closing.month import Month
from caspen_qbo.core.monitoring.overview import Need, PracticeRow
from caspen_qbo.core.records import Workspace
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.search import like
from caspen_qbo.wording import zone_of

_FOLDER = "monitoring/overview"
EXPORT_CHUNK = 1000


class OverviewQuery(BaseModel):
    """Which practices, in which order; an address of the page has these parameters."""

    need: Literal["", "action", "off", "fine", "soon", "listed", "money", "stopped"] = ""
    turn: Literal["", "practice", "finance", "admin"] = ""
    """Practices with an open row that is for one of these to act on."""
    find: str = Field(default="", max_length=100, pattern=r"^[^\x00]*$")
    """Part of a name, or a whole workspace id."""
    only: str = Field(default="", max_length=2000, pattern=r"^(\d{1,18}(,\d{1,18})*)?$")
    """Workspace ids: the practices of one task."""
    sort: Literal["need", "name", "waiting", "listed", "unexplained", "reads", "ends", "reconciled"] = "need"
    order: Literal["up", "down"] = "down"
    month: str = Field(default="", pattern=r"^(\d{4}-(0[1-9]|1[0-2]))?$")
    """Whose closing is shown; empty: the last whole one."""
    closing: Literal["", "closed", "changed", "not_closed", "ready", "open", "off"] = ""
    """How that month stands."""
    page: int = Field(default=1, ge=1, le=1_000_000)

    @property
    def filtered(self) -> bool:
        return bool(self.need or self.turn or self.find.strip() or self.only or self.closing)

    def ids(self, visible: Collection[int] | None) -> list[int] | None:
        """Which may be shown; None: all. :param visible: Which this user may see; None: all."""
        if not self.only:
            return _ids(visible)
        chosen = {int(each) for each in self.only.split(",")}
        return sorted(chosen if visible is None else chosen & set(visible))

    @property
    def period(self) -> Month:
        return Month.parse(self.month) or Month.of(datetime.now(UTC).date()).before

    def params(self) -> dict[str, Any]:
        search = self.find.strip()
        return {
            "month": self.period.first,
            "closing": self._closing(),
            "needs": self._needs(),
            "turn": self.turn or None,
            "find": search or None,
            "find_like": like(search),
            "sort": self.sort,
            "descending": self.order == "down",
        }

    def _closing(self) -> list[str] | None:
        if self.closing == "not_closed":
            return ["ready", "open"]
        return [self.closing] if self.closing else None

    def _needs(self) -> list[int] | None:
        if self.need == "action":
            return [need for need in Need if need.calls_a_person]
        return [Need[self.need.upper()]] if self.need else None


class OverviewStore:
    """Of all practices. What it keeps can be made again from the other tables at any time."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def refresh(self, workspaces: Collection[Workspace], quiet_at_most: Mapping[str, timedelta]) -> None:
        """Read these practices' figures again. Safe to repeat, also while another process does the same.

        :param quiet_at_most: How long each job may go without a good run.
        """
        ordered = sorted(workspaces, key=lambda each: each.id)
        params = {
            "ids": [each.id for each in ordered],
            "names": [each.name for each in ordered],
            "time_zones": [each.time_zone for each in ordered],
            "currencies": [each.currency for each in ordered],
            "keys": list(CATALOGUE),
            "turns": [entry.turn.value for entry in CATALOGUE.values()],
            "jobs": list(quiet_at_most),
            "limits": list(quiet_at_most.values()),
        }
        self._db.execute(f"{_FOLDER}/refresh", params)

    def forget_others(self, workspace_ids: Collection[int]) -> None:
        """Only these are in Caspen."""
        self._db.execute(f"{_FOLDER}/delete_gone", {"ids": list(workspace_ids)})

    def count(self) -> int:
        return int(self._db.fetch_all(f"{_FOLDER}/count")[0]["practices"])

    def count_needs(self, visible: Collection[int] | None) -> dict[Need, int]:
        """:param visible: None for all."""
        rows = self._db.fetch_all(f"{_FOLDER}/count_needs", {"ids": _ids(visible)})
        return {Need(row["need"]): row["practices"] for row in rows}

    def fetch(
        self, query: OverviewQuery, visible: Collection[int] | None, *, page_size: int, skip: int
    ) -> list[PracticeRow]:
        """:param visible: None for all."""
        zones = [row["time_zone"] for row in self._db.fetch_all(f"{_FOLDER}/select_zones")]
        cut = {
            "ids": query.ids(visible),
            "page_size": page_size,
            "skip": skip,
            "zones": zones,
            "month_ends": [query.period.ends(zone_of(zone)) for zone in zones],
        }
        return self._db.fetch_values(PracticeRow, f"{_FOLDER}/select_page", query.params() | cut)

    def iterate(self, query: OverviewQuery, visible: Collection[int] | None) -> Iterator[PracticeRow]:
        """All of a filter."""
        skip = 0
        while rows := self.fetch(query, visible, page_size=EXPORT_CHUNK, skip=skip):
            yield from rows
            skip += len(rows)


def _ids(visible: Collection[int] | None) -> list[int] | None:
    return None if visible is None else list(visible)
