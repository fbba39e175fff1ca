"""Documents that Caspen shows otherwise since its database was set back: seen whenever they are staged."""

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.set_back import (
    SET_BACK,
    Ruling,
    decide_set_back,
    describe_held,
)
from caspen_qbo.core.posting.document import Document, StagedDocument
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


@dataclass
class SetBack:
    """What is to be written about some documents once they are staged."""

    rulings: dict[DocumentKey, Ruling] = field(default_factory=dict)
    listings: list[Listing] = field(default_factory=list)
    invoices: set[int] = field(default_factory=set)
    """On which something is shown otherwise."""
    unknown: list[DocumentKey] = field(default_factory=list)
    """Of whose links it was not kept for which document they stand."""

    def _of(self, ruling: Ruling) -> list[DocumentKey]:
        return [key for key, ruled in self.rulings.items() if ruled is ruling]

    def write(self, session: Session) -> None:
        """In the transaction that staged them."""
        store = session.store
        store.set_back.note_made(self.unknown)
        store.set_back.forget_shown(self.invoices)
        store.set_back.forget_imports(self._of(Ruling.FORGET))
        adopted = self._of(Ruling.ADOPT)
        store.set_back.adopt(adopted)
        store.unsynced.resolve_all(adopted, resolution="as it was in Caspen", error_keys={SET_BACK})
        store.set_back.hold(self._of(Ruling.HOLD))
        store.unsynced.record(self.listings)
        if self._of(Ruling.FORGET):
            store.rhythm.record_reported(session.realm_id)
        for key, ruling in self.rulings.items():
            log.info("set back workspace=%d %s: %s", session.workspace_id, key, ruling)


def look_for_set_back(session: Session, staged: Sequence[StagedDocument]) -> SetBack:
    """Compare them with what was staged of them before; call before they are staged. Writes nothing."""
    found = SetBack()
    standing = session.store.set_back.fetch_standing([one.key for one in staged])
    found.unknown = [key for key, one in standing.items() if one.made_at is None]
    otherwise = {
        one.key: one for one in staged if one.key in standing and standing[one.key].is_otherwise(one)
    }
    if not otherwise:
        return found
    before = session.store.documents.fetch(otherwise)
    same = _find_same_clients(session, before.values())
    for key, one in otherwise.items():
        ruling = decide_set_back(standing[key], before[key], one, same_client=before[key].client_id in same)
        found.rulings[key] = ruling
        if ruling is not Ruling.KEEP:
            found.invoices.add(one.invoice_id)
        if ruling is Ruling.HOLD:
            found.listings.append(Listing(one, SET_BACK, describe_held(before[key], one)))
    return found


def _find_same_clients(session: Session, documents: Iterable[Document]) -> set[int | None]:
    """Of whose clients no other has the id now."""
    documents = list(documents)
    ids = {id_ for one in documents if (id_ := one.client_id) is not None}
    clients = session.billing.fetch_clients(session.workspace_id, ids)
    links = session.store.links.fetch_clients(session.realm_id, list(ids))
    return {
        id_
        for id_ in ids
        if (client := clients.get(id_)) is not None
        and (id_ not in links or not links[id_].is_another(client))
    }
