"""The sample practice: the same for the same seed, true to Caspen's rules, and as awkward as promised."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from collections import Counter

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict

from caspen_seed import CaspenRefused, load_schema
from caspen_seed.facts import Standing, describe
from caspen_seed.practice import (
    CLASHING_NUMBER,
    LONG_NUMBERS,
    UNLINKED_TAX_RATE,
    Loaded,
    load_practice,
)

pytestmark = pytest.mark.postgres

NOW = dt.datetime(2026, 11, 20, 5, 0, tzinfo=dt.UTC)
TABLES = (
    "workspace", "client", "tax_rate", "invoice", "invoice_line", "payment", "payment_allocation",
    "credit_note", "credit_note_line",
)  # fmt: skip


def contents(connection: psycopg.Connection) -> dict[str, list[tuple]]:
    return {
        table: connection.execute(f"SELECT * FROM caspen.{table} ORDER BY id").fetchall() for table in TABLES
    }


@pytest.fixture(scope="module")
def practice(fresh_database):
    """The practice at its normal size, loaded once for this file; nobody writes to it."""
    with fresh_database() as dsn:
        load_schema(dsn)
        loaded = load_practice(dsn, 1, now=NOW)
        with psycopg.connect(dsn, autocommit=True) as connection:
            yield dsn, loaded, connection


def test_the_same_seed_gives_the_same_rows_and_another_seed_others(fresh_database):
    seen = []
    for seed in (7, 7, 8):
        with fresh_database() as dsn:
            load_schema(dsn)
            load_practice(dsn, 1, seed=seed, scale=0.01, now=NOW)
            with psycopg.connect(dsn) as connection:
                seen.append(contents(connection))
    assert all(len(seen[0][table]) for table in TABLES)
    assert seen[0] == seen[1]
    assert seen[0] != seen[2]


def test_it_is_of_the_promised_size(practice):
    dsn, loaded, _ = practice
    facts = describe(dsn, 1, loaded.connected_at)
    assert loaded.clients == 300
    assert loaded.invoices == len(facts.invoices)
    assert 350 <= len(facts.eligible) <= 450
    assert 45 <= len(facts.standing(Standing.HISTORICAL)) <= 75
    for standing in Standing:
        assert facts.standing(standing), standing


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_it_loads_with_any_seed(seed, fresh_database):
    with fresh_database() as dsn:
        load_schema(dsn)
        assert load_practice(dsn, 1, seed=seed, now=NOW).invoices > 400


def test_a_line_to_be_credited_is_never_discounted_to_nothing(fresh_database):
    """At this moment the draw once fell on a cheap line with a discount as large as its amount."""
    moment = dt.datetime(2026, 11, 28, 10, 44, 7, tzinfo=dt.UTC)
    with fresh_database() as dsn:
        load_schema(dsn)
        assert load_practice(dsn, 1, now=moment, connected_at=moment - dt.timedelta(weeks=8)).invoices > 400


def test_nothing_happens_after_now(practice):
    _, loaded, connection = practice
    for table in ("client", "invoice", "payment", "payment_allocation", "credit_note"):
        latest = connection.execute(f"SELECT max(updated_at) FROM caspen.{table}").fetchone()[0]
        assert latest <= loaded.now, table


def test_every_balance_and_status_follows_from_the_money(practice):
    _, _, connection = practice
    wrong = connection.execute(
        """
        WITH money AS (
          SELECT i.*,
            coalesce((SELECT sum(amount) FROM caspen.payment_allocation a
                      WHERE a.invoice_id = i.id AND a.deleted_at IS NULL), 0) AS paid,
            coalesce((SELECT sum(total) FROM caspen.credit_note n
                      WHERE n.invoice_id = i.id AND n.status = 'issued'), 0) AS credited
          FROM caspen.invoice i
        )
        SELECT number FROM money
        WHERE balance <> total - paid - credited OR balance < 0
          OR (status = 'paid') <> (status IN ('open', 'paid') AND balance = 0 AND paid + credited > 0)
          OR (status IN ('draft', 'void') AND paid + credited > 0)
        """
    ).fetchall()
    assert wrong == []
    overspent = connection.execute(
        "SELECT p.number FROM caspen.payment p JOIN caspen.payment_allocation a ON a.payment_id = p.id "
        "WHERE a.deleted_at IS NULL GROUP BY p.id HAVING sum(a.amount) > p.amount"
    ).fetchall()
    assert overspent == []


@pytest.mark.parametrize(
    "what, query",
    [
        (
            "a draft that was reverted",
            "SELECT FROM caspen.invoice WHERE status = 'draft' AND reverted_at IS NOT NULL",
        ),
        ("an invoice finalised twice", "SELECT FROM caspen.invoice WHERE revision = 2"),
        ("a total of zero with lines", "SELECT FROM caspen.invoice WHERE total = 0 AND discount_total > 0"),
        ("all three tax modes", "SELECT FROM caspen.invoice HAVING count(DISTINCT tax_mode) = 3"),
        ("all six kinds", "SELECT FROM caspen.invoice_line HAVING count(DISTINCT kind) = 6"),
        ("a third of an hour", "SELECT FROM caspen.invoice_line WHERE quantity = 0.33"),
        (
            "mixed rates",
            "SELECT FROM caspen.invoice_line GROUP BY invoice_id HAVING count(DISTINCT tax_percent) > 1",
        ),
        (
            "a rate of 4 decimals, archived",
            "SELECT FROM caspen.tax_rate WHERE rate = 8.1234 AND archived_at < now()",
        ),
        (
            "one payment over several invoices",
            "SELECT FROM caspen.payment_allocation GROUP BY payment_id HAVING count(DISTINCT invoice_id) > 2",
        ),
        (
            "money left unallocated",
            (
                "SELECT FROM caspen.payment p WHERE amount > "
                "(SELECT sum(amount) FROM caspen.payment_allocation "
                "WHERE payment_id = p.id AND deleted_at IS NULL)"
            ),
        ),
        ("an unlinked payment", "SELECT FROM caspen.payment_allocation WHERE deleted_at IS NOT NULL"),
        ("a voided credit note", "SELECT FROM caspen.credit_note WHERE status = 'void'"),
        (
            "a merged client whose invoices moved",
            (
                "SELECT FROM caspen.client c WHERE merged_into_client_id IS NOT NULL AND NOT EXISTS "
                "(SELECT FROM caspen.invoice WHERE client_id = c.id)"
            ),
        ),
        ("an archived client", "SELECT FROM caspen.client WHERE archived_at IS NOT NULL"),
        (
            "a name of 200 characters",
            "SELECT FROM caspen.client WHERE length(first_name || ' ' || last_name) = 200",
        ),
        ("a tab in a name", "SELECT FROM caspen.client WHERE first_name LIKE E'%%\t%%'"),
        ("a name of one word", "SELECT FROM caspen.client WHERE last_name IS NULL"),
        (
            "namesakes",
            (
                "SELECT FROM caspen.client WHERE workspace_id = 1 AND merged_into_client_id IS NULL "
                "GROUP BY first_name, last_name HAVING count(*) > 1"
            ),
        ),
        (
            "strangers with the same last five digits",
            (
                "SELECT FROM caspen.client a JOIN caspen.client b "
                "ON a.id < b.id AND a.id %% 100000 = b.id %% 100000 AND a.last_name <> b.last_name"
            ),
        ),
        ("sixty lines", "SELECT FROM caspen.invoice_line WHERE position = 60"),
        ("a free text to keep private", "SELECT FROM caspen.invoice_line WHERE description IS NOT NULL"),
    ],
)
def test_it_holds_what_real_data_holds(practice, what, query):
    _, _, connection = practice
    assert connection.execute(query, []).rowcount > 0, what


def test_every_client_with_an_awkward_name_has_something_to_post(practice):
    dsn, loaded, connection = practice
    eligible = {invoice.client_id for invoice in describe(dsn, 1, loaded.connected_at).eligible}
    awkward = {
        row[0]
        for row in connection.execute(
            "SELECT id FROM caspen.client WHERE workspace_id = 1 AND (first_name ~ '[^A-Za-z -]' "
            "OR last_name IS NULL OR length(last_name) > 90) AND email IS NULL"
        )
    }
    assert len(awkward) >= 15
    assert awkward <= eligible


def test_the_classic_problems_are_there_and_no_others(practice):
    dsn, loaded, _ = practice
    facts = describe(dsn, 1, loaded.connected_at)
    linked = [key for name, key in loaded.tax_rates.items() if name != UNLINKED_TAX_RATE]
    keys = Counter(key for found in facts.obstructed(linked).values() for key in found)
    assert keys == {
        "required_param_missing": 1,
        "business_validation_tax": 2,
        "number_too_long": len(LONG_NUMBERS),
        "currency_mismatch": 1,
    }
    assert CLASHING_NUMBER in {invoice.number for invoice in facts.eligible}
    assert [len(ids) for ids in facts.same_names] == [2]
    assert loaded.tax_rates["Blended 2019"] not in {key for i in facts.eligible for key in i.tax_rate_ids}


def test_the_historical_line_is_where_it_was_drawn(practice):
    dsn, loaded, connection = practice
    facts = describe(dsn, 1, loaded.connected_at)
    assert len(facts.historical_paid_since) == 1
    rows = {
        row[0]: row[1:]
        for row in connection.execute(
            "SELECT id, created_at, finalised_at FROM caspen.invoice WHERE workspace_id = 1"
        )
    }
    for invoice in facts.standing(Standing.HISTORICAL):
        assert max(rows[invoice.id]) < loaded.connected_at
    crossed = [i for i in facts.eligible if rows[i.id][0] < loaded.connected_at <= rows[i.id][1]]
    assert len(crossed) == 2, "one drafted before and finalised after, one finalised again after"


def test_a_neighbour_has_the_same_numbers_and_names_and_is_left_out(practice):
    dsn, loaded, connection = practice
    shared = connection.execute(
        "SELECT count(*) FROM caspen.invoice a JOIN caspen.invoice b USING (number) "
        "WHERE a.workspace_id = 1 AND b.workspace_id = %s",
        [loaded.neighbour_id],
    ).fetchone()[0]
    assert shared == 6
    assert {i.id for i in describe(dsn, 1, NOW).invoices}.isdisjoint(
        i.id for i in describe(dsn, loaded.neighbour_id, NOW).invoices
    )


def test_a_workspace_is_loaded_once_and_a_second_one_beside_it(caspen_db):
    load_schema(caspen_db)
    load_practice(caspen_db, 1, scale=0.02, now=NOW)
    with pytest.raises(CaspenRefused, match="workspace 1: exists already"):
        load_practice(caspen_db, 1, scale=0.02, now=NOW)
    assert isinstance(load_practice(caspen_db, 2, scale=0.02, now=NOW), Loaded)


def test_the_command_line_loads_and_describes(caspen_db):
    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "caspen_seed", *arguments],
            env={"CASPEN_DSN": caspen_db},
            capture_output=True,
            text=True,
        )

    loaded = run("load", "--scale", "0.02", "--now", NOW.isoformat(), "--weeks", "4")
    assert loaded.returncode == 0, loaded.stderr
    assert "historical before 2026-10-23T05:00:00+00:00" in loaded.stdout
    kept = run("load", "--scale", "0.02", "--keep")
    assert (kept.returncode, kept.stdout) == (0, "workspace 1 exists; it was left as it is\n")
    again = run("load", "--scale", "0.02")
    assert again.returncode == 1
    assert "Nothing was loaded. workspace 1: exists already" in again.stderr
    described = run("describe", "--connected-at", "2026-10-23T05:00:00+00:00")
    assert '"obstructed"' in described.stdout
    assert str(conninfo_to_dict(caspen_db)["password"]) not in loaded.stdout + again.stderr + described.stdout
