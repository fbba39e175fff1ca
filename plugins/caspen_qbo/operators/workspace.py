"""What every operator that works on one practice has in common."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Context

from caspen_qbo.errors import SyncError
from caspen_qbo.operators.note import action_needed, push_note
from caspen_qbo.settings import FAILURE_KEY

if TYPE_CHECKING:
    from caspen_qbo.usecases.shared.session import Session

Outcome = dict[str, Any]
"""``workspace_id``, ``practice``, ``counts`` (int by name) and ``message``: what travels between tasks."""


MESSAGE_MAX = 1000
"""Characters of a result's message that travel on; a dry run of many documents tells them all in the log."""


class WorkspaceOperator(BaseOperator):
    """
    Open a session on one workspace, call one use case, log one line, return its counts.

    :param workspace_id: Caspen's id of the practice.
    :param practice: Its name, for Airflow's grid; instances of a mapped task are told apart by it.
    """

    template_fields: Sequence[str] = ("workspace_id", "practice")
    job = ""
    """The job's name in ``qbo_sync.sync_run``."""

    def __init__(self, *, workspace_id: int, practice: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.workspace_id = workspace_id
        self.practice = practice

    def work(self, session: Session) -> Any:
        """Call the use case; its result has ``counts`` and ``message``."""
        raise NotImplementedError

    def execute(self, context: Context) -> Outcome:
        from caspen_qbo import wiring

        try:
            with wiring.open_session(int(self.workspace_id), context["run_id"]) as session:
                result = self.work(session)
        except SyncError as error:
            # `summarise` tells it: what is raised here, only the log of this task does.
            failure = {"workspace_id": int(self.workspace_id), "reason": error.message}
            push_note(context, {**failure, "turn": action_needed(error)}, key=FAILURE_KEY)
            raise
        counts = {name: int(number) for name, number in result.counts.items() if number}
        self.log.info(
            "%s workspace=%s %s run=%s",
            self.task_id, self.workspace_id,
            " ".join(f"{name}={number}" for name, number in sorted(counts.items())) or "nothing to do",
            context["run_id"],
        )  # fmt: skip
        if result.message:
            self.log.info("workspace=%s %s", self.workspace_id, result.message)
        return {
            "workspace_id": int(self.workspace_id),
            "practice": self.practice,
            "counts": counts,
            "message": result.message[:MESSAGE_MAX],
        }
