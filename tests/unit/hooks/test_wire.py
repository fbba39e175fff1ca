"""What arrives as JSON can be stored as text."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from caspen_qbo.hooks.quickbooks.wire import decode

BAD = "�"


@pytest.mark.parametrize(
    ("sent", "read"),
    [
        (rb"\u0000", BAD),
        (rb"a\u0000\u0000b", f"a{BAD}{BAD}b"),
        (rb"\\u0000", "\\u0000"),
        (rb"\\\u0000", f"\\{BAD}"),
        (rb"\\\\u0000", "\\\\u0000"),
        (rb"\ud83d\ude00", "\N{GRINNING FACE}"),
        (rb"\uD83D\uDE00\ud83d", f"\N{GRINNING FACE}{BAD}"),
        (rb"\ud83d and \ude00", f"{BAD} and {BAD}"),
        (rb"\ude00\ud83d", BAD + BAD),
        (rb"\n\"\t\u0001 \u00e9", '\n"\t\x01 é'),
    ],
)
def test_what_no_database_takes_is_replaced_and_nothing_else(sent: bytes, read: str) -> None:
    found = decode(b'{"' + sent + b'": ["' + sent + b'", 1.50]}')
    assert found == {read: [read, Decimal("1.50")]}
    read.encode()


def test_what_is_no_json_stays_none() -> None:
    for content in (b'{"a": "\\u0000"', b'{"a": "\x00"}', b"\\u0000", b'{"a": "\\u00"}'):
        with pytest.raises(ValueError):
            decode(content)


def test_python_writes_a_nul_in_the_way_that_is_looked_for() -> None:
    assert decode(json.dumps("\0").encode()) == BAD
