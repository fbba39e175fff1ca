"""The practices of a shard that are reconciled together: each is read and frozen, then all are checked in one
run of Great Expectations, then each is recorded.

A practice stays locked from its first step to its last, so what the verdict is about cannot change under it.
All of them share one session to each database, which holds the locks of all: should it be lost, the runs
that stand by fail, as they would have failed each by itself, and the next practice has a new one.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from types import TracebackType
from typing import Self

from caspen_qbo import settings, wiring
from caspen_qbo.errors import StoreUnavailableError
from caspen_qbo.hooks.store import Store
from caspen_qbo.operators.shard import Practice
from caspen_qbo.quality.shard import Checked, check_practices
from caspen_qbo.quality.validate import Frozen
from caspen_qbo.usecases.reconciling.run import reconcile_in_steps
from caspen_qbo.usecases.shared.jobs import Paused, RunResult
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

Ended = tuple[RunResult, Mapping[str, int]]
"""A run that came to its end, and its calls to QuickBooks."""


@dataclass(frozen=True, slots=True)
class _Held:
    """A practice that is frozen and waits for its verdict."""

    practice: Practice
    run_id: str
    session: Session
    opened: ExitStack
    paused: Paused[Frozen, Checked]
    frozen: Frozen
    since: float
    """By the monotonic clock, seconds."""

    def end(self, checked: Checked) -> Ended:
        with self.opened:
            return self.paused.go_on(checked), self.session.accounting.calls()

    def stop(self, error: BaseException) -> None:
        with self.opened:
            self.paused.stop(error)


class Together:
    """For the length of a block; what stands by at its end is stopped, as the run of a task that is ended."""

    def __enter__(self) -> Self:
        self._sessions = ExitStack()
        self._held: deque[_Held] = deque()
        self._store: Store | None = None
        self._billing = self._sessions.enter_context(wiring.open_billing())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with self._sessions:
            while self._held:
                self._stop(self._held.popleft(), error or RuntimeError("the task ended before its checks"))

    def begin(self, practice: Practice, run_id: str, *, patient: bool, full: bool) -> Ended | None:
        """Read and freeze one. None: it stands by for its checks, locked."""
        id_ = practice["workspace_id"]
        with ExitStack() as opened:
            store = self._open_store().for_workspace(id_)
            session = opened.enter_context(
                wiring.open_session(id_, run_id, store=store, billing=self._billing, of_a_shard=True)
            )
            if not patient:
                store.lock_wait_seconds = 0
            paused = Paused(reconcile_in_steps(session, full), session)
            frozen = paused.begin()
            if isinstance(frozen, RunResult):
                return frozen, session.accounting.calls()
            held = _Held(practice, run_id, session, opened.pop_all(), paused, frozen, time.monotonic())
        self._held.append(held)
        try:
            session.accounting.rest()
        except BaseException as error:
            self._held.remove(held)
            self._stop(held, error)
            raise
        return None

    def end_all(self, *, late: bool = False) -> Iterator[tuple[Practice, str, Callable[[], Ended]]]:
        """Check all that stand by, in one run; then each of them, its run and what ends it.

        :param late: Others are to come: only where the first has stood by for long.
        """
        if not self._held:
            return
        if late and time.monotonic() - self._held[0].since < settings.HELD_SECONDS:
            return
        log.info("checking %d practices together", len(self._held))
        checked = check_practices({held.practice["workspace_id"]: held.frozen for held in self._held})
        while self._held:
            held = self._held.popleft()
            end = partial(held.end, checked[held.practice["workspace_id"]])
            yield held.practice, held.run_id, end

    def _open_store(self) -> Store:
        """A practice that is begun has a session that lives, whatever became of those before it."""
        if self._store is not None:
            try:
                self._store.practices.read_clock()
            except StoreUnavailableError:
                self._store = None
        if self._store is None:
            self._store = self._sessions.enter_context(wiring.open_store())
        return self._store

    def _stop(self, held: _Held, error: BaseException) -> None:
        try:
            held.stop(error)
        except BaseException as again:  # noqa: BLE001 - how the task ends is known
            if again is not error:
                log.warning("workspace=%d %s", held.practice["workspace_id"], again)
