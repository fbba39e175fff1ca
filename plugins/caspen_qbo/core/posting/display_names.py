"""A client's name as QuickBooks takes it: unique over customers, vendors and employees, at most 500
characters (a part 100), no colons, tabs or line breaks. Names are cleaned, never refused.
"""

import re
import unicodedata

from caspen_qbo.core.records import Client

DISPLAY_NAME_MAX = 500
NAME_PART_MAX = 100
EMAIL_MAX = 100
UNPRINTED = frozenset({"Cc", "Zl", "Zp"})
"""Unicode's categories of control characters, line and paragraph separators."""

_EMAIL = re.compile(r"[^@\s\"(),:;<>\[\]\\]+@[^@\s\"(),:;<>\[\]\\]+\.[^@\s\"(),:;<>\[\]\\.]+")
_INACTIVE_SUFFIX = " (deleted)"


def clean(text: str | None) -> str:
    """Remove what QuickBooks refuses: a colon becomes a hyphen, control and line characters a space; spaces
    collapse. Accents, CJK and emoji stay; the text is composed (NFC), so that equal names are equal.
    """
    composed = unicodedata.normalize("NFC", text or "").replace(":", "-")
    if not composed.isprintable():  # as nearly all are, and then none of them is among its characters
        composed = "".join(" " if unicodedata.category(char) in UNPRINTED else char for char in composed)
    return " ".join(composed.split())


def full_name(client: Client) -> str:
    return clean(f"{client.first_name} {client.last_name or ''}")


def display_name(client: Client) -> str:
    """``Full name (Caspen 12345)`` with the last five digits of the client id; the name is cut to fit."""
    suffix = f" (Caspen {str(client.id)[-5:]})"
    name = full_name(client) or "Client"
    return name[: DISPLAY_NAME_MAX - len(suffix)].rstrip() + suffix


def name_part(text: str | None) -> str:
    return clean(text)[:NAME_PART_MAX].rstrip()


def usable_email(email: str | None) -> str | None:
    """The address if QuickBooks would take it, else None."""
    text = (email or "").strip()
    return text if len(text) <= EMAIL_MAX and text.isascii() and _EMAIL.fullmatch(text) else None


def same_name(left: str, right: str) -> bool:
    """As QuickBooks compares display names: case and surrounding blanks ignored, ``(deleted)`` stripped."""
    return comparable_name(left) == comparable_name(right)


def comparable_name(text: str) -> str:
    """The form in which names that are the same are equal: to look one up among many."""
    return clean(text.removesuffix(_INACTIVE_SUFFIX)).casefold()
