"""Values inside QuickBooks' query language."""


def quote(value: str) -> str:
    r"""A value for a query: ``O'Brien`` becomes ``'O\'Brien'``. Numbers and dates too, but no booleans."""
    return "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'"


def is_queryable(text: str) -> bool:
    """Its parser refuses characters beyond Latin-1 and control characters: compare such a value here."""
    return all(" " <= character <= "\xff" and not "\x7f" <= character <= "\x9f" for character in text)


LIKE_NEEDS = 3
"""A pattern with fewer known characters than this would fetch a practice's whole history."""


def like_pattern(text: str) -> str | None:
    """Finds a text that is not queryable, among others: ``INV–12`` by ``INV%12``; None if too little is."""
    known = "".join(character if is_queryable(character) else "%" for character in text)
    return known if len(known.replace("%", "")) >= LIKE_NEEDS else None
