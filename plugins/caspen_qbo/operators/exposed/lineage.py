"""Lineage: which tables a task reads and writes, where Airflow's OpenLineage provider is installed; nothing
where it is not. Tables are named as OpenLineage has it: ``postgres://host:port``, ``database.schema.table``.
"""

from __future__ import annotations

import importlib
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from caspen_qbo.settings import CASPEN_CONN_ID, SYNC_CONN_ID

log = logging.getLogger(__name__)

PROVIDER = "airflow.providers.openlineage.extractors"
TYPES = "openlineage.client.event_v2"
DEFAULT_PORT = 5432


@dataclass(frozen=True, slots=True)
class Tables:
    """What a job reads and writes, by connection; names with their schema."""

    reads: Mapping[str, Sequence[str]]
    writes: Mapping[str, Sequence[str]]


_BILLING = (
    "caspen.invoice",
    "caspen.invoice_line",
    "caspen.credit_note",
    "caspen.credit_note_line",
    "caspen.payment",
    "caspen.payment_allocation",
    "caspen.client",
    "caspen.tax_rate",
    "caspen.workspace",
)
_SET_UP = ("qbo_sync.connection", "qbo_sync.settings", "qbo_sync.tax_link")
_SENT = ("qbo_sync.document", "qbo_sync.document_link", "qbo_sync.customer_link", "qbo_sync.request")
_LISTED = ("qbo_sync.unsynced_invoice", "qbo_sync.sync_run")
_STATUSES = ("caspen.invoice", "caspen.credit_note")

_POST = Tables(
    reads={CASPEN_CONN_ID: _BILLING, SYNC_CONN_ID: (*_SET_UP, *_SENT)},
    writes={CASPEN_CONN_ID: _STATUSES, SYNC_CONN_ID: (*_SENT, *_LISTED)},
)
_PAID = ("caspen.payment", "caspen.payment_allocation")
JOBS: Mapping[str, Tables] = {
    "post": _POST,
    "backfill": _POST,
    "import": Tables(
        reads={CASPEN_CONN_ID: _BILLING, SYNC_CONN_ID: (*_SET_UP, *_SENT)},
        writes={
            CASPEN_CONN_ID: (*_PAID, *_STATUSES),
            SYNC_CONN_ID: ("qbo_sync.document_link", "qbo_sync.snapshot", *_LISTED),
        },
    ),
    "sync": Tables(
        reads=_POST.reads,
        writes={
            CASPEN_CONN_ID: (*_PAID, *_STATUSES),
            SYNC_CONN_ID: (*_SENT, "qbo_sync.snapshot", *_LISTED),
        },
    ),
    "reconcile": Tables(
        reads={CASPEN_CONN_ID: _BILLING, SYNC_CONN_ID: (*_SET_UP, *_SENT, "qbo_sync.snapshot")},
        writes={
            CASPEN_CONN_ID: _STATUSES,
            SYNC_CONN_ID: (
                "qbo_sync.snapshot",
                "qbo_sync.comparison",
                "qbo_sync.reconciliation_run",
                "qbo_sync.reconciliation_difference",
                *_LISTED,
            ),
        },
    ),
}


def of_job(job: str, *, writes: bool = True) -> Any:
    """The provider's ``OperatorLineage`` of a job; None where the provider is missing or has changed.

    :param writes: Without it only what is read.
    """
    try:
        kind = importlib.import_module(PROVIDER).OperatorLineage
        tables = JOBS[job]
        return kind(
            inputs=_datasets(tables.reads, "InputDataset"),
            outputs=_datasets(tables.writes if writes else {}, "OutputDataset"),
        )
    except ImportError:
        return None
    except Exception:  # a provider of another day, a connection that is gone: no task fails for its lineage
        log.warning("no lineage of %s", job, exc_info=True)
        return None


def _datasets(tables: Mapping[str, Sequence[str]], kind: str) -> list[Any]:
    dataset = getattr(importlib.import_module(TYPES), kind)
    return [dataset(namespace=namespace, name=name) for namespace, name in _named(tables)]


def _named(tables: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, str]]:
    from airflow.sdk import BaseHook

    for conn_id, names in tables.items():
        connection = BaseHook.get_connection(conn_id)
        host = (connection.host or "localhost").split(",")[0]
        namespace = f"postgres://{host}:{connection.port or DEFAULT_PORT}"
        for name in names:
            yield namespace, f"{connection.schema}.{name}"
