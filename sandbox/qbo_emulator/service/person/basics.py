"""What all of a person's actions share: who acts, what is meant, and how a senseless request is answered."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from qbo_emulator.entities import KINDS, Kind, Options
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults

PERSON = Options(allow_duplicate_number=True, by_person=True)
Action = Callable[[Company, dict[str, Any]], Any]


class BadRequest(ValueError):
    """The control API was asked for something that makes no sense; the text says what is wanted."""


def kind_of(asked: dict[str, Any]) -> Kind:
    kind = KINDS.get(str(asked.get("entity")))
    if kind is None:
        raise BadRequest(f"entity is {asked.get('entity')!r}; it is one of {', '.join(KINDS)}")
    return kind


def target(company: Company, asked: dict[str, Any]) -> tuple[Kind, Document]:
    kind = kind_of(asked)
    old = company.get(kind.name, str(asked.get("id")))
    if old is None:
        raise faults.not_found(company.was_deleted(kind.name, str(asked.get("id"))))
    return kind, old


def head(old: Document) -> dict[str, str]:
    return {"Id": old["Id"], "SyncToken": old["SyncToken"]}
