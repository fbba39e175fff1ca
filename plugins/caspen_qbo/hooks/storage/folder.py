"""Reports in a folder."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import BinaryIO

from caspen_qbo.hooks.files import write_report
from caspen_qbo.hooks.storage.timed import Timed

SWEEP_SECONDS = 1800
"""Of looking through a whole folder for what is old."""
_OLD = ("*/reconciliation-*", "*/month-end-*", "*/data-docs/*")


class FolderStorage(Timed):
    """A folder, one inside it for each practice."""

    def __init__(self, folder: Path, seconds: float) -> None:
        super().__init__(str(folder), seconds)
        self.folder = folder

    def write(self, name: str, content: bytes) -> None:
        self._ask(f"writing {name}", partial(write_report, self.folder / name, content))

    def read(self, name: str, most: int) -> bytes | None:
        def call() -> bytes:
            with (self.folder / name).open("rb") as file:
                return file.read(most)

        return self._find(f"reading {name}", call)

    def stream(self, name: str) -> tuple[int, Iterator[bytes]] | None:
        def call() -> tuple[int, BinaryIO]:
            file = (self.folder / name).open("rb")
            return os.fstat(file.fileno()).st_size, file

        return self._open(name, call)

    def delete(self, names: Iterable[str]) -> None:
        def call(path: Path) -> None:
            path.unlink(missing_ok=True)

        for name in names:
            self._ask(f"deleting {name}", partial(call, self.folder / name))

    def delete_all(self, workspace_id: int) -> int:
        def call(own: Path) -> int:
            files = sum(path.is_file() for path in own.rglob("*"))
            if own.exists():
                shutil.rmtree(own)
            return files

        return self._ask(f"deleting {workspace_id}/", partial(call, self.folder / str(workspace_id)))

    def delete_old(self, before: float) -> int:
        def call() -> int:
            old = [
                path
                for pattern in _OLD
                for path in self.folder.glob(pattern)
                if path.suffix in (".html", ".xlsx") and path.stat().st_mtime < before
            ]
            for path in old:
                path.unlink(missing_ok=True)
            return len(old)

        return self._ask("deleting old reports", call, seconds=SWEEP_SECONDS)
