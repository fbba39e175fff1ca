"""The only code that knows where SQL lives: each file below ``include/sql`` is a statement or a migration."""

from functools import cache
from pathlib import Path

from caspen_qbo.errors import ConfigurationError

SQL_FOLDER = Path(__file__).parent / "sql"
"""In a clone a link to ``include/sql``; in an installed package the files themselves."""


@cache
def load(name: str) -> str:
    """A file below ``include/sql``, named without ``.sql``; ConfigurationError where there is none."""
    path = SQL_FOLDER / f"{name}.sql"
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise ConfigurationError(
            f"SQL statement {name!r}: no file {path}. Install the package again; it brings its statements."
        ) from error
