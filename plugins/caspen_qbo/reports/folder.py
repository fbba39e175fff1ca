"""Where reports lie, one folder a practice."""

import os
import shutil
from pathlib import Path

REPORTS_VARIABLE = "CASPEN_QBO_REPORTS"
"""Environment variable that names the folder; ``reports`` in Airflow's home when it is not set."""


def reports_folder() -> Path:
    home = Path(os.environ.get("AIRFLOW_HOME") or "~/airflow").expanduser()
    return Path(os.environ.get(REPORTS_VARIABLE) or home / "reports")


def delete_reports(folder: Path, workspace_id: int) -> int:
    """All of a practice; how many files. They can be made again from the stored reconciliations."""
    own = folder / str(workspace_id)
    files = sum(path.is_file() for path in own.rglob("*"))
    shutil.rmtree(own, ignore_errors=True)
    return files


def delete_old_reports(folder: Path, before: float) -> int:
    """Those last written before a time, in seconds since 1970; how many. Other files stay."""
    old = [
        path
        for pattern in ("*/reconciliation-*", "*/data-docs/*")
        for path in folder.glob(pattern)
        if path.suffix in (".html", ".xlsx") and path.stat().st_mtime < before
    ]
    for path in old:
        path.unlink(missing_ok=True)
    return len(old)
