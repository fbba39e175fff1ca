"""Stable keys: the same work keeps its request id through a crash or a day; changed work has another."""

import hashlib
import json
import re
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

_MARKER = re.compile(r"\[caspen:(\d+):(invoice|credit_note|payment|application):(\d+)\]")


_COUNTED = re.compile(r"(.*?)(\d{1,15})", re.DOTALL)


def foresee_numbers(numbers: Collection[str], count: int) -> list[str]:
    """The document numbers that come next, by counting on from the highest of each prefix that ends in
    digits: ``INV-0099`` is followed by ``INV-0100``. Caspen may number otherwise; a number is then asked for
    when it is used.
    """
    highest: dict[str, str] = {}
    for number in numbers:
        if (found := _COUNTED.fullmatch(number)) is not None:
            prefix, digits = found[1], found[2]
            if int(digits) >= int(highest.get(prefix, "0")):
                highest[prefix] = digits
    following: list[str] = []
    for prefix, digits in sorted(highest.items()):
        share = count // len(highest)
        following += [f"{prefix}{int(digits) + step:0{len(digits)}d}" for step in range(1, share + 1)]
    taken = {number.casefold() for number in numbers}
    return [number for number in following if number.casefold() not in taken]


def marker_of(workspace_id: int, kind: str, document_id: int) -> str:
    """Marks a document as ours, in its private note. Kind ``application``: a credit note's zero payment."""
    return f"[caspen:{workspace_id}:{kind}:{document_id}]"


def read_marker(private_note: str) -> tuple[int, str, int] | None:
    """(workspace id, kind, document id) from a private note, or None when it is not ours."""
    found = _MARKER.search(private_note)
    return (int(found[1]), found[2], int(found[3])) if found else None


def marker_in(private_note: str) -> str:
    """The mark as it stands in a private note, or an empty text."""
    found = _MARKER.search(private_note)
    return found[0] if found else ""


def _plain(value: Any) -> str:
    if isinstance(value, Decimal):
        return format(value.normalize(), "f")
    raise TypeError(f"cannot hash a {type(value).__name__}")


def payload_hash(payload: Mapping[str, Any]) -> str:
    """A digest of a payload that does not depend on key order or on trailing zeros of amounts."""
    text = json.dumps(payload, sort_keys=True, separators=(",", ":"), default=_plain, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()


def batch_request_id(realm_id: str, parts: Sequence[tuple[str, int, str, int, str]]) -> str:
    """The request id of a batch, 32 characters (QuickBooks takes at most 36 next to 10-character item ids).

    :param parts: Per item, in order: document kind, document id, step, generation, payload hash.
    """
    return hashlib.sha256(repr((realm_id, tuple(parts))).encode()).hexdigest()[:32]


def item_id(index: int) -> str:
    """The id of an item inside its batch, at most 10 characters: ``i01`` for the first."""
    return f"i{index + 1:02d}"
