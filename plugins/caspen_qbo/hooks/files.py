"""Writing reports: they hold clients' names and amounts, so their owner and its group alone may read them."""

import os
from pathlib import Path

FILE_MODE = 0o640
FOLDER_MODE = 0o750


def write_report(path: Path, content: bytes) -> None:
    """Write a report whole or not at all, making its folder where there is none. Safe to repeat: the last one
    stays. A folder that was there keeps its rights. OSError: it could not be written.
    """
    make_folder(path.parent)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as output:
            output.write(content)
            os.fchmod(descriptor, FILE_MODE)
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def make_folder(folder: Path) -> None:
    """Make a folder and those above it, each with these rights whatever the process's mask is."""
    if folder.exists():
        return
    make_folder(folder.parent)
    folder.mkdir(exist_ok=True)
    folder.chmod(FOLDER_MODE)
