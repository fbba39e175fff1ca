"""JSON with exact numbers, both ways."""

from decimal import Decimal
from typing import Any

import msgspec

_ENCODER = msgspec.json.Encoder(decimal_format="number")
_DECODER = msgspec.json.Decoder(float_hook=Decimal)


def encode(value: Any) -> bytes:
    """UTF-8 JSON; a Decimal becomes a number of the same digits."""
    return _ENCODER.encode(value)


def decode(content: bytes) -> Any:
    """Numbers with a fraction or exponent become Decimals. ValueError: not UTF-8 JSON, or cut off."""
    return _DECODER.decode(content)
