"""Hostile values, and every place of the pages' routes that takes one, read from the application's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from fastapi import FastAPI
from fastapi.dependencies.utils import get_flat_dependant
from fastapi.routing import APIRoute
from pydantic import BaseModel

VALUES = (
    "\0",
    "a\0b",
    "9223372036854775808",
    "-9223372036854775809",
    "9" * 30,
    "9" * 5000,
    "0",
    "-1",
    "1e309",
    "NaN",
    "²",  # a digit to str.isdigit, and no number to int
    "\uff11\uff12",  # wide digits
    "1_000",
    "0x10",
    "[" * 3000,
    "{}",
    "%00",
    "%",
    "\\",
    "'; DROP TABLE qbo_sync.connection; --",
    "<script>alert(1)</script>",
    "{{ 7 * 7 }}{% raise %}",
    "\r\nSet-Cookie: stolen=1",
    "//evil.example/%2e%2e",
    "=cmd|'/C calc'!A0",
    "\x1b[31m\u202e\ufeff💥",
    "9999-12-31",
    "0001-01-01",
    "inventé.invoice:1:2:3",
    "x" * 20_000,
)
BYTES = (b"%FF%FE", b"%ED%A0%80", b"%C0%80", b"%", b"%zz", b"+")
"""What no text becomes: no UTF-8, half a surrogate, an overlong NUL, broken escapes."""

In = Literal["path", "query", "form", "header", "cookie"]


@dataclass(frozen=True)
class Place:
    """One parameter of one route."""

    method: str
    path: str
    where: In
    name: str

    def __str__(self) -> str:
        return f"{self.method} {self.path} {self.where} {self.name}"


HEADERS = ("accept", "origin", "referer", "sec-fetch-site", "sec-fetch-dest", "content-type", "authorization")
"""What the application itself, or what it stands on, reads."""
COOKIES = ("caspen_qbo_message", "_token")


def places(app: FastAPI) -> Iterator[Place]:
    """Every parameter of every route, of its dependencies as well."""
    for route in app.routes:
        if not isinstance(route, APIRoute):
            continue
        flat = get_flat_dependant(route.dependant)
        named: list[tuple[In, Any]] = [
            *(("path", one) for one in flat.path_params),
            *(("query", one) for one in flat.query_params),
            *(("form", one) for one in flat.body_params),
            *(("header", one) for one in flat.header_params),
            *(("cookie", one) for one in flat.cookie_params),
        ]
        for method in sorted(route.methods):
            seen = {(where, name) for where, one in named for name in _names(one)}
            yield from (Place(method, route.path, where, name) for where, name in sorted(seen))


def _names(field: Any) -> list[str]:
    kind = field.field_info.annotation
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [info.alias or name for name, info in kind.model_fields.items()]
    return [field.alias]
