"""Read by Airflow at start, from `$AIRFLOW_HOME/config/`.

Heavy libraries are imported once, in the parent of tasks: they are forked, and what the parent has imported
they share. Importing Great Expectations in each task costs about two CPU seconds.

Where Airflow is reached by https, the login's session cookie is sent over https only; its own default sends
it either way.
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

if os.environ.get("AIRFLOW__API__BASE_URL", "").lower().startswith("https:"):
    os.environ.setdefault("AIRFLOW__FAB__COOKIE_SECURE", "True")
