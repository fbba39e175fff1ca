"""Setting up the sample practice the way people would: load, connect, configure, link its tax rates."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from functools import partial

from caspen_seed.practice import CLASHING_NUMBER
from ops.demo.books import Company
from ops.errors import OpsError
from ops.local.airflow_api import AirflowApi
from ops.local.environment import databases, sandbox_url
from ops.local.postgres import Database
from ops.local.services import LocalSystem
from ops.paths import DAGS, ROOT, SANDBOX_SNAPSHOT
from ops.progress import Progress

DAG_IDS = {path.stem for path in DAGS.glob("*.py")}
EVENTS_DAG = "sync_new_work"
"""It posts what is new at once: switched off where each step is shown, one after the other."""
"""A DAG's file is named after it."""

WORKSPACE = 1
REALM = "9130000000000001"
"""The sandbox's Australian company."""
WEEKS = 8

PAYMENT_ACCOUNT = "Card Clearing"
SERVICE_ITEM = "Standard Consultation"
PRODUCT_ITEM = "Exercise Band"
TAX_CODES = {"GST": "GST", "GST free": "GST free"}
"""Caspen's tax rate to QuickBooks' tax code. A third rate stays unlinked, to show what waits on it."""

POOL, POOL_SLOTS = "quickbooks", 4
"""As in ops/compose/init.sh."""

NOTE = SANDBOX_SNAPSHOT.with_name("practice.json")
"""Next to the sandbox's state, because it is deleted together with it."""


@dataclass(frozen=True)
class Practice:
    """The sample practice of this clone."""

    workspace_id: int
    realm: str
    connected_at: datetime
    """The historical line: eight weeks before the sample ends."""
    now: datetime
    """When the sample ends."""


def practice_of_this_clone() -> Practice:
    """When the sample begins and ends. Decided once, and stored next to the sandbox's state."""
    if not NOTE.exists():
        now = datetime.now(UTC).replace(microsecond=0)
        made = Practice(WORKSPACE, REALM, now - timedelta(weeks=WEEKS), now)
        NOTE.parent.mkdir(parents=True, exist_ok=True)
        NOTE.write_text(json.dumps(asdict(made), default=datetime.isoformat))
    known = json.loads(NOTE.read_text())
    times = {name: datetime.fromisoformat(known[name]) for name in ("connected_at", "now")}
    return Practice(known["workspace_id"], known["realm"], **times)


def set_up_practice(system: LocalSystem, progress: Progress) -> Practice:
    """Make the sample practice ready to post. Safe to repeat: what is there stays, people's changes included.

    :raises OpsError: a step failed; names the command and shows the end of its output.
    """
    practice = practice_of_this_clone()
    known = databases(system.ports, system.credentials)
    with Company(sandbox_url(system.ports), practice.realm) as company:
        if not _is_loaded(known["caspen"]):
            with progress.step(f"sample practice loaded: {WEEKS} weeks of a clinic's billing"):
                _load(system, known["caspen"], practice)
        if not _is_connected(known["caspen_qbo"]):
            prepare_company(company)
            with progress.step("connected to QuickBooks: consent, code, tokens"):
                _connect(system, known["caspen_qbo"], practice)
        with progress.step("account, items and tax rates chosen"):
            configure(partial(cli, system), known, company)
        company.save()
    return practice


def make_ready(api: AirflowApi, *, events: bool) -> None:
    """Airflow's side of the set-up: the DAGs are loaded and unpaused, their pool exists. Safe to repeat.

    :param events: Also the one that works on what is new at once.
    """
    api.wait_for_dags(DAG_IDS)
    api.ensure_pool(POOL, POOL_SLOTS, "Tasks that talk to QuickBooks at the same time")
    api.unpause(DAG_IDS if events else DAG_IDS - {EVENTS_DAG})


def cli(system: LocalSystem, *arguments: str) -> str:
    """One command of the project's own command line; its output.

    :raises OpsError: it failed.
    """
    return _run(system, [sys.executable, "-m", "caspen_qbo", *arguments], {})


def _run(system: LocalSystem, command: list[str], extra: dict[str, str]) -> str:
    done = subprocess.run(
        command, cwd=ROOT, env={**system.env, **extra}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        output = (done.stderr + done.stdout).strip()[-1500:]
        raise OpsError(f"`{' '.join(command[1:])}` failed with code {done.returncode}:\n{output}")
    return done.stdout


def _is_loaded(caspen: Database) -> bool:
    with caspen.connect() as connection:
        query = "SELECT 1 FROM caspen.workspace WHERE id = %s"
        return connection.execute(query, [WORKSPACE]).fetchone() is not None


def _load(system: LocalSystem, caspen: Database, practice: Practice) -> None:
    command = [
        *(sys.executable, "-m", "caspen_seed", "load", "--workspace", str(practice.workspace_id)),
        *("--now", practice.now.isoformat(), "--connected-at", practice.connected_at.isoformat()),
    ]
    _run(system, command, {"CASPEN_DSN": caspen.uri})


def prepare_company(company: Company) -> None:
    """What a bookkeeper does in QuickBooks beforehand: as the doctor advises, and an invoice of their own."""
    company.switch(auto_apply_credit=False)
    # An invoice made there has a number that the practice uses too: to be shown, never overwritten.
    if any(invoice.get("DocNumber") == CLASHING_NUMBER for invoice in company.rows("Invoice")):
        return
    customer = next(row for row in company.rows("Customer") if row["DisplayName"] == "Walk-in Client")
    item = company.find("Item", SERVICE_ITEM)
    line = {
        "DetailType": "SalesItemLineDetail",
        "Amount": "55.00",
        "SalesItemLineDetail": {
            "ItemRef": {"value": item["Id"]},
            "TaxCodeRef": {"value": company.find("TaxCode", "GST free")["Id"]},
        },
    }
    document = {"CustomerRef": {"value": customer["Id"]}, "DocNumber": CLASHING_NUMBER, "Line": [line]}
    company.act("create", entity="Invoice", document=document)


def _is_connected(sync: Database) -> bool:
    with sync.connect() as connection:
        query = "SELECT 1 FROM qbo_sync.connection WHERE workspace_id = %s AND status = 'connected'"
        return connection.execute(query, [WORKSPACE]).fetchone() is not None


def _connect(system: LocalSystem, sync: Database, practice: Practice) -> None:
    command = [sys.executable, "-m", "ops.demo.consent", str(practice.workspace_id), practice.realm, "admin"]
    _run(system, command, {})
    # The sample makes eight weeks of history in seconds, so the line between old and new is moved to their
    # beginning. For a real practice it is the moment of the first connection, and nothing ever moves it.
    with sync.connect() as connection:
        connection.execute(
            "UPDATE qbo_sync.connection SET first_connected_at = %s WHERE workspace_id = %s",
            [practice.connected_at, practice.workspace_id],
        )


def configure(run: Callable[..., object], known: Mapping[str, Database], company: Company) -> None:
    """Choose account, items and tax codes where none are.

    :param run: Takes the arguments of one command of the project's own command line.
    """
    workspace = ["--workspace", str(WORKSPACE)]
    with known["caspen_qbo"].connect() as sync, known["caspen"].connect() as caspen:
        query = "SELECT 1 FROM qbo_sync.settings WHERE workspace_id = %s"
        chosen = sync.execute(query, [WORKSPACE]).fetchone()
        query = "SELECT tax_rate_id FROM qbo_sync.tax_link WHERE workspace_id = %s"
        linked = {row[0] for row in sync.execute(query, [WORKSPACE])}
        query = "SELECT name, id FROM caspen.tax_rate WHERE workspace_id = %s"
        rates: dict[str, int] = dict(caspen.execute(query, [WORKSPACE]).fetchall())
    if not chosen:
        account = company.find("Account", PAYMENT_ACCOUNT)["Id"]
        service = company.find("Item", SERVICE_ITEM)["Id"]
        product = company.find("Item", PRODUCT_ITEM)["Id"]
        items = ["--service-item", service, "--product-item", product]
        run("settings", *workspace, "--payment-account", account, *items)
    for rate, code in TAX_CODES.items():
        if rates[rate] not in linked:
            code_id = company.find("TaxCode", code)["Id"]
            run("link-tax", *workspace, "--tax-rate", str(rates[rate]), "--tax-code", code_id)
