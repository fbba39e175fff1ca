"""Query text to a ``Query``, or QuickBooks' 4000."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from lark import Lark, Token, Transformer, UnexpectedCharacters, UnexpectedEOF, UnexpectedToken
from lark.exceptions import VisitError

from qbo_emulator.values import faults

_NAMES = {"NAME": " <IDENTIFIER> ", "STRING": " <STRING> ", "INTEGER": " <INTEGER> ", "NUMBER": " <NUMBER> "}


class Today:
    """The literal CURRENT_DATE."""


@dataclass(frozen=True, slots=True)
class Condition:
    """One filter. Values are text, booleans or ``Today``."""

    path: str
    operator: Literal["=", "!=", "<", ">", "<=", ">=", "LIKE", "IN"]
    values: tuple[Any, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Query:
    """A parsed query. Projections are accepted and ignored: all properties come back."""

    entity: str
    count: bool = False
    columns: tuple[str, ...] = ()
    conditions: tuple[Condition, ...] = ()
    order: tuple[tuple[str, bool], ...] = ()
    """(property, descending)."""
    start: int | None = None
    """STARTPOSITION, from 1."""
    limit: int | None = None


def parse(text: str) -> Query:
    """:raises ApplicationFault: 4000, naming what was met and where."""
    for position, character in enumerate(text):
        if ord(character) > 0xFF:
            # QuickBooks' lexer knows Latin-1 only; a curly quote or a Chinese name cannot be asked for.
            line, column = text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)
            raise faults.query_syntax(
                f'Lexical error at line {line}, column {column}.  Encountered: "{_escaped(character)}" '
                f'({ord(character)}), after : ""'
            )
    try:
        return _ToQuery().transform(_PARSER.parse(text))
    except UnexpectedToken as error:
        raise _met(error.token) from error
    except UnexpectedCharacters as error:
        character = text[error.pos_in_stream or 0]
        raise faults.query_syntax(
            f'Lexical error at line {error.line}, column {error.column}.  Encountered: "{character}" '
            f'({ord(character)}), after : ""'
        ) from error
    except UnexpectedEOF as error:
        raise faults.query_syntax(f'Encountered "<EOF>" at line 1, column {len(text)}.') from error
    except VisitError as error:
        raise error.orig_exc from error


def _met(token: Token) -> faults.ApplicationFault:
    if token.type == "$END":
        return faults.query_syntax(f'Encountered "<EOF>" at line {token.line}, column {token.column}.')
    shown = f'"{_NAMES[token.type]}"{token} ""' if token.type in _NAMES else f'" "{token}" "{token} ""'
    return faults.query_syntax(f"Encountered {shown} at line {token.line}, column {token.column}.")


def _escaped(character: str) -> str:
    return "".join(f"\\u{unit:04x}" for unit in [ord(character)]) if ord(character) < 0x10000 else character


class _ToQuery(Transformer[Token, Any]):
    def start(self, parts: list[Any]) -> Query:
        entity = next(str(part) for part in parts if isinstance(part, Token) and part.type == "NAME")
        given: dict[str, Any] = dict(part for part in parts if isinstance(part, tuple))
        return Query(entity, **given)

    def projection(self, parts: list[Any]) -> tuple[str, Any]:
        columns = tuple(part for part in parts if isinstance(part, str))
        return ("columns", columns) if columns else ("count", True)

    def count(self, parts: list[Any]) -> None:
        return None

    def column(self, parts: list[Token]) -> str:
        return str(parts[0]) if parts else "*"

    def where(self, parts: list[Any]) -> tuple[str, Any]:
        return "conditions", tuple(part for part in parts if isinstance(part, Condition))

    def compare(self, parts: list[Any]) -> Condition:
        path, operator, value = parts
        if isinstance(value, Token):
            # Seen from the real parser: it stumbles over the operator before an unquoted number.
            raise faults.query_syntax(
                f'Encountered "{operator}" at line {operator.line}, column {operator.column}.'
            )
        return Condition(str(path), str(operator), (value,))  # type: ignore[arg-type]

    def like(self, parts: list[Any]) -> Condition:
        return Condition(str(parts[0]), "LIKE", _values(parts[2:]))

    def one_of(self, parts: list[Any]) -> Condition:
        return Condition(str(parts[0]), "IN", _values(parts[2:]))

    def not_like(self, parts: list[Any]) -> Condition:
        return Condition(str(parts[0]), "LIKE", _values(parts[3:]), negated=True)

    def not_one_of(self, parts: list[Any]) -> Condition:
        return Condition(str(parts[0]), "IN", _values(parts[3:]), negated=True)

    def negate(self, parts: list[Any]) -> Condition:
        inner = parts[1]
        return Condition(inner.path, inner.operator, inner.values, not inner.negated)

    def value(self, parts: list[Token]) -> Any:
        token = parts[0]
        if token.type == "STRING":
            return re.sub(r"\\(.)", r"\1", str(token)[1:-1], flags=re.DOTALL)
        if token.type == "BOOLEAN":
            return token.lower() == "true"
        return Today() if token.type == "TODAY" else token

    def order(self, parts: list[Any]) -> tuple[str, Any]:
        return "order", tuple(part for part in parts if isinstance(part, tuple))

    def sort(self, parts: list[Token]) -> tuple[str, bool]:
        return str(parts[0]), len(parts) > 1 and parts[1].type == "DESC"

    def startposition(self, parts: list[Token]) -> tuple[str, int]:
        return "start", int(parts[1])

    def maxresults(self, parts: list[Token]) -> tuple[str, int]:
        return "limit", int(parts[1])


def _values(parts: list[Any]) -> tuple[Any, ...]:
    for part in parts:
        if isinstance(part, Token):
            raise _met(part)
    return tuple(parts)


_PARSER = Lark(Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8"), parser="lalr")
