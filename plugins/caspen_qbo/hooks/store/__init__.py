"""Our own bookkeeping, schema ``qbo_sync`` in the database behind Airflow connection ``sync_db``."""

from caspen_qbo.hooks.store.store import Store, WorkspaceStore

__all__ = ["Store", "WorkspaceStore"]
