"""The write-ahead record: what is sent is committed before it leaves, its answer afterwards."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb

from caspen_qbo import settings
from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.quickbooks.wire import decode, encode
from caspen_qbo.hooks.store.subject import Subject

RECENT_SECONDS = settings.READ_TIMEOUT_SECONDS + 30
"""
Longer than one call may take: a process that died cannot say when QuickBooks carried its last request out.
"""


@dataclass(frozen=True, slots=True)
class Request:
    """One write, as recorded before it was sent."""

    id: int
    batch_id: str
    """The request id given to QuickBooks."""
    bid: str
    """The item's id inside its batch; empty for a request of its own."""
    document_kind: str
    document_id: int
    step: str
    entity: str
    operation: str
    generation: int
    version: str
    payload: Mapping[str, Any]
    looks: int
    prepared_at: datetime
    recent: bool
    """Sent so lately that QuickBooks may still be at it, or not show yet what it made."""

    @property
    def key(self) -> DocumentKey:
        """:raises ValueError: it was made for a client, not for a document."""
        return DocumentKey(DocumentKind(self.document_kind), self.document_id)


@dataclass(frozen=True, slots=True)
class Draft:
    """A request about to be recorded."""

    batch_id: str
    bid: str
    document_kind: str
    document_id: int
    step: str
    entity: str
    operation: str
    generation: int
    version: str
    payload: Mapping[str, Any]
    payload_hash: str


class RequestStore(Subject):
    folder = "posting/requests"

    def fetch_generations(self, realm_id: str, kind: str, step: str, ids: Collection[int]) -> dict[int, int]:
        """The generation of the latest request of each document for a step."""
        rows = self._fetch_all("select_last", realm_id=realm_id, document_kind=kind, step=step, ids=list(ids))
        return {row["document_id"]: row["generation"] for row in rows}

    def prepare(self, realm_id: str, run_id: str, drafts: Sequence[Draft]) -> list[Request]:
        """
        Commit what is about to be sent and return it with its row ids.

        Must not be called inside a transaction that could still roll back.
        """
        with self._db.transaction():
            self._execute_many(
                "insert_request",
                [
                    {
                        "workspace_id": self.workspace_id,
                        "realm_id": realm_id,
                        "run_id": run_id,
                        **{name: getattr(draft, name) for name in Draft.__slots__ if name != "payload"},
                        "payload": Jsonb(draft.payload, dumps=encode),
                    }
                    for draft in drafts
                ],
            )
        rows = self._fetch_all(
            "select_batch", realm_id=realm_id, batch_id=drafts[0].batch_id, recent_seconds=RECENT_SECONDS
        )
        return [_request(row) for row in rows]

    def fetch_in_doubt(self) -> list[Request]:
        """Requests whose answer is not known, oldest first."""
        rows = self._fetch_all("select_in_doubt", recent_seconds=RECENT_SECONDS)
        return [_request(row) for row in rows]

    def fetch_doubtful_ids(self, kind: str, ids: Collection[int]) -> set[int]:
        """Which of these have a request whose answer is not known; nothing new may be sent for them."""
        rows = self._fetch_all("select_doubtful_ids", document_kind=kind, ids=list(ids))
        return {row["document_id"] for row in rows}

    def finish(
        self,
        request_id: int,
        state: str,
        *,
        quickbooks_id: str | None = None,
        fault_code: str | None = None,
        fault_text: str | None = None,
        intuit_tid: str | None = None,
        adopted: bool = False,
    ) -> None:
        """:param state: done, refused, or dropped (certainly not carried out and not to be repeated)."""
        self._execute(
            "finish_request",
            id=request_id,
            state=state,
            quickbooks_id=quickbooks_id,
            fault_code=fault_code,
            fault_text=fault_text,
            intuit_tid=intuit_tid,
            adopted=adopted,
        )

    def count_look(self, ids: Collection[int]) -> None:
        """They were looked for, and what was not found is about to be sent again."""
        self._execute("count_look", ids=list(ids))

    def prune(self, keep_days: int) -> int:
        """
        Forget answered requests, events and cleared listings older than ``keep_days``; how many rows. What is
        in doubt or open stays.
        """
        statements = (
            "delete_old_requests",
            "delete_old_events",
            "delete_old_unsynced",
        )
        return sum(self._execute(statement, keep_days=keep_days) for statement in statements)

    def fetch_steps(self, kind: DocumentKind, ids: Collection[int]) -> set[tuple[int, str, str]]:
        """(document id, step, version) of all that was taken for these documents and not superseded."""
        if not ids:
            return set()
        rows = self._fetch_all("select_steps", document_kind=kind, ids=list(ids))
        return {(row["document_id"], row["step"], row["version"]) for row in rows}


def _request(row: Row) -> Request:
    return Request(**{**row, "payload": decode(row["payload"].encode())})
