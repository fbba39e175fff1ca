"""A person's choices about documents that were edited, voided or deleted in QuickBooks."""

from __future__ import annotations

from collections.abc import Sequence

from caspen_qbo.core.documents import DocumentFacts
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import jsonb
from caspen_qbo.hooks.store.subject import Subject


class ChoiceStore(Subject):
    folder = "decisions/choices"

    def fetch_subjects(self, numbers: Sequence[str]) -> list[Row]:
        """
        Linked documents of these numbers, with QuickBooks' facts as last read and their open error keys.
        """
        return self._fetch_all("select_subjects", numbers=list(numbers))

    def accept(self, kind: str, document_id: int, facts: DocumentFacts, version: str, who: str) -> None:
        """
        Keep what was accepted; edits count from there. :param version: Caspen's version it is held against.
        """
        key = {"workspace_id": self.workspace_id, "document_kind": kind, "document_id": document_id}
        stored = jsonb(facts)
        self._execute("upsert_acceptance", **key, facts=stored, version=version, who=who)
        self._execute("rebase_link", **key, facts=stored)

    def fetch_accepted(self, kind: str, ids: Sequence[int]) -> dict[int, Row]:
        """What was accepted of these documents, by id: facts, and Caspen's version it was held against."""
        rows = self._fetch_all("select_accepted", document_kind=kind, ids=list(ids))
        return {row["document_id"]: row for row in rows}

    def release(self, kind: str, document_id: int, facts: DocumentFacts | None) -> None:
        """
        Let the next post send Caspen's version again.

        :param facts: What may be overwritten; None when QuickBooks no longer has the document.
        """
        key = {"workspace_id": self.workspace_id, "document_kind": kind, "document_id": document_id}
        self._execute("delete_acceptance", **key)
        if facts is None:
            self._execute("mark_removed", **key)
        else:
            self._execute("rebase_link", **key, facts=jsonb(facts))
        self._execute("supersede_requests", **key)
        self._execute("release_to_post", **key)
