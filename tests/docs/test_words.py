"""One word for one idea: what the glossary names is called so in documents, statements and code."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.paths import ROOT
from tests.docs.conftest import DOCS, markdown, without_code

INSTEAD = {
    "anew": "again",
    "anybody": "anyone",
    "beside": "next to",
    "suspect": "unconfirmed",
    "heal": "fix",
    "healed": "fixed",
    "heals": "is fixed",
    "in doubt": "unconfirmed",
    "meanwhile": "in the meantime",
    "mend": "fix",
    "mended": "fixed",
    "somebody": "someone",
    "stranger": "unknown document",
    "told": "reported, shown, notified",
    "whoever": "anyone who",
}
"""Word that was used once -> what is written."""
OLD = re.compile(rf"\b({'|'.join(INSTEAD)})\b", re.IGNORECASE)
OURS = [page for page in markdown() if page.parent == ROOT or page.is_relative_to(DOCS)]


def prose(page: Path) -> str:
    """Without code, and without links to tests, whose names are sentences of their own."""
    text = re.sub(r"\[test_\w+\]\([^)]*\)", "", without_code(page.read_text()))
    return re.sub(r"`[^`\n]*`", "", text)


def comments() -> Iterator[tuple[Path, str]]:
    for path in sorted((ROOT / "include" / "sql").rglob("*.sql")):
        yield path, "\n".join(re.findall(r"--.*", path.read_text()))


def test_the_words_are_found_where_they_are() -> None:
    assert OLD.findall("It was told beside us; the rest is untold.") == ["told", "beside"]


@pytest.mark.parametrize("page", OURS, ids=[str(page.relative_to(ROOT)) for page in OURS])
def test_documents_use_one_word_for_one_idea(page: Path) -> None:
    assert sorted(set(OLD.findall(prose(page)))) == []


def test_statements_use_the_same_words() -> None:
    found = {str(path.relative_to(ROOT)): OLD.findall(text) for path, text in comments()}
    assert len(found) > 150
    assert {path: words for path, words in found.items() if words} == {}


def test_the_product_uses_the_same_words() -> None:
    """Names, docstrings, comments, and the texts people read."""
    suffixes = (".py", ".html", ".js")
    files = [
        path for part in ("plugins", "dags") for path in (ROOT / part).rglob("*") if path.suffix in suffixes
    ]
    assert len(files) > 200
    found = {str(path.relative_to(ROOT)): OLD.findall(path.read_text()) for path in files}
    assert {path: words for path, words in found.items() if words} == {}


def test_every_term_of_the_glossary_has_a_place_and_stands_once() -> None:
    glossary = (DOCS / "architecture.md").read_text().split("\n## Glossary\n")[1]
    rows = [line.strip("| ").split(" | ") for line in glossary.splitlines() if line.startswith("| ")][1:]
    terms = [term for row in rows for term in row[0].split(", ")]
    assert len(rows) >= 25
    assert [row for row in rows if len(row) != 3] == []
    assert len(terms) == len(set(terms))
