"""What the address asks of the unsynced list, and the filter it is for the database."""

from __future__ import annotations

from typing import Literal
from urllib.parse import urlencode

from pydantic import BaseModel, Field

from caspen_qbo.catalogue import CATALOGUE, Turn
from caspen_qbo.hooks.store.monitoring.pages import SORTS, UnsyncedFilter


class Asked(BaseModel):
    """What the address asks of the list. Anything else is refused."""

    key: Literal[tuple(CATALOGUE)] | Literal[""] = ""  # type: ignore[valid-type]
    cause: str = Field("", max_length=200)
    turn: Turn | Literal[""] = ""
    kind: Literal["", "invoice", "credit_note", "payment"] = ""
    find: str = Field("", max_length=100)
    sort: Literal[SORTS] = "since"  # type: ignore[valid-type]
    order: Literal["up", "down"] = "up"
    page: int = Field(1, ge=1, le=1_000_000)

    @property
    def descending(self) -> bool:
        return self.order == "down"

    def query(self, **changes: object) -> str:
        """The address of the same list with some things changed; what is as usual is left out."""
        values = {**self.model_dump(), **changes}
        usual = Asked()
        return urlencode({name: value for name, value in values.items() if value != getattr(usual, name)})


def filter_of(asked: Asked) -> UnsyncedFilter:
    keys: tuple[str, ...] | None = (asked.key,) if asked.key else None
    if asked.turn:
        of_turn = tuple(entry.key for entry in CATALOGUE.values() if entry.turn == asked.turn)
        keys = of_turn if keys is None else tuple(key for key in keys if key in of_turn)
    return UnsyncedFilter(keys, asked.cause or None, asked.kind or None, asked.find.strip() or None)
