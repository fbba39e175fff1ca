"""Our own bookkeeping, schema ``qbo_sync`` in the database behind Airflow connection ``sync_db``."""

from __future__ import annotations

from caspen_qbo.hooks.store.store import Store, WorkspaceStore

__all__ = ["Store", "WorkspaceStore"]
