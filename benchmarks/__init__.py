"""What the project measures about itself."""

from __future__ import annotations

import sys

from ops.paths import PLUGINS, SANDBOX_CODE

# Airflow puts plugins/ on the path; the sandbox's code is a program of its own, whose seed we use.
sys.path[:0] = [folder for folder in (str(PLUGINS), str(SANDBOX_CODE)) if folder not in sys.path]
