"""Resolving requests whose answer is not known: look first, adopt what is there, only then send again."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from itertools import groupby

from caspen_qbo import settings
from caspen_qbo.core.accounting import Answer
from caspen_qbo.core.documents import Body
from caspen_qbo.core.posting.document import Document
from caspen_qbo.errors import OutcomeUnknownError
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.usecases.sending.lookup import look_for
from caspen_qbo.usecases.sending.outcome import list_outcome_unknown, record
from caspen_qbo.usecases.sending.send import record_answers, transmit
from caspen_qbo.usecases.shared.intents import CLIENT, Outcome
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

TAKEN = frozenset({"6140", "6240"})
"""QuickBooks has a document of that number, or somebody of that name."""

LOOKS_MAX = 12
"""After so many looks over several runs without a trace, a create is given up and made anew."""

LOOKS_MAX_GUARDED = settings.IN_DOUBT_ROUNDS_MAX
"""
The same for updates, deletes and voids: one run. They name the sync token they were made for, so one that is
still on its way can no longer do anything once the document has moved on, and the next run decides from what
is there.
"""


def settle(session: Session, *, rounds: int = settings.IN_DOUBT_ROUNDS_MAX) -> list[Outcome]:
    """
    Settle every request in doubt of this workspace, as far as QuickBooks answers.

    What is found is adopted like an answer that came at once. What is not found is sent again as it was
    recorded, with the same request id and item ids, so that even a write that is still on its way inside
    QuickBooks is not doubled.

    :return: The outcomes now known. What stays in doubt is shown as ``outcome_unknown`` and left to the next
        run.
    """
    outcomes: list[Outcome] = []
    if session.plan is not None:
        return outcomes
    for _ in range(rounds):
        doubtful = session.store.requests.fetch_in_doubt()
        if not doubtful:
            return outcomes
        found = _look_twice(session, doubtful)
        session.store.requests.count_look([request.id for request in doubtful])
        seen = [request for request in doubtful if request.id in found]
        if seen:
            answers = {request.id: Answer(found[request.id]) for request in seen}
            outcomes += record_answers(session, seen, answers, record, adopted=True)
        outcomes += _repeat(session, [request for request in doubtful if request.id not in found])
    _show(session, session.store.requests.fetch_in_doubt())
    return outcomes


def _look_twice(session: Session, doubtful: list[Request]) -> dict[int, Body]:
    """
    Look, and where that proves nothing yet, wait and look again.

    QuickBooks may show a new document to queries a moment after it made it. So a create that was sent just
    now is not missing before the second look. Updates and deletes need no such care: repeated, they are
    guarded by their sync token.
    """
    found = look_for(session, doubtful)
    unseen = [r for r in doubtful if r.recent and r.operation == "create" and r.id not in found]
    if unseen and session.accounting.wait_for_visibility():
        found |= look_for(session, unseen)
    return found


def _repeat(session: Session, missing: list[Request]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for batch_id, group in groupby(missing, key=lambda request: request.batch_id):
        requests = list(group)
        given_up = [request for request in requests if request.looks >= _looks_max(request)]
        with session.store.transaction():
            for request in given_up:
                session.store.requests.finish(request.id, "dropped")
                if request.document_kind != CLIENT:
                    session.store.unsynced.resolve(
                        request.key, resolution="given up, decided again", error_keys=["outcome_unknown"]
                    )
        again = [request for request in requests if request.looks < _looks_max(request)]
        if not again:
            continue
        try:
            answers = transmit(session, again)
        except OutcomeUnknownError:
            log.warning(
                "still unknown workspace=%d batch=%s requests=%d", session.workspace_id, batch_id, len(again)
            )
            continue
        outcomes += _record_repeated(session, again, answers)
    return outcomes


def _record_repeated(session: Session, requests: list[Request], answers: dict[int, Answer]) -> list[Outcome]:
    """
    Commit the answers to a repetition.

    That a number or a name is taken may be said of what the first try made: that is adopted, not listed.
    """
    taken = [r for r in requests if r.id in answers and answers[r.id].code in TAKEN]
    found: dict[int, Body] = {}
    if taken:
        session.accounting.wait_for_visibility()
        found = look_for(session, taken)
    ours = {id_: Answer(body) for id_, body in found.items()}
    outcomes = record_answers(session, [r for r in taken if r.id in ours], ours, record, adopted=True)
    return outcomes + record_answers(session, [r for r in requests if r.id not in ours], answers, record)


def _looks_max(request: Request) -> int:
    return LOOKS_MAX if request.operation == "create" else LOOKS_MAX_GUARDED


def _show(session: Session, doubtful: list[Request]) -> None:
    for request, row in with_documents(session, doubtful):
        list_outcome_unknown(session, request, row)


def with_documents(session: Session, requests: Iterable[Request]) -> list[tuple[Request, Document]]:
    """Each request with the staged document it was made for; those for customers have none."""
    wanted = [request for request in requests if request.document_kind != CLIENT]
    documents = session.store.documents.fetch(request.key for request in wanted)
    return [(request, documents[request.key]) for request in wanted]
