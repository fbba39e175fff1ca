"""Our database goes back to yesterday's backup, Caspen and QuickBooks do not: nothing is doubled or lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from decimal import Decimal
from pathlib import Path

from caspen_qbo.core.posting.identity import read_marker
from ops.local.postgres import Database
from tests.support.backups import dump, restore
from tests.support.command_line import run_command
from tests.support.flow import REALM, Flow
from tests.support.lives.world import is_voided
from tests.support.lost_day import CASES, Act, Case

Invoices = Mapping[Case, int]


def run_day(*jobs: str) -> None:
    for job in jobs:
        done = run_command(job, "--workspace", "1")
        assert done.returncode == 0, f"{job}: {done.stdout}\n{done.stderr}"


def new_invoice(flow: Flow, case: Case) -> int:
    number = CASES.index(case)
    client = flow.staff.create_client(f"Client{number}", "Lost", email=f"lost{number}@example.com")
    return flow.invoice("80.00", "20.00", client=client)


def act(flow: Flow, invoices: Invoices, of: Callable[[Case], Act]) -> None:
    for case, invoice in invoices.items():
        of(case)(flow, invoice)


def reconnect(flow: Flow) -> None:
    """The tokens in the backup are yesterday's: a person connects again."""
    token = flow.door("token", realm=REALM)["refresh_token"]
    done = run_command("connect", "--workspace", "1", "--realm", REALM, "--refresh-token", "-", typed=token)
    assert done.returncode == 0, done.stderr


def living(flow: Flow) -> Counter[tuple[str, int]]:
    """(kind, Caspen id) of all that stands in QuickBooks with our mark."""
    found: Counter[tuple[str, int]] = Counter()
    for entity in ("Invoice", "CreditMemo", "Payment"):
        for row in flow.books(entity):
            mark = read_marker(str(row.get("PrivateNote") or ""))
            if mark is not None and not is_voided(row):
                found[mark[1], mark[2]] += 1
    return found


def sides(flow: Flow, invoice: int) -> tuple[Decimal | None, list[Decimal]]:
    """(what is due in Caspen, of an invoice that counts; what is due on each that stands in QuickBooks)."""
    [(status, balance)] = flow.caspen_rows(
        "SELECT status, balance FROM caspen.invoice WHERE id = %s", invoice
    )
    there = [
        row["Balance"]
        for row in flow.books("Invoice")
        if read_marker(str(row.get("PrivateNote") or "")) == (1, "invoice", invoice) and not is_voided(row)
    ]
    return (None if status == "void" else balance), there


def faults_of(flow: Flow, invoices: Invoices) -> dict[str, object]:
    """By case: what is not as it should be."""
    listed: dict[int, set[str]] = {}
    for invoice, key in flow.sync_rows(
        "SELECT invoice_id, error_key FROM qbo_sync.unsynced_invoice WHERE resolved_at IS NULL"
    ):
        listed.setdefault(invoice, set()).add(key)
    faults: dict[str, object] = {}
    for case, invoice in invoices.items():
        due, there = sides(flow, invoice)
        wanted = None if case.balance is None else Decimal(case.balance)
        named = frozenset(listed.get(invoice, ()))
        equal = there == ([] if wanted is None else [wanted])
        if due != wanted or named != case.listed or not (equal or case.listed):
            faults[case.name] = (due, there, sorted(named))
    return faults


def says_who_it_may_have_been(flow: Flow, invoices: Invoices) -> None:
    """Nobody edited what our own lost day sent, and our database does not know that."""
    changed = {case.name: invoice for case, invoice in invoices.items()}[
        "an older invoice, changed on the lost day and today"
    ]
    number = flow.staff.invoice(changed).number
    detail = flow.listed()[number, "changed_in_quickbooks"]
    assert "edited" in detail and "or" in detail and "set back" in detail, detail


def test_after_a_restore_to_yesterday_nothing_is_doubled_and_nothing_lost(
    flow: Flow, sync_db: Database, tmp_path: Path
) -> None:
    invoices = {case: new_invoice(flow, case) for case in CASES if not case.new}
    run_day("post")
    act(flow, invoices, lambda case: case.yesterday)
    run_day("post", "import", "reconcile")
    backup = dump(sync_db, tmp_path / "yesterday.dump", "qbo_sync")

    invoices |= {case: new_invoice(flow, case) for case in CASES if case.new}
    run_day("post")
    act(flow, invoices, lambda case: case.morning)
    run_day("post", "import", "reconcile")
    act(flow, invoices, lambda case: case.evening)
    run_day("post", "import", "reconcile")
    sent, customers = living(flow), len(flow.books("Customer"))

    restore(sync_db, backup)
    reconnect(flow)
    act(flow, invoices, lambda case: case.today)
    run_day("post")
    says_who_it_may_have_been(flow, invoices)
    run_day("import", "post", "reconcile")
    says_who_it_may_have_been(flow, invoices)

    assert max(living(flow).values()) == 1, "doubled"
    assert len(flow.books("Customer")) == customers, "a customer doubled"
    assert faults_of(flow, invoices) == {}
    assert sum(sent.values()) >= len(CASES)
    quiet = living(flow)
    run_day("post", "import", "reconcile")
    assert living(flow) == quiet
