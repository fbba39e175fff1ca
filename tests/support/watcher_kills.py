"""The watcher, killed again and again while work appears: what no event brings to QuickBooks is lost.

    python -m tests.support.watcher_kills --kills 200

Each life of the watcher is a process of its own with the real trigger on real databases. SIGKILL ends it at a
moment by chance, and what it had announced and nobody had read is thrown away. Announced practices are
posted. The last life is not killed: what it does not bring there within a minute is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import random
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from tests.support.flow import Flow
from tests.support.standalone import Services, services

LOOK_SECONDS = 0.05
LIFE_SECONDS = 0.6
"""The longest of one that is killed."""
LAST_SECONDS = 60.0


@dataclass(frozen=True)
class Result:
    documents: int
    kills: int
    events: int
    """That were read; each posted its practices."""
    lost: int


def kill_again_and_again(flow: Flow, kills: int, *, seed: int = 1) -> Result:
    """:param flow: Connected, configured, nothing finalised yet."""
    chance = random.Random(seed)
    flow.invoice("10.00")
    flow.post()  # from now on it is known how far Caspen was read
    documents, events = 1, 0
    for _ in range(kills):
        with _watcher() as pipe:
            ends = time.monotonic() + chance.uniform(0, LIFE_SECONDS)
            if chance.random() < 0.8:
                flow.invoice("10.00")
                documents += 1
            reads = chance.random() < 0.5  # else whatever it announces is lost with it
            while (left := ends - time.monotonic()) > 0:
                if reads:
                    events += _serve(flow, pipe, left)
                else:
                    time.sleep(left)
    with _watcher() as pipe:
        ends = time.monotonic() + LAST_SECONDS
        while len(flow.books("Invoice")) < documents and (left := ends - time.monotonic()) > 0:
            events += _serve(flow, pipe, min(left, 1.0))
    return Result(documents, kills, events, documents - len(flow.books("Invoice")))


def _serve(flow: Flow, pipe: int, seconds: float) -> int:
    """Post what the next event names, as the DAG does; how many events there were."""
    if not select.select([pipe], [], [], seconds)[0]:
        return 0
    lines = os.read(pipe, 65536).decode().splitlines()
    if any(flow.workspace_id in json.loads(line)["post"] for line in lines):
        flow.post()
    return len(lines)


@contextmanager
def _watcher() -> Iterator[int]:
    """The trigger in a process of its own; where its events can be read. Killed at the end."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(reading)
            asyncio.run(_announce(writing))
        finally:
            os._exit(1)
    os.close(writing)
    try:
        yield reading
    finally:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        os.close(reading)


async def _announce(pipe: int) -> None:
    from caspen_qbo.operators.watch import WorkTrigger

    async for event in WorkTrigger(seconds=LOOK_SECONDS).run():
        os.write(pipe, (json.dumps(event.payload) + "\n").encode())


def measure(started: Services, kills: int) -> Result:
    """With a practice of its own."""
    caspen, sync = started.caspen.create(), started.sync.create()
    started.prepare_for(caspen, sync)
    flow = Flow.open(caspen, sync, started.sandbox)
    try:
        return kill_again_and_again(flow, kills)
    finally:
        flow.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="The watcher, killed again and again while work appears.")
    parser.add_argument("--kills", type=int, default=200)
    asked = parser.parse_args()
    with services() as started:
        result = measure(started, asked.kills)
    print(
        f"{result.documents} documents, {result.kills} kills of the watcher, {result.events} events read:"
        f" {result.lost} lost"
    )
    raise SystemExit(1 if result.lost else 0)


if __name__ == "__main__":
    main()
