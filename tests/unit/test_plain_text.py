"""Text from outside stays text in every log of this package."""

from __future__ import annotations

import io
import logging

import pytest

import caspen_qbo
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.plain_text import LONGEST, keep_logs_plain

HOSTILE = "Ann\n2026-11-28 ERROR paid twice\r\x1b[2J\x1b]0;title\x07\0\u202e\x9b31m"


def logged(name: str, message: str, *args: object, error: Exception | None = None) -> str:
    written = io.StringIO()
    handler, log = logging.StreamHandler(written), logging.getLogger(name)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s"))
    log.addHandler(handler)
    try:
        log.error(message, *args, exc_info=error)
    finally:
        log.removeHandler(handler)
    return written.getvalue()


@pytest.mark.parametrize(
    "args",
    [("%s is new", HOSTILE), (f"{HOSTILE} is new",), ("%s of %d", ValueError(HOSTILE), 7), ("%r", HOSTILE)],
    ids=["argument", "message", "error", "repr"],
)
def test_a_log_line_neither_steers_a_terminal_nor_passes_for_another(args: tuple) -> None:
    assert caspen_qbo.__version__
    written = logged("caspen_qbo.usecases.posting.run", *args)
    assert not {*written} & {*map(chr, range(0x20))} - {"\n"} and not {*"\x7f\x9b\u202e"} & {*written}
    assert all(line.startswith(("ERROR ", "    ")) for line in written.splitlines())


def test_what_is_quoted_is_not_without_end_and_numbers_stay_numbers() -> None:
    written = logged("caspen_qbo.core", "%s took %.2f s, %d calls", "x" * 1_000_000, 1.5, 3)
    assert len(written) < LONGEST + 100 and "(1,000,000 characters) took 1.50 s, 3 calls" in written


def test_an_error_says_what_it_quotes_as_text() -> None:
    error = ConfigurationError(f"client 7: {HOSTILE}")
    assert "\x1b" not in str(error) and "\0" not in error.message and "paid twice" in error.message


def test_others_write_their_logs_as_they_did() -> None:
    keep_logs_plain()
    keep_logs_plain()
    assert logged("somebody.else", "%s", "\x1b[1mbold") == "ERROR \x1b[1mbold\n"


def test_every_log_of_the_package_is_one_of_those() -> None:
    """Airflow's own logger of an operator is none."""
    from ops.paths import DAGS, PLUGINS

    files = [*PLUGINS.rglob("*.py"), *DAGS.rglob("*.py")]
    assert [path.name for path in files if "self.log." in path.read_text()] == []


def test_a_record_without_a_name_is_made_all_the_same() -> None:
    """As structlog's formatter makes one of each record of others."""
    keep_logs_plain()
    assert logging.makeLogRecord({"msg": "x"}).getMessage() == "x"
