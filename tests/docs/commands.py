"""
The table of commands in docs/install.md, made from the commands themselves.

    PYTHONPATH=plugins:. .venv/bin/python -m tests.docs.commands      # writes it anew
"""

from __future__ import annotations

import click
import typer

from caspen_qbo.cli.app import app
from ops.paths import ROOT

PAGE = ROOT / "docs" / "install.md"
BEGIN, END = "<!-- commands -->\n", "<!-- /commands -->"


def commands() -> dict[str, click.Command]:
    group = typer.main.get_command(app)
    return dict(group.commands)  # type: ignore[attr-defined]


def table() -> str:
    """One row a command: how it is called and what it does."""
    rows = [f"| `{_usage(name, command)}` | {_first_sentence(command.help)} |" for name, command in commands().items()]
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
    return str(option.name).split("_")[-1][:1].upper() if option.name not in ("html", "xlsx") else "FILE"


def _first_sentence(text: str | None) -> str:
    return " ".join((text or "").split())


def with_table(page: str) -> str:
    """The page with its table as it should be."""
    head, rest = page.split(BEGIN)
    _, tail = rest.split(END)
    return f"{head}{BEGIN}{table()}{END}{tail}"


if __name__ == "__main__":
    PAGE.write_text(with_table(PAGE.read_text()))
