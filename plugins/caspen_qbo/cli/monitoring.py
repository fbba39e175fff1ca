"""Commands that show the state of a workspace or of all: status, unsynced, history, overview, heartbeat."""

from dataclasses import asdict
from datetime import UTC, datetime

import typer

from caspen_qbo.cli.shared import JSON, WORKSPACE, console, open_session, open_store, print_json, print_table

METERED = ("query", "cdc", "read", "write")
LEDGER = ("finalised", "synced", "waiting", "listed", "excluded", "stale")


def status(workspace: int = WORKSPACE, as_json: bool = JSON) -> None:
    """Invoices by state: finalised = synced + waiting + listed + excluded; and the same by document kind."""
    from caspen_qbo.usecases.shared.ledger import read_ledger

    with open_session(workspace, "status", offline=True) as session:
        ledger = read_ledger(session)
    by_kind = {kind: asdict(row) for kind, row in {**ledger.by_kind, "invoice": ledger.invoices}.items()}
    for figures in by_kind.values():
        del figures["kind"]
    if as_json:
        totals = {name: by_kind["invoice"][name] for name in LEDGER}
        print_json({"workspace_id": workspace, **totals, "by_kind": by_kind})
        return
    print_table(
        ("documents", *LEDGER),
        [(kind, *(figures[name] for name in LEDGER)) for kind, figures in by_kind.items()],
        title=f"Workspace {workspace}",
    )


def reads(
    workspace: int | None = typer.Option(None, "--workspace", help="Caspen's workspace id; all if left out."),
    as_json: bool = JSON,
) -> None:
    """This month's calls to QuickBooks as Intuit meters them, by practice and kind, with a forecast."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.shared.reads import read_budget, read_mode, read_practices

    with wiring.open_store() as store:
        budget, practices = read_budget(store.meter), read_practices(store, only=workspace)
        mode = read_mode(store.practices)
    if as_json:
        print_json({**asdict(budget), "mode": mode.mode, "why": str(mode), "practices": practices})
        return
    print_table(
        ("workspace", "reads this month", "forecast", "queries", "change feed", "by id", "writes (free)"),
        [
            (p.workspace_id, p.month.used, p.month.forecast, *(p.by_kind.get(kind, 0) for kind in METERED))
            for p in practices
        ],
    )
    console().print(str(budget))
    console().print(f"Reading is {mode}.", soft_wrap=True)


def unsynced(workspace: int = WORKSPACE, as_json: bool = JSON) -> None:
    """The open rows that need a person."""
    with open_store(workspace) as store:
        rows = store.unsynced.fetch_open()
    if as_json:
        print_json(rows)
    elif not rows:
        console().print(f"workspace {workspace}: nothing is listed")
    else:
        print_table(
            ("kind", "number", "title", "detail", "what to do", "since", "tries"),
            [
                (
                    r.document_kind,
                    r.document_number,
                    r.title,
                    r.detail,
                    r.fix,
                    r.first_seen_at.date(),
                    r.attempts,
                )
                for r in rows
            ],
        )


def history(
    workspace: int = WORKSPACE,
    number: str = typer.Option(..., "--number", help="Of an invoice, a credit note or a payment."),
    as_json: bool = JSON,
) -> None:
    """Everything sent, answered, seen and decided about a document, with request ids for Intuit's support."""
    with open_store(workspace) as store:
        events = store.activity.fetch_history(number)
    if as_json:
        print_json(events)
        return
    if not events:
        console().print(f"workspace {workspace}: nothing is recorded about {number}")
        raise typer.Exit(1)
    print_table(
        ("at (UTC)", "document", "what", "detail", "who", "request id", "intuit_tid"),
        [
            (
                f"{event.at:%Y-%m-%d %H:%M:%S}",
                f"{event.document_kind} {event.document_number}",
                event.what,
                event.detail,
                event.who,
                " ".join(filter(None, (event.request_id, event.bid))),
                event.intuit_tid,
            )
            for event in events
        ],
        title=f"Workspace {workspace}: {number}",
    )


def explain(
    workspace: int = WORKSPACE,
    number: str = typer.Option(..., "--number", help="Of an invoice, a credit note or a payment."),
    as_json: bool = JSON,
) -> None:
    """Why an invoice is in its state, in plain sentences, with its payments and credit notes."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.monitoring.explain import explain as explain_
    from caspen_qbo.wording import moment, step_words, zone_of

    with open_store(workspace) as store, wiring.open_billing() as billing:
        invoice_id = store.story.find_invoice(number.strip())
        if invoice_id is None:
            invoice_id = billing.fetch_invoice_ids(workspace, [number.strip()]).get(number.strip(), 0)
        ours = billing.fetch_invoices(workspace, [invoice_id]).get(invoice_id)
        zone = zone_of(billing.fetch_workspaces([workspace])[workspace].time_zone)
        steps = explain_(store.story, invoice_id, ours)
    if as_json:
        print_json(steps)
        return
    if not steps:
        console().print(f"workspace {workspace}: nothing is recorded about {number}")
        raise typer.Exit(1)
    for step in steps:
        console().print(f"{moment(step.at, zone)}  {step_words(step, zone)}", markup=False, soft_wrap=True)


def overview(as_json: bool = JSON) -> None:
    """Every practice, those that need a person first: connection, last good runs, waiting, listed, money."""
    from caspen_qbo import wiring
    from caspen_qbo.hooks.store.monitoring.overview import OverviewQuery
    from caspen_qbo.settings import QUIET_AT_MOST
    from caspen_qbo.usecases.monitoring.overview import refresh_all
    from caspen_qbo.wording import NEED_WORDS, NONE, ago, money, need_reason

    with wiring.open_store() as store, wiring.open_billing() as billing:
        refresh_all(store, billing)
        rows = list(store.overview.iterate(OverviewQuery(), None))
    now = datetime.now(UTC)
    why = {row.workspace_id: need_reason(row, QUIET_AT_MOST, now) for row in rows}
    if as_json:
        print_json(
            [
                {
                    **{name: value for name, value in asdict(row).items() if name != "found"},
                    "need": row.needs.name.lower(),
                    "why": why[row.workspace_id],
                }
                for row in rows
            ]
        )
        return

    def when(at: datetime | None) -> str:
        return "never" if at is None else ago(at, now)

    print_table(
        (
            "id",
            "practice",
            "needs",
            "why",
            "posted",
            "imported",
            "reconciled",
            "waiting",
            "listed",
            "unexplained",
            "reads",
        ),
        [
            (
                row.workspace_id,
                row.name,
                NEED_WORDS[row.needs],
                why[row.workspace_id],
                when(row.posted_at),
                when(row.imported_at),
                when(row.reconciled_at),
                row.waiting,
                row.listed,
                money(row.unexplained_amount, row.currency) if row.unexplained else NONE,
                row.reads,
            )
            for row in rows
        ],
    )


def heartbeat() -> None:
    """Whether every connected practice was posted, imported and reconciled lately; exit 1 if not."""
    from caspen_qbo import wiring
    from caspen_qbo.usecases.monitoring.heartbeat import find_overdue_jobs
    from caspen_qbo.usecases.shared.jobs import close_died

    with wiring.open_store() as store:
        close_died(store)
        overdue = find_overdue_jobs(store)
    for job in overdue:
        console().print(str(job))
    if overdue:
        raise typer.Exit(1)
    console().print("every connected practice was posted, imported and reconciled lately")
