"""The sandbox's own pages."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from starlette.responses import HTMLResponse

_ENVIRONMENT = Environment(
    loader=FileSystemLoader(Path(__file__).parent),
    autoescape=select_autoescape(),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


def render(name: str, values: dict[str, Any], status: int = 200) -> HTMLResponse:
    """A page from a template of this folder; what it prints is escaped."""
    return HTMLResponse(_ENVIRONMENT.get_template(name).render(**values), status)
