"""The document of checks names every column that an expectation may look at, and the views have no other."""

from __future__ import annotations

from caspen_qbo.quality.practice import COLUMNS
from ops.local.postgres import Database
from tests.docs.conftest import DOCS

TEXT = (DOCS / "expectations.md").read_text()


def test_the_columns_of_the_views_are_those_documented(sync_db: Database) -> None:
    with sync_db.connect() as connection:
        for kind, columns in COLUMNS.items():
            assert f"| {kind} | `practice_{kind}` | {', '.join(f'`{name}`' for name in columns)} |" in TEXT
            real = connection.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_schema = 'qbo_sync'"
                " AND table_name = %s",
                [f"practice_{kind}"],
            ).fetchall()
            assert {name for (name,) in real} == set(columns)
