"""How many requests the pages work on at once. Airflow's API runs in the same process and in the same pool of
threads: what these pages may take of it has an end, whatever their databases do.
"""

from anyio import Semaphore, current_time, fail_after, move_on_after
from fastapi import Request
from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from caspen_qbo.ui.page import notice

PAGES_AT_ONCE = 8
"""Each takes one thread of Airflow's 40, one session at Caspen and at most two at ours."""
NOTIFICATIONS_AT_ONCE = 2
"""QuickBooks' webhook waits behind no page; one session at ours each."""
WAIT_SECONDS = 15.0
RETRY_AFTER_SECONDS = 10
BODY_SECONDS = 20.0
"""The longest what is sent to us may take to arrive: who never finishes it keeps no turn, and the webhook is
open to the world.
"""
PIECE_SECONDS = 60.0
"""The longest one piece of an answer may take to leave: who takes nothing keeps no turn and no session."""

BUSY = (
    "The QuickBooks pages are answering as many requests as they may at once. Nothing was carried out. Try "
    "again in some seconds; if it persists, one of the databases or QuickBooks is slow."
)


class Admission:
    """Lets so many requests in at once; the others wait, which costs no thread and no session, and are
    answered 503 when their turn does not come.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        wait_seconds: float = WAIT_SECONDS,
        body_seconds: float = BODY_SECONDS,
        piece_seconds: float = PIECE_SECONDS,
    ) -> None:
        self._app = app
        self._wait_seconds = wait_seconds
        self._body_seconds, self._piece_seconds = body_seconds, piece_seconds
        self._pages, self._notifications = Semaphore(PAGES_AT_ONCE), Semaphore(NOTIFICATIONS_AT_ONCE)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        turns = self._notifications if scope["path"].endswith("/webhook") else self._pages
        with move_on_after(self._wait_seconds) as waiting:
            await turns.acquire()
        if waiting.cancelled_caught:
            await _busy(Request(scope))(scope, receive, send)
            return
        try:
            await self._answer(scope, receive, send)
        finally:
            turns.release()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = arrived = late = False
        until = current_time() + self._body_seconds

        async def received_in_time() -> Message:
            nonlocal arrived, late
            if arrived:  # what is waited for now is that the reader goes away
                return await receive()
            late = True
            with fail_after(max(0.0, until - current_time())):
                message = await receive()
            late = False
            arrived = not message.get("more_body", False)
            return message

        async def sent_in_time(message: Message) -> None:
            nonlocal begun
            begun = True
            with fail_after(self._piece_seconds):
                await send(message)

        try:
            await self._app(scope, received_in_time, sent_in_time)
        except TimeoutError:
            if begun or not late:
                raise
            await JSONResponse({"detail": "What was sent did not arrive in time."}, 408)(scope, receive, send)


def _busy(request: Request) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        answer: Response = notice(request, "Please try again later", BUSY, 503)
    else:
        answer = JSONResponse({"detail": BUSY}, status_code=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
