"""The demo companies, one for each country."""

from __future__ import annotations

from .company import seed_company
from .countries import COUNTRIES, CountrySeed

__all__ = ["COUNTRIES", "CountrySeed", "seed_company"]
