"""How many requests the pages work on at once. Airflow's API runs in the same process and in the same pool of
threads: what these pages may take of it has an end, whatever their databases do.
"""

from anyio import Semaphore, fail_after, move_on_after
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
        self, app: ASGIApp, *, wait_seconds: float = WAIT_SECONDS, piece_seconds: float = PIECE_SECONDS
    ) -> None:
        self._app = app
        self._wait_seconds, self._piece_seconds = wait_seconds, piece_seconds
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
            await self._app(scope, receive, self._in_time(send))
        finally:
            turns.release()

    def _in_time(self, send: Send) -> Send:
        async def sent_in_time(message: Message) -> None:
            with fail_after(self._piece_seconds):
                await send(message)

        return sent_in_time


def _busy(request: Request) -> Response:
    if "text/html" in request.headers.get("accept", ""):
        answer: Response = notice(request, "Please try again later", BUSY, 503)
    else:
        answer = JSONResponse({"detail": BUSY}, status_code=503)
    answer.headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    return answer
