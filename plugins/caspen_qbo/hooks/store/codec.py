"""Typed values to stored JSON and back. Decimals travel as texts, dates and moments in ISO 8601.

Names that a class does not have are ignored, and absent ones take its defaults, so what an earlier version
stored is read as well.
"""

from typing import TypeVar

import msgspec
from psycopg.types.json import Jsonb

T = TypeVar("T")

encode = msgspec.json.Encoder().encode


def jsonb(value: object) -> Jsonb:
    """A value as a ``jsonb`` parameter."""
    return Jsonb(value, dumps=encode)


def decode(kind: type[T], stored: object) -> T:
    """A value of a class from a ``jsonb`` column, or from a whole row whose columns are its fields.

    :raises msgspec.ValidationError: written by a version that kept something else.
    """
    return msgspec.convert(stored, kind)
