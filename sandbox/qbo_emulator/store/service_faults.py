"""What a company's service gets wrong on purpose, until told to stop: its feed, and single records."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, fields
from typing import Any, Literal, get_args

Reading = Literal["500", "610", "hidden"]


@dataclass(slots=True)
class FeedFaults:
    """How change data capture errs. On the first day it errs only as QuickBooks documents: by its cap."""

    cap: int = 1000
    """Objects in one answer, stubs of deletions included; the rest is left out without a word."""
    cap_scope: Literal["all", "per_entity"] = "all"
    """Whether the cap is for the answer or for each of its entities."""
    late_seconds: float = 0.0
    """How long a change stays out of the feed while queries show it. Sandbox seconds."""
    false_deletions: list[dict[str, str]] = field(default_factory=list)
    """``{"entity", "id"}`` of living objects shown as deleted, in every answer."""
    missing: list[dict[str, str]] = field(default_factory=list)
    """``{"entity", "id"}`` of objects left out of the feed."""
    missing_entities: list[str] = field(default_factory=list)
    """Entities answered as if nothing had changed."""

    def change(self, changes: dict[str, Any]) -> None:
        """:raises ValueError: what is wrong, in words."""
        known = [f.name for f in fields(FeedFaults)]
        for name, value in changes.items():
            if name not in known:
                raise ValueError(f"feed setting {name!r} is unknown; settings are {', '.join(known)}")
            if name == "cap_scope" and value not in ("all", "per_entity"):
                raise ValueError(f"cap_scope is {value!r}; it is all or per_entity")
            if name in ("false_deletions", "missing"):
                setattr(self, name, [{"entity": str(p["entity"]), "id": str(p["id"])} for p in value])
            else:
                setattr(self, name, float(value) if name == "late_seconds" else value)

    def as_dict(self) -> dict[str, Any]:
        """All settings."""
        return asdict(self)


@dataclass(slots=True)
class Unreadable:
    """One record the service cannot, or will not, hand out."""

    entity: str
    row_id: str
    how: Reading
    """``500`` or ``610`` on reading it by Id; ``hidden``: as if it were not there, in queries and CDC too."""

    def __post_init__(self) -> None:
        if self.how not in get_args(Reading):
            raise ValueError(f"how is {self.how!r}; it is one of {', '.join(get_args(Reading))}")

    @property
    def fails_pages(self) -> bool:
        """Whether a query's page or a CDC answer that holds it fails whole, with 500."""
        return self.how != "hidden"
