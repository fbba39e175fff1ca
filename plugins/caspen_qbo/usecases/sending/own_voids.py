"""Our own voided documents give up the number of what is to be created, before it is created."""

from collections.abc import Mapping, Sequence

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.own_voids import map_renumber
from caspen_qbo.core.writes import ENTITY, Step, Write
from caspen_qbo.usecases.sending.resolve import resolve_unconfirmed
from caspen_qbo.usecases.sending.send import send
from caspen_qbo.usecases.shared.session import Session


def free_numbers(
    session: Session, voids: Mapping[DocumentKey, tuple[Document, Sequence[DocumentFacts]]]
) -> set[DocumentKey]:
    """One void of each document at a time. Which documents' numbers are still held: refused and listed, or
    not confirmed yet, or changed by someone in the meantime; the next run decides.

    :param voids: By document to be created: it, and the voids under its number.
    """
    held: set[DocumentKey] = set()
    for turn in range(max((len(found) for _, found in voids.values()), default=0)):
        writes = [
            _renumber(document, found[turn])
            for key, (document, found) in voids.items()
            if key not in held and turn < len(found)
        ]
        outcomes = send(session, writes) + resolve_unconfirmed(session)
        done = {o.request.key for o in outcomes if o.request.step is Step.RENUMBER and o.answer.ok}
        held |= {write.key for write in writes} - done
    return held


def _renumber(document: Document, void: DocumentFacts) -> Write:
    entity, payload = ENTITY[document.kind], map_renumber(void)
    return Write(document.kind, document.id, Step.RENUMBER, entity, "update", payload, document.version)
