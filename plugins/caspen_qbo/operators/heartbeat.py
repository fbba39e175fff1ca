"""The nightly check that the other DAGs ran."""

import logging
from collections.abc import Collection
from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink, Context
from airflow.sdk.exceptions import AirflowFailException

from caspen_qbo.catalogue import Turn
from caspen_qbo.core.monitoring.run_note import ACTION_NEEDED
from caspen_qbo.operators.exposed.links import LINKS
from caspen_qbo.operators.note import leave_note, note_on_failure
from caspen_qbo.wording import TURN_WORDS

log = logging.getLogger(__name__)


class CheckHeartbeatOperator(BaseOperator):
    """Fail, naming practice and job, when posting, importing or reconciling had no successful run for too
    long. Also deletes what is older than it is kept. Nothing waits for this task: what can be reconciled is
    reconciled all the same.
    """

    operator_extra_links: Collection[BaseOperatorLink] = LINKS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"retries": 0, **kwargs})

    def execute(self, context: Context) -> int:
        from caspen_qbo.errors import SyncError
        from caspen_qbo.hooks.storage import report_storage
        from caspen_qbo.usecases.monitoring.heartbeat import check_heartbeat
        from caspen_qbo.usecases.monitoring.prune import prune
        from caspen_qbo.wiring import open_store

        with note_on_failure(context), open_store() as store:
            overdue = check_heartbeat(store, context["run_id"])
            try:
                prune(store, report_storage())
            except SyncError as error:  # what could not be deleted tonight is deleted tomorrow
                log.warning("prune failed: %s", error.message)
        if overdue:
            lines = "\n".join(str(job) for job in overdue)
            leave_note(context, f"{ACTION_NEEDED} {TURN_WORDS[Turn.ADMIN]}. {lines}")
            raise AirflowFailException(lines)
        log.info("heartbeat ok run=%s", context["run_id"])
        return 0
