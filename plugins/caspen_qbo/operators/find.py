"""Which practices a run is for."""

import logging
from collections.abc import Collection, Mapping, Sequence
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

    def _among(self, context: Context) -> Collection[int] | None:
        """Workspaces that events named; None: all."""
        return None

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
                among=self._among(context),
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


class FindNewWorkOperator(FindWorkspacesOperator):
    """The practices that the watcher's events name; by hand, where there are none, all with something to do.

    :param job: ``post`` or ``import``.
    """

    def __init__(self, *, job: str, **kwargs: Any) -> None:
        super().__init__(job=job, **kwargs)
        self.only_with_work, self.only_to_ask = job == "post", job == "import"

    def _among(self, context: Context) -> Collection[int] | None:
        events = [event for each in (context.get("triggering_asset_events") or {}).values() for event in each]
        if not events:
            return None
        named = (ids_in(event.extra, "post" if self.job == "post" else "imports") for event in events)
        return {id_ for ids in named for id_ in ids}


def ids_in(extra: Any, key: str) -> set[int]:
    """Of an event, also of a person's; empty where it names none."""
    payload = extra.get("payload", extra) if isinstance(extra, Mapping) else None
    ids = payload.get(key) if isinstance(payload, Mapping) else None
    return {id_ for id_ in ids if isinstance(id_, int)} if isinstance(ids, list) else set()
