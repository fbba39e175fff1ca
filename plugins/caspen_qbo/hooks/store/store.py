"""The store: one session to ``sync_db``, and its subjects for one workspace."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

from psycopg import Connection

from caspen_qbo import settings
from caspen_qbo.errors import WorkspaceBusyError
from caspen_qbo.hooks.database import Database, Row
from caspen_qbo.hooks.postgres.limits import Limits
from caspen_qbo.hooks.store.closing.figures import FigureStore
from caspen_qbo.hooks.store.closing.months import MonthStore
from caspen_qbo.hooks.store.closing.report_files import ReportFileStore
from caspen_qbo.hooks.store.connection.connections import ConnectionStore
from caspen_qbo.hooks.store.connection.consents import ConsentStore
from caspen_qbo.hooks.store.connection.setup import SetupStore
from caspen_qbo.hooks.store.decisions.decisions import DecisionStore
from caspen_qbo.hooks.store.decisions.left_rows import LeftRowStore
from caspen_qbo.hooks.store.decisions.plans import PlanStore
from caspen_qbo.hooks.store.importing.imports import ImportStore
from caspen_qbo.hooks.store.importing.rhythm import RhythmStore
from caspen_qbo.hooks.store.mailing.mails import MailStore
from caspen_qbo.hooks.store.monitoring.activity import ActivityStore
from caspen_qbo.hooks.store.monitoring.keeping import KeepingStore
from caspen_qbo.hooks.store.monitoring.meter import MeterStore
from caspen_qbo.hooks.store.monitoring.overview import OverviewStore
from caspen_qbo.hooks.store.monitoring.pages import PageStore
from caspen_qbo.hooks.store.monitoring.place import PlaceStore
from caspen_qbo.hooks.store.monitoring.practices import PracticeStore
from caspen_qbo.hooks.store.monitoring.progress import ProgressStore
from caspen_qbo.hooks.store.monitoring.readers import ReaderStore
from caspen_qbo.hooks.store.monitoring.revision import StoreDatabase
from caspen_qbo.hooks.store.monitoring.runs import NoteStore, RunStore
from caspen_qbo.hooks.store.posting.customers import CustomerStore
from caspen_qbo.hooks.store.posting.documents import DocumentStore
from caspen_qbo.hooks.store.posting.known import KnownStore
from caspen_qbo.hooks.store.posting.ledger import LedgerStore
from caspen_qbo.hooks.store.posting.links import LinkStore
from caspen_qbo.hooks.store.posting.requests import RequestStore
from caspen_qbo.hooks.store.posting.set_back import SetBackStore
from caspen_qbo.hooks.store.posting.story import StoryStore
from caspen_qbo.hooks.store.posting.unsynced import UnsyncedStore
from caspen_qbo.hooks.store.reconciling.checks import CheckStore
from caspen_qbo.hooks.store.reconciling.comparison import ComparisonStore
from caspen_qbo.hooks.store.reconciling.inactive_customers import InactiveStore
from caspen_qbo.hooks.store.reconciling.reconciliations import ReconciliationStore
from caspen_qbo.hooks.store.reconciling.results import ResultStore
from caspen_qbo.hooks.store.reconciling.sign_off import SignOffStore
from caspen_qbo.hooks.store.reconciling.snapshot import SnapshotStore
from caspen_qbo.hooks.store.reconciling.tie_outs import TieOutStore
from caspen_qbo.hooks.store.subject import workspace_lock_key


class Store:
    """One session to ``sync_db``, for one thread. Lock and write-ahead records share it on purpose: a run
    that loses the session loses the lock, and can no longer commit what it is about to send.
    """

    def __init__(self, conn_id: str = settings.SYNC_CONN_ID, limits: Limits | None = None) -> None:
        self.database = StoreDatabase(conn_id, limits)
        self.practices = PracticeStore(self.database)
        self.overview = OverviewStore(self.database)
        self.consents = ConsentStore(self.database)
        self.meter = MeterStore(self.database)
        self.keeping = KeepingStore(self.database)
        self.notes = NoteStore(self.database)
        self.mails = MailStore(self.database)

    def for_workspace(self, workspace_id: int) -> WorkspaceStore:
        return WorkspaceStore(self.database, workspace_id)

    def close(self) -> None:
        self.database.close()


class WorkspaceStore:
    """What is stored about one workspace: subjects as attributes, transactions over all of them, the lock."""

    def __init__(self, database: Database, workspace_id: int) -> None:
        self.database = database
        self.workspace_id = workspace_id
        self.lock_wait_seconds: float = settings.WORKSPACE_LOCK_WAIT_SECONDS
        self.practices = PracticeStore(database)
        self.overview = OverviewStore(database)
        self.connections = ConnectionStore(database, workspace_id)
        self.setup = SetupStore(database, workspace_id)
        self.documents = DocumentStore(database, workspace_id)
        self.links = LinkStore(database, workspace_id)
        self.known = KnownStore(database, workspace_id)
        self.ledger = LedgerStore(database, workspace_id)
        self.customers = CustomerStore(database, workspace_id)
        self.imports = ImportStore(database, workspace_id)
        self.rhythm = RhythmStore(database, workspace_id)
        self.requests = RequestStore(database, workspace_id)
        self.set_back = SetBackStore(database, workspace_id)
        self.story = StoryStore(database, workspace_id)
        self.unsynced = UnsyncedStore(database, workspace_id)
        self.runs = RunStore(database, workspace_id)
        self.snapshot = SnapshotStore(database, workspace_id)
        self.checks = CheckStore(database, workspace_id)
        self.comparison = ComparisonStore(database, workspace_id)
        self.tie_outs = TieOutStore(database, workspace_id)
        self.reconciliation = ReconciliationStore(database, workspace_id)
        self.results = ResultStore(database, workspace_id)
        self.sign_off = SignOffStore(database, workspace_id)
        self.months = MonthStore(database, workspace_id)
        self.figures = FigureStore(database, workspace_id)
        self.report_files = ReportFileStore(database, workspace_id)
        self.inactive = InactiveStore(database, workspace_id)
        self.decisions = DecisionStore(database, workspace_id)
        self.left_rows = LeftRowStore(database, workspace_id)
        self.plans = PlanStore(database, workspace_id)
        self.activity = ActivityStore(database, workspace_id)
        self.place = PlaceStore(database, workspace_id)
        self.progress = ProgressStore(database, workspace_id)
        self.meter = MeterStore(database, workspace_id)
        self.pages = PageStore(database, workspace_id)
        self.readers = ReaderStore(database, workspace_id)
        self.keeping = KeepingStore(database)
        self.mails = MailStore(database)

    def limited_to(self, invoice_ids: frozenset[int]) -> WorkspaceStore:
        """The same store, session and lock, where only these invoices and what hangs on them are work."""
        limited = WorkspaceStore(self.database, self.workspace_id)
        limited.documents.only = invoice_ids
        return limited

    @contextmanager
    def reopened(self) -> Iterator[WorkspaceStore]:
        """The same store in a session of its own, without the lock: for the last word of a run that lost its
        session.
        """
        database = Database(self.database.conn_id)
        try:
            yield WorkspaceStore(database, self.workspace_id)
        finally:
            database.close()

    def transaction(self) -> AbstractContextManager[Connection[Row]]:
        return self.database.transaction()

    @contextmanager
    def lock(self, *, wait_seconds: float | None = None) -> Iterator[None]:
        """Exclude all other runs, in any process. WorkspaceBusyError: one held it for ``wait_seconds``."""
        wait_seconds = self.lock_wait_seconds if wait_seconds is None else wait_seconds
        key = workspace_lock_key(self.workspace_id)
        if not self.database.try_lock(key, wait_seconds=wait_seconds):
            raise WorkspaceBusyError(
                f"workspace {self.workspace_id}: another run is working on it (waited {wait_seconds:.0f} s). "
                "Nothing was done; the next run continues."
            )
        try:
            yield
        finally:
            self.database.unlock(key)
