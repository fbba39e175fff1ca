"""What earlier versions stored as JSON is read, and is stored again with the same content."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from caspen_qbo.core.closing.stored import MonthPack
from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.reconciling.stored import ReconciliationRun
from caspen_qbo.hooks.store.codec import decode, encode

STORED = Path(__file__).parent / "stored"
ROW = {
    **dict.fromkeys(("signed_at", "signed_by", "signed_through")),
    "run_id": "nightly",
    "workspace_id": 5,
    "full_compare": True,
    "documents_checked": 9,
    "success": True,
}


def read(name: str) -> Any:
    return json.loads((STORED / f"{name}.json").read_text())


def again(kind: type, stored: Any) -> Any:
    return json.loads(encode(decode(kind, stored)))


def holds(now: Any, before: Any) -> bool:
    """All that was stored before is there; a moment may be written in another way."""
    if isinstance(before, dict):
        return all(key in now and holds(now[key], value) for key, value in before.items())
    if isinstance(before, list):
        return len(now) == len(before) and all(map(holds, now, before))
    if isinstance(before, str) and isinstance(now, str) and before[10:11] == "T" == now[10:11]:
        return instant(now) == instant(before)
    return bool(now == before and type(now) is type(before))


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize("name", sorted(path.stem for path in STORED.glob("run_*.json")))
def test_a_stored_run_is_read_and_nothing_of_it_is_lost(name: str) -> None:
    stored = read(name)
    if name == "run_before_sums_had_items":
        for tie_out in stored["report"]["tie_outs"]:
            del tie_out["items_delta"]  # what each sum's items come to is kept with the sum since
    assert holds(again(ReconciliationRun, {**ROW, **stored}), stored)


@pytest.mark.parametrize("name", ["facts", "facts_before_taxes_were_kept"])
def test_stored_facts_are_read_and_nothing_of_them_is_lost(name: str) -> None:
    stored = read(name)
    assert stored and all(holds(again(DocumentFacts, facts), facts) for facts in stored)


def test_a_stored_pack_of_a_month_is_read_and_nothing_of_it_is_lost() -> None:
    stored = read("month_closed")
    assert holds(again(MonthPack, stored), stored)


def test_stored_changes_of_a_field_are_read_and_nothing_of_them_is_lost() -> None:
    stored = read("changed_fields")
    assert stored and all(again(Difference, change) == change for change in stored)
