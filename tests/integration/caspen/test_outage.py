"""Caspen's database going away, refusing us, or giving up: one error each, and the next call works."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from caspen_qbo.core.importing.payments import ImportedAllocation, ImportedPayment
from caspen_qbo.errors import (
    CaspenUnavailableError,
    ConfigurationError,
    RetryError,
    StoreUnavailableError,
    SyncError,
)
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.database import Database as Session
from caspen_qbo.hooks.postgres.limits import CASPEN
from ops.local.environment import connection_json
from ops.local.ports import free_port
from ops.local.postgres import Database, PostgresServer
from tests.support.caspen_billing import Clinic
from tests.support.caspen_rows import WORKSPACE, insert_invoice

pytestmark = pytest.mark.postgres

PAYMENT = ImportedPayment(
    WORKSPACE, "9130:77", "QB-77", date(2026, 11, 3), (ImportedAllocation(1, Decimal("10.00")),)
)


def end_sessions(server: PostgresServer, clinic: Clinic) -> None:
    """What a restart does to our sessions, staff's own one excepted."""
    with server.admin() as admin:
        admin.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s AND pid <> %s",
            [clinic.database.name, clinic.staff.info.backend_pid],
        )


def test_a_read_after_the_session_was_ended_says_try_again_and_then_works(clinic: Clinic, postgres_server):
    clinic.billing.fetch_workspaces()
    end_sessions(postgres_server, clinic)
    with pytest.raises(
        CaspenUnavailableError, match="'caspen_db': the database cannot be reached or gave up"
    ):
        clinic.billing.fetch_workspaces()
    assert set(clinic.billing.fetch_workspaces()) == {1, 2}


def test_a_payment_cut_in_the_middle_leaves_nothing_and_can_be_repeated(clinic: Clinic, postgres_server):
    insert_invoice(clinic.staff, 1, "10.00")
    session = clinic.open_session()
    with pytest.raises(CaspenUnavailableError), session.transaction():
        CaspenBilling(session).record_payment(PAYMENT)
        end_sessions(postgres_server, clinic)
        session.fetch_one("caspen/select_clock")
    assert clinic.staff.execute("SELECT count(*) FROM caspen.payment").fetchone() == (0,)

    result = CaspenBilling(session).record_payment(PAYMENT)
    assert result.payment_id is not None and not result.already_there


def test_a_commit_that_meets_a_dead_session_is_not_taken_for_done(clinic: Clinic, postgres_server):
    insert_invoice(clinic.staff, 1, "10.00")
    session = clinic.open_session()
    with pytest.raises(CaspenUnavailableError), session.transaction():
        CaspenBilling(session).record_payment(PAYMENT)
        end_sessions(postgres_server, clinic)
    assert clinic.staff.execute("SELECT count(*) FROM caspen.payment").fetchone() == (0,)


def test_a_statement_that_takes_too_long_is_given_up(clinic: Clinic):
    insert_invoice(clinic.staff, 1, "10.00")
    with clinic.open_staff() as desk:
        desk.execute("SELECT 1 FROM caspen.invoice WHERE id = 1 FOR UPDATE")
        billing = CaspenBilling(Session("caspen_db", replace(CASPEN, statement=1)))
        with pytest.raises(CaspenUnavailableError, match="a statement took too long"):
            billing.record_payment(PAYMENT)
        desk.rollback()
        assert billing.record_payment(PAYMENT).payment_id is not None


def test_a_server_that_is_down_is_tried_again_later(caspen_db: Database, monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_CASPEN_DB", connection_json("postgres", replace(caspen_db, port=free_port()))
    )
    with pytest.raises(CaspenUnavailableError, match="cannot be reached"):
        CaspenBilling().fetch_workspaces()


@pytest.mark.parametrize(
    "wrong", [{"password": "wrong"}, {"name": "no_such_database"}, {"user": "nobody_here"}]
)
def test_a_server_that_does_not_let_us_in_needs_a_person(caspen_db: Database, monkeypatch, wrong):
    monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", connection_json("postgres", replace(caspen_db, **wrong)))
    with pytest.raises(ConfigurationError, match="'caspen_db': the database refused the login") as caught:
        CaspenBilling().fetch_workspaces()
    assert caspen_db.password not in str(caught.value)


def test_a_connection_that_is_not_defined_is_named(monkeypatch):
    monkeypatch.delenv("AIRFLOW_CONN_NOWHERE_DB", raising=False)
    with pytest.raises(ConfigurationError, match="'nowhere_db' is not defined"):
        Session("nowhere_db").fetch_all("caspen/select_clock")


def test_our_own_database_has_its_own_error(caspen_db: Database, monkeypatch):
    monkeypatch.setenv(
        "AIRFLOW_CONN_SYNC_DB", connection_json("postgres", replace(caspen_db, port=free_port()))
    )
    with pytest.raises(StoreUnavailableError, match="'sync_db'") as caught:
        Session("sync_db").fetch_all("caspen/select_clock")
    assert isinstance(caught.value, RetryError)


@pytest.mark.parametrize(
    "changed",
    [
        {"password": "wrong"},
        {"name": "no_such_database"},
        {"user": "nobody_here"},
        {"port": 9},
    ],
    ids=lambda changed: next(iter(changed)),
)
def test_what_is_shown_of_a_database_names_no_host_port_or_role(
    caspen_db: Database, monkeypatch, caplog: pytest.LogCaptureFixture, changed: dict[str, Any]
):
    """It reaches pages, notes, mail and Slack; the log has what the library or the server said."""
    asked = replace(caspen_db, **changed)
    monkeypatch.setenv("AIRFLOW_CONN_CASPEN_DB", connection_json("postgres", asked))
    with pytest.raises(SyncError, match="Airflow connection 'caspen_db'") as caught:
        CaspenBilling().fetch_workspaces()
    shown = str(caught.value).replace("'caspen_db'", "")
    assert not [word for word in (asked.host, str(asked.port), asked.user, asked.name) if word in shown]
    assert "the log says why" not in shown, "in words of ours"
    assert "connection caspen_db: " in caplog.text
