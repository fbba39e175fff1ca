"""Who takes nothing of an answer keeps no turn."""

from __future__ import annotations

from collections.abc import MutableMapping
from typing import Any

import anyio
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from caspen_qbo.ui.admission import NOTIFICATIONS_AT_ONCE, PAGES_AT_ONCE, Admission

SCOPE: Scope = {"type": "http", "path": "/practices.csv", "headers": []}


async def _receive() -> MutableMapping[str, Any]:
    await anyio.sleep_forever()
    return {}


async def _endless(_scope: Scope, _receive: Receive, send: Send) -> None:
    """A file that is made as long as it is taken."""
    await send({"type": "http.response.start", "status": 200, "headers": []})
    while True:
        await send({"type": "http.response.body", "body": b"1,2,3", "more_body": True})


def test_readers_that_take_nothing_do_not_keep_the_others_out() -> None:
    async def never(_message: MutableMapping[str, Any]) -> None:
        await anyio.sleep_forever()

    async def stuck(app: Admission) -> None:
        with pytest.raises(TimeoutError):
            await app(SCOPE, _receive, never)

    async def all_of_it() -> None:
        app = Admission(_endless, piece_seconds=0.05, wait_seconds=5)
        taken: list[MutableMapping[str, Any]] = []
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                for _ in range(2 * PAGES_AT_ONCE):
                    group.start_soon(stuck, app)

        async def take(message: MutableMapping[str, Any]) -> None:
            taken.append(message)
            if len(taken) > 100:
                raise ConnectionResetError

        with pytest.raises(ConnectionResetError):
            await app(SCOPE, _receive, take)
        assert taken[0]["status"] == 200, "its turn came"

    anyio.run(all_of_it)


async def _reads(scope: Scope, receive: Receive, send: Send) -> None:
    body = await Request(scope, receive).body()
    await Response(body)(scope, receive, send)


@pytest.mark.parametrize(("path", "turns"), [("/webhook", NOTIFICATIONS_AT_ONCE), ("/w/1/x", PAGES_AT_ONCE)])
def test_senders_that_never_finish_do_not_keep_the_others_out(path: str, turns: int) -> None:
    scope: Scope = {"type": "http", "method": "POST", "path": path, "headers": []}

    async def answer(app: Admission, more: bool) -> list[MutableMapping[str, Any]]:
        sent: list[MutableMapping[str, Any]] = []

        async def receive() -> MutableMapping[str, Any]:
            if more:
                await anyio.sleep(0.02)
            return {"type": "http.request", "body": b"1", "more_body": more}

        async def send(message: MutableMapping[str, Any]) -> None:
            sent.append(message)

        await app(scope, receive, send)
        return sent

    async def never_finished(app: Admission) -> None:
        assert (await answer(app, more=True))[0]["status"] == 408

    async def all_of_it() -> None:
        app = Admission(_reads, body_seconds=0.1, wait_seconds=5)
        with anyio.fail_after(20):
            async with anyio.create_task_group() as group:
                for _ in range(2 * turns):
                    group.start_soon(never_finished, app)
        assert (await answer(app, more=False))[1]["body"] == b"1"

    anyio.run(all_of_it)
