"""The command of the morning mail: who gets it and when, what it would say now, a test, a round."""

from __future__ import annotations

import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from caspen_qbo.cli.shared import JSON, console, print_json, print_table, who

if TYPE_CHECKING:
    from caspen_qbo.core.monitoring.mail_wishes import Wishes
    from caspen_qbo.hooks.caspen.billing import CaspenBilling
    from caspen_qbo.hooks.store import Store
    from caspen_qbo.reports.mailing.letter import Rendered

WHOSE = typer.Option(None, "--workspace", help="Caspen's workspace id.")
OPS_TOO = typer.Option(False, "--ops", help="Ops' one mail about all practices, instead of a practice's.")
ADD = typer.Option(None, "--add", metavar="ADDRESS", help="Send it to this address too; may be repeated.")
REMOVE = typer.Option(None, "--remove", metavar="ADDRESS", help="No longer to this one; may be repeated.")
AT = typer.Option(None, "--at", metavar="07:00", help="When, by the practice's clock.")
QUIET = typer.Option(None, "--quiet", metavar="18:00-07:00", help="No mail between these; none: at any hour.")
WEEKENDS = typer.Option(None, "--weekends/--no-weekends", help="Also on Saturdays and Sundays.")
WEEKLY = typer.Option(None, "--weekly", metavar="DAY", help="The day of the weekly mail; none: no such mail.")
ZONE = typer.Option(None, "--time-zone", metavar="Australia/Perth", help="Of ops' mail.")
PREVIEW = typer.Option(False, "--preview", help="Show what would be sent now.")
HTML = typer.Option(
    None, "--html", metavar="FILE", help="With --preview: write the mail's page there; - prints it."
)
TEST = typer.Option(False, "--test", help="Send it now to the addresses, marked as a test.")
SEND = typer.Option(False, "--send", help="Send what is due in all practices, as scheduled runs do.")
SHOWN = 20


def mail(
    workspace: int | None = WHOSE,
    ops: bool = OPS_TOO,
    add: list[str] | None = ADD,
    remove: list[str] | None = REMOVE,
    at: str | None = AT,
    quiet: str | None = QUIET,
    weekends: bool | None = WEEKENDS,
    weekly: str | None = WEEKLY,
    time_zone: str | None = ZONE,
    preview: bool = PREVIEW,
    html: Path | None = HTML,
    test: bool = TEST,
    send: bool = SEND,
    as_json: bool = JSON,
) -> None:
    """Who gets the morning mail and when; changes it, shows what would be sent now, sends a test."""
    from caspen_qbo import wiring

    if send:
        _send_due(as_json=as_json)
        return
    if (workspace is None) == (not ops):
        raise typer.BadParameter("give --workspace W, or --ops for the mail about all practices")
    if html and not preview:
        raise typer.BadParameter("--html goes with --preview")
    if time_zone is not None and not ops:
        raise typer.BadParameter("a practice's mail goes by its own time zone; --time-zone is for --ops")
    id_ = workspace or 0
    with wiring.open_store() as store, wiring.open_billing() as billing:
        _known(store, billing, id_, ops=ops)
        changes = (add, remove, at, quiet, weekends, weekly, time_zone)
        if any(change is not None and change != [] for change in changes):
            _change(store, id_, *changes)
        if preview:
            _preview(store, billing, id_, html, as_json=as_json)
        elif test:
            _test(store, billing, id_, as_json=as_json)
        else:
            _show(store, id_, as_json=as_json)


def _known(store: Store, billing: CaspenBilling, workspace_id: int, *, ops: bool) -> None:
    from caspen_qbo.errors import ConfigurationError

    if not ops and workspace_id not in billing.fetch_workspaces([workspace_id]):
        raise ConfigurationError(f"workspace {workspace_id}: Caspen has no such workspace.")


def _change(
    store: Store,
    workspace_id: int,
    add: list[str] | None,
    remove: list[str] | None,
    at: str | None,
    quiet: str | None,
    weekends: bool | None,
    weekly: str | None,
    time_zone: str | None,
) -> None:
    from caspen_qbo.core.monitoring.mail_wishes import WishError, read_time, read_weekday
    from caspen_qbo.errors import ConfigurationError
    from caspen_qbo.usecases.connection.mail_wishes import read_wishes, save_wishes

    wishes = read_wishes(store, workspace_id)
    gone = {address.strip().lower() for address in remove or ()}
    if missing := gone - {address.lower() for address in wishes.addresses}:
        raise ConfigurationError(f"{', '.join(sorted(missing))}: no mail is sent there.")
    kept = tuple(address for address in wishes.addresses if address.lower() not in gone)
    try:
        wishes = replace(wishes, addresses=(*kept, *(add or ())))
        if at is not None:
            wishes = replace(wishes, send_at=read_time(at))
        if quiet is not None:
            begins, _, ends = ("00:00", "-", "00:00") if quiet == "none" else quiet.partition("-")
            wishes = replace(wishes, quiet_from=read_time(begins), quiet_to=read_time(ends))
        if weekends is not None:
            wishes = replace(wishes, weekends=weekends)
        if weekly is not None:
            wishes = replace(wishes, weekly=read_weekday(weekly))
    except WishError as error:
        raise ConfigurationError(str(error)) from error
    if time_zone is not None:
        wishes = replace(wishes, time_zone=time_zone)
    save_wishes(store, workspace_id, wishes, who=who())


def _show(store: Store, workspace_id: int, *, as_json: bool) -> None:
    from caspen_qbo.usecases.connection.mail_wishes import read_wishes
    from caspen_qbo.wording import MAIL_WORDS

    wishes = read_wishes(store, workspace_id)
    last = store.mails.fetch_last(workspace_id, SHOWN)
    if as_json:
        print_json({"workspace_id": workspace_id, **_as_texts(wishes), "mails": last})
        return
    print_table(
        ("mail to", "at", "quiet hours", "weekends", "weekly"),
        [
            (
                "\n".join(wishes.addresses) or "nobody",
                f"{wishes.send_at:%H:%M} {wishes.time_zone}".rstrip(),
                _quiet(wishes),
                "yes" if wishes.weekends else "no",
                _weekly(wishes),
            )
        ],
        title=f"Workspace {workspace_id}" if workspace_id else "Ops, all practices",
    )
    if last:
        print_table(
            ("day", "to", "what became of it", "tries", "why"),
            [(one.day, one.address, MAIL_WORDS[one.state], one.tries, one.problem) for one in last],
        )


def _as_texts(wishes: Wishes) -> dict[str, object]:
    return {
        "addresses": list(wishes.addresses),
        "send_at": f"{wishes.send_at:%H:%M}",
        "quiet_from": f"{wishes.quiet_from:%H:%M}",
        "quiet_to": f"{wishes.quiet_to:%H:%M}",
        "weekends": wishes.weekends,
        "weekly": _weekly(wishes).lower() if wishes.weekly else None,
        "time_zone": wishes.time_zone or None,
    }


def _quiet(wishes: Wishes) -> str:
    same = wishes.quiet_from == wishes.quiet_to
    return "none" if same else f"{wishes.quiet_from:%H:%M} to {wishes.quiet_to:%H:%M}"


def _weekly(wishes: Wishes) -> str:
    from caspen_qbo.core.monitoring.mail_wishes import WEEKDAYS

    return WEEKDAYS[wishes.weekly - 1] if wishes.weekly else "no"


def _preview(
    store: Store, billing: CaspenBilling, workspace_id: int, html: Path | None, *, as_json: bool
) -> None:
    kind, made = _rendered(store, billing, workspace_id, test=False)
    if html is not None:
        if str(html) == "-":
            sys.stdout.write(made.html)
        else:
            from caspen_qbo.hooks.files import write_report

            write_report(html.absolute(), made.html.encode())
            console().print(f"written to {html}")
        return
    if as_json:
        print_json(
            {
                "workspace_id": workspace_id,
                "kind": kind,
                "subject": made.subject if kind else None,
                "text": made.plain if kind else None,
            }
        )
        return
    console().print(f"Subject: {made.subject}\n\n{made.plain}", soft_wrap=True)


def _rendered(
    store: Store, billing: CaspenBilling, workspace_id: int, *, test: bool
) -> tuple[str | None, Rendered]:
    """Its kind, None where none would be sent, and the mail."""
    from caspen_qbo import wiring
    from caspen_qbo.reports.mailing.letter import render_preview
    from caspen_qbo.usecases.monitoring.mail_letters import preview_letter

    letter = preview_letter(store, billing, workspace_id, datetime.now(UTC))
    name = "" if letter or not workspace_id else billing.fetch_workspaces([workspace_id])[workspace_id].name
    made = render_preview(letter, name, workspace_id, wiring.pages_address(), test=test)
    return (letter.kind.value if letter else None), made


def _test(store: Store, billing: CaspenBilling, workspace_id: int, *, as_json: bool) -> None:
    from caspen_qbo import wiring
    from caspen_qbo.usecases.connection.mail_wishes import read_wishes

    _, made = _rendered(store, billing, workspace_id, test=True)
    addresses = read_wishes(store, workspace_id).addresses
    answers = wiring.send_test_mail(addresses, made)
    if as_json:
        print_json(
            [
                {"address": to, "result": answer.handed.value, "why": answer.words}
                for to, answer in answers.items()
            ]
        )
    else:
        print_table(
            ("to", "result", "why"),
            [(to, answer.handed.value, answer.words) for to, answer in answers.items()],
        )
    if not all(answer.taken for answer in answers.values()):
        raise typer.Exit(1)


def _send_due(*, as_json: bool) -> None:
    from caspen_qbo import wiring

    done = wiring.send_due_mails()
    if as_json:
        print_json(dict(done))
    else:
        words = ", ".join(f"{how} {number}" for how, number in sorted(done.items()))
        console().print(f"mails: {words}" if words else "no mail is due")
