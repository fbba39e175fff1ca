"""The store as one object: subjects as attributes, the workspace lock, and transactions over all of them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from caspen_qbo import settings
from caspen_qbo.errors import WorkspaceBusyError
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.store.connection.setup import SetupStore
from caspen_qbo.hooks.store.decisions.choices import ChoiceStore
from caspen_qbo.hooks.store.importing.imports import ImportStore
from caspen_qbo.hooks.store.locks import workspace_lock_key
from caspen_qbo.hooks.store.monitoring.activity import ActivityStore
from caspen_qbo.hooks.store.monitoring.progress import ProgressStore
from caspen_qbo.hooks.store.monitoring.runs import RunStore
from caspen_qbo.hooks.store.posting.documents import DocumentStore
from caspen_qbo.hooks.store.posting.links import LinkStore
from caspen_qbo.hooks.store.posting.requests import RequestStore
from caspen_qbo.hooks.store.posting.unsynced import UnsyncedStore
from caspen_qbo.hooks.store.reconciling.comparison import ComparisonStore
from caspen_qbo.hooks.store.reconciling.inactive_customers import InactiveStore
from caspen_qbo.hooks.store.reconciling.reconciliations import ReconciliationStore
from caspen_qbo.hooks.store.reconciling.sign_off import SignOffStore
from caspen_qbo.hooks.store.reconciling.snapshot import SnapshotStore
from caspen_qbo.hooks.store.reconciling.tie_outs import TieOutStore


class Store:
    """
    One session to ``sync_db``. Belongs to one thread.

    The workspace lock and the write-ahead records share this session on purpose: whoever loses the session
    loses the lock, and can then no longer commit what it is about to send.
    """

    def __init__(self, conn_id: str = settings.SYNC_CONN_ID) -> None:
        self.database = Database(conn_id)
        self.setup = SetupStore(self.database)
        self.documents = DocumentStore(self.database)
        self.links = LinkStore(self.database)
        self.imports = ImportStore(self.database)
        self.requests = RequestStore(self.database)
        self.unsynced = UnsyncedStore(self.database)
        self.runs = RunStore(self.database)
        self.snapshot = SnapshotStore(self.database)
        self.comparison = ComparisonStore(self.database)
        self.tie_outs = TieOutStore(self.database)
        self.reconciliation = ReconciliationStore(self.database)
        self.sign_off = SignOffStore(self.database)
        self.inactive = InactiveStore(self.database)
        self.choices = ChoiceStore(self.database)
        self.activity = ActivityStore(self.database)
        self.progress = ProgressStore(self.database)

    def transaction(self):  # noqa: ANN201 - a context manager of the driver
        """Everything inside commits together or not at all."""
        return self.database.transaction()

    @contextmanager
    def workspace_lock(
        self, workspace_id: int, *, wait_seconds: float = settings.WORKSPACE_LOCK_WAIT_SECONDS
    ) -> Iterator[None]:
        """
        Exclude every other run on a workspace, in any process.

        :raises WorkspaceBusyError: somebody else held it for ``wait_seconds``.
        """
        key = workspace_lock_key(workspace_id)
        if not self.database.try_lock(key, wait_seconds=wait_seconds):
            raise WorkspaceBusyError(
                f"workspace {workspace_id}: another run is working on it (waited {wait_seconds:.0f} s). "
                "Nothing was done; the next run continues."
            )
        try:
            yield
        finally:
            self.database.unlock(key)

    def close(self) -> None:
        self.database.close()
