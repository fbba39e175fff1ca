"""Lines of each room of the house, before its rooms had names and now.

    .venv/bin/python -m benchmarks.lines             # prints the table
    .venv/bin/python -m benchmarks.lines --write     # and puts it into decision 12

"Now" is what lies in the working tree and git knows. Images, recorded data and lock files are not counted.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from ops.paths import ROOT

BEFORE = "a588181"
PAGE = ROOT / "docs" / "decisions" / "0012-one-house.md"
BEGIN, END = "<!-- lines -->\n", "<!-- /lines -->"

PACKAGE = "plugins/caspen_qbo/"
ROOMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("core", (PACKAGE + "core/",)),
    ("use cases", (PACKAGE + "usecases/",)),
    ("hooks: store", (PACKAGE + "hooks/store/",)),
    ("hooks: Caspen, QuickBooks, Intuit", (PACKAGE + "hooks/",)),
    ("pages", (PACKAGE + "ui/",)),
    ("reports, checks", (PACKAGE + "reports/", PACKAGE + "quality/")),
    ("command line", (PACKAGE + "cli/",)),
    ("Airflow: operators, plugin, DAGs", (PACKAGE + "operators/", PACKAGE + "airflow/", "dags/")),
    ("migrations", (PACKAGE + "migrations/", "include/sql/migrations/", "include/sql/store/migrations/")),
    ("statements", ("include/sql/",)),
    ("top of the package", ("plugins/",)),
    ("tests", ("tests/", "sandbox/tests/")),
    ("sandbox, sample practice", ("sandbox/", "include/sandbox/")),
    ("ops, benchmarks", ("ops/", "benchmarks/")),
    ("docs", ("docs/", "README.md", "CONTRIBUTING.md", "CHANGELOG.md")),
)
"""Name and the places it is made of; a file is counted where it fits first, tests before what they test."""
PRODUCT = tuple(name for name, _ in ROOMS[:11])
COUNTED = {".py", ".sql", ".md", ".html", ".css", ".js", ".svg", ".mako", ".json", ".yaml", ".sh", ""}
DATA = ("tests/golden/", "tests/integration/migrations/")


@dataclass
class Room:
    """What one room holds at one time."""

    lines: int = 0
    folders: Counter[str] = field(default_factory=Counter)
    """Python modules by folder."""

    @property
    def fullest(self) -> int:
        return max(self.folders.values(), default=0)


def room_of(name: str) -> str | None:
    if name.startswith("sandbox/tests/"):
        return "tests"
    return next((room for room, places in ROOMS if name.startswith(places)), None)


def measure(files: Iterator[tuple[str, bytes]]) -> dict[str, Room]:
    rooms = {name: Room() for name, _ in ROOMS}
    for name, content in files:
        path = PurePosixPath(name)
        room = room_of(name)
        if room is None or path.suffix not in COUNTED or name.startswith(DATA):
            continue
        rooms[room].lines += content.count(b"\n")
        if path.suffix == ".py":
            rooms[room].folders[str(path.parent)] += 1
    return rooms


def git(*arguments: str, given: bytes | None = None) -> bytes:
    return subprocess.run(
        [shutil.which("git") or "git", *arguments], cwd=ROOT, input=given, stdout=subprocess.PIPE, check=True
    ).stdout


def files_of(commit: str) -> Iterator[tuple[str, bytes]]:
    """Name and content of every file of a commit; links are left out."""
    entries = git("ls-tree", "-r", "-z", commit).decode().split("\0")[:-1]
    plain = [entry.split("\t") for entry in entries if not entry.startswith("120000")]
    contents = git("cat-file", "--batch", given="\n".join(head.split()[2] for head, _ in plain).encode())
    for _, name in plain:
        head, _, rest = contents.partition(b"\n")
        size = int(head.split()[2])
        yield name, rest[:size]
        contents = rest[size + 1 :]


def files_now() -> Iterator[tuple[str, bytes]]:
    for name in git("ls-files", "-z").decode().split("\0")[:-1]:
        path = ROOT / name
        if path.is_file() and not path.is_symlink():
            yield name, path.read_bytes()


def table() -> str:
    before, now = measure(files_of(BEFORE)), measure(files_now())
    rows = [
        f"| Room | Lines at {BEFORE} | Now | Modules in its fullest folder then | Now |",
        "|---|---:|---:|---:|---:|",
    ]
    for name, _ in ROOMS:
        old, new = before[name], now[name]
        modules = f"{old.fullest or ''} | {new.fullest or ''}"
        rows.append(f"| {name} | {old.lines:,} | {new.lines:,} | {modules} |")
    for label, names in (("**product**", PRODUCT), ("**everything**", tuple(before))):
        then, today = (sum(rooms[name].lines for name in names) for rooms in (before, now))
        rows.append(f"| {label} | {then:,} | {today:,} | | |")
    return "\n".join([*rows, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").strip().splitlines()[0])
    parser.add_argument("--write", action="store_true", help="put the table into decision 12")
    asked = parser.parse_args()
    made = table()
    print(made)
    if asked.write:
        head, rest = PAGE.read_text().split(BEGIN)
        PAGE.write_text(f"{head}{BEGIN}{made}{END}{rest.split(END)[1]}")


if __name__ == "__main__":
    main()
