"""What Airflow does about our errors: what is retried, after how long, and what waits for a person."""

from datetime import timedelta
from typing import Any

from airflow.sdk import ExceptionRetryPolicy, RetryAction, RetryRule

from caspen_qbo.settings import PRIORITIES

RETRY_POLICY = ExceptionRetryPolicy(
    rules=[
        # First match wins, so the particular ones come before the groups they belong to.
        RetryRule(
            "caspen_qbo.errors.QboThrottledError",
            RetryAction.RETRY,
            retry_delay=timedelta(minutes=1),
            reason="QuickBooks' limit is per minute",
        ),
        RetryRule(
            "caspen_qbo.errors.QuotaExhaustedError",
            RetryAction.FAIL,
            reason="reads are possible again next month; scheduled runs keep trying",
        ),
        RetryRule(
            "caspen_qbo.errors.RetryError",
            RetryAction.RETRY,
            retry_delay=timedelta(minutes=2),
            reason="nothing is lost; what was sent is looked up before it is sent again",
        ),
        RetryRule("caspen_qbo.errors.StopError", RetryAction.FAIL, reason="a person must act"),
    ]
)
"""An error of another kind is a fault of ours; it is tried again like any task of Airflow."""


def task_defaults(dag_id: str) -> dict[str, Any]:
    """``default_args`` of a DAG of ours. All tasks may be repeated and interrupted at any point."""
    return {
        "retries": 3,
        "retry_delay": timedelta(minutes=2),
        "retry_policy": RETRY_POLICY,
        "execution_timeout": timedelta(minutes=30),
        "priority_weight": PRIORITIES[dag_id],
        "weight_rule": "absolute",
    }
