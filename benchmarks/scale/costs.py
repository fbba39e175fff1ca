"""What one task, run and document cost, as the simulation and docs/scaling.md reckon with.

Measured by ``python -m benchmarks.scale.thousand`` where not marked. Seconds are of this kind of machine
(2 cores); QuickBooks' own answers are not in the sandbox's figures, so they are added, as computed.
"""

from dataclasses import dataclass

from caspen_qbo.settings import BATCH_ITEMS_MAX, BATCHES_PER_MINUTE


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds; the CPU is our own processes', without either database."""

    task_start: float = 1.5
    """From when a task may start until its first own statement."""
    task_cpu: float = 0.4
    """Of a task that has nothing to do: Airflow's start and report."""
    find: float = 1.0
    """Finding work among 10,000 practices."""
    look: float = 0.4
    """One look of the watcher at 10,000 practices."""
    idle_cpu: float = 0.06
    """A run of a practice that finds nothing to do."""
    run_cpu: float = 0.15
    """Of a practice with something to post, apart from the documents; also an import that asks."""
    document_cpu: float = 0.02
    """One more invoice or payment of a batch."""
    reconcile_cpu: float = 0.5
    """An ordinary practice's night, in a shard."""
    answer: float = 0.6
    """Computed: one answer of QuickBooks'. A lone small batch takes about as long."""
    answers_of_run: int = 3
    """One after the other, where there is something to post."""

    def post(self, documents: int) -> float:
        """How long a run holds its slot; what the limiter allows is the least."""
        if not documents:
            return self.idle_cpu
        batches = -(-documents // BATCH_ITEMS_MAX)
        paced = max(0, batches - BATCHES_PER_MINUTE) * 60 / BATCHES_PER_MINUTE
        answers = self.answer * (self.answers_of_run + batches - 1)
        return self.run_cpu + max(self.document_cpu * documents + answers, paced)

    def ask(self) -> float:
        return self.run_cpu + self.answer

    def reconcile(self) -> float:
        return self.reconcile_cpu + 2 * self.answer


@dataclass(frozen=True, slots=True)
class Reads:
    """Metered reads, of an ordinary practice as ``benchmarks.reads`` counts them."""

    ask: float = 1.0
    """One change feed."""
    document: float = 880 / 600
    """Of those that posting asks, for each invoice."""
    night: float = 72 / 30
