"""Which practices a run is for."""

import logging
from collections.abc import Collection, Sequence
from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink, Context

from caspen_qbo.core.monitoring.run_note import is_scheduled
from caspen_qbo.core.monitoring.shards import plan_shards
from caspen_qbo.operators.exposed.links import LINKS
from caspen_qbo.operators.note import note_on_failure
from caspen_qbo.operators.shard import Practice

log = logging.getLogger(__name__)


class FindWorkspacesOperator(BaseOperator):
    """The connected practices in shards, each the argument of one mapped task:
    ``[[{"workspace_id": 1, "practice": "..."}, ...], ...]``.

    :param job: Which is to be done: its last run says how long the next one takes.
    :param workspace_id: Only this one; all connected ones when None.
    :param only_with_work: Leave out practices where a post run would find nothing to do.
    :param only_to_ask: In a scheduled run, leave out practices whose import need not ask QuickBooks yet.
    """

    template_fields: Sequence[str] = ("workspace_id",)
    operator_extra_links: Collection[BaseOperatorLink] = LINKS

    def __init__(
        self,
        *,
        job: str,
        workspace_id: int | str | None = None,
        only_with_work: bool = False,
        only_to_ask: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.job, self.workspace_id = job, workspace_id
        self.only_with_work, self.only_to_ask = only_with_work, only_to_ask

    def execute(self, context: Context) -> list[list[Practice]]:
        from caspen_qbo.usecases.connection.find_workspaces import find_workspaces
        from caspen_qbo.wiring import open_billing, open_store

        only = None if self.workspace_id is None else int(self.workspace_id)
        with note_on_failure(context), open_store() as store, open_billing() as billing:
            found = find_workspaces(
                store,
                billing,
                job=self.job,
                only=only,
                only_with_work=self.only_with_work,
                only_to_ask=self.only_to_ask and is_scheduled(context["run_id"]),
            )
        for workspace in found.waiting:
            log.warning("workspace=%d %s waits for a person to reconnect QuickBooks", *workspace)
        shards = plan_shards(found.due)
        numbers = (len(found.due), len(shards), len(found.idle), len(found.waiting))
        log.info(
            "workspaces=%d shards=%d idle=%d awaiting_reconnection=%d run=%s", *numbers, context["run_id"]
        )
        return [
            [Practice(workspace_id=one.workspace_id, practice=one.name) for one in shard] for shard in shards
        ]
