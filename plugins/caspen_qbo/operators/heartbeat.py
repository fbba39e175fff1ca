"""The nightly look at whether the other DAGs ran."""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException


class CheckHeartbeatOperator(BaseOperator):
    """
    Fail, naming practice and job, when posting, importing or reconciling was quiet for too long.

    Nothing waits for this task: what can be reconciled is reconciled all the same.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"retries": 0, **kwargs})

    def execute(self, context: Context) -> int:
        from caspen_qbo.usecases.heartbeat import check_heartbeat
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            silences = check_heartbeat(store, context["run_id"])
        if silences:
            raise AirflowFailException("\n".join(str(silence) for silence in silences))
        self.log.info("heartbeat ok run=%s", context["run_id"])
        return 0
