"""A month of ten thousand practices of different sizes, simulated with the core's own policies.

    python -m benchmarks.scale.simulation [--practices N] [--days N] [--slots N] [--no-webhooks]
        [--reads auto|careful|thrifty] [--allowance READS]

From the core come: when an import asks (``decide_when_to_ask``), what the watcher announces
(``decide_news``), how practices are shared out over tasks (``plan_shards``), how reads stand
(``judge_budget``). The schedules, the pool's slots and priorities, and the runs of ``sync_new_work`` are as
the DAGs have them. What a task, a run and a document cost is in ``costs.py``, with where each
figure comes from. The same result each time.
"""

from __future__ import annotations

import argparse
import heapq
import itertools
import random
import statistics
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from functools import partial
from operator import itemgetter

from benchmarks.scale.costs import Costs, reads_of
from benchmarks.scale.idle_hour import QUARTER, tasks_of_idle_hour
from benchmarks.scale.simulated.practices import (
    LOST,
    PAYMENTS_OUT,
    REPORTED_SECONDS,
    Practice,
    at,
    finalised,
    paid,
    practices,
)
from benchmarks.scale.simulated.queued import Run, Waiting
from benchmarks.scale.simulated.results import DAY, Result, describe, part
from caspen_qbo.core.importing.rhythm import Rhythm
from caspen_qbo.core.monitoring.metering import (
    AUTO,
    Budget,
    Mode,
    decide_mode,
    forecast_month,
    judge_budget,
)
from caspen_qbo.core.monitoring.shards import (
    UNKNOWN_SECONDS,
    Work,
    estimate_seconds,
    plan_shards,
)
from caspen_qbo.core.monitoring.watch import LOOK_SHARE, REPEAT_FIRST, Announced, MovedRow, decide_news
from caspen_qbo.settings import PRIORITIES, WATCH_SECONDS
from caspen_qbo.usecases.connection.find_workspaces import EARLY, POST_AT_LEAST_EVERY

AT_DESK, LATER = PAYMENTS_OUT * 4 / 5, PAYMENTS_OUT / 5
"""Payments for each invoice, with it and later."""
REPORT_CPU = 0.1
EARLY_SECONDS = EARLY.total_seconds()
NIGHT = 15.5 * 3600
"""02:30 in Sydney."""
EVENT_RUNS_MOST = 16
SCHEDULER_SECONDS = 1.0
"""From an event, or a task's end, to what follows."""
ASK_OFFSET = 7 * 60


class Simulation:
    def __init__(
        self,
        number: int,
        days: int,
        *,
        webhooks: bool = True,
        slots: int = 4,
        allowance: int = 10_000_000,
        costs: Costs | None = None,
        installed: str = AUTO,
    ) -> None:
        """:param installed: As ``CASPEN_QBO_READS``."""
        self.chance = random.Random(16)  # noqa: S311  the same month each time
        self.mode = decide_mode(installed, number, allowance)
        self.reads = reads_of(self.mode, webhooks=webhooks)
        self.costs, self.rhythm = costs or Costs(), Rhythm()
        self.all = practices(number, self.chance)
        self.days, self.webhooks, self.slots, self.allowance = days, webhooks, slots, allowance
        self.now = 0.0
        self.budget = Budget.AMPLE
        self.memory: dict[tuple[str, int], Announced] = {}
        self.news: dict[str, set[int]] = {"post": set(), "import": set()}
        self.stirred: set[int] = set()
        """Where a watcher's look may find something else than the look before. What it finds follows from the
        practice alone, so that the others need not be looked at.
        """
        self.active: Counter[str] = Counter()
        self.free = slots
        self.queue: list[Waiting] = []
        self.tasks: Counter[str] = Counter()
        self.cpu = 0.0
        self.busy: defaultdict[int, float] = defaultdict(float)
        self.read_by_day: Counter[int] = Counter()
        self.read_by_practice: Counter[int] = Counter()
        self.late, self.synced = array("d"), array("d")
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._coming: list[tuple[float, int, Practice, bool]] = []
        """What people do on the days ahead, the next one last: when, a number, where, whether it pays."""
        self._numbers = itertools.count()

    # --- the clock ---

    def later(self, moment: float, what: Callable[[], None]) -> None:
        heapq.heappush(self._events, (moment, next(self._numbers), what))

    def run(self) -> Result:
        for one in self.all:
            one.plan(self.budget, self.rhythm)
        self.later(0.0, self._day)
        self.later(1.0, self._look)
        self.later(2.0, partial(self._tick, "post_to_quickbooks", QUARTER))
        self.later(ASK_OFFSET, partial(self._tick, "import_from_quickbooks", QUARTER))
        self.later(NIGHT, partial(self._tick, "reconcile_quickbooks", DAY))
        events, ended = self._events, self.days * DAY
        while events[0][0] < ended:
            if self._coming and self._coming[-1][0] < events[0][0]:
                self.now, _, one, is_payment = self._coming.pop()
                (self._pay if is_payment else self._finalise)(one, self.now)
            else:
                self.now, _, what = heapq.heappop(events)
                what()
        return self._result()

    def _day(self) -> None:
        """It is tomorrow already in the east, so what happens there is planned a day ahead."""
        day, coming = round(self.now / DAY), self._coming
        for one in self.all:
            for local in (day, day + 1) if day == 0 else (day + 1,):
                for is_payment, moments in ((False, finalised), (True, paid)):
                    coming += [
                        (moment, next(self._numbers), one, is_payment)
                        for moment in moments(one, local, self.chance)
                        if moment >= 0
                    ]
        coming.sort(key=itemgetter(0, 1), reverse=True)
        by_date = {at(number * DAY).date(): reads for number, reads in self.read_by_day.items()}
        budget = judge_budget(forecast_month(by_date, at(self.now).date()), self.allowance)
        if budget is not self.budget:
            self.budget = budget
            for one in self.all:
                one.plan(budget, self.rhythm)
        self.later(self.now + DAY, self._day)

    # --- what happens ---

    def _finalise(self, one: Practice, moment: float) -> None:
        one.open.append(moment)
        one.rows.append(MovedRow(one.id, "invoice", 0, at(moment)))
        one.moved += 1
        self.stirred.add(one.id)

    def _pay(self, one: Practice, moment: float) -> None:
        one.unseen.append(moment)
        if self.webhooks and self.chance.random() >= LOST:
            self.later(moment + self.chance.uniform(2, REPORTED_SECONDS), partial(self._report, one))

    def _report(self, one: Practice) -> None:
        now = at(self.now)
        one.note(reported=now, heard=now)
        self.stirred.add(one.id)

    # --- what the watcher and the schedules start ---

    def _look(self) -> None:
        # Where a run is at work nothing is announced; its end stirs.
        here = [one for id_ in self.stirred if not (one := self.all[id_ - 1]).busy]
        self.stirred.clear()
        if here:
            self._look_at(here)
        self.later(self.now + max(WATCH_SECONDS, LOOK_SHARE * self.costs.look), self._look)

    def _look_at(self, here: Sequence[Practice]) -> None:
        now = at(self.now)
        keys = [(job, one.id) for one in here for job in ("post", "import")]
        known = {key: self.memory.pop(key) for key in keys if key in self.memory}
        news = decide_news(
            {one.id: one.watched(now) for one in here},
            {one.id: frozenset(one.rows) for one in here if one.rows},
            known,
        )
        self.memory |= news.memory
        for _, id_ in news.memory:
            one = self.all[id_ - 1]
            if not one.looked_again:
                one.looked_again = True
                self.later(self.now + REPEAT_FIRST.total_seconds(), partial(self._look_again, one))
        self.news["post"] |= set(news.post)
        self.news["import"] |= set(news.imports)
        if news.post or news.imports:
            self.later(self.now + SCHEDULER_SECONDS, self._start_event_run)

    def _look_again(self, one: Practice) -> None:
        """What no run has begun for is announced again, after a multiple of this pause."""
        one.looked_again = False
        if one.has_news:
            self.stirred.add(one.id)

    def _start_event_run(self) -> None:
        named, dag = self.news, "sync_new_work"
        if self.active[dag] >= EVENT_RUNS_MOST or not (named["post"] or named["import"]):
            return
        self.news = {"post": set(), "import": set()}
        run = Run(dag, left=1, summaries=0, when_done=self._start_event_run)
        self.active[dag] += 1
        self._share_out(run, {job: [self.all[id_ - 1] for id_ in sorted(ids)] for job, ids in named.items()})

    def _tick(self, dag: str, every: float) -> None:
        self.later(self.now + every, partial(self._tick, dag, every))
        if self.active[dag]:
            return
        self.active[dag] += 1
        run = Run(dag, left=1)
        if dag == "post_to_quickbooks":
            oldest = self.now - POST_AT_LEAST_EVERY.total_seconds()
            self._find(run, "post", [one for one in self.all if one.moved or one.posted_at < oldest])
        elif dag == "import_from_quickbooks":
            self._find(run, "import", [one for one in self.all if one.due_at <= self.now + EARLY_SECONDS])
        else:
            self._find(run, "reconcile", self.all)

    def _asks(self, one: Practice) -> bool:
        """What a webhook reported since it was planned only puts it off."""
        if one.due_at <= self.now + EARLY_SECONDS:
            one.plan(self.budget, self.rhythm)
        return one.due_at <= self.now + EARLY_SECONDS

    # --- tasks ---

    def _share_out(self, run: Run, found: Mapping[str, Sequence[Practice]]) -> None:
        """Of an event: what makes up one shard is done by the task that finds it, import before post."""
        jobs: dict[int, list[tuple[str, Work]]] = {}
        for job in ("import", "post"):
            for one in found[job]:
                jobs.setdefault(one.id, []).append((job, self._work(job, one)))
        whole = [Work(id_, "", sum(work.seconds for _, work in each)) for id_, each in jobs.items()]
        shards = plan_shards(whole, few=1)
        items = [[item for one in shard for item in jobs[one.workspace_id]] for shard in shards]
        run.left = len(items)
        if len(items) == 1:
            run.find = self.costs.find
            self._enqueue(run, items[0])
            return
        run.summaries = 1
        self._task(run.dag, self.costs.find)
        moment = self.now + self.costs.task_start + self.costs.find + SCHEDULER_SECONDS
        for each in items:
            self.later(moment, partial(self._enqueue, run, each))

    def _find(self, run: Run, job: str, found: Collection[Practice]) -> None:
        shards = plan_shards(self._work(job, one) for one in found) if found else ()
        self._task(run.dag, self.costs.find / 2)
        moment = self.now + self.costs.task_start + self.costs.find + SCHEDULER_SECONDS
        if not shards:
            self.tasks[run.dag] += 1  # skipped
            self.later(moment, partial(self._part_done, run))
            return
        run.left += len(shards) - 1
        for shard in shards:
            self.later(moment, partial(self._enqueue, run, [(job, one) for one in shard]))

    def _work(self, job: str, one: Practice) -> Work:
        if job == "post":
            return Work(one.id, "", estimate_seconds(one.moved))
        seconds = one.asks_seconds if job == "import" else self.costs.reconcile()
        return Work(one.id, "", UNKNOWN_SECONDS if seconds is None else seconds)

    def _task(self, dag: str, cpu: float) -> None:
        self.tasks[dag] += 1
        self.cpu += self.costs.task_cpu + cpu

    def _enqueue(self, run: Run, items: Sequence[tuple[str, Work]]) -> None:
        order = (-PRIORITIES[run.dag], self.now, next(self._numbers))
        heapq.heappush(self.queue, Waiting(order, run, items))
        self._fill()

    def _fill(self) -> None:
        while self.free and self.queue:
            waiting = heapq.heappop(self.queue)
            self.free -= 1
            self._task(waiting.run.dag, 0)
            self._work_on(waiting, 0, self.now)

    def _work_on(self, waiting: Waiting, index: int, began: float) -> None:
        """The next practice of a shard; its turn begins when the one before it ends."""
        if index == len(waiting.items):
            self._end(waiting, began)
            return
        start = self.now + (self.costs.task_start + waiting.run.find if index == 0 else 0)
        one = self.all[waiting.items[index][1].workspace_id - 1]
        self.later(start, partial(self._begin, waiting, index, began, one))

    def _begin(self, waiting: Waiting, index: int, began: float, one: Practice) -> None:
        following = partial(self._work_on, waiting, index + 1, began)
        if one.busy:
            following()
            return
        one.busy = True
        job, _ = waiting.items[index]
        act = {"post": self._post, "import": self._import, "reconcile": self._reconcile}[job]
        seconds, done = act(one)

        def end() -> None:
            one.busy = False
            if one.has_news:
                self.stirred.add(one.id)
            done()
            following()

        self.later(self.now + seconds, end)

    def _end(self, waiting: Waiting, began: float) -> None:
        self.free += 1
        for hour in range(int(began // 3600), int(self.now // 3600) + 1):
            self.busy[hour] += min(self.now, 3600.0 * (hour + 1)) - max(began, 3600.0 * hour)
        if waiting.items[0][0] == "reconcile":
            self._task(waiting.run.dag, REPORT_CPU * len(waiting.items))
        self._part_done(waiting.run)
        self._fill()

    def _part_done(self, run: Run) -> None:
        """A summary, where something was shared out; the run is over with it."""
        run.left -= 1
        if run.left:
            return
        for _ in range(run.summaries):
            self._task(run.dag, 0.1)
        summary = self.costs.task_start if run.summaries else 0.0
        self.later(self.now + summary + SCHEDULER_SECONDS, partial(self._over, run))

    def _over(self, run: Run) -> None:
        self.active[run.dag] -= 1
        if run.when_done:
            run.when_done()

    # --- a practice's turn: its seconds, and what is so at its end ---

    def _post(self, one: Practice) -> tuple[float, Callable[[], None]]:
        took, one.open, one.rows = one.open, [], []
        one.moved, one.posted_at = 0, self.now
        documents = round(len(took) * (1 + AT_DESK))
        self.cpu += (
            self.costs.run_cpu if took else self.costs.idle_cpu
        ) + documents * self.costs.document_cpu
        self._read(one, self.reads.document * len(took) / (1 + LATER))

        def done() -> None:
            if not took:
                return
            self.synced.extend(self.now - moment for moment in took)
            one.moved += len(took)  # statuses of our own, which the next schedule reads
            if self.webhooks:
                now = at(self.now)
                one.note(wrote=now, heard=now)

        return self.costs.post(documents), done

    def _import(self, one: Practice) -> tuple[float, Callable[[], None]]:
        took, one.unseen = one.unseen, []
        asked = at(self.now)
        one.imported_at, one.asks_seconds = self.now, self.costs.ask()
        one.note(asked=asked, found=asked if took else None)
        one.plan(self.budget, self.rhythm)
        self.cpu += self.costs.run_cpu
        self._read(one, self.reads.ask)

        def done() -> None:
            self.late.extend(self.now - moment for moment in took)
            if took:
                one.moved += len(took)  # allocations of our own, which the next schedule reads

        return self.costs.ask(), done

    def _reconcile(self, one: Practice) -> tuple[float, Callable[[], None]]:
        self.cpu += self.costs.reconcile_cpu
        self._read(one, self.reads.night)
        return self.costs.reconcile(), lambda: None

    def _read(self, one: Practice, reads: float) -> None:
        whole = int(reads) + (self.chance.random() < reads % 1)
        self.read_by_day[int(self.now // DAY)] += whole
        self.read_by_practice[one.id] += whole

    def _result(self) -> Result:
        ordinary = [one.id for one in self.all if one.ordinary]
        mean = statistics.fmean(self.read_by_practice[id_] for id_ in ordinary) if ordinary else 0.0
        return Result(
            practices=len(self.all),
            days=self.days,
            documents=len(self.synced),
            reads=sum(self.read_by_day.values()),
            reads_of_ordinary=mean,
            payment_median=part(self.late, 50),
            payment_99=part(self.late, 99),
            synced_median=part(self.synced, 50),
            synced_95=part(self.synced, 95),
            tasks=self.tasks,
            cpu=self.cpu,
            slots_busy=max(self.busy.values(), default=0) / 3600 / self.slots,
            budget=self.budget,
            mode=self.mode,
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--practices", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--slots", type=int, default=32)
    parser.add_argument("--allowance", type=int, default=10_000_000)
    parser.add_argument("--reads", choices=(AUTO, *Mode), default=AUTO)
    parser.add_argument("--no-webhooks", action="store_true")
    asked = parser.parse_args()
    simulation = Simulation(
        asked.practices,
        asked.days,
        webhooks=not asked.no_webhooks,
        slots=asked.slots,
        allowance=asked.allowance,
        installed=asked.reads,
    )
    found = simulation.run()
    print(describe(found))
    print(f"task instances of an hour in which nothing happens: {tasks_of_idle_hour(asked.practices)}")


if __name__ == "__main__":
    main()
