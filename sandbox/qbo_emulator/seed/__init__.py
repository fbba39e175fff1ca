"""The demo companies, one for each country."""

from __future__ import annotations

from qbo_emulator.seed.company import seed_company
from qbo_emulator.seed.countries import COUNTRIES, CountrySeed

__all__ = ["COUNTRIES", "CountrySeed", "seed_company"]
