"""The watcher, killed again and again while work appears on both sides: what no event brings across is lost.

    python -m tests.support.watcher_kills --kills 200

Each life of the watcher is a process of its own with the real trigger on real databases. SIGKILL ends it at a
moment by chance, and what it had announced and nobody had read is thrown away. Caspen's staff finalise
invoices; a bookkeeper records payments in QuickBooks, and its webhook reports them, some twice and some only
after the next kill. Announced practices are posted or imported. The last life is not killed: what it does not
bring across within a minute is lost.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import os
import random
import select
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from caspen_qbo import wiring
from caspen_qbo.ui.routes.webhook import read_notification, wake
from caspen_qbo.usecases.importing.run import import_payments
from tests.support.flow import Flow
from tests.support.standalone import Services, open_practice, services

LOOK_SECONDS = 0.05
LIFE_SECONDS = 0.6
"""The longest of one that is killed."""
LAST_SECONDS = 60.0


OURS = "SELECT count(*) FROM caspen.payment WHERE source = 'quickbooks'"


@dataclass(frozen=True)
class Result:
    documents: int
    """Invoices finalised in Caspen, and payments recorded in QuickBooks."""
    payments: int
    """Of them."""
    kills: int
    events: int
    """That were read; each was served."""
    lost: int


@dataclass
class Killing:
    """:param flow: Connected, configured, nothing finalised yet."""

    flow: Flow
    chance: random.Random
    invoices: int = 0
    payments: int = 0
    events: int = 0
    late: list[Any] = field(default_factory=list)
    """Notifications that have not come yet."""

    def live(self, seconds: float) -> None:
        """One life of the watcher, in which something may happen on either side."""
        with _watcher() as pipe:
            ends = time.monotonic() + seconds
            self._act()
            reads = self.chance.random() < 0.5  # else whatever it announces is lost with it
            while (left := ends - time.monotonic()) > 0:
                if reads:
                    self._serve(pipe, left)
                else:
                    time.sleep(left)

    def live_on(self) -> int:
        """The last life; what it left undone after so long."""
        self._deliver()
        with _watcher() as pipe:
            ends = time.monotonic() + LAST_SECONDS
            while (lost := self._missing()) and (left := ends - time.monotonic()) > 0:
                self._serve(pipe, min(left, 1.0))
        return lost

    def finalise(self) -> None:
        self.flow.invoice("10.00")
        self.invoices += 1

    def _act(self) -> None:
        if self.chance.random() < 0.6:
            self._deliver()
        if self.chance.random() < 0.7:
            self.finalise()
        open_ = [each for each in self.flow.books("Invoice") if each["Balance"]]
        if open_ and self.chance.random() < 0.4:
            self._pay(open_[0]["Id"])

    def _pay(self, invoice_id: str) -> None:
        made = self.flow.person("record-payment", invoices=[{"id": invoice_id}])
        self.payments += 1
        self.late.append(_notification(self.flow.realm, made["Id"]))
        if self.chance.random() < 0.5:
            self._deliver()

    def _deliver(self) -> None:
        """The newest first, as QuickBooks promises no order, and some of them twice."""
        while self.late:
            notification = self.late.pop()
            for _ in range(self.chance.choice((1, 1, 2))):
                wake(read_notification(notification))

    def _serve(self, pipe: int, seconds: float) -> None:
        """Do what the next event names, as the DAG does."""
        if not select.select([pipe], [], [], seconds)[0]:
            return
        news = [json.loads(line) for line in os.read(pipe, 65536).decode().splitlines()]
        self.events += len(news)
        if any(self.flow.workspace_id in each["imports"] for each in news):
            with wiring.open_session(self.flow.workspace_id, wiring.new_run_id("import")) as session:
                import_payments(session)
        if any(self.flow.workspace_id in each["post"] for each in news):
            self.flow.post()

    def _missing(self) -> int:
        posted, (imported,) = len(self.flow.books("Invoice")), self.flow.caspen_rows(OURS)[0]
        return self.invoices - posted + self.payments - imported


def kill_again_and_again(flow: Flow, kills: int, *, seed: int = 1) -> Result:
    """:param flow: Connected, configured, nothing finalised yet."""
    killing = Killing(flow, random.Random(seed))
    killing.finalise()
    flow.post()  # from now on it is known how far Caspen was read
    for _ in range(kills):
        killing.live(killing.chance.uniform(0, LIFE_SECONDS))
    lost = killing.live_on()
    return Result(killing.invoices + killing.payments, killing.payments, kills, killing.events, lost)


def _notification(realm: str, payment_id: str) -> list[dict[str, str]]:
    """As QuickBooks sends it: a CloudEvent."""
    return [{"intuitaccountid": realm, "type": "qbo.payment.created.v1", "intuitentityid": payment_id}]


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
    with open_practice(started) as flow:
        return kill_again_and_again(flow, kills)


def main() -> None:
    parser = argparse.ArgumentParser(description="The watcher, killed again and again while work appears.")
    parser.add_argument("--kills", type=int, default=200)
    asked = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        result = measure(started, asked.kills)
    print(
        f"{result.documents} documents, {result.payments} of them payments made in QuickBooks, "
        f"{result.kills} kills of the watcher, {result.events} events read: {result.lost} lost"
    )
    raise SystemExit(1 if result.lost else 0)


if __name__ == "__main__":
    main()
