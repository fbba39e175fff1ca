"""The parts of the documents that are made, not written: the table of commands and the index of decisions.

.venv/bin/python -m tests.docs.generated      # writes them again
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import click
import typer

from benchmarks.scale.arithmetic import costs_table, growth_table, walls_table
from caspen_qbo.cli.app import app
from caspen_qbo.core.posting.merging.ownership import OWNERSHIP, WHY_UNNAMED, OwnedField, Owner, Place
from ops.paths import ROOT

INSTALL = ROOT / "docs" / "install.md"
DECISIONS = ROOT / "docs" / "decisions" / "README.md"
OURS_AND_THEIRS = ROOT / "docs" / "ours-and-theirs.md"


def commands() -> dict[str, click.Command]:
    group = typer.main.get_command(app)
    return dict(group.commands)  # type: ignore[attr-defined]


def command_table() -> str:
    """One row a command: how it is called and what it does."""
    rows = [f"| `{_usage(name, command)}` | {_words(command.help)} |" for name, command in commands().items()]
    return "\n".join(["| Command | Does |", "|---|---|", *rows, ""])


def _usage(name: str, command: click.Command) -> str:
    parts = [name]
    for option in command.params:
        if option.name == "help" or isinstance(option, click.Argument):  # more values of the option before
            continue
        flag = "/".join([option.opts[0], *option.secondary_opts])
        value = "" if getattr(option, "is_flag", False) else f" {_placeholder(option)}"
        text = f"{flag}{value}" + (" ..." if option.multiple else "")
        parts.append(text if option.required else f"[{text}]")
    return " ".join(parts)


def _placeholder(option: click.Parameter) -> str:
    return "FILE" if option.name in ("html", "xlsx") else str(option.name).split("_")[-1][:1].upper()


def _words(text: str | None) -> str:
    return " ".join((text or "").split())


def decision_index() -> str:
    """One line a record, by its own heading."""
    lines = []
    for path in sorted(DECISIONS.parent.glob("0*.md")):
        title = path.read_text().splitlines()[0].lstrip("# ")
        lines.append(f"- [{title}]({path.name})")
    return "\n".join([*lines, ""])


def ownership_tables() -> str:
    """One table a type, from the table that merging reads."""
    parts = []
    for entity in ("Invoice", "CreditMemo", "Payment", "Customer"):
        rows = [
            f"| {field.words} | {_path(field)} | {field.owner} | {_difference(entity, field)} |"
            for field in OWNERSHIP
            if entity in field.entities
        ]
        head = ["| Field | In QuickBooks' API | Whose | An edit is called |", "|---|---|---|---|"]
        parts.append("\n".join([f"### {entity}", "", *head, *rows, ""]))
    return "\n" + "\n".join(parts) + "\n"


def _path(field: OwnedField) -> str:
    before = {Place.LINE: "Line[].", Place.DETAIL: "Line[].SalesItemLineDetail."}.get(field.place, "")
    return f"`{before}{field.name}`"


def _difference(entity: str, field: OwnedField) -> str:
    if field.owner is not Owner.OURS:
        return ""
    return f"`{field.difference}`" if field.difference else WHY_UNNAMED[field.name]


SCALING = ROOT / "docs" / "scaling.md"

GENERATED: tuple[tuple[Path, str, Callable[[], str]], ...] = (
    (INSTALL, "commands", command_table),
    (DECISIONS, "decisions", decision_index),
    (OURS_AND_THEIRS, "ownership", ownership_tables),
    (SCALING, "growth", growth_table),
    (SCALING, "walls", walls_table),
    (SCALING, "costs", costs_table),
)
"""(page, name of the markers, what stands between them)."""


def renewed(path: Path, marker: str, content: Callable[[], str]) -> str:
    """The page with its made part as it should be."""
    begin, end = f"<!-- {marker} -->\n", f"<!-- /{marker} -->"
    head, rest = path.read_text().split(begin)
    _, tail = rest.split(end)
    return f"{head}{begin}{content()}{end}{tail}"


if __name__ == "__main__":
    for page, name, make in GENERATED:
        page.write_text(renewed(page, name, make))
