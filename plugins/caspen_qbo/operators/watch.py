"""The watcher: a trigger of Airflow's that announces new work within seconds, as updates of an asset.

It holds nothing but what it announced last. The schedules find whatever it misses.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections import deque
from collections.abc import AsyncIterator, Iterator
from typing import TYPE_CHECKING, Any, TypedDict

from airflow.sdk import Asset, AssetWatcher
from airflow.triggers.base import BaseEventTrigger, TriggerEvent

from caspen_qbo import settings
from caspen_qbo.core.monitoring.watch import LOOKS_KEPT, decide_pause

if TYPE_CHECKING:
    from caspen_qbo.core.monitoring.watch import Memory, News

log = logging.getLogger(__name__)

IDS_MAX = 500
"""Workspaces in one event."""
PAUSE_MOST_SECONDS = 60.0
"""While a database refuses or is silent."""


class NewWork(TypedDict):
    """What an event carries."""

    post: list[int]
    """Workspaces."""
    imports: list[int]


class WorkTrigger(BaseEventTrigger):
    """Looks every few seconds, one session at each database for as long as a look takes; never ends.

    :param seconds: Between two looks.
    """

    def __init__(self, seconds: float = settings.WATCH_SECONDS, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.seconds = seconds
        self._looking: asyncio.Future[News] | None = None

    def serialize(self) -> tuple[str, dict[str, Any]]:
        return f"{type(self).__module__}.{type(self).__qualname__}", {"seconds": self.seconds}

    async def run(self) -> AsyncIterator[TriggerEvent]:
        memory: Memory = {}
        pause = self.seconds
        looks: deque[float] = deque(maxlen=LOOKS_KEPT)
        while True:
            began = time.monotonic()
            news = await self._look(memory)
            if news is None:
                pause = min(2 * pause, max(PAUSE_MOST_SECONDS, self.seconds))
            else:
                memory = news.memory
                looks.append(time.monotonic() - began)
                pause = decide_pause(self.seconds, looks)
                for event in events_of(news):
                    log.info("new work post=%s import=%s", event["post"], event["imports"])
                    yield TriggerEvent(event)  # type: ignore[no-untyped-call]
            await asyncio.sleep(pause)

    async def _look(self, memory: Memory) -> News | None:
        """None: a database did not answer in time, or refused. A look that hangs is not joined by another."""
        from asgiref.sync import sync_to_async

        if self._looking is None or self._looking.done():
            self._looking = asyncio.ensure_future(sync_to_async(_look, thread_sensitive=False)(memory))
        try:
            return await asyncio.wait_for(asyncio.shield(self._looking), settings.WATCH_DEADLINE_SECONDS)
        except TimeoutError:
            log.warning("no answer after %g s", settings.WATCH_DEADLINE_SECONDS)
        except Exception as error:  # noqa: BLE001 - a trigger that ends is gone
            log.warning("could not look for work: %s", getattr(error, "message", type(error).__name__))
        return None


def _look(memory: Memory) -> News:
    from caspen_qbo.usecases.monitoring.watch import look_for_work
    from caspen_qbo.wiring import open_billing, open_store

    with open_store(on_a_page=True) as store, open_billing(on_a_page=True) as billing:
        return look_for_work(store, billing, memory)


def events_of(news: News) -> Iterator[NewWork]:
    """None where there is nothing new."""
    for start in range(0, max(len(news.post), len(news.imports)), IDS_MAX):
        part = slice(start, start + IDS_MAX)
        yield NewWork(post=list(news.post[part]), imports=list(news.imports[part]))


NEW_WORK = Asset(
    "caspen/qbo/new_work", watchers=[AssetWatcher(name="caspen_qbo_new_work", trigger=WorkTrigger())]
)
"""Updated when something is to be posted or imported; DAGs of ours are scheduled on it."""
