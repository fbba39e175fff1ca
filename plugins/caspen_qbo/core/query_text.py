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
    Whether QuickBooks can search for this text.

    Its parser refuses characters beyond Latin-1 and control characters; such a value must be compared on our
    side.
    """
    return all(" " <= character <= "\xff" and not "\x7f" <= character <= "\x9f" for character in text)


LIKE_NEEDS = 3
"""A pattern with fewer known characters than this would fetch a practice's whole history."""


def like_pattern(text: str) -> str | None:
    """
    A LIKE pattern that finds a text which cannot be asked for, among others: ``INV–12`` becomes ``INV%12``.

    None where too little of it can be asked for.
    """
    known = "".join(character if is_queryable(character) else "%" for character in text)
    return known if len(known.replace("%", "")) >= LIKE_NEEDS else None
