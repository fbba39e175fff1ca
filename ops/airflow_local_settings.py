"""Read by Airflow at start, from `$AIRFLOW_HOME/config/`: import heavy libraries once, in the parent of
tasks.

Tasks are forked; what the parent has imported they share. Importing Great Expectations in each task costs
about two CPU seconds.
"""

from __future__ import annotations

import logging
import os
import sys

COMMAND_OF_EXECUTOR = {"LocalExecutor": "scheduler", "CeleryExecutor": "celery"}

if sys.argv[1:2] == [COMMAND_OF_EXECUTOR.get(os.environ.get("AIRFLOW__CORE__EXECUTOR", ""))]:
    logging.getLogger("great_expectations").setLevel(logging.WARNING)  # hundreds of lines at import otherwise
    for name in filter(None, os.environ.get("CASPEN_QBO_PRELOAD", "").split(",")):
        __import__(name)
