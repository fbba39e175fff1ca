"""A session like :mod:`caspen_qbo.wiring`'s, whose waits after trouble are milliseconds, not minutes."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from caspen_qbo import settings, wiring
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth
from caspen_qbo.hooks.intuit.tokens import TokenStore
from caspen_qbo.hooks.quickbooks.client import QuickBooksAccounting
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from caspen_qbo.hooks.quickbooks.rate_limit import RealmLimiter
from caspen_qbo.hooks.quickbooks.transport import RetrySettings, Transport
from caspen_qbo.usecases.shared.session import Session

HASTE = RetrySettings(
    connect=5, read=20, throttle_wait=0.01, visibility_wait=0, read_backoff=0.005, read_backoff_max=0.02
)


NAP_MAX = 0.02
"""Seconds to which every pause is shortened."""


def _nap(seconds: float) -> None:
    time.sleep(min(seconds, NAP_MAX))


@contextmanager
def hasty_session(workspace_id: int, job: str = "post", visibility_wait: float = 0) -> Iterator[Session]:
    """Everything one run needs. Raises as the real one does; only the pauses are shorter.

    :param visibility_wait: Seconds for which a lost write is given time to show; no pause is longer.
    """
    hook = QuickBooksHook()
    with wiring.open_store() as store, wiring.open_billing() as billing:
        workspace = billing.fetch_workspaces([workspace_id])[workspace_id]
        connection = store.for_workspace(workspace_id).setup.fetch_connection()
        assert connection is not None
        oauth = IntuitOAuth(hook.config)
        tokens = TokenStore(workspace_id, oauth, settings.SYNC_CONN_ID, sleep=_nap)
        limiter = RealmLimiter(connection.realm_id, hook.config, settings.SYNC_CONN_ID)
        http = Transport(
            tokens, limiter, replace(HASTE, visibility_wait=visibility_wait),
            sleep=lambda seconds: time.sleep(min(seconds, max(NAP_MAX, visibility_wait))),
        )  # fmt: skip
        with QuickBooksAccounting(
            connection.realm_id, hook.config.api_url, http, token_calls=lambda: tokens.calls,
            on_close=(limiter.close, tokens.close),
        ) as accounting:  # fmt: skip
            yield Session(
                f"{job}__{random.getrandbits(48):012x}",
                workspace,
                connection,
                billing,
                accounting,
                store.for_workspace(workspace_id),
            )
