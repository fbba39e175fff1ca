"""The list a person clears: one open row per document and cause; resolved rows stay as history."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from caspen_qbo.catalogue import entry_of
from caspen_qbo.core.cause import CauseRef
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Listing:
    document: DocumentRef
    error_key: str
    detail: str
    cause: CauseRef | None = None
    """What one fix repairs for every document it holds; None: this document alone."""
    blocks: bool = True
    """False: it stays as posted and nothing is held back; a person should compare."""
    difference: Difference | None = None
    """The one to show in columns of its own."""
    fault_code: str | None = None
    title: str = ""
    """Of a practice's own check, in the words of its file; empty: the catalogue's."""
    fix: str = ""


@dataclass(frozen=True, slots=True)
class UnsyncedRow:
    workspace_id: int
    document_kind: str
    document_id: int
    document_number: str
    invoice_id: int
    error_key: str
    title: str
    detail: str
    fix: str
    cause_ref: str
    blocks: bool
    field: str | None
    caspen_value: str | None
    quickbooks_value: str | None
    delta: Decimal | None
    """QuickBooks minus Caspen."""
    fault_code: str | None
    first_seen_at: datetime
    last_seen_at: datetime
    attempts: int
    resolved_at: datetime | None

    @property
    def key(self) -> DocumentKey:
        return DocumentKey(DocumentKind(self.document_kind), self.document_id)

    @property
    def cause(self) -> CauseRef | None:
        return CauseRef.parse(self.cause_ref)


class UnsyncedStore(Subject):
    folder = "posting/unsynced"

    def record(self, listings: Sequence[Listing]) -> None:
        """List documents, title and fix from the catalogue; an open row counts one more attempt."""
        self._execute_many(
            "upsert_unsynced",
            [
                {
                    "document_kind": listing.document.kind,
                    "document_id": listing.document.id,
                    "document_number": listing.document.number,
                    "invoice_id": listing.document.invoice_id,
                    "error_key": listing.error_key,
                    "title": listing.title or entry_of(listing.error_key, listing.cause).title,
                    "detail": listing.detail,
                    "fix": listing.fix or entry_of(listing.error_key, listing.cause).fix,
                    "cause_ref": str(listing.cause or ""),
                    "blocks": listing.blocks,
                    "field": listing.difference.field if listing.difference else None,
                    "caspen_value": listing.difference.caspen_value if listing.difference else None,
                    "quickbooks_value": listing.difference.quickbooks_value if listing.difference else None,
                    "delta": listing.difference.delta if listing.difference else None,
                    "fault_code": listing.fault_code,
                }
                for listing in listings
            ],
        )

    def resolve(self, key: DocumentKey, *, resolution: str, error_keys: Collection[str] | None = None) -> int:
        """Close a document's rows, all of them or those of some keys; how many were open."""
        return self._execute(
            "resolve_document",
            document_kind=key.kind,
            document_id=key.id,
            error_keys=None if error_keys is None else sorted(error_keys),
            resolution=resolution,
        )

    def resolve_all(
        self,
        keys: Iterable[DocumentKey],
        *,
        resolution: str,
        error_keys: Collection[str] | None = None,
    ) -> None:
        closed = None if error_keys is None else sorted(error_keys)
        self._execute_many(
            "resolve_document",
            [{**_key(key), "error_keys": closed, "resolution": resolution} for key in keys],
        )

    def resolve_all_posted(self, keys: Iterable[DocumentKey]) -> None:
        """Close the rows of posted, equal documents, except what posting does not fix: split payments."""
        posted = list(keys)
        self._execute_columns(
            "resolve_posted",
            {
                "document_kinds": [key.kind.value for key in posted],
                "document_ids": [key.id for key in posted],
            },
        )

    def resolve_all_others(self, kept: Mapping[DocumentKey, Collection[str]]) -> None:
        """Close the blocking rows of documents whose reason was not met again: all but of these keys."""
        self._execute_many(
            "resolve_others", [{**_key(key), "keep_keys": sorted(keys)} for key, keys in kept.items()]
        )

    def resolve_unwanted(self) -> int:
        """Close the rows of documents that no longer have to go."""
        return self._execute("resolve_unwanted")

    def resolve_corrected(self, error_key: str) -> int:
        """Close the rows of this key of documents in QuickBooks whose rows in Caspen are right again."""
        return self._execute("resolve_corrected", error_key=error_key)

    def fetch_open_ids(self, kind: DocumentKind, ids: Collection[int], error_key: str) -> set[int]:
        if not ids:
            return set()
        rows = self._fetch_all("select_open_ids", document_kind=kind, ids=list(ids), error_key=error_key)
        return {row["document_id"] for row in rows}

    def fetch_open_causes(self) -> set[CauseRef]:
        causes = (CauseRef.parse(row["cause_ref"]) for row in self._fetch_all("select_open_causes"))
        return {cause for cause in causes if cause is not None}

    def fetch_open(self, keys: Collection[DocumentKey] | None = None) -> list[UnsyncedRow]:
        """The open rows, oldest first: of the whole workspace, or of some documents."""
        wanted = None if keys is None else sorted(f"{key.kind}:{key.id}" for key in keys)
        return self._fetch_values(UnsyncedRow, "select_open", documents=wanted)


def _key(key: DocumentKey) -> dict[str, object]:
    return {"document_kind": key.kind, "document_id": key.id}
