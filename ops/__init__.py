"""
Local services of this clone: `make up`, `make demo`, `make sandbox` and the tests are built from here.

Airflow never imports this package: it lies outside `dags/` and `plugins/`, and Airflow's processes run
with another working directory.
"""

from __future__ import annotations

import sys
from pathlib import Path

# The sample practice's code is used from here; it lies with the sandbox, which is not an installed package.
_SANDBOX_CODE = str(Path(__file__).resolve().parent.parent / "include" / "sandbox")
if _SANDBOX_CODE not in sys.path:
    sys.path.append(_SANDBOX_CODE)
