"""Runs, and what gets in their way: faults, crashes, a feed that errs, records that cannot be read."""

from __future__ import annotations

import httpx

from caspen_qbo import wiring
from caspen_qbo.errors import RetryError, StopError
from caspen_qbo.usecases.decisions.retry import release
from tests.support import crash
from tests.support.fault_storm import rules
from tests.support.flow import REALM, WORKSPACE
from tests.support.lives.world import World, run_job


class WeatherActs(World):
    def run_post(self) -> None:
        self.run("post")

    def run_import(self) -> None:
        self.run("import")

    def run_reconcile(self) -> None:
        self.run("reconcile")

    def run(self, job: str) -> None:
        """One that is stopped for a reason a person must remove has done its work."""
        try:
            run_job(job)
        except (StopError, RetryError) as error:
            self.log.append(f"  {job} stopped: {type(error).__name__}: {str(error)[:160]}")

    def somebody_presses_retry(self) -> None:
        with wiring.open_store() as store:
            release(store.for_workspace(WORKSPACE), who="test")

    def run_in_a_storm(self) -> None:
        job, seed = self.rng.choice(["post", "import"]), self.rng.randrange(1000)
        self.flow.door("faults", seed=seed, rules=rules())
        self.flow.switch(batch_replay="transient_6000" if seed % 2 else "stored")
        try:
            self.run(job)
        finally:
            httpx.delete(f"{self.flow.sandbox.url}/_sandbox/faults", timeout=30, verify=False)
            self.flow.switch(batch_replay="stored")

    def run_that_dies(self) -> None:
        job, instant = self.rng.choice(["post", "import"]), self.rng.randrange(1, 160)
        crash.fork(lambda: self.run(job), kill_at=instant)

    def feed_lies(self) -> None:
        """It says of records that they were deleted which are there."""
        entity = self.rng.choice(["Invoice", "Payment", "CreditMemo"])
        row = self.book(entity)
        self.flow.door(f"{REALM}/feed", false_deletions=[{"entity": entity, "id": row["Id"]}])

    def feed_leaves_out(self) -> None:
        entity = self.rng.choice(["Invoice", "Payment"])
        row = self.book(entity)
        self.flow.door(f"{REALM}/feed", missing=[{"entity": entity, "id": row["Id"]}])

    def feed_is_cut(self) -> None:
        self.flow.door(f"{REALM}/feed", cap=1, cap_scope="all")

    def feed_is_late(self) -> None:
        self.flow.door(f"{REALM}/feed", late_seconds=3600)

    def record_cannot_be_read(self) -> None:
        entity = self.rng.choice(["Invoice", "Payment", "CreditMemo", "Customer"])
        row = self.book(entity)
        how = self.rng.choice(["500", "610", "hidden"])
        self.flow.door(f"{REALM}/unreadable", entity=entity, id=row["Id"], how=how)

    def weather_clears(self) -> None:
        for place in ("feed", "unreadable"):
            answer = httpx.request(
                "DELETE",
                f"{self.flow.sandbox.url}/_sandbox/{REALM}/{place}",
                json={},
                timeout=30,
                verify=False,
            )
            assert answer.status_code == 200, answer.text
