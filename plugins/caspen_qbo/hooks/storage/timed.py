"""Asking a place where reports are kept: within a deadline, its failure a sentence."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from functools import partial
from typing import BinaryIO, TypeVar

from caspen_qbo.errors import ReportStorageError
from caspen_qbo.hooks.deadline import DeadlinePassedError, within
from caspen_qbo.plain_text import plain

T = TypeVar("T")

CHUNK = 1 << 20
"""Bytes of a file that is sent on while it is read."""
WORDS_MAX = 300


class Timed:
    """Each call within a deadline, its failure a sentence. One that was silent is not asked again: the
    practices after it would each wait as long.
    """

    def __init__(self, where: str, seconds: float) -> None:
        self.where = where
        self._seconds = seconds
        self._silent: ReportStorageError | None = None

    def _ask(
        self, what: str, call: Callable[[], T], *, seconds: float | None = None, missing_ok: bool = False
    ) -> T:
        seconds = seconds or self._seconds
        if self._silent is not None:
            raise self._silent
        try:
            return within(seconds, call)
        except DeadlinePassedError:
            self._silent = ReportStorageError(
                f"{self.where}, where reports are kept, did not answer within {seconds:g} s; "
                f"{what} was given up. See that it is there and can be reached; `doctor` checks it."
            )
            raise self._silent from None
        except ReportStorageError:
            raise
        except Exception as error:
            if missing_ok and isinstance(error, FileNotFoundError):
                raise
            seen = plain(f"{type(error).__name__}: {error}")[:WORDS_MAX]
            raise ReportStorageError(
                f"{self.where}, where reports are kept, refused {what}: {seen}. See its rights and its "
                "space; `doctor` checks it."
            ) from error

    def _find(self, what: str, call: Callable[[], T]) -> T | None:
        """As :meth:`_ask`; None: there is no such file."""
        try:
            return self._ask(what, call, missing_ok=True)
        except FileNotFoundError:
            return None

    def _open(
        self, name: str, call: Callable[[], tuple[int, BinaryIO]]
    ) -> tuple[int, Iterator[bytes]] | None:
        found = self._find(f"reading {name}", call)
        return None if found is None else (found[0], self._stream(found[1]))

    def _stream(self, file: BinaryIO) -> Iterator[bytes]:
        try:
            while piece := self._ask("the next piece of a report", partial(file.read, CHUNK)):
                yield piece
        finally:
            with suppress(Exception):
                file.close()
