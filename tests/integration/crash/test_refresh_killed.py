"""A token refresh killed at every instant: no lock is left, no token is lost that Intuit still accepts."""

from __future__ import annotations

import pytest

from caspen_qbo.errors import QboAuthError
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth
from caspen_qbo.hooks.intuit.tokens import TokenStore
from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
from tests.support import crash
from tests.support.flow import WORKSPACE, Flow


def refresh() -> None:
    """As after a 401; without the pauses between two tries."""
    tokens = TokenStore(WORKSPACE, IntuitOAuth(QuickBooksHook().config), sleep=lambda seconds: None)
    tokens.replace(tokens.access_token())
    tokens.close()


def status(flow: Flow) -> str:
    return flow.sync_rows("SELECT status FROM qbo_sync.connection")[0][0]


def instants_of_a_refresh() -> range:
    outcome, instants = crash.fork(refresh)
    assert outcome == crash.COMPLETED
    assert (
        instants >= 8
    )  # a look, a lock, the question to Intuit, the record and the commit: each on both sides
    return range(1, instants + 1)


def test_killed_at_any_instant_the_next_process_refreshes(flow: Flow) -> None:
    for instant in instants_of_a_refresh():
        assert crash.fork(refresh, kill_at=instant)[0] == crash.KILLED
        assert crash.fork(refresh)[0] == crash.COMPLETED, f"killed at {instant}"
    assert status(flow) == "connected"
    flow.invoice("10.00")
    flow.post()
    assert len(flow.books("Invoice")) == 1


def test_a_rotated_token_that_died_with_the_process_costs_a_reconnection_and_no_document(flow: Flow) -> None:
    """Intuit's strictest rule: the old refresh token is dead with the answer. Nothing else may be lost."""
    instants = instants_of_a_refresh()
    flow.door("oauth", rotation="every_refresh")
    lost = []
    try:
        for instant in instants:
            assert crash.fork(refresh, kill_at=instant)[0] == crash.KILLED
            if crash.fork(refresh)[0] == crash.COMPLETED:
                continue
            lost.append(instant)
            assert status(flow) == "needs_reconnect"
            if len(lost) == 1:
                flow.invoice("10.00")
                with pytest.raises(QboAuthError):
                    flow.post()
                assert {key for _, key in flow.listed()} == {"invalid_refresh_token"}
            flow.connect()
    finally:
        flow.door("oauth", rotation="daily")
    # One stretch: from Intuit's answer until the new pair is committed.
    assert lost == list(range(lost[0], lost[-1] + 1)) and len(lost) < len(instants) / 2
    flow.post()
    assert flow.listed() == {}
    assert len(flow.books("Invoice")) == 1
