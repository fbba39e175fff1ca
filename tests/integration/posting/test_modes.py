"""Careful while each practice's share of the reads allows it, thrifty beyond: and over that border, either
way and at any instant, nothing that was kept in one mode is believed wrongly in the other.
"""

from __future__ import annotations

import json

import psycopg
import pytest

from caspen_qbo import settings, wiring
from caspen_qbo.core.monitoring.metering import CAREFUL_MONTH
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_qbo.usecases.shared.session import TAX_ANSWERED
from tests.integration.posting.test_known_facts import DUPLICATE, TAX, ahead, by_hand, number_of, reads
from tests.support.command_line import run_command
from tests.support.flow import WORKSPACE, Flow
from tests.support.importing import run_import

CAREFUL, THRIFTY = 1, 2
"""Practices that share one careful month's reads."""


@pytest.fixture(autouse=True)
def a_careful_month(monkeypatch: pytest.MonkeyPatch) -> None:
    """The allowance is what one practice takes where reading is careful."""
    monkeypatch.setattr(settings, "READS_PER_MONTH", CAREFUL_MONTH)


def share(flow: Flow, practices: int, *, status: str = "connected") -> None:
    """So many are connected, this one among them."""
    with psycopg.connect(flow.sync.uri, autocommit=True) as sync:
        sync.execute("DELETE FROM qbo_sync.connection WHERE workspace_id > 1000")
        sync.execute(
            "INSERT INTO qbo_sync.connection (workspace_id, realm_id, status)"
            " SELECT 1000 + i, '8' || i, %s FROM generate_series(2, %s::int) i",
            [status, practices],
        )


def is_thrifty() -> bool:
    with wiring.open_session(WORKSPACE, "look", offline=True) as session:
        return session.thrifty


def night(*, full: bool = False) -> None:
    with wiring.open_session(WORKSPACE, wiring.new_run_id("reconcile")) as session:
        reconcile(session, full=full)


def test_333_practices_read_carefully_and_with_one_more_all_are_thrifty(
    flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "READS_PER_MONTH", 500_000)
    for practices, status, expected in (
        (1, "connected", False),
        (333, "connected", False),
        (334, "connected", True),
        (334, "needs_reconnect", True),  # it will be back
        (334, "disconnected", False),
        (4_098, "connected", True),
    ):
        share(flow, practices, status=status)
        assert is_thrifty() is expected, (practices, status)
    monkeypatch.setattr(settings, "READS_PER_MONTH", 1_000_000)
    share(flow, 666)
    assert not is_thrifty()
    for installed in ("careful", "thrifty"):
        monkeypatch.setattr(settings, "READS", installed)
        assert is_thrifty() is (installed == "thrifty")


def test_the_command_says_which_is_on_and_why(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "READS_PER_MONTH", 500_000)
    for practices, mode, why in (
        (12, "careful", "careful: 12 practices share 500,000 reads a month, 41,666 each"),
        (
            400,
            "thrifty",
            (
                "thrifty: 400 practices share 500,000 reads a month, 1,250 each, "
                "and reading carefully takes up to 1,500"
            ),
        ),
    ):
        share(flow, practices)
        assert f"Reading is {why}." in run_command("reads", "--workspace", "1").stdout
        shown = json.loads(run_command("reads", "--workspace", "1", "--json").stdout)
        assert (shown["mode"], shown["why"]) == (mode, why)
    monkeypatch.setattr(settings, "READS", "careful")
    said = run_command("reads", "--workspace", "1").stdout
    assert "Reading is careful, as CASPEN_QBO_READS says." in said


def test_a_run_keeps_the_mode_that_it_began_with(flow: Flow) -> None:
    share(flow, CAREFUL)
    with wiring.open_session(WORKSPACE, "run") as session:
        share(flow, THRIFTY)
        assert not session.thrifty
    with wiring.open_session(WORKSPACE, "run") as session:
        share(flow, CAREFUL)
        assert session.thrifty


def test_a_number_that_a_careful_run_used_is_not_free_to_a_thrifty_one(flow: Flow) -> None:
    share(flow, THRIFTY)
    ahead(flow)
    free = "SELECT number FROM qbo_sync.free_number"
    made = flow.invoice("20.00", rate="GST free")
    number = number_of(flow, made).casefold()
    assert (number,) in flow.sync_rows(free)
    share(flow, CAREFUL)
    flow.post()
    assert "query" in reads(flow)
    assert (number,) not in flow.sync_rows(free) != []


@pytest.mark.parametrize("read_by", ["import", "night"])
def test_a_number_taken_by_hand_in_a_careful_spell_is_held_in_every_mode(flow: Flow, read_by: str) -> None:
    """Asked for while thrifty; taken while careful; read while careful; used while thrifty, then careful."""
    share(flow, THRIFTY)
    ahead(flow)
    share(flow, CAREFUL)
    first = flow.invoice("20.00", rate="GST free")
    theirs = [by_hand(flow, number_of(flow, first))]
    flow.post()  # asks, and finds it
    assert f"Invoice {theirs[0]} of" in flow.listed()[number_of(flow, first), DUPLICATE]
    second = flow.invoice("30.00", rate="GST free")
    theirs.append(by_hand(flow, number_of(flow, second)))
    if read_by == "import":
        run_import(flow)
    else:
        night()
    share(flow, THRIFTY)
    flow.post()
    assert f"Invoice {theirs[1]} of" in flow.listed()[number_of(flow, second), DUPLICATE]
    third = flow.invoice("40.00", rate="GST free")
    theirs.append(by_hand(flow, number_of(flow, third)))
    share(flow, CAREFUL)
    flow.post()
    assert f"Invoice {theirs[2]} of" in flow.listed()[number_of(flow, third), DUPLICATE]
    assert [row["Id"] for row in flow.books("Invoice")[1:]] == theirs, "nothing of ours was sent"


@pytest.mark.parametrize("read_by", ["import", "night"])
def test_a_customer_made_by_hand_in_any_mode_is_the_clients_own(flow: Flow, read_by: str) -> None:
    share(flow, THRIFTY)
    night(full=True)
    ahead(flow)
    for number, practices in enumerate((CAREFUL, THRIFTY, CAREFUL)):
        share(flow, practices)
        client = flow.staff.create_client(f"Bea{number}", "Nguyen", email=f"bea{number}@example.com")
        person = {
            "DisplayName": f"{number} Bea N.",
            "GivenName": f"Bea{number}",
            "FamilyName": "Nguyen",
            "PrimaryEmailAddr": {"Address": f"bea{number}@example.com"},
        }
        theirs = flow.person("create", entity="Customer", document=person)["Id"]
        if practices == THRIFTY:  # read while reading was careful
            share(flow, CAREFUL)
            if read_by == "import":
                run_import(flow)
            else:
                night()
            share(flow, THRIFTY)
        flow.invoice("20.00", rate="GST free", client=client)
        flow.post()
        assert flow.books("Invoice")[-1]["CustomerRef"]["value"] == theirs, (number, practices)
    assert flow.listed() == {}


@pytest.mark.parametrize("change", ["GST off", "another rate"])
def test_tax_that_a_careful_run_found_changed_goes_in_no_mode(flow: Flow, change: str) -> None:
    share(flow, THRIFTY)
    flow.invoice("10.00")
    flow.post()
    share(flow, CAREFUL)
    if change == "GST off":
        flow.switch(using_sales_tax=False)
    else:
        flow.person("change-tax-rate", rate="GST (sales)", percent="12.5")
    held = [flow.invoice("100.00")]
    flow.post()
    assert list(flow.listed()) == [(number_of(flow, held[0]), TAX)]
    share(flow, THRIFTY)
    kept = flow.sync_rows("SELECT count(*) FROM qbo_sync.reference_cache WHERE name = %s", TAX_ANSWERED)
    assert kept == [(1,)], "what was answered once is still kept"
    held.append(flow.invoice("50.00"))
    flow.post()
    assert len(flow.listed()) == 2 and len(flow.books("Invoice")) == 1
    if change == "GST off":
        flow.switch(using_sales_tax=True)
    else:
        flow.person("change-tax-rate", rate="GST (sales)", percent="10")
    share(flow, CAREFUL)
    flow.post()
    assert flow.listed() == {}
    assert sorted(row["TotalAmt"] for row in flow.books("Invoice")) == [11, 55, 110]


def test_a_list_too_old_for_a_careful_night_is_brought_up_to_date_all_the_same(flow: Flow) -> None:
    """The feed shows a change once: passed over by careful, thrifty would go by the list without it."""
    share(flow, THRIFTY)
    flow.post()
    night()
    aged = "UPDATE qbo_sync.reference_cache SET read_at = now() - interval '3 days' WHERE name = 'Item'"
    flow.sync_rows(f"{aged} RETURNING 1")
    item = next(row for row in flow.books("Item") if row["Type"] == "Service")
    flow.person("edit", entity="Item", id=item["Id"], changes={"Name": "Renamed by hand"})
    share(flow, CAREFUL)
    night()
    share(flow, THRIFTY)
    with wiring.open_session(WORKSPACE, "run") as session:
        assert session.reference().items[item["Id"]].name == "Renamed by hand"
