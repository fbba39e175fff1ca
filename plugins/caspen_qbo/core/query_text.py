"""Values inside QuickBooks' query language."""

from __future__ import annotations


def quote(value: str) -> str:
    r"""
    A value for a query, in quotes: ``O'Brien`` becomes ``'O\'Brien'``.

    Numbers and dates go in quotes too; booleans do not pass through here.
    """
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def is_queryable(text: str) -> bool:
    """
    Whether QuickBooks can look for this text.

    Its parser refuses characters beyond Latin-1 and control characters; such a value must be compared on our
    side.
    """
    return all(" " <= character <= "\xff" and not "\x7f" <= character <= "\x9f" for character in text)
