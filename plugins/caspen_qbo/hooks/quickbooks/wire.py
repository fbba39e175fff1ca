"""JSON with exact numbers, both ways."""

import re
from decimal import Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def encode(value: Any) -> bytes:
    """UTF-8 JSON; a Decimal becomes a number of the same digits."""
    return _ENCODER.encode(value)


def decode(content: bytes) -> Any:
    """Numbers with a fraction or exponent become Decimals; what no database takes as text, a NUL or half of a
    character, becomes U+FFFD. ValueError: not UTF-8 JSON, or cut off.
    """
    if _UNSTORABLE.search(content):
        content = _ESCAPE.sub(_storable, content)
    return _DECODER.decode(content)


_UNSTORABLE = re.compile(rb"\\u(?:0000|[dD][89a-fA-F])")
_ESCAPE = re.compile(
    rb"\\(?:(?P<whole>u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2})"
    rb"|u(?P<bad>0000|[dD][89a-fA-F][0-9a-fA-F]{2})|.)",
    re.DOTALL,
)
"""Each escape of a JSON text in turn, so that a backslash that is itself escaped starts none."""


def _storable(found: re.Match[bytes]) -> bytes:
    return rb"\ufffd" if found["bad"] else found[0]
