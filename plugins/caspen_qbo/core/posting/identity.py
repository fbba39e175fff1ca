"""Stable keys: the same work keeps its request id through a crash or a day; changed work has another."""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

_MARKER = re.compile(r"\[caspen:(\d+):(invoice|credit_note|payment|application):(\d+)\]")


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
