"""What every operator that works on one practice has in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol, TypedDict

from airflow.sdk import BaseOperator, Context

from caspen_qbo.errors import SyncError
from caspen_qbo.operators.note import action_needed, push_note
from caspen_qbo.settings import FAILURE_KEY
from caspen_qbo.wording import counts_words

if TYPE_CHECKING:
    from caspen_qbo.usecases.shared.session import Session

MESSAGE_MAX = 1000
"""Characters of a result's message that travel on; a dry run of many documents lists them all in the log."""


class Outcome(TypedDict):
    """What travels between tasks."""

    workspace_id: int
    practice: str
    counts: dict[str, int]
    message: str


class Failure(TypedDict):
    """What a failed practice's task knew, for the summary."""

    workspace_id: int
    reason: str
    action: str
    """Who has to act, and how."""


class Result(Protocol):
    """What a use case returns, as far as it travels on."""

    @property
    def counts(self) -> Mapping[str, int]: ...
    @property
    def message(self) -> str: ...


class WorkspaceOperator(BaseOperator):
    """
    Open a session on one workspace, call one use case, log one line, return its counts.

    :param workspace_id: Caspen's id of the practice.
    :param practice: Its name, for Airflow's grid, which shows it for each instance of a mapped task.
    """

    template_fields: Sequence[str] = ("workspace_id", "practice")

    def __init__(self, *, workspace_id: int | str, practice: str = "", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.workspace_id, self.practice = workspace_id, practice

    def work(self, session: Session) -> Result:
        """Call the use case."""
        raise NotImplementedError

    def execute(self, context: Context) -> Outcome:
        from caspen_qbo import wiring

        workspace_id = int(self.workspace_id)
        try:
            with wiring.open_session(workspace_id, context["run_id"]) as session:
                result = self.work(session)
        except SyncError as error:
            # `summarise` reports it: what is raised here is only in the log of this task.
            failure = Failure(workspace_id=workspace_id, reason=error.message, action=action_needed(error))
            push_note(context, failure, key=FAILURE_KEY)
            raise
        counts = {name: int(number) for name, number in result.counts.items() if number}
        done = counts_words(counts)
        self.log.info("%s workspace=%d run=%s: %s", self.task_id, workspace_id, context["run_id"], done)
        if result.message:
            self.log.info("workspace=%d %s", workspace_id, result.message)
        return Outcome(
            workspace_id=workspace_id,
            practice=self.practice,
            counts=counts,
            message=result.message[:MESSAGE_MAX],
        )
