"""The simulated practices: all that happens is served, by the core's own policies, the same each time."""

from __future__ import annotations

from benchmarks.scale.simulated.results import Result
from benchmarks.scale.simulation import Simulation


def simulate(*, webhooks: bool = True, slots: int = 4) -> Result:
    return Simulation(40, 2, webhooks=webhooks, slots=slots).run()


def test_the_same_practices_do_the_same_each_time() -> None:
    assert simulate() == simulate()


def test_with_webhooks_payments_come_at_once_and_fewer_reads_are_used() -> None:
    hearing, deaf = simulate(), simulate(webhooks=False)
    assert hearing.documents > 0 and hearing.payment_median < deaf.payment_median
    assert hearing.reads < deaf.reads


def test_with_fewer_slots_documents_wait_longer() -> None:
    assert simulate(slots=1).synced_95 > simulate(slots=16).synced_95
