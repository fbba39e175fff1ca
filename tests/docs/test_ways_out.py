"""The runbook's table of what closes which row is what the lives in tests/support/lives close them by."""

from __future__ import annotations

from caspen_qbo.catalogue import CATALOGUE
from tests.docs.conftest import DOCS
from tests.support.lives.ways import WAYS, table


def test_every_key_has_a_way_out():
    assert set(CATALOGUE) == {way.key for way in WAYS}


def test_the_runbook_has_the_table_of_the_ways():
    assert table() in (DOCS / "runbook.md").read_text()
