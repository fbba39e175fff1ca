"""Anchors as GitHub makes them, so that one link serves the repository and the site."""

import re


def as_github(text: str, separator: str) -> str:
    """`Limits and honest gaps` -> `limits-and-honest-gaps`; underscores stay."""
    return re.sub(r"[^\w\- ]", "", text.lower()).strip().replace(" ", separator)
