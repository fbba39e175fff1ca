"""Plans of backfills and their approvals."""

from collections.abc import Sequence

from caspen_qbo import settings
from caspen_qbo.core.backfill.approval import Plan, PlannedLine, fingerprint_of
from caspen_qbo.hooks.store.codec import decode, jsonb
from caspen_qbo.hooks.store.subject import Subject


class PlanStore(Subject):
    folder = "decisions/plans"

    def record(self, plan_run_id: str, lines: Sequence[PlannedLine]) -> None:
        """Store what the run would do; one more row each time it is asked."""
        self._execute(
            "insert_plan", plan_run_id=plan_run_id, lines=jsonb(lines), fingerprint=fingerprint_of(lines)
        )

    def fetch(self, plan_run_id: str) -> Plan | None:
        """The newest plan of this run."""
        row = self._fetch_one("select_plan", plan_run_id=plan_run_id)
        return decode(Plan, row) if row else None

    def fetch_approval(self, run_id: str) -> Plan | None:
        """What a person approved for this run to carry out."""
        row = self._fetch_one("select_approval", run_id=run_id)
        return decode(Plan, row) if row else None

    def approve(self, plan: Plan, *, run_id: str, who: str, through: str) -> bool:
        """Let one run carry the plan out, for some hours; False: it was approved before.

        :param through: page, question, command line or dag test.
        """
        hours = settings.APPROVAL_HOURS
        found = self._execute(
            "approve_plan", id=plan.id, run_id=run_id, who=who, through=through, hours=hours
        )
        return found > 0

    def finish(self, run_id: str) -> None:
        """The run has carried its plan out: the approval is used up."""
        self._execute("finish_plan", run_id=run_id)
