"""
What the next post run would do, without doing it.

The run's own code decides, on a session that collects what it would send, inside a transaction that is undone
at the end: so a dry run cannot disagree with the run that follows it, and leaves nothing behind, neither in
QuickBooks nor in our own tables nor in Caspen. QuickBooks is read: customers, numbers and open balances are
looked up for real.
"""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.plan import Do, Planned, count_planned
from caspen_qbo.core.records import Client, DocumentKind
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.hooks.store.posting.unsynced import UnsyncedRow
from caspen_qbo.usecases.posting.run import release_healed_causes, write_all
from caspen_qbo.usecases.shared.intents import CLIENT, Intent, Step
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.usecases.shared.staging import stage

log = logging.getLogger(__name__)

NOT_SET_UP = (
    "Set-up incomplete: choose the payment account and the default items in Settings; nothing posts before."
)


@dataclass(frozen=True, slots=True)
class PostPlan:
    """The steps of the next run in order, and their counts."""

    workspace_id: int
    steps: tuple[Planned, ...]
    counts: dict[str, int] = field(default_factory=dict)
    message: str = ""
    """Every step in words, a line each."""


class _Undo(Exception):
    """Ends the transaction of a dry run."""


@contextmanager
def undone(store: WorkspaceStore) -> Iterator[None]:
    """Whatever is written to our tables inside is as if it had never been."""
    try:
        with store.transaction():
            yield
            raise _Undo
    except _Undo:
        log.debug("the dry run's bookkeeping was undone")


def plan_post(session: Session) -> PostPlan:
    """
    Plan a post run. Waits its turn like one, since it reads the same bookkeeping.

    Safe to repeat and at any time: nothing is sent, listed, linked or written back.

    :raises StopError: nobody could post to this company now, e.g. it has to be reconnected.
    :raises RetryError: try again later.
    """
    dry = replace(session, plan=[])
    steps: tuple[Planned, ...] = ()
    message = ""
    with session.store.lock(), undone(session.store):
        stage(dry)
        if session.store.setup.fetch_choices() is None:
            message = NOT_SET_UP
            steps = tuple(_waiting(dry))
        else:
            steps = tuple(plan_steps(dry))
    for step in steps:
        log.info(
            "dry run workspace=%d %s %s number=%s total=%s: %s",
            session.workspace_id, step.do, step.kind, step.number, step.total, step.reason,
        )  # fmt: skip
    told = (f"would {step.do} {step.kind} {step.number} ({step.total}): {step.reason}" for step in steps)
    return PostPlan(
        session.workspace_id, steps, count_planned(steps), "\n  ".join([*filter(None, [message]), *told])
    )


@dataclass
class _Seen:
    """What the run's own code did on the way, by document."""

    intents: dict[tuple[str, int], Intent] = field(default_factory=dict)
    listed: dict[tuple[str, int], list[str]] = field(default_factory=dict)
    settled: set[tuple[str, int]] = field(default_factory=set)
    """Found to be in order already: linked by our mark, equal by hand, or gone on both sides."""
    clients: dict[int, Client] = field(default_factory=dict)
    going: set[int] = field(default_factory=set)
    """Invoices that would be posted: what hangs on them follows."""


def plan_steps(session: Session) -> Iterator[Planned]:
    """
    What a run would do with what is staged. Only on a session that has a ``plan``, and inside :func:`undone`.
    """
    release_healed_causes(session)
    works = list(_works(session))
    attempts = {_row_key(row): row.attempts for row in session.store.unsynced.fetch_open()}
    write_all(session, Counter(), session.store.practices.read_clock())
    seen = _look_back(session, works, attempts)
    for work in works:
        step = _step(work, seen)
        if work.kind is DocumentKind.INVOICE and step.do is Do.POST:
            seen.going.add(work.id)
        yield step


def _works(session: Session) -> Iterator[Document]:
    """Removals first, then invoices, credit notes and payments: the order of a run."""
    order = (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.PAYMENT)
    for wanted, kinds in (("absent", reversed(order)), ("present", order)):
        for kind in kinds:
            for page in session.store.documents.fetch_work(kind, wanted):
                yield from page


def _look_back(
    session: Session, works: Sequence[Document], attempts: dict[tuple[str, int, str], int]
) -> _Seen:
    """:param attempts: Of the open rows before the run: a row that was listed again counts one more."""
    seen = _Seen()
    for intent in session.plan or ():
        seen.intents.setdefault((intent.kind, intent.document_id), intent)
    for row in session.store.unsynced.fetch_open():
        if attempts.get(_row_key(row)) != row.attempts:
            key = (row.document_kind, row.document_id)
            seen.listed.setdefault(key, []).append(f"{row.title}: {row.detail}")
    for kind in DocumentKind:
        ids = [work.id for work in works if work.kind is kind]
        rows = session.store.documents.fetch_documents(kind, ids)
        seen.settled |= {(kind.value, i) for i, row in rows.items() if row.synced}
    client_ids = {work.client_id for work in works if work.client_id is not None}
    seen.clients = session.billing.fetch_clients(session.workspace_id, client_ids)
    return seen


def _row_key(row: UnsyncedRow) -> tuple[str, int, str]:
    return row.document_kind, row.document_id, row.error_key


def _step(work: Document, seen: _Seen) -> Planned:
    key = (work.kind.value, work.id)
    if key in seen.intents:
        return _planned(work, *_told(seen.intents[key]))
    if key in seen.listed:
        return _planned(work, Do.LIST, " ".join(seen.listed[key]))
    if key in seen.settled:
        gone = work.wanted == "absent"
        return _planned(
            work, Do.LINK, "already gone from QuickBooks" if gone else "already in QuickBooks, and equal"
        )
    if work.kind is not DocumentKind.INVOICE:
        if work.invoice_id in seen.going:
            return _planned(work, Do.POST, "not in QuickBooks; follows its invoice")
        return _planned(work, Do.WAIT, "its invoice is not in QuickBooks as Caspen shows it")
    client = seen.clients.get(work.client_id or 0)
    if client is not None and (CLIENT, client.id) in seen.intents:
        return _planned(work, Do.POST, "not in QuickBooks; its customer would be created")
    return _planned(work, Do.WAIT, "an earlier request for it or for its customer is still being looked for")


def _told(intent: Intent) -> tuple[Do, str]:
    there = str(intent.body.get("Id") or "")
    if intent.step is Step.APPLY:
        return Do.APPLY, "in QuickBooks; to be applied to its invoice"
    if intent.step in (Step.REMOVE, Step.UNDO, Step.UNAPPLY):
        return Do.REMOVE, f"Caspen no longer has it; QuickBooks {intent.entity} {there}"
    if intent.operation == "create":
        return Do.POST, "not in QuickBooks"
    return Do.UPDATE, f"Caspen has a newer version; QuickBooks {intent.entity} {there}"


def _planned(work: Document, do: Do, reason: str) -> Planned:
    return Planned(do, work.kind, work.id, work.number, work.total, reason)


def _waiting(session: Session) -> Iterable[Planned]:
    return [_planned(work, Do.WAIT, "set-up is incomplete") for work in _works(session)]
