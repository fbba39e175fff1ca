"""Our own processor time for a document, compared with a script that makes one call at a time.

    python -m benchmarks.cpu [--invoices N]

Both post invoices of new clients with their payments from this process into the sandbox, which is another.
Both did a little work before, so that loading programs is not counted, and what was loaded is set aside from
the collection of garbage, as Airflow's executors do before they start a task: one such walk through all of
Airflow takes as long as fifty documents, and falls to one side or the other by chance. The time is this
process's: it grows with what else the machine does, and the ratio hardly. The middle of three is taken.
"""

from __future__ import annotations

import argparse
import gc
import logging
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from benchmarks.calls import count_script, finalise
from caspen_qbo import wiring
from caspen_qbo.usecases.posting.run import post
from tests.support.flow import REALM, WORKSPACE
from tests.support.standalone import Services, open_practice, services

INVOICES, BY_SCRIPT, WARM_UP = 500, 100, 10
REPEATS = 3


@dataclass(frozen=True, slots=True)
class Measured:
    """Milliseconds of processor time for an invoice with its share of clients and payments."""

    ours: float
    script: float

    @property
    def ratio(self) -> float:
        return self.ours / self.script


def measure(started: Services, invoices: int = INVOICES) -> Measured:
    """The middle one by its ratio."""
    found = [_measure(started, invoices) for _ in range(REPEATS)]
    return sorted(found, key=lambda one: one.ratio)[REPEATS // 2]


def _measure(started: Services, invoices: int) -> Measured:
    """Ours, then the script into empty books."""
    with open_practice(started) as flow:
        finalise(flow, WARM_UP)
        _post()
        finalise(flow, invoices)
        ours = _seconds(_post) / invoices
        for count in (WARM_UP, BY_SCRIPT):
            flow.door("reset", realm=REALM)
            flow.switch(limits=False, auto_apply_credit=False)
            taken = _seconds(partial(count_script, flow, count))
        script = taken / BY_SCRIPT
    return Measured(ours * 1000, script * 1000)


def _seconds(work: Callable[[], object]) -> float:
    """Of this process."""
    gc.collect()
    gc.freeze()
    begun = time.process_time()
    work()
    taken = time.process_time() - begun
    gc.unfreeze()
    return taken


def _post() -> None:
    with wiring.open_session(WORKSPACE, "benchmark") as session:
        post(session)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.strip().splitlines()[0])
    parser.add_argument("--invoices", type=int, default=INVOICES)
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        found = measure(started, parser.parse_args().invoices)
    print(f"ours {found.ours:.2f} ms, the script {found.script:.2f} ms: {found.ratio:.2f}")


if __name__ == "__main__":
    main()
