"""The Airflow hook of type ``quickbooks``, also outside Airflow with ``AIRFLOW_CONN_QUICKBOOKS``. The
connection is read, and the libraries behind it are imported, on first use.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from airflow.sdk import BaseHook

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError, SyncError
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig, read_config

if TYPE_CHECKING:
    from caspen_qbo.hooks.intuit.oauth import IntuitOAuth
    from caspen_qbo.hooks.postgres.limits import Limits
    from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting


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

    def accounting(self, workspace_id: int, limits: Limits | None = None) -> QuickBooksAccounting:
        """The books of a workspace's company; close it when done, or use it in a ``with``.

        :param limits: Of its waits at our database; a run's unless given.
        :raises NotConnectedError: the workspace has no company.
        :raises QboAuthError: the connection is dead and waits for a person.
        :raises ConfigurationError: a connection of Airflow is missing or wrong.
        """
        from caspen_qbo.hooks.intuit.tokens import TokenStore
        from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
        from caspen_qbo.hooks.quickbooks.rate_limit import RealmLimiter, limiter_session
        from caspen_qbo.hooks.quickbooks.transport import RetrySettings, Transport

        # One session for both: none of them keeps a transaction open while the other is at work.
        database = limiter_session(self.sync_conn_id, limits)
        tokens = TokenStore(workspace_id, self.oauth(), self.sync_conn_id, database=database)
        try:
            realm_id = tokens.realm_id()
        except SyncError:
            tokens.close()
            raise
        limiter = RealmLimiter(realm_id, self.config, self.sync_conn_id, database=database)
        retry = RetrySettings(
            throttle_wait=self.config.throttle_wait_seconds,
            visibility_wait=self.config.look_again_seconds,
            read_backoff=self.config.read_backoff_seconds,
        )
        transport, closing = Transport(tokens, limiter, retry), (limiter.close, tokens.close)
        return QuickBooksAccounting(
            realm_id, self.config.api_url, transport, token_calls=lambda: tokens.calls, on_close=closing
        )

    def test_connection(self) -> tuple[bool, str]:
        """Airflow's Test button: the first step that fails, in words."""
        from caspen_qbo.hooks.intuit.probe import probe

        try:
            return True, probe(self.config, self.oauth())
        except SyncError as error:
            return False, error.message

    def oauth(self) -> IntuitOAuth:
        from caspen_qbo.hooks.intuit.oauth import IntuitOAuth

        return IntuitOAuth(self.config)
