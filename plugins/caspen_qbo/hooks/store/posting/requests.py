"""The write-ahead record: what is sent is committed before it leaves, its answer afterwards."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from psycopg.types.json import Jsonb

from caspen_qbo import settings
from caspen_qbo.core.posting.identity import item_id, payload_hash
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.core.writes import Step, Write
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.quickbooks.wire import decode, encode
from caspen_qbo.hooks.store.subject import Subject

RECENT_SECONDS = settings.READ_TIMEOUT_SECONDS + 30
"""Longer than one call may take: when a dead process's last request was carried out is not known."""


@dataclass(frozen=True, slots=True)
class Request(Write):
    id: int
    batch_id: str
    """The request id given to QuickBooks."""
    bid: str
    """The item's id inside its batch; empty for a request of its own."""
    generation: int
    lookup_attempts: int
    prepared_at: datetime
    recent: bool
    """Sent so lately that QuickBooks may still be at it, or not show yet what it made."""


@dataclass(frozen=True, slots=True)
class Finished:
    request_id: int
    state: str
    """done, refused, or dropped (certainly not carried out and not to be repeated)."""
    quickbooks_id: str | None = None
    fault_code: str | None = None
    fault_text: str | None = None
    intuit_tid: str | None = None
    adopted: bool = False


class RequestStore(Subject):
    folder = "posting/requests"

    def fetch_generations(self, realm_id: str, kind: str, step: str, ids: Collection[int]) -> dict[int, int]:
        """The generation of the latest request of each document for a step."""
        rows = self._fetch_all("select_last", realm_id=realm_id, document_kind=kind, step=step, ids=list(ids))
        return {row["document_id"]: row["generation"] for row in rows}

    def prepare(
        self, realm_id: str, run_id: str, batch_id: str, writes: Sequence[tuple[Write, int]]
    ) -> list[Request]:
        """Commit what is about to be sent, never inside a transaction that could still roll back. ``writes``:
        with their generations, in the order of the batch.
        """
        with self._db.transaction():
            self._execute_many(
                "insert_request",
                [
                    {
                        "realm_id": realm_id,
                        "run_id": run_id,
                        "batch_id": batch_id,
                        "bid": "" if write.operation == "void" else item_id(index),
                        "generation": generation,
                        "payload_hash": payload_hash(write.payload),
                        **{field.name: getattr(write, field.name) for field in fields(Write)},
                        "payload": Jsonb(write.payload, dumps=encode),
                    }
                    for index, (write, generation) in enumerate(writes)
                ],
            )
        rows = self._fetch_all(
            "select_batch", realm_id=realm_id, batch_id=batch_id, recent_seconds=RECENT_SECONDS
        )
        return [_request(row) for row in rows]

    def fetch_unconfirmed(self) -> list[Request]:
        rows = self._fetch_all("select_unconfirmed", recent_seconds=RECENT_SECONDS)
        return [_request(row) for row in rows]

    def fetch_unconfirmed_ids(self, kind: str, ids: Collection[int]) -> set[int]:
        """Which of these have a request whose answer is not known; nothing new may be sent for them."""
        rows = self._fetch_all("select_unconfirmed_ids", document_kind=kind, ids=list(ids))
        return {row["document_id"] for row in rows}

    def finish(self, finished: Iterable[Finished]) -> None:
        """Record how requests ended; one that has ended already stays as it is."""
        ended = list(finished)
        self._execute_columns(
            "finish_request",
            {
                "request_ids": [one.request_id for one in ended],
                "states": [one.state for one in ended],
                "quickbooks_ids": [one.quickbooks_id for one in ended],
                "fault_codes": [one.fault_code for one in ended],
                "fault_texts": [one.fault_text for one in ended],
                "intuit_tids": [one.intuit_tid for one in ended],
                "adopted": [one.adopted for one in ended],
            },
        )

    def count_lookup(self, ids: Collection[int]) -> None:
        """They were looked for, and what was not found is about to be sent again."""
        self._execute("count_lookup", ids=list(ids))

    def fetch_steps(self, kind: DocumentKind, ids: Collection[int]) -> set[tuple[int, str, str]]:
        """(document id, step, version) of all that was taken for these documents and not superseded."""
        if not ids:
            return set()
        rows = self._fetch_all("select_steps", document_kind=kind, ids=list(ids))
        return {(row["document_id"], row["step"], row["version"]) for row in rows}


def _request(row: Row) -> Request:
    return Request(**{**row, "step": Step(row["step"]), "payload": decode(row["payload"].encode())})
