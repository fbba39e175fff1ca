"""What other teams' DAGs can be scheduled on; "Assets" in docs/architecture.md says what an update means."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from airflow.sdk import Asset

if TYPE_CHECKING:
    from airflow.sdk import Context
    from pydantic import JsonValue

DOCUMENT_LINK = Asset("caspen/qbo/document_link")
"""Updated by each task that posts or imports: which documents QuickBooks holds may have changed."""
UNSYNCED_INVOICE = Asset("caspen/qbo/unsynced_invoice")
"""Updated by each task that posts, imports or reconciles: the list for people may have changed."""
RECONCILIATION = Asset("caspen/qbo/reconciliation")
"""Updated only when every connected practice is reconciled and nothing unexplained is left."""

IDS_MAX = 100
"""Workspaces named in one update."""


def extra_of(
    run_id: str, workspace_ids: Sequence[int], counts: Iterable[Mapping[str, int]]
) -> dict[str, JsonValue]:
    """What an update says: the run, how many practices, the first of them by id, and each count over all."""
    total: Counter[str] = Counter()
    for each in counts:
        total.update(each)
    ids = list(workspace_ids)
    return {"run_id": run_id, "practices": len(ids), "workspace_ids": [*ids[:IDS_MAX]], **total}


def update(context: Context, assets: Iterable[Asset], extra: dict[str, JsonValue]) -> None:
    """Airflow records the update when the task has succeeded, and only then."""
    for asset in assets:
        context["outlet_events"][asset].extra = dict(extra)
