"""Every row of the decision table names a test that exists, in the file it links."""

from __future__ import annotations

import re

from tests.docs.conftest import DOCS

PAGE = DOCS / "lifecycle.md"


def test_every_row_is_shown_by_a_test_that_exists():
    rows = [line for line in PAGE.read_text().splitlines() if line.startswith("| ")]
    rows = [row for row in rows if not row.endswith("| Shown by |")]
    assert len(rows) > 30
    wrong = []
    for row in rows:
        named = re.findall(r"\[(test_\w+)\]\(([^)]+)\)", row)
        if not named:
            wrong.append(row)
        for test, path in named:
            file = (PAGE.parent / path).resolve()
            if not file.exists() or f"\ndef {test}(" not in file.read_text():
                wrong.append(test)
    assert wrong == []
