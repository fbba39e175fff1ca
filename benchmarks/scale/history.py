"""Whether a run feels a practice's past: the same new invoices over 100,000 old ones, then over 2,000,000.

    python -m benchmarks.scale.history [--small N] [--large N]

The old ones are rows of both databases, posted and equal, without their lines, which no such run reads. New
invoices are posted by the real use case against the sandbox. Best of the repetitions, as a ratio.
"""

from __future__ import annotations

import argparse
import logging
import time
from dataclasses import dataclass

import psycopg

from caspen_qbo import wiring
from caspen_qbo.usecases.importing.run import import_payments
from tests.support.flow import Flow
from tests.support.old_rows import DOCUMENT, INVOICE, LINK, add_old
from tests.support.standalone import Services, services

SMALL, LARGE, NEW, REPETITIONS = 100_000, 2_000_000, 20, 5


@dataclass(frozen=True)
class Measured:
    """Seconds, best of the repetitions."""

    small: int
    large: int
    posts: tuple[float, float]
    """Of a run that posts the new ones, over the small and over the large past."""
    idle: tuple[float, float]
    """Of one that finds nothing to do."""
    imports: tuple[float, float]

    @property
    def ratio(self) -> float:
        """The worst of the three."""
        return max(many / few for few, many in (self.posts, self.idle, self.imports))


def measure(
    started: Services, small: int = SMALL, large: int = LARGE, repetitions: int = REPETITIONS
) -> Measured:
    with started.caspen.fresh() as caspen, started.sync.fresh() as sync:
        started.prepare_for(caspen, sync)
        flow = Flow.open(caspen, sync, started.sandbox)
        try:
            flow.invoice("120.00")
            flow.post()
            taken = []
            for first, last in ((1, small), (small + 1, large)):
                add_old(caspen, [INVOICE], first, last)
                add_old(sync, [DOCUMENT, LINK], first, last)
                flow.post()  # adds them to the ledger's counters
                for database in (caspen, sync):
                    with psycopg.connect(database.uri, autocommit=True) as connection:
                        connection.execute("VACUUM ANALYZE")
                taken.append(_best(flow, repetitions))
        finally:
            flow.close()
    posts, idle, imports = zip(*taken, strict=True)
    return Measured(small, large, posts, idle, imports)


def _best(flow: Flow, repetitions: int) -> tuple[float, float, float]:
    posts: list[float] = []
    idle: list[float] = []
    imports: list[float] = []
    for _ in range(repetitions + 1):  # the first fills the caches
        for _ in range(NEW):
            flow.invoice("120.00")
        for seconds, run in ((posts, flow.post), (idle, flow.post), (imports, lambda: _import(flow))):
            began = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - began)
    return min(posts[1:]), min(idle[1:]), min(imports[1:])


def _import(flow: Flow) -> None:
    with wiring.open_session(flow.workspace_id, wiring.new_run_id("import")) as session:
        import_payments(session)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--small", type=int, default=SMALL)
    parser.add_argument("--large", type=int, default=LARGE)
    asked = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.WARNING)
    with services() as started:
        found = measure(started, asked.small, asked.large)
    print(f"over {found.small:,} and {found.large:,} old invoices, seconds")
    for name, (few, many) in (
        (f"a run that posts {NEW} invoices", found.posts),
        ("a run that finds nothing", found.idle),
        ("an import that asks", found.imports),
    ):
        print(f"  {name:28}{few:8.3f}{many:8.3f}   ratio {many / few:.2f}")


if __name__ == "__main__":
    main()
