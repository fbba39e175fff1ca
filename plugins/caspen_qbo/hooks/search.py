"""What a person types into a search box, as statements take it."""


def like(text: str) -> str:
    """A pattern of LIKE that finds this text anywhere, its own signs taken literally."""
    literal = text.replace("\\", r"\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{literal}%"
