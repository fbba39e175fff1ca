"""One practice and its books: what there is to act on, who acts, and what a person did by hand."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.usecases.importing.run import import_payments
from caspen_qbo.usecases.posting.run import post
from caspen_qbo.usecases.reconciling.run import reconcile
from caspen_seed.errors import CaspenRefused
from tests.support.command_line import run_command
from tests.support.flow import REALM, WORKSPACE, Flow
from tests.support.hasty import hasty_session

JOBS: dict[str, Callable[..., Any]] = {"post": post, "import": import_payments, "reconcile": reconcile}

Body = dict[str, Any]

FEE = "Late fee"


def run_job(name: str) -> None:
    with hasty_session(WORKSPACE, name) as session:
        JOBS[name](session)


class NotPossible(Exception):
    """Nothing to do it to, or a screen that does not let one: it did not happen."""


@dataclass
class Hand:
    """What a person changed about one QuickBooks record."""

    fields: dict[str, Any] = field(default_factory=dict)
    """As they were left. Never overwritten without a choice."""
    filled: dict[str, Any] = field(default_factory=dict)
    """What Caspen has nothing to say about, as it was filled in: kept as long as the document lives."""
    gone: bool = False
    """Voided or deleted."""
    accepted: bool = False
    """Somebody took it as right: it stays as it was left until Caspen's version is sent again."""


class World:
    """Acts are methods without arguments; what they pick comes from ``rng``."""

    def __init__(self, flow: Flow, seed: int = 0) -> None:
        self.flow = flow
        self.rng = random.Random(seed)
        self.clients = [
            flow.staff.create_client("Ann", "O'Hara", email="ann@example.com"),
            flow.staff.create_client("Bo", "Smith"),
        ]
        self.hands: dict[tuple[str, str], Hand] = {}
        """By entity and id."""
        self.log: list[str] = []

    # --- acting ---

    def attempt(self, name: str, act: Callable[[], object]) -> bool:
        """Do it, if there is something to do it to and the screen lets one."""
        try:
            act()
        except (CaspenRefused, NotPossible) as refused:
            self.log.append(f"{name}: not possible: {str(refused)[:160]}")
            return False
        self.log.append(name)
        return True

    def person(self, action: str, **body: Any) -> Body:
        """Somebody in QuickBooks' own screens."""
        answer = httpx.post(
            f"{self.flow.sandbox.url}/_sandbox/{REALM}/person/{action}", json=body, timeout=60, verify=False
        )
        if answer.status_code == 400:
            raise NotPossible(answer.text[:300])
        assert answer.status_code == 200, f"{action} {body}: {answer.text}"
        found: Body = answer.json()
        return found

    def command(self, *arguments: str) -> bool:
        """``caspen-qbo``, as somebody types it; whether it said yes. Its words go into the log."""
        done = run_command(*arguments)
        said = " ".join((done.stdout + done.stderr).split())
        self.log.append(f"  caspen-qbo {' '.join(arguments)} -> {done.returncode} {said[-300:]}")
        assert "Traceback" not in done.stderr, done.stderr
        return done.returncode == 0

    def note(self, entity: str, row_id: str, **fields: Any) -> None:
        self.hands.setdefault((entity, row_id), Hand()).fields.update(fields)

    def note_filled(self, entity: str, row_id: str, **filled: Any) -> None:
        self.hands.setdefault((entity, row_id), Hand()).filled.update(filled)

    def forget(self, entity: str, row_id: str) -> None:
        """Somebody chose: what was edited may be overwritten now."""
        if hand := self.hands.get((entity, row_id)):
            hand.fields.clear()
            hand.gone = hand.accepted = False

    def accept_hand(self, entity: str, row_id: str) -> None:
        """Somebody took it as right. A customer moves with its client; a fee stays, and the total is then
        Caspen's and the fee.
        """
        if hand := self.hands.get((entity, row_id)):
            hand.accepted = True
            hand.fields.pop("CustomerRef", None)
            if "fee" in hand.fields:
                hand.fields.pop("TotalAmt", None)

    def run(self, job: str) -> None:
        run_job(job)

    # --- picking ---

    def one(self, rows: Sequence[Any]) -> Any:
        if not rows:
            raise NotPossible("there is none")
        return rows[self.rng.randrange(len(rows))]

    def book(self, entity: str, fits: Callable[[Body], bool] = lambda row: True) -> Body:
        found: Body = self.one([row for row in self.flow.books(entity) if fits(row)])
        return found

    def our_book(self, entity: str, fits: Callable[[Body], bool] = lambda row: True) -> Body:
        """One that carries our mark and counts."""
        return self.book(entity, lambda row: is_ours(row) and row["TotalAmt"] > 0 and fits(row))

    def by_id(self, entity: str, row_id: str) -> Body | None:
        return next((row for row in self.flow.books(entity) if row["Id"] == row_id), None)

    def invoice(self, status: str, more: str = "true") -> int:
        return self.pick(
            f"SELECT id FROM caspen.invoice WHERE status = '{status}' AND deleted_at IS NULL AND {more}"
        )

    def pick(self, sql: str) -> int:
        found: int = self.one([row[0] for row in self.flow.caspen_rows(f"{sql} ORDER BY 1")])
        return found

    def row(self, sql: str, *params: Any) -> Any:
        rows = self.flow.caspen_rows(sql, *params)
        if not rows:
            raise NotPossible("there is none")
        return rows[0]


def is_voided(row: Body) -> bool:
    return "voided" in str(row.get("PrivateNote") or "").casefold()


def is_ours(row: Body) -> bool:
    return read_marker(str(row.get("PrivateNote") or "")) is not None and not is_voided(row)
