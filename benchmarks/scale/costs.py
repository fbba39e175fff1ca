"""What one task, run and document cost, as the simulation and docs/scaling.md reckon with.

Where a figure is marked as measured, ``python -m benchmarks.scale.thousand`` measures it, or what its source
names. QuickBooks' own answers are not in the sandbox's figures, so they are added, as computed.
"""

from dataclasses import dataclass, field

from caspen_qbo.core.monitoring.metering import Mode
from caspen_qbo.settings import BATCH_ITEMS_MAX, BATCHES_PER_MINUTE

HERE = "measured here"
COMPUTED = "computed"


def _figure(value: float, what: str, source: str = HERE) -> float:
    made: float = field(default=value, metadata={"what": what, "source": source})
    return made


@dataclass(frozen=True, slots=True)
class Costs:
    """Seconds; the CPU is our own processes', without either database."""

    task_start: float = _figure(1.5, "s from when a task may start to its first statement", "assumed")
    task_cpu: float = _figure(0.4, "s of CPU of Airflow for each task instance", "assumed")
    find: float = _figure(1.0, "s to find work among 10,000 practices")
    look: float = _figure(
        0.4, "s of one look of the watcher at 10,000 practices", "computed, 30,000 look-ups"
    )
    idle_cpu: float = _figure(0.015, "s of CPU of a run that finds nothing")
    run_cpu: float = _figure(0.042, "s of CPU of a run that posts, or of an import that asks")
    document_cpu: float = _figure(0.0008, "s of CPU of one more document")
    reconcile_cpu: float = _figure(0.10, "s of CPU of a practice's night")
    answer: float = _figure(0.6, "s until QuickBooks answers a small batch or a read", "assumed")
    answers_of_run: int = field(
        default=3, metadata={"what": "answers of a small run, one after the other", "source": "assumed"}
    )

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


def _reads(value: int, what: str) -> int:
    made: int = field(
        default=value,
        metadata={"what": f"metered reads a month, {what}", "source": f"{HERE}, benchmarks.reads"},
    )
    return made


@dataclass(frozen=True, slots=True)
class Measured:
    """Of an ordinary practice: 600 invoices and 500 payments a month, 50 payments made in QuickBooks."""

    careful_hearing: int = _reads(972, "careful, webhooks on")
    careful_deaf: int = _reads(1435, "careful, webhooks off")
    thrifty_hearing: int = _reads(122, "thrifty, webhooks on")
    thrifty_deaf: int = _reads(600, "thrifty, webhooks off")
    bytes_of_invoice: int = field(
        default=6963, metadata={"what": "bytes of `sync_db` for an invoice with its payment", "source": HERE}
    )

    def reads(self, mode: Mode, *, webhooks: bool) -> int:
        """Metered reads of a month."""
        if mode is Mode.CAREFUL:
            return self.careful_hearing if webhooks else self.careful_deaf
        return self.thrifty_hearing if webhooks else self.thrifty_deaf


@dataclass(frozen=True, slots=True)
class Reads:
    """Metered reads, of an ordinary practice as ``benchmarks.reads`` counts them."""

    document: float
    """Of those that posting asks, for each invoice."""
    night: float
    ask: float = 1.0
    """One change feed."""


def reads_of(mode: Mode, *, webhooks: bool) -> Reads:
    if mode is Mode.CAREFUL:
        return Reads(document=847 / 600, night=73 / 30)
    return Reads(document=(23 if webhooks else 38) / 600, night=47 / 30)
