"""What Airflow hands to a task, as far as our operators look at it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass
class TaskInstance:
    """The try of a task that is not mapped."""

    task_id: str
    dag_id: str = "of_the_test"
    map_index: int = -1
    try_number: int = 1


def task_context(task_id: str, run_id: str) -> Any:
    return {"ti": TaskInstance(task_id), "run_id": run_id, "params": {}}
