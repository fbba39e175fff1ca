"""The long form: many histories, their figures, and of each failure the shortest history that shows it."""

from __future__ import annotations

import argparse
import logging
import sys
from collections.abc import Sequence

from tests.support.flow import Flow
from tests.support.lives.history import Failed, Figures, Step, draw, live, shrink
from tests.support.lives.stage import Stage
from tests.support.standalone import services


def main() -> None:
    parser = argparse.ArgumentParser(description="Live through many histories; see the package's text.")
    parser.add_argument("--histories", type=int, default=20, help="Seeds from 1 to this.")
    parser.add_argument("--steps", type=int, default=40)
    parser.add_argument("--first", type=int, default=1, help="The first seed.")
    parser.add_argument(
        "--every", type=int, default=1, help="Every how many-th seed, so that shares run at once."
    )
    parser.add_argument("--shrink", action="store_true", help="Shorten what fails; takes minutes.")
    parser.add_argument("--keep-going", action="store_true", help="Go on after a failure.")
    options = parser.parse_args()
    logging.getLogger("caspen_qbo").setLevel(logging.CRITICAL)
    figures, failures = Figures(), list[int]()
    with services() as running:
        caspen, sync = running.caspen.create(), running.sync.create()
        running.prepare_for(caspen, sync)
        Flow.open(caspen, sync, running.sandbox).close()
        stage = Stage(running.server, caspen, sync, running.sandbox)
        for seed in range(options.first, options.histories + 1, options.every):
            steps = draw(seed, options.steps)
            failed = try_history(stage, steps, figures)
            print(f"history {seed}: {failed.what if failed else 'ok'} ({figures.seconds:.0f} s)", flush=True)
            if failed is None:
                continue
            failures.append(seed)
            print(failed, flush=True)
            if options.shrink:
                print_shortest(stage, steps, failed)
            if not options.keep_going:
                break
    print(figures)
    print(f"{len(failures)} histories failed: {failures}")
    sys.exit(1 if failures else 0)


def try_history(stage: Stage, steps: Sequence[Step], figures: Figures) -> Failed | None:
    with stage.practice() as flow:
        try:
            live(flow, steps, figures)
        except Failed as failed:
            return failed
    return None


def print_shortest(stage: Stage, steps: list[Step], failed: Failed) -> None:
    def fails(fewer: Sequence[Step]) -> str | None:
        again = try_history(stage, fewer, Figures())
        return again.what if again and again.what[:30] == failed.what[:30] else None

    shortest = shrink(fails, steps)
    again = try_history(stage, shortest, Figures())
    print(f"shortest: {shortest}\n{again}", flush=True)


if __name__ == "__main__":
    main()
