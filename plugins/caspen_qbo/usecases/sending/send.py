"""Writing to QuickBooks so that a crash or a lost answer never doubles or loses a document.

A request is committed, sent with up to 30 in a batch, and its answer committed with what follows from it.
Several batches may be under way at once: each is committed before it leaves, its answer when it comes. One
without an answer is *unconfirmed*: :mod:`resolve` looks its effect up before anything is sent again.
docs/decisions/0002-exactly-once.md works through every case.
"""

import logging
from collections import defaultdict, deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial

from caspen_qbo import settings
from caspen_qbo.core.accounting import Answer
from caspen_qbo.core.posting.identity import batch_request_id, payload_hash
from caspen_qbo.core.writes import Batch, Write, plan_batches
from caspen_qbo.errors import OutcomeUnknownError, QboRejectedError, RetryError, StopError, SyncError
from caspen_qbo.hooks.store.posting.requests import Finished, Request
from caspen_qbo.usecases.sending.lookup import find_effects
from caspen_qbo.usecases.sending.outcome import Outcome
from caspen_qbo.usecases.sending.record import record_outcomes
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What came of a batch: answers by row id, or the error."""

    batch: Batch
    requests: list[Request]
    answers: Mapping[int, Answer]
    error: SyncError | None = None


def send(session: Session, writes: Iterable[Write]) -> list[Outcome]:
    """Carry out writes in batches; every outcome is recorded as it arrives. Batches of new documents that do
    not touch one another are under way together; all others go one after the other, in order.

    :param writes: At most one per document and step.
    :return: The outcomes known so far. A write without one is unconfirmed and left to
        :func:`caspen_qbo.usecases.sending.resolve.resolve_unconfirmed`.
    :raises StopError: nobody can write to this company now; what was sent before is recorded.
    :raises RetryError: throttled, or QuickBooks is away; its batch is unconfirmed, unless the error
        proves that it was not carried out.
    """
    batches = list(plan_batches(writes, settings.BATCH_ITEMS_MAX, session.stocked_items()))
    if len(batches) > 1:
        return _send_together(session, batches)
    return [outcome for batch in batches for outcome in _settle(session, _send_batch(session, batch))]


def _send_together(session: Session, batches: Sequence[Batch]) -> list[Outcome]:
    """After an error no other batch is begun, and those under way are waited for and recorded."""
    outcomes: list[Outcome] = []
    waiting, under_way, failed = deque(batches), list[Batch](), list[SyncError]()
    with session.accounting.in_flight(_Sent) as flight:
        while flight.count or (waiting and not failed):
            if not failed and waiting and _may_begin(waiting[0], under_way):
                batch = waiting.popleft()
                under_way.append(batch)
                requests = _record_ahead(session, batch.writes)
                flight.begin(partial(_transmit_batch, session, batch, requests))
                continue
            sent = flight.wait()
            under_way.remove(sent.batch)
            try:
                outcomes += _settle(session, sent)
            except (StopError, RetryError) as error:
                if error is not sent.error:  # our own database, or a look-up: nothing more can be recorded
                    raise
                failed.append(error)
    if failed:
        raise failed[0]
    return outcomes


def _may_begin(batch: Batch, under_way: Sequence[Batch]) -> bool:
    return len(under_way) < settings.BATCHES_IN_FLIGHT and all(
        batch.may_go_with(other) for other in under_way
    )


def _send_batch(session: Session, batch: Batch) -> _Sent:
    return _transmit_batch(session, batch, _record_ahead(session, batch.writes))


def _transmit_batch(session: Session, batch: Batch, requests: list[Request]) -> _Sent:
    try:
        return _Sent(batch, requests, transmit(session, requests))
    except (OutcomeUnknownError, StopError, RetryError) as error:
        return _Sent(batch, requests, {}, error)


def _settle(session: Session, sent: _Sent) -> list[Outcome]:
    """Record what is known. Raises a batch's error that ends the run."""
    requests, error = sent.requests, sent.error
    if error is None:
        return record_answers(session, requests, sent.answers)
    if isinstance(error, OutcomeUnknownError):
        log.warning(
            "outcome unknown workspace=%d requests=%d batch=%s tid=%s run=%s",
            session.workspace_id,
            len(requests),
            requests[0].batch_id,
            error.intuit_tid or "-",
            session.run_id,
        )
        return []
    if error.not_carried_out:  # nothing to look up, and the work stays to be done
        with session.store.transaction():
            session.store.requests.finish(Finished(request.id, "dropped") for request in requests)
    raise error


def _record_ahead(session: Session, writes: Sequence[Write]) -> list[Request]:
    """Commit what is about to be sent, in the generation after the last recorded one of its document and
    step. A repetition of the *same* attempt is sent again from its record: what arrives here is new work, and
    must not be answered with the stored reply to an older request.
    """
    ids: dict[tuple[str, str], list[int]] = defaultdict(list)
    for write in writes:
        ids[write.document_kind, write.step.value].append(write.document_id)
    fetch = session.store.requests.fetch_generations
    last = {key: fetch(session.realm_id, *key, document_ids) for key, document_ids in ids.items()}
    numbered = [
        (write, last[write.document_kind, write.step.value].get(write.document_id, 0) + 1) for write in writes
    ]
    batch_id = batch_request_id(
        session.realm_id,
        [
            (write.document_kind, write.document_id, write.step.value, number, payload_hash(write.payload))
            for write, number in numbered
        ],
    )
    return session.store.requests.prepare(session.realm_id, session.run_id, batch_id, numbered)


def transmit(session: Session, requests: Sequence[Request]) -> dict[int, Answer]:
    """Send a recorded batch as it was recorded; answers by row id, a missing one is unconfirmed."""
    first = requests[0]

    def look_again() -> None:
        """Refused, and possibly done all the same: sent again, a forgotten request id would double it."""
        unread: set[int] = set()
        if (found := find_effects(session, requests, unread)) or unread:
            raise OutcomeUnknownError(
                f"QuickBooks refused batch {first.batch_id}, and carried out {len(found)} of its "
                f"{len(requests)} writes; they are adopted. It cannot show what became of {len(unread)}."
            )

    if first.operation == "void":
        body = first.payload
        answer = session.accounting.send_void(
            first.entity, body["Id"], body["SyncToken"], first.batch_id, before_repeat=look_again
        )
        return {first.id: answer}
    try:
        answers = session.accounting.send_batch(first.batch_id, requests, before_repeat=look_again)
    except QboRejectedError as error:
        # The batch as a whole was refused before any item was looked at: every item gets that reason.
        refusal = Answer(None, error.verdict, error.intuit_tid or "")
        return {request.id: refusal for request in requests}
    return {request.id: answers[request.bid] for request in requests if request.bid in answers}


def record_answers(
    session: Session, requests: Sequence[Request], answers: Mapping[int, Answer], *, adopted: bool = False
) -> list[Outcome]:
    """Commit answers together with what follows from them, all of a batch in one transaction."""
    outcomes = [
        Outcome(request, answers[request.id], adopted) for request in requests if request.id in answers
    ]
    record_outcomes(session, outcomes)
    return outcomes
