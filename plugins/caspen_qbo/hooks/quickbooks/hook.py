"""The Airflow hook of type ``quickbooks``, also outside Airflow with ``AIRFLOW_CONN_QUICKBOOKS``. The
connection is read, and the libraries behind it are imported, on first use.
"""

from __future__ import annotations

import time
from functools import cached_property
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError, SyncError
from caspen_qbo.hooks.postgres.limits import SYNC
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig, read_config

if TYPE_CHECKING:
    from caspen_qbo.core.connection.connect import TokenPair
    from caspen_qbo.hooks.intuit.oauth import IntuitOAuth
    from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
    from caspen_qbo.hooks.quickbooks.transport import RetrySettings


class QuickBooksHook(BaseHook):
    """QuickBooks Online through one Intuit app, whose client id and secret are in the Airflow connection."""

    conn_name_attr = "quickbooks_conn_id"
    default_conn_name = settings.QUICKBOOKS_CONN_ID
    conn_type = "quickbooks"
    hook_name = "QuickBooks Online (Caspen)"

    def __init__(
        self, quickbooks_conn_id: str = settings.QUICKBOOKS_CONN_ID, sync_conn_id: str = settings.SYNC_CONN_ID
    ) -> None:
        super().__init__()
        self.quickbooks_conn_id = quickbooks_conn_id
        self.sync_conn_id = sync_conn_id

    @cached_property
    def config(self) -> QuickBooksConfig:
        """:raises ConfigurationError: no such connection, or a field is missing or wrong."""
        from airflow.sdk.exceptions import AirflowException

        try:
            connection = self.get_connection(self.quickbooks_conn_id)
        except AirflowException as error:
            raise ConfigurationError(
                f"There is no Airflow connection {self.quickbooks_conn_id!r} ({type(error).__name__}). "
                f"Create it in Airflow, or set AIRFLOW_CONN_{self.quickbooks_conn_id.upper()}."
            ) from error
        extra = connection.extra_dejson or {}
        return read_config(self.quickbooks_conn_id, connection.login, connection.password, extra)

    def accounting(self, workspace_id: int, *, on_a_page: bool = False) -> QuickBooksAccounting:
        """The books of a workspace's company; close it when done, or use it in a ``with``.

        :param on_a_page: A person waits in front of a screen: give up soon.
        :raises NotConnectedError: the workspace has no company.
        :raises QboAuthError: the connection is dead and waits for a person.
        :raises ConfigurationError: a connection of Airflow is missing or wrong.
        """
        from caspen_qbo.hooks.in_flight import InFlight
        from caspen_qbo.hooks.intuit.tokens import TokenStore
        from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
        from caspen_qbo.hooks.quickbooks.rate_limit import RealmLimiter, limiter_session
        from caspen_qbo.hooks.quickbooks.transport import Transport
        from caspen_qbo.hooks.store.monitoring.meter import Meter, MeterStore

        # One session for both: none of them keeps a transaction open while the other is at work.
        database = limiter_session(self.sync_conn_id, SYNC.on_a_page() if on_a_page else SYNC)
        oauth = self.oauth(on_a_page=on_a_page)
        tokens = TokenStore(workspace_id, oauth, self.sync_conn_id, database=database)
        try:
            realm_id = tokens.realm_id()
        except SyncError:
            tokens.close()
            raise
        retry = self._patience(on_a_page=on_a_page)
        in_flight = InFlight()

        def sleep(seconds: float) -> None:
            with in_flight.waiting():
                time.sleep(seconds)

        limiter = RealmLimiter(
            realm_id, self.config, self.sync_conn_id, database=database, wait_max=retry.turn, sleep=sleep
        )
        stored = MeterStore(database, workspace_id)
        meter = Meter(stored.add)

        def is_used_up() -> bool:
            return stored.is_refused() or MeterStore(database).count_month() >= settings.READS_PER_MONTH

        transport = Transport(tokens, limiter, retry, meter=meter, is_used_up=is_used_up, in_flight=in_flight)
        closing = (limiter.close, tokens.close, meter.flush)  # done from the last on
        return QuickBooksAccounting(
            realm_id, self.config.api_url, transport, token_calls=lambda: tokens.calls, on_close=closing
        )

    def accounting_of(
        self, realm_id: str, pair: TokenPair, *, on_a_page: bool = False
    ) -> QuickBooksAccounting:
        """The books that a pair of tokens opens which is not stored; as :meth:`accounting`."""
        from caspen_qbo.hooks.intuit.tokens import PairInHand
        from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
        from caspen_qbo.hooks.quickbooks.rate_limit import RealmLimiter, limiter_session
        from caspen_qbo.hooks.quickbooks.transport import Transport

        database = limiter_session(self.sync_conn_id, SYNC.on_a_page() if on_a_page else SYNC)
        retry = self._patience(on_a_page=on_a_page)
        limiter = RealmLimiter(
            realm_id, self.config, self.sync_conn_id, database=database, wait_max=retry.turn
        )
        transport = Transport(PairInHand(pair), limiter, retry)
        return QuickBooksAccounting(realm_id, self.config.api_url, transport, on_close=(limiter.close,))

    def _patience(self, *, on_a_page: bool) -> RetrySettings:
        from caspen_qbo.hooks.quickbooks.transport import RetrySettings

        usual = RetrySettings(
            answer=self.config.answer_wait_seconds,
            throttle_wait=self.config.throttle_wait_seconds,
            visibility_wait=self.config.look_again_seconds,
            read_backoff=self.config.read_backoff_seconds,
        )
        return usual.on_a_page() if on_a_page else usual

    def test_connection(self) -> tuple[bool, str]:
        """Airflow's Test button: the first step that fails, in words."""
        from caspen_qbo.hooks.intuit.probe import probe

        try:
            return True, probe(self.config, self.oauth())
        except SyncError as error:
            return False, error.message

    def oauth(self, *, on_a_page: bool = False) -> IntuitOAuth:
        from caspen_qbo.hooks.intuit.oauth import IntuitOAuth

        return IntuitOAuth(self.config.on_a_page() if on_a_page else self.config)
