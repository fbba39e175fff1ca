"""The pages about customers: how a link came about in words, and numbers that people type."""

import re
from collections.abc import Mapping

from caspen_qbo.errors import ConfigurationError

PAGE_SIZE = 50
NAMED_MAX = 1000
"""Clients found by name."""

WHY_WORDS: Mapping[str, str] = {
    "name": "found by its name",
    "person": "found by names and e-mail address",
    "created": "created from Caspen",
    "merged": "followed a merge in QuickBooks",
    "relinked": "linked by a person",
}
"""How a link came about."""


def read_numbers(text: str) -> list[int]:
    """Client ids, divided by commas or blanks.

    :raises ConfigurationError: something else is in it.
    """
    parts = re.split(r"[,\s]+", text.strip()) if text.strip() else []
    if wrong := [part for part in parts if not re.fullmatch(r"[0-9]{1,18}", part)]:
        raise ConfigurationError(f"{wrong[0]!r} is no client id; expected digits. Correct it and try again.")
    return [int(part) for part in parts]
