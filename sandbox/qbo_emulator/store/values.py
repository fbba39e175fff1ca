"""Reading one property out of a document, in the form that queries and indexes compare."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from typing import Any, Literal

from qbo_emulator.values.clock import DATA_CENTRE

Document = dict[str, Any]
"""A document exactly as QuickBooks answers it: amounts are JSON numbers, Ids are strings."""

ValueKind = Literal["id", "text", "number", "day", "moment", "flag"]


def value_at(document: Document, path: str) -> Any:
    """The value under a dotted path; a reference gives its Id, an e-mail or phone its text; None
    when absent.
    """
    value: Any = document
    for part in path.split("."):
        if isinstance(value, list):  # of several links the first is compared
            value = value[0] if value else None
        if not isinstance(value, dict):
            return None
        value = value.get(part)
    if isinstance(value, dict):
        for key in ("value", "Address", "FreeFormNumber", "URI"):
            if key in value:
                return value[key]
        return None
    return value


@lru_cache(maxsize=65536)
def moment_seconds(text: str) -> float:
    """A date-time as epoch seconds; without an offset it is data-centre time, as in QuickBooks' queries."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=DATA_CENTRE)).timestamp()


def comparable(value: Any, kind: ValueKind) -> Any:
    """``value`` as its kind compares it: text without case, Ids and numbers as numbers, moments as seconds.

    :raises ValueError: the text is not of that kind.
    """
    if value is None:
        return None
    if kind == "number":
        return float(value)
    if kind == "moment":
        return moment_seconds(str(value))
    if kind == "flag":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind == "id":
        return str(value)
    return str(value).casefold()


def id_number(document: Document) -> int:
    """The Id as a number, for ordering; pseudo tax codes such as ``TAX`` sort first."""
    return int(document["Id"]) if document["Id"].isdigit() else -1
