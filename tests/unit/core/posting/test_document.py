"""When a staged document is due, and whether Caspen still shows it as it was staged."""

from __future__ import annotations

from dataclasses import replace

from caspen_qbo.core.posting.document import is_due, is_still_as_staged, restaged, stage_invoice
from tests.support.records import AFTER, BEFORE
from tests.unit.core.posting.situations import INV, INVOICE, PRESENT, document


def test_a_new_version_may_be_tried_at_once_whatever_held_the_old_one() -> None:
    stored = document(INV)
    assert is_due(stored, None) and not is_due(stored, AFTER)
    assert not is_due(replace(stored, synced_version=stored.version), None)
    assert not is_due(replace(stored, excluded_reason="historical"), None)
    same = restaged(stored, stage_invoice(INVOICE, PRESENT), AFTER)
    newer = restaged(stored, stage_invoice(replace(INVOICE, revision=9), PRESENT), AFTER)
    assert not is_due(same, BEFORE) and is_due(newer, BEFORE)


def test_a_document_is_as_staged_only_in_the_same_revision() -> None:
    staged = document(INV)
    assert is_still_as_staged(staged, INVOICE)
    for changes in ({"revision": 9}, {"status": "draft"}, {"status": "void"}, {"deleted_at": AFTER}):
        assert not is_still_as_staged(staged, replace(INVOICE, **changes))
    assert not is_still_as_staged(staged, None)
