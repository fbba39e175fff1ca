"""The same tests against the sandbox of this repository and, when there are credentials, against Intuit's
own.

Set QBO_CLIENT_ID, QBO_CLIENT_SECRET, QBO_REFRESH_TOKEN and QBO_REALM_ID of an Intuit *sandbox* company to
run the second half. It writes test customers and invoices there. Intuit may answer with a new refresh token:
it is kept in ``var/intuit-refresh-token``, and read from there the next time.
"""

from __future__ import annotations

import os
import warnings
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from qbo_emulator.testing import Books, serve

INTUIT_API = "https://sandbox-quickbooks.api.intuit.com"
INTUIT_TOKENS = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"
CREDENTIALS = ("QBO_CLIENT_ID", "QBO_CLIENT_SECRET", "QBO_REFRESH_TOKEN", "QBO_REALM_ID")
KEPT_TOKEN = Path(__file__).parents[3] / "var" / "intuit-refresh-token"
SKIPPED = (
    "NOT RUN against Intuit's sandbox: set "
    + ", ".join(CREDENTIALS)
    + " to check that this sandbox tells the truth"
)


@pytest.fixture(scope="session", params=["sandbox", "intuit"])
def books(request: pytest.FixtureRequest) -> Iterator[Books]:
    """A connected company of each of the two."""
    if request.param == "sandbox":
        with serve() as sandbox:
            yield sandbox.books()
        return
    if not all(os.environ.get(name) for name in CREDENTIALS):
        warnings.warn(SKIPPED, stacklevel=1)
        pytest.skip("no credentials for Intuit's sandbox")
    yield from _intuit()


def _intuit() -> Iterator[Books]:
    refresh = KEPT_TOKEN.read_text().strip() if KEPT_TOKEN.exists() else os.environ["QBO_REFRESH_TOKEN"]
    answer = httpx.post(
        INTUIT_TOKENS,
        auth=(os.environ["QBO_CLIENT_ID"], os.environ["QBO_CLIENT_SECRET"]),
        data={"grant_type": "refresh_token", "refresh_token": refresh},
        headers={"Accept": "application/json"},
        timeout=30,
    )
    answer.raise_for_status()
    KEPT_TOKEN.parent.mkdir(exist_ok=True)
    KEPT_TOKEN.touch(mode=0o600)
    KEPT_TOKEN.write_text(answer.json()["refresh_token"])
    with httpx.Client(base_url=INTUIT_API, timeout=130) as http:
        yield Books(http, os.environ["QBO_REALM_ID"], answer.json()["access_token"])
