"""Typed values to stored JSON and back. Decimals travel as texts, dates and moments in ISO 8601. Unknown
names are ignored and absent ones take defaults, so what an earlier version stored is read too.
"""

from typing import TypeVar

import msgspec
from psycopg.types.json import Jsonb

T = TypeVar("T")

encode = msgspec.json.Encoder().encode


def jsonb(value: object) -> Jsonb:
    return Jsonb(value, dumps=encode)


def decode(kind: type[T], stored: object) -> T:
    """A value from a ``jsonb`` column or a row. msgspec.ValidationError: a version stored something else."""
    return msgspec.convert(stored, kind)
