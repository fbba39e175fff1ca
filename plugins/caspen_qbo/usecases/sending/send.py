"""
Writing to QuickBooks so that a crash or a lost answer never doubles or loses a document.

1. What will be sent is committed: document, step, generation, payload, request id and place in its batch.
2. It is sent, up to 30 writes in a request.
3. The answers are committed together with what follows from them (links, listings).

Between 1 and 3 anything may die. A request that was recorded and not answered is *in doubt*: :mod:`settle`
looks for its effect before anything is sent again. docs/decisions/0002-exactly-once.md works through every
case.
"""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from caspen_qbo.core.accounting import Answer
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.posting.identity import batch_request_id, item_id, payload_hash
from caspen_qbo.errors import OutcomeUnknownError, QboRejectedError, RetryError, StopError
from caspen_qbo.hooks.store.posting.requests import Draft, Request
from caspen_qbo.settings import BATCH_ITEMS_MAX
from caspen_qbo.usecases.sending.lookup import look_for
from caspen_qbo.usecases.shared.intents import Intent, Outcome
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

Record = Callable[[Session, Outcome], None]
"""Writes what follows from an outcome; runs inside the transaction that settles the request."""


def send(session: Session, intents: Iterable[Intent], record: Record) -> list[Outcome]:
    """
    Carry out writes, in order, in batches; every outcome is recorded as it arrives.

    :param intents: At most one per document and step.
    :param record: Called for each outcome inside its transaction.
    :return: The outcomes known so far. An intent without one is in doubt and left to :func:`settle.settle`.
    :raises StopError: nobody can write to this company now; what was sent before is recorded.
    :raises RetryError: throttled, or QuickBooks is away. Unless the error proves that the batch under way was
        not carried out, that batch is in doubt.
    """
    if session.plan is not None:
        session.plan.extend(intents)
        return []
    outcomes = []
    for chunk in chunked(intents, BATCH_ITEMS_MAX):
        voids = [intent for intent in chunk if intent.operation == "void"]
        others = [intent for intent in chunk if intent.operation != "void"]
        for group in ([others] if others else []) + [[void] for void in voids]:
            outcomes += _send_group(session, group, record)
    return outcomes


def _send_group(session: Session, intents: Sequence[Intent], record: Record) -> list[Outcome]:
    requests = session.store.requests.prepare(session.realm_id, session.run_id, _drafts(session, intents))
    try:
        answers = transmit(session, requests)
    except OutcomeUnknownError as error:
        log.warning(
            "outcome unknown workspace=%d requests=%d batch=%s tid=%s run=%s",
            session.workspace_id, len(requests), requests[0].batch_id, error.intuit_tid or "-",
            session.run_id,
        )  # fmt: skip
        return []
    except (StopError, RetryError) as error:
        if error.not_carried_out:  # nothing to look for, and the work stays to be done
            with session.store.transaction():
                for request in requests:
                    session.store.requests.finish(request.id, "dropped")
        raise
    return record_answers(session, requests, answers, record)


def transmit(session: Session, requests: Sequence[Request]) -> dict[int, Answer]:
    """
    Send recorded requests of one batch as they were recorded, with the same request id and item ids.

    :return: Answers by the request's row id; a missing one is in doubt.
    """
    first = requests[0]

    def look_again() -> None:
        """Refused at the gate, and done all the same: sent again, a forgotten request id would double it."""
        if found := look_for(session, requests):
            raise OutcomeUnknownError(
                f"QuickBooks refused batch {first.batch_id}, and carried out {len(found)} of its "
                f"{len(requests)} writes; they are adopted."
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
    session: Session,
    requests: Sequence[Request],
    answers: dict[int, Answer],
    record: Record,
    *,
    adopted: bool = False,
) -> list[Outcome]:
    """Commit answers together with what follows from them, all of a batch in one transaction."""
    outcomes = [
        Outcome(request, answers[request.id], adopted) for request in requests if request.id in answers
    ]
    with session.store.transaction():
        for outcome in outcomes:
            answer = outcome.answer
            session.store.requests.finish(
                outcome.request.id,
                "done" if answer.ok else "refused",
                quickbooks_id=str((answer.body or {}).get("Id") or "") or None,
                fault_code=answer.code or None,
                fault_text=(answer.verdict and answer.verdict.said) or None,
                intuit_tid=answer.intuit_tid or None,
                adopted=adopted,
            )
            record(session, outcome)
    return outcomes


def _drafts(session: Session, intents: Sequence[Intent]) -> list[Draft]:
    hashes = [payload_hash(intent.body) for intent in intents]
    generations = _generations(session, intents)
    batch_id = batch_request_id(
        session.realm_id,
        [
            (intent.kind, intent.document_id, intent.step.value, generation, digest)
            for intent, generation, digest in zip(intents, generations, hashes, strict=True)
        ],
    )
    return [
        Draft(
            batch_id=batch_id,
            bid="" if intent.operation == "void" else item_id(index),
            document_kind=intent.kind,
            document_id=intent.document_id,
            step=intent.step,
            entity=intent.entity,
            operation=intent.operation,
            generation=generation,
            version=intent.version,
            payload=intent.body,
            payload_hash=digest,
        )
        for index, (intent, generation, digest) in enumerate(zip(intents, generations, hashes, strict=True))
    ]


def _generations(session: Session, intents: Sequence[Intent]) -> list[int]:
    """
    One more than the last recorded request of the same document and step.

    A repetition of the *same* attempt never comes through here: it is re-sent from its record by ``settle``.
    So what arrives here is new work, and must not be answered with the stored reply to an older request.
    """
    ids: dict[tuple[str, str], list[int]] = defaultdict(list)
    for intent in intents:
        ids[intent.kind, intent.step.value].append(intent.document_id)
    last = {
        key: session.store.requests.fetch_generations(session.realm_id, *key, document_ids)
        for key, document_ids in ids.items()
    }
    return [last[intent.kind, intent.step.value].get(intent.document_id, 0) + 1 for intent in intents]
