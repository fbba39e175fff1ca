"""A run whose first batch is struck, and that ends without knowing what became of it."""

from __future__ import annotations

import pytest

from caspen_qbo.errors import RetryError
from caspen_qbo.usecases.posting.run import post
from tests.support.flow import WORKSPACE, Flow
from tests.support.hasty import hasty_session
from tests.support.interrupt import Instant, interrupt

LOST: dict[str, dict[str, object]] = {"before": {"kind": "drop"}, "after": {"kind": "drop", "commit": True}}
"""The batch never arrived; or it was carried out and only its answer was lost."""


def lose_the_answer(flow: Flow, rule: dict[str, object]) -> None:
    """QuickBooks is away after the batch until the run gives up, and is there again at the end."""

    def strike() -> None:
        rules = [{**rule, "endpoint": "batch", "nth": 1}, {"kind": "unavailable"}]
        flow.door("faults", seed=1, rules=rules)

    with hasty_session(WORKSPACE) as session:
        watched = interrupt(session, Instant("send_batch"), strike)
        with pytest.raises(RetryError):
            post(session)
    assert watched.acted
    flow.door("faults", seed=1, rules=[])
