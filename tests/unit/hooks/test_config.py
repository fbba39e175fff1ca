"""What the connection `quickbooks` may say in its numbers, and what it is told otherwise."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig, read_config


def read(**extra: Any) -> QuickBooksConfig:
    return read_config("quickbooks", "client", "secret", extra)


def test_what_is_left_empty_is_quickbooks_own_limits_and_intuits_advice() -> None:
    config = read(look_again_seconds="", throttle_wait_seconds=None, read_backoff_seconds=None)
    assert (config.look_again_seconds, config.throttle_wait_seconds) == (10.0, 60.0)
    assert config.read_backoff_seconds == 1.0
    assert (config.requests_per_minute, config.requests_per_second, config.batches_per_minute) == (450, 8, 38)


def test_seconds_may_be_fractions_and_looking_again_may_be_at_once() -> None:
    config = read(look_again_seconds=0, throttle_wait_seconds="0.5")
    assert (config.look_again_seconds, config.throttle_wait_seconds) == (0.0, 0.5)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("look_again_seconds", -1, "from 0 and at most 600"),
        ("look_again_seconds", "soon", "from 0 and at most 600"),
        ("look_again_seconds", "nan", "from 0 and at most 600"),
        ("throttle_wait_seconds", 0, "above 0 and at most 600"),
        ("read_backoff_seconds", 0, "above 0 and at most 600"),
        ("throttle_wait_seconds", 601, "above 0 and at most 600"),
        ("requests_per_minute", 0, "a whole number, at least 1"),
        ("batches_per_minute", "many", "a whole number, at least 1"),
    ],
)
def test_anything_else_names_the_field_what_was_seen_and_what_was_expected(
    field: str, value: Any, expected: str
) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(**{field: value})
    for part in ("'quickbooks'", f"extra field {field}", repr(value), expected):
        assert part in refused.value.message
