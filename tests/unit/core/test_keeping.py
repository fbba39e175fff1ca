"""The table of what is kept; against the database: tests/integration/monitoring/test_keeping.py."""

from __future__ import annotations

import re

from caspen_qbo.core.monitoring.keeping import TABLES, Kept
from caspen_qbo.core.records import Client
from caspen_qbo.hooks.store.monitoring.keeping import AGED, BLANKING
from caspen_qbo.usecases.connection.forget import names_of, pattern_of

ANN = Client(id=77, workspace_id=1, first_name="Ann", last_name="O'Neil", email="ann.oneil@example.com")


def test_whatever_stays_of_a_practice_loses_its_words() -> None:
    assert set(BLANKING) == {table.name for table in TABLES if table.stays and table.quotes}


def test_every_table_with_an_age_has_its_statement() -> None:
    by_age = {table.name for table in TABLES if table.kept is not Kept.IN_USE}
    assert by_age == set(AGED) | {
        "reconciliation_difference",  # its rows go with their reconciliation
        "report_file",  # each goes with its file
    }


def test_the_words_that_name_a_client() -> None:
    assert names_of(ANN, 77) == {"Ann O'Neil", "O'Neil, Ann", "O'Neil Ann", "ann.oneil@example.com"}
    assert names_of(ANN, 78) == set(), "merged into another, whose names are not theirs"
    assert names_of(None, 77) == set()
    assert pattern_of(()) == ""


def test_a_name_is_found_as_a_whole_and_as_json_writes_it() -> None:
    pattern = pattern_of({"Ann", 'Bo "B" Lee', "a.b@c.au"}).replace(r"\m", r"\b").replace(r"\M", r"\b")
    found = re.compile(pattern, re.IGNORECASE).findall
    assert found('{"name": "ANN", "yearly": "Annual", "mail": "a.b@c.au", "other": "axb@c.au"}') == [
        "ANN",
        "a.b@c.au",
    ]
    assert found('Bo "B" Lee') == ['Bo "B" Lee'] and found(r'{"n": "Bo \"B\" Lee"}') == [r"Bo \"B\" Lee"]
