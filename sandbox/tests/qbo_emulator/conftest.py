"""One sandbox for all of these tests, on its first day before each."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from qbo_emulator.testing import Books, Sandbox, serve


@pytest.fixture(scope="session")
def served() -> Iterator[Sandbox]:
    with serve() as running:
        yield running


@pytest.fixture
def sandbox(served: Sandbox) -> Sandbox:
    """Everything as on the first day."""
    served.do("webhook", url=None, format="cloudevents", duplicate=False, shuffle=False, paused=False)
    served.do("reset")
    return served


@pytest.fixture
def books(sandbox: Sandbox) -> Books:
    """The Australian company, without limits and without credits that apply themselves."""
    return sandbox.books(auto_apply_credit=False)
