"""How near a backlog on one company comes to the rate that our limiter allows, and whether QuickBooks refuses
a call for it.

    python -m benchmarks.backlog [--documents N]

Half invoices, half payments of them, through the real use case with the pace of production. The sandbox keeps
QuickBooks' published limits and answers as slowly as QuickBooks does: a batch's items are carried out one
after the other there. The baseline is the same code with one batch at a time.
"""

from __future__ import annotations

import argparse
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from http import HTTPStatus
from itertools import pairwise
from typing import Any

import httpx

from caspen_qbo import settings, wiring
from caspen_qbo.usecases.posting.run import post
from caspen_seed import NewLine
from tests.support.flow import WORKSPACE, Flow
from tests.support.services import keep_pace
from tests.support.standalone import Services, services

DOCUMENTS, ONE_AT_A_TIME = 5000, 360
BATCH_SECONDS, CALL_SECONDS = 5.0, 0.3
"""Until QuickBooks answers: 30 creates one after the other, and any call."""
CLIENTS = 120


@dataclass(frozen=True, slots=True)
class Measured:
    documents: int
    batches: int
    seconds: float
    """Between the arrival of the first batch and of the last."""
    refused: int
    """Answered with 429."""
    most_at_once: int
    """Batches under way."""
    one_at_a_time: float
    """Seconds between two batches where each waits for the one before."""

    @property
    def share(self) -> float:
        """Batches a minute, until the last answer, of those that the limiter allows on average: 1 is all."""
        return self.batches / (self.seconds + BATCH_SECONDS) * 60 / settings.BATCHES_PER_MINUTE

    @property
    def share_one_at_a_time(self) -> float:
        return 60 / self.one_at_a_time / settings.BATCHES_PER_MINUTE


def _post(started: Services, documents: int, at_once: int) -> list[Mapping[str, Any]]:
    """Post a backlog of so many; the requests the sandbox received, oldest first."""
    caspen, sync = started.caspen.create(), started.sync.create()
    started.prepare_for(caspen, sync)
    flow = Flow.open(caspen, sync, started.sandbox)
    clients = [flow.staff.create_client(f"Client{n}", f"Family{n}") for n in range(CLIENTS)]
    for n in range(documents // 2):
        client = clients[n % CLIENTS]
        line = NewLine("service", "Consultation", f"{40 + n % 160}.50", tax_rate_id=flow.rates["GST"])
        invoice = flow.staff.draft_invoice(client, [line])
        flow.staff.finalise(invoice)
        flow.staff.pay(client, {invoice: Decimal("30.00")})
    keep_pace()
    flow.switch(limits=True)
    flow.door("latency", seconds=CALL_SECONDS)
    slow = {"kind": "delay", "operation": "batch", "every": 1, "seconds": BATCH_SECONDS - CALL_SECONDS}
    flow.door("faults", seed=1, rules=[slow])
    httpx.delete(f"{flow.sandbox.url}/_sandbox/requests", timeout=30, verify=False).raise_for_status()
    usual, settings.BATCHES_IN_FLIGHT = settings.BATCHES_IN_FLIGHT, at_once
    try:
        with wiring.open_session(WORKSPACE, "benchmark") as session:
            done = post(session)
    finally:
        settings.BATCHES_IN_FLIGHT = usual
    assert done.ledger is not None and done.ledger.synced == documents // 2, done.ledger
    requests = flow.requests()
    flow.door("latency", seconds=0)
    flow.door("faults", seed=1, rules=[])
    flow.close()
    return requests


def _arrivals(requests: list[Mapping[str, Any]]) -> list[datetime]:
    return sorted(datetime.fromisoformat(one["at"]) for one in requests if one["operation"] == "batch")


def measure(started: Services, documents: int = DOCUMENTS) -> Measured:
    serial = _arrivals(_post(started, min(documents, ONE_AT_A_TIME), 1))
    apart = [(later - earlier).total_seconds() for earlier, later in pairwise(serial)]
    requests = _post(started, documents, settings.BATCHES_IN_FLIGHT)
    moments = _arrivals(requests)
    spans = [(m.timestamp(), m.timestamp() + BATCH_SECONDS) for m in moments]
    return Measured(
        documents,
        len(moments),
        (moments[-1] - moments[0]).total_seconds(),
        sum(one["status"] == HTTPStatus.TOO_MANY_REQUESTS for one in requests),
        max(sum(begun <= at < ended for begun, ended in spans) for at, _ in spans),
        sum(apart) / len(apart),
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--documents", type=int, default=DOCUMENTS)
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        found = measure(started, parser.parse_args().documents)
    print(found)
    print(f"share of the limiter's rate: {found.share:.2f}")
    print(f"one batch at a time: {found.share_one_at_a_time:.2f}")


if __name__ == "__main__":
    main()
