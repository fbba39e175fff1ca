"""The list a person clears: one open row per document and cause; resolved rows stay as history."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal

from caspen_qbo.catalogue import entry_for
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class Listing:
    """Why one document needs a person."""

    document_kind: str
    document_id: int
    document_number: str
    invoice_id: int
    error_key: str
    detail: str
    cause_ref: str = ""
    blocks: bool = True
    """False: it stays as posted and nothing is held back; a person should compare."""
    field: str | None = None
    caspen_value: str | None = None
    quickbooks_value: str | None = None
    delta: Decimal | None = None
    """QuickBooks minus Caspen."""
    fault_code: str | None = None


class UnsyncedStore(Subject):
    folder = "posting/unsynced"

    def record(self, listings: Sequence[Listing]) -> None:
        """
        List documents; a row that is open already counts one more attempt. Title and fix come from the
        catalogue.
        """
        self._execute_many(
            "upsert_unsynced",
            [
                {
                    **{name: getattr(listing, name) for name in Listing.__slots__},
                    "title": entry_for(listing.error_key).title,
                    "fix": entry_for(listing.error_key).fix,
                }
                for listing in listings
            ],
        )

    def resolve(
        self,
        kind: str,
        document_id: int,
        *,
        resolution: str,
        error_keys: Collection[str] | None = None,
    ) -> int:
        """Close a document's rows, all of them or those of some keys; how many were open."""
        return self._execute(
            "resolve_document",
            document_kind=kind,
            document_id=document_id,
            error_keys=None if error_keys is None else sorted(error_keys),
            resolution=resolution,
        )

    def resolve_posted(self, kind: str, document_id: int) -> None:
        """
        Close the rows of a document that is posted and equal, except what posting does not mend: split
        payments.
        """
        self._execute("resolve_posted", document_kind=kind, document_id=document_id)

    def has_open(self, kind: str, document_id: int, error_key: str) -> bool:
        row = self._fetch_one("has_open", document_kind=kind, document_id=document_id, error_key=error_key)
        return bool(row and row["found"])

    def resolve_others(self, kind: str, document_id: int, keep_keys: Collection[str]) -> None:
        """Close the blocking rows whose reason was not met again."""
        self._execute(
            "resolve_others", document_kind=kind, document_id=document_id, keep_keys=sorted(keep_keys)
        )

    def resolve_unfinalised(self) -> int:
        """Close the rows of documents that no longer have to go."""
        return self._execute("resolve_unfinalised")

    def fetch_open_causes(self) -> list[str]:
        rows = self._fetch_all("select_open_causes")
        return [row["cause_ref"] for row in rows]

    def fetch_open(self) -> list[Row]:
        return self._fetch_all("select_open")
