"""What Caspen's application answers when it refuses."""

from __future__ import annotations


class CaspenRefused(Exception):
    """Caspen refused a member of staff's action; nothing was changed.

    The parts are kept as attributes, so that a test need not read the text.
    """

    def __init__(self, record: str, seen: str, expected: str, next_step: str = "") -> None:
        self.record, self.seen, self.expected, self.next_step = record, seen, expected, next_step
        super().__init__("; ".join(part for part in (f"{record}: {seen}", expected, next_step) if part))
