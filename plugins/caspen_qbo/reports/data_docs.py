"""Data Docs of a practice's last reconciliation, in the reports' folder."""

import re
from collections.abc import Mapping
from pathlib import Path

from caspen_qbo.reports.files import write_report
from caspen_qbo.reports.folder import reports_folder

FOLDER = "data-docs"
_NAME = re.compile(r"^[a-z][a-z_]*\.html$")


def write_data_docs(workspace_id: int, pages: Mapping[str, str]) -> Path:
    """In the place of the last ones; where the index is."""
    folder = reports_folder() / str(workspace_id) / FOLDER
    for name, page in pages.items():
        write_report(folder / name, page.encode())
    for old in folder.glob("*.html"):
        if old.name not in pages:
            old.unlink(missing_ok=True)
    return folder / "index.html"


def data_docs_of(workspace_id: int) -> list[str]:
    """The names of the pages there are, without their ending; none where this machine has none."""
    folder = reports_folder() / str(workspace_id) / FOLDER
    return sorted(path.stem for path in folder.glob("*.html") if path.name != "index.html")


def read_data_docs(workspace_id: int, name: str) -> str | None:
    """One page; None: there is none of this name."""
    path = reports_folder() / str(workspace_id) / FOLDER / name
    try:
        return path.read_text(encoding="utf-8") if _NAME.match(name) else None
    except OSError:
        return None
