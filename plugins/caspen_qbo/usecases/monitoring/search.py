"""Finding a document in any practice. Asks our own tables, and Caspen for the names of practices."""

from collections.abc import Collection
from dataclasses import dataclass

from caspen_qbo.core.monitoring.search import read_sought
from caspen_qbo.core.records import Workspace
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.posting.finding import FoundDocument, find_documents
from caspen_qbo.usecases.monitoring.readers import record_reads

SHOWN = 50
LOOKED_AT = 500
"""Fits of one kind: one who has found so many types more."""


@dataclass(frozen=True, slots=True)
class SearchResult:
    documents: tuple[FoundDocument, ...]
    """The best fits, at most ``SHOWN``."""
    found: int
    at_least: bool
    """There are more than ``found``; how many was not counted."""
    workspaces: dict[int, Workspace]
    """Of those documents, where Caspen still has them."""

    @property
    def more(self) -> int:
        return self.found - len(self.documents)


NOTHING = SearchResult((), 0, at_least=False, workspaces={})


def search(
    store: Store, billing: CaspenBilling, typed: str, visible: Collection[int] | None, *, who: str
) -> SearchResult:
    """The same few statements however many practices and documents there are. Who was shown which practice's
    documents is recorded, without what was typed.

    :param visible: Workspace ids that may be seen; None for all.
    """
    sought = read_sought(typed)
    if sought is None or visible == []:
        return NOTHING
    documents = find_documents(store.database, sought, visible, most=LOOKED_AT, shown=SHOWN)
    ids = sorted({document.workspace_id for document in documents})
    record_reads(store, who, "search", ids, downloaded=False)
    found = documents[0].found if documents else 0
    return SearchResult(
        documents=tuple(documents),
        found=min(found, LOOKED_AT),
        at_least=found > LOOKED_AT,
        workspaces=dict(billing.fetch_workspaces(ids)) if ids else {},
    )
