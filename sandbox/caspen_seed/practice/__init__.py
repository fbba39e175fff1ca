"""The sample practice: weeks of an Australian allied-health clinic's billing, the same for the same seed."""

from __future__ import annotations

from caspen_seed.practice.catalogue import PRIVATE_TEXTS, UNLINKED_TAX_RATE
from caspen_seed.practice.edge_cases import CLASHING_NUMBER, LONG_NUMBERS, OTHER_CURRENCY
from caspen_seed.practice.loading import Loaded, load_practice

__all__ = [
    "CLASHING_NUMBER",
    "LONG_NUMBERS",
    "OTHER_CURRENCY",
    "PRIVATE_TEXTS",
    "UNLINKED_TAX_RATE",
    "Loaded",
    "load_practice",
]
