"""What the pages list: open rows and their causes, runs and the ledger, cut into pages by the database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from pydantic import BaseModel, Field

from caspen_qbo.catalogue import CATALOGUE, Turn
from caspen_qbo.core.cause import CauseRef
from caspen_qbo.hooks.search import like
from caspen_qbo.hooks.store.subject import Subject

EXPORT_CHUNK = 5000


class UnsyncedQuery(BaseModel):
    """Which open rows of the list, in which order; an address of the page has these parameters."""

    key: str = Field(default="", pattern=f"^({'|'.join(CATALOGUE)})?$")
    cause: str = Field(default="", max_length=200)
    """The text of a :class:`CauseRef`."""
    turn: Turn | Literal[""] = ""
    kind: Literal["", "invoice", "credit_note", "payment"] = ""
    find: str = Field(default="", max_length=100)
    """Part of a number, or a whole client id."""
    sort: Literal["since", "number", "title", "client", "date", "total"] = "since"
    order: Literal["up", "down"] = "up"
    page: int = Field(default=1, ge=1, le=1_000_000)

    @property
    def filtered(self) -> bool:
        return bool(self.key or self.cause or self.turn or self.kind or self.find.strip())

    def counts(self, cause: Cause) -> bool:
        """Whether rows of this cause are wanted, as far as kind and search do not decide."""
        entry = CATALOGUE.get(cause.error_key)
        return (
            self.key in ("", cause.error_key)
            and self.cause in ("", cause.cause_ref)
            and (not self.turn or (entry is not None and entry.turn == self.turn))
        )

    def filter_params(self) -> dict[str, Any]:
        search = self.find.strip()
        keys = [
            entry.key
            for entry in CATALOGUE.values()
            if self.key in ("", entry.key) and self.turn in ("", entry.turn)
        ]
        return {
            "error_keys": keys if self.key or self.turn else None,
            "cause_ref": self.cause or None,
            "document_kind": self.kind or None,
            "search": search or None,
            "search_like": like(search),
        }


@dataclass(frozen=True, slots=True)
class Cause:
    """Open rows of one kind of error that one fix releases together."""

    error_key: str
    cause_ref: str
    waiting: int
    """Documents."""
    since: datetime

    @property
    def cause(self) -> CauseRef | None:
        return CauseRef.parse(self.cause_ref)


@dataclass(frozen=True, slots=True)
class UnsyncedItem:
    id: int
    kind: str
    number: str
    invoice_id: int
    error_key: str
    title: str
    detail: str
    fix: str
    first_seen_at: datetime
    attempts: int
    client_id: int | None
    """None, as date and total, where the document was never staged."""
    date: date | None
    total: Decimal | None
    currency: str | None
    """Of its invoice; None where it is not known."""
    sort_text: str | None
    """What the list is sorted by, where it is a text or a number; a missing number sorts as infinity."""
    sort_number: Decimal | None


@dataclass(frozen=True, slots=True)
class Ledger:
    """Every finalised invoice once, as the newest run counted them."""

    finalised: int
    synced: int
    waiting: int
    listed: int
    excluded: int
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class JobRun:
    run_id: str
    job: str
    started_at: datetime
    finished_at: datetime | None
    counts: Mapping[str, int] | None
    calls: Mapping[str, int] | None
    finalised: int | None
    synced: int | None
    waiting: int | None
    listed: int | None
    excluded: int | None
    success: bool | None
    message: str | None


class PageStore(Subject):
    """Reads only."""

    folder = "monitoring/pages"

    def fetch_causes(self) -> list[Cause]:
        return self._fetch_values(Cause, "count_causes")

    def has_open(self, error_key: str) -> bool:
        return self._is("has_open", error_key=error_key)

    def count_unsynced(self, query: UnsyncedQuery) -> int:
        return int(self._fetch_column("count_unsynced", **query.filter_params())[0])

    def fetch_unsynced(
        self, query: UnsyncedQuery, *, page_size: int, skip: int = 0, after: UnsyncedItem | None = None
    ) -> list[UnsyncedItem]:
        """Rows of the list in order, after ``skip`` of them or after one of them."""
        return self._fetch_values(
            UnsyncedItem,
            "select_unsynced",
            **query.filter_params(),
            sort=query.sort,
            descending=query.order == "down",
            page_size=page_size,
            skip=skip,
            after_id=after.id if after else None,
            after_moment=after.first_seen_at if after else None,
            after_text=after.sort_text if after else None,
            after_number=after.sort_number if after else None,
        )

    def iterate_unsynced(self, query: UnsyncedQuery, page_size: int = EXPORT_CHUNK) -> Iterator[UnsyncedItem]:
        """Every row of a filter in order, some thousands at a time. Each page starts after the last row
        before it, by value: of rows that stay open none is left out and none comes twice.
        """
        after = None
        while rows := self.fetch_unsynced(query, page_size=page_size, after=after):
            yield from rows
            after = rows[-1]

    def fetch_listed_numbers(self, error_key: str, *, limit: int) -> list[str]:
        return self._fetch_column("select_listed_numbers", error_key=error_key, page_size=limit)

    def fetch_latest_ledger(self) -> Ledger | None:
        return self._fetch_value(Ledger, "select_latest_ledger")

    def fetch_runs(self, *, page_size: int, skip: int = 0) -> list[JobRun]:
        return self._fetch_values(JobRun, "select_runs", page_size=page_size, skip=skip)
