"""What Caspen showed of a document before and shows now, where its database was set back."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.decide.set_back import Standing
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.subject import Subject

MISSING = "missing"
"""``caspen_status`` of what Caspen no longer has at all."""


@dataclass(frozen=True, slots=True)
class KnownDocument:
    """What Caspen showed, and should have still."""

    document_kind: DocumentKind
    document_id: int
    invoice_id: int
    updated_at: datetime
    """Caspen's, when it was last staged."""
    caspen_status: str
    linked: bool
    origin: str
    """Of its link; empty: it has none."""

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(self.document_kind, self.document_id)

    @property
    def missing(self) -> bool:
        """It was found to be missing before."""
        return self.caspen_status == MISSING


class SetBackStore(Subject):
    folder = "posting/set_back"

    def fetch_standing(self, keys: Collection[DocumentKey]) -> dict[DocumentKey, Standing]:
        """Those of these documents that are in QuickBooks."""
        if not keys:
            return {}
        kinds, ids = [str(key.kind) for key in keys], [key.id for key in keys]
        return {one.key: one for one in self._read_values(Standing, "select_standing", kinds=kinds, ids=ids)}

    def fetch_known(self) -> Iterator[list[KnownDocument]]:
        return self._read_pages(KnownDocument, "select_known")

    def note_made(self, keys: Iterable[DocumentKey]) -> None:
        self._execute_many("note_made", map(_of, keys))

    def hold(self, keys: Iterable[DocumentKey]) -> None:
        """Nothing is sent over these before a person wants it."""
        self._execute_many("hold", map(_of, keys))

    def adopt(self, keys: Iterable[DocumentKey]) -> None:
        """These stand for what Caspen shows now."""
        self._execute_many("adopt", map(_of, keys))

    def forget_imports(self, keys: Iterable[DocumentKey]) -> None:
        """Imported payments that Caspen lost: the next import brings them again."""
        self._execute_many("forget_import", map(_of, keys))

    def forget_shown(self, invoice_ids: Collection[int]) -> None:
        """Caspen's screens show an earlier status of these invoices: what is right is shown again."""
        if invoice_ids:
            self._execute("forget_shown", invoice_ids=list(invoice_ids))

    def mark_missing(self, keys: Iterable[DocumentKey], *, linked: bool) -> None:
        self._execute_many("mark_missing", [{**_of(key), "linked": linked} for key in keys])

    def delete_documents(self, keys: Iterable[DocumentKey]) -> None:
        self._execute_many("delete_document", map(_of, keys))


def _of(key: DocumentKey) -> dict[str, object]:
    return {"document_kind": key.kind, "document_id": key.id}
