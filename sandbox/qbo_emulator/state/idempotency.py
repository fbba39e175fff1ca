"""Answers kept by request id, to be given again byte for byte."""

from __future__ import annotations

from dataclasses import dataclass

from qbo_emulator.values import faults
from qbo_emulator.values.clock import Clock

MAXIMUM_LENGTH = 50


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """An answer as it left."""

    status: int
    body: bytes
    media_type: str
    at: float


class AnswerStore:
    """One company's answers. Kept for ``ttl_seconds`` of sandbox time; a later request under the same id with
    another
    body still gets the first answer.
    """

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._answers: dict[str, StoredAnswer] = {}

    def get(self, key: str, ttl_seconds: float) -> StoredAnswer | None:
        """The answer, unless it expired."""
        answer = self._answers.get(key)
        if answer is None or self._clock.seconds() - answer.at > ttl_seconds:
            return None
        return answer

    def keep(self, key: str, status: int, body: bytes, media_type: str) -> None:
        """Store an answer."""
        self._answers[key] = StoredAnswer(status, body, media_type, self._clock.seconds())


def check_length(request_id: str) -> None:
    """:raises ApplicationFault: the id (with a batch item's id behind it) is over 50 characters."""
    if len(request_id) > MAXIMUM_LENGTH:
        raise faults.request_id_too_long(request_id, len(request_id))
