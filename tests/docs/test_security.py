"""Each test that the page on security names exists."""

from __future__ import annotations

import re

from ops.paths import ROOT
from tests.docs.conftest import DOCS

TEXT = (DOCS / "security.md").read_text()


def test_every_test_it_names_exists() -> None:
    named = re.findall(r"`(tests/[\w/]+\.py)::(test_\w+)`", TEXT)
    assert len(named) > 40
    missing = [
        f"{path}::{name}"
        for path, name in named
        if not (ROOT / path).exists() or f"def {name}(" not in (ROOT / path).read_text()
    ]
    assert missing == []


def test_every_row_of_what_could_happen_has_a_test() -> None:
    tables = TEXT.split("## OWASP")[0]
    rows = [line for line in tables.splitlines() if line.startswith("| ") and "What could happen" not in line]
    assert rows and [row for row in rows if "`tests/" not in row] == []
