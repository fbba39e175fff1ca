"""What people decided about documents that were edited, voided or deleted in QuickBooks."""

from collections.abc import Collection, Sequence

from caspen_qbo.core.decisions.decide import Acceptance, ListedDocument
from caspen_qbo.core.documents import DocumentFacts, LineFacts
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.codec import decode, jsonb
from caspen_qbo.hooks.store.subject import Subject


class DecisionStore(Subject):
    folder = "decisions/decisions"

    def fetch_listed(self, numbers: Sequence[str]) -> list[ListedDocument]:
        """Linked documents of these numbers, whether or not anything is listed for them."""
        return self._read_values(ListedDocument, "select_listed", numbers=list(numbers))

    def accept(
        self,
        key: DocumentKey,
        facts: DocumentFacts,
        added: tuple[LineFacts, ...],
        posted: DocumentFacts | None,
        version: str,
        who: str,
    ) -> None:
        """Store what was accepted, against Caspen's ``version``; edits count from there.

        :param added: Which of the lines are a person's own.
        :param posted: As it was before it was edited.
        """
        document = {"document_kind": key.kind, "document_id": key.id, "facts": jsonb(facts)}
        more = {"added": jsonb(added), "posted": jsonb(posted) if posted else None}
        self._execute("upsert_acceptance", **document, **more, version=version, who=who)
        self._execute("rebase_link", **document)

    def carry_all(self, equal: Collection[tuple[DocumentKey, DocumentFacts, str]]) -> None:
        """What was accepted of these stays accepted with the new version, which was sent with it."""
        self._execute_many(
            "carry_acceptance",
            [
                {"document_kind": key.kind, "document_id": key.id, "facts": jsonb(facts), "version": version}
                for key, facts, version in equal
            ],
        )

    def fetch_accepted(self, kind: DocumentKind, ids: Collection[int]) -> dict[int, Acceptance]:
        rows = self._fetch_all("select_accepted", document_kind=kind, ids=list(ids))
        return {row["document_id"]: decode(Acceptance, row) for row in rows}

    def release(self, key: DocumentKey, facts: DocumentFacts | None) -> None:
        """Let the next post send Caspen's version over ``facts``; None: QuickBooks no longer has it."""
        document = {"document_kind": key.kind, "document_id": key.id}
        if facts is None:
            self._execute("posting/links/mark_removed", **document)
        else:
            self._execute("rebase_link", **document, facts=jsonb(facts))
        self._execute("release", **document)
