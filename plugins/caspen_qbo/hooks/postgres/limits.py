"""How long a session waits, and for what: no wait at a database is without end on our side."""

from dataclasses import dataclass, replace

from caspen_qbo import settings

ANSWER_MARGIN_SECONDS = 5.0
"""How much longer than the server's own limit a silent server is waited for: its refusal has to arrive."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds."""

    statement: float
    """The server gives up on a statement after this; we give up on a silent server a little later."""
    lock: float
    """How long a statement waits for another session's lock."""
    idle: float
    """The server ends a session that keeps a transaction open this long and does nothing in it: a process
    that was stopped, or whose network is gone, holds nobody's rows.
    """

    @property
    def silence(self) -> float:
        """We hear nothing for so long: the session is given up."""
        return self.statement + ANSWER_MARGIN_SECONDS

    def on_a_page(self) -> "Limits":
        """Where a person waits in front of a screen."""
        seconds = settings.PAGE_STATEMENT_SECONDS
        return replace(self, statement=min(self.statement, seconds), lock=min(self.lock, seconds))


CASPEN = Limits(
    statement=settings.CASPEN_STATEMENT_SECONDS,
    lock=settings.CASPEN_LOCK_WAIT_SECONDS,
    idle=settings.CASPEN_IDLE_SECONDS,
)
SYNC = Limits(
    statement=settings.SYNC_STATEMENT_SECONDS,
    lock=settings.SYNC_STATEMENT_SECONDS,
    idle=settings.SYNC_IDLE_SECONDS,
)
