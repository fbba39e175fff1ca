"""Resolving requests whose answer is not known: look first, adopt what is there, only then send again."""

import logging
from collections.abc import Iterable
from itertools import groupby

from caspen_qbo import settings
from caspen_qbo.core.accounting import Answer
from caspen_qbo.core.documents import Body
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.writes import CLIENT
from caspen_qbo.errors import OutcomeUnknownError
from caspen_qbo.hooks.store.posting.requests import Finished, Request
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.sending.lookup import find_effects
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.sending.send import record_answers, transmit
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

TAKEN = frozenset({"6140", "6240"})
"""QuickBooks has a document of that number, or someone of that name."""

LOOKUPS_MAX = 12
"""After so many lookups over several runs without a trace, a create is given up and made again."""

LOOKUPS_MAX_GUARDED = settings.UNCONFIRMED_ROUNDS_MAX
"""The same for updates, deletes and voids: one run. They name the sync token they were made for, so one still
on its way can do nothing once the document has moved on, and the next run decides from what is there.
"""


def resolve_unconfirmed(session: Session, *, rounds: int = settings.UNCONFIRMED_ROUNDS_MAX) -> list[Outcome]:
    """Resolve every unconfirmed request of this workspace, as far as QuickBooks answers; the outcomes now
    known.

    What is found is adopted like an answer that came at once. What is not is sent again as it was recorded,
    with the same request and item ids, so that even a write still on its way inside QuickBooks is not
    doubled. The rest is shown as ``outcome_unknown`` and left to the next run; so is what may have been
    carried out under a number or for a customer of which QuickBooks cannot show every record.
    """
    outcomes: list[Outcome] = []
    for _ in range(rounds):
        unconfirmed = session.store.requests.fetch_unconfirmed()
        if not unconfirmed:
            return outcomes
        unread: set[int] = set()
        found = _look_twice(session, unconfirmed, unread)
        unconfirmed = [request for request in unconfirmed if request.id not in unread]
        session.store.requests.count_lookup([request.id for request in unconfirmed])
        seen = [request for request in unconfirmed if request.id in found]
        if seen:
            answers = {request.id: Answer(found[request.id]) for request in seen}
            outcomes += record_answers(session, seen, answers, adopted=True)
        outcomes += _repeat(session, [request for request in unconfirmed if request.id not in found])
    _list_unknown(session, session.store.requests.fetch_unconfirmed())
    return outcomes


def _look_twice(session: Session, unconfirmed: list[Request], unread: set[int]) -> dict[int, Body]:
    """Look, and where that proves nothing yet, wait and look again: QuickBooks may show a new document to
    queries a moment after it made it. Updates and deletes need no such care: their sync token guards them.
    """
    found = find_effects(session, unconfirmed, unread)
    unseen = [
        r
        for r in unconfirmed
        if r.id not in unread and r.recent and r.operation == "create" and r.id not in found
    ]
    if unseen and session.accounting.wait_for_visibility():
        found |= find_effects(session, unseen, unread)
    return found


def _repeat(session: Session, missing: list[Request]) -> list[Outcome]:
    outcomes: list[Outcome] = []
    for batch_id, group in groupby(missing, key=lambda request: request.batch_id):
        requests = list(group)
        _give_up(session, [request for request in requests if _is_tried_enough(request)])
        again = [request for request in requests if not _is_tried_enough(request)]
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


def _is_tried_enough(request: Request) -> bool:
    most = LOOKUPS_MAX if request.operation == "create" else LOOKUPS_MAX_GUARDED
    return request.lookup_attempts >= most


def _give_up(session: Session, requests: list[Request]) -> None:
    with session.store.transaction():
        session.store.requests.finish(Finished(request.id, "dropped") for request in requests)
        for request in requests:
            if request.document_kind != CLIENT:
                session.store.unsynced.resolve(
                    request.key, resolution="given up, decided again", error_keys=["outcome_unknown"]
                )


def _record_repeated(session: Session, requests: list[Request], answers: dict[int, Answer]) -> list[Outcome]:
    """Commit the answers to a repetition. A number or name taken by the first try is adopted, not listed."""
    taken = [r for r in requests if r.id in answers and answers[r.id].code in TAKEN]
    found: dict[int, Body] = {}
    if taken:
        session.accounting.wait_for_visibility()
        found = find_effects(session, taken)
    ours = {id_: Answer(body) for id_, body in found.items()}
    outcomes = record_answers(session, [r for r in taken if r.id in ours], ours, adopted=True)
    return outcomes + record_answers(session, [r for r in requests if r.id not in ours], answers)


def _list_unknown(session: Session, unconfirmed: list[Request]) -> None:
    """Shown while an answer is being looked for; nobody has to act."""
    session.store.unsynced.record(
        [
            Listing(
                document,
                "outcome_unknown",
                f"QuickBooks' answer to a request of {request.prepared_at:%Y-%m-%d %H:%M} UTC was lost.",
                blocks=False,
            )
            for request, document in with_documents(session, unconfirmed)
        ]
    )


def with_documents(session: Session, requests: Iterable[Request]) -> list[tuple[Request, Document]]:
    """Each request with the staged document it was made for; those for customers have none."""
    wanted = [request for request in requests if request.document_kind != CLIENT]
    documents = session.store.documents.fetch(request.key for request in wanted)
    return [(request, documents[request.key]) for request in wanted]
