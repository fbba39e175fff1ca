"""Text from outside, wherever it is quoted: in logs, on a terminal, in messages and cells. It stays text."""

import logging

LONGEST = 4_000
"""Characters of one value in a log."""

_UNSEEN = {
    *range(0x20),
    *range(0x7F, 0xA0),
    *range(0x202A, 0x202F),  # the direction of writing
    *range(0x2066, 0x206A),
}
_BREAKS = {*"\t\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"}
_ON_ONE_LINE = {
    **dict.fromkeys(_UNSEEN, "\N{REPLACEMENT CHARACTER}"),
    **dict.fromkeys(map(ord, _BREAKS), " "),
}
_ON_LINES = {**_ON_ONE_LINE, ord("\t"): "\t", ord("\n"): "\n"}
_BARE = {**_ON_LINES, ord("\r"): "\r"}


def plain(text: str, *, lines: bool = False) -> str:
    """Text that may come from outside, for a log, a terminal, a message or a cell: what moves a cursor, sets
    colours, ends a line or turns the direction of writing cannot do so any more.

    :param lines: It may have several lines.
    """
    return text.translate(_ON_LINES if lines else _ON_ONE_LINE)


def bare(text: str) -> str:
    """As :func:`plain`, with every end of a line as it is."""
    return text.translate(_BARE)


def log_value(value: object) -> object:
    """A value for a log's line: numbers as they are, all else as plain text of a bounded length."""
    if value is None or isinstance(value, int | float):
        return value
    text = str(value)
    kept = plain(text[:LONGEST], lines=True)
    return f"{kept} ... ({len(text):,} characters)" if len(text) > LONGEST else kept


def keep_logs_plain() -> None:
    """From now on no log record of this package moves a cursor, sets colours, or is without end, in whatever
    log: a task's, the API server's, the command line's. A line that is quoted in a value is set off, so that
    it cannot pass for a record of its own. Safe to repeat.
    """
    make = logging.getLogRecordFactory()
    if getattr(make, "plain", False):
        return

    def make_plain(*args: object, **kwargs: object) -> logging.LogRecord:
        record = make(*args, **kwargs)
        if record.name and "caspen_qbo" in record.name:  # a formatter makes records without a name
            message = log_value(record.msg)
            record.msg = message if record.args else _set_off(message)
            if isinstance(record.args, tuple):
                record.args = tuple(_set_off(log_value(each)) for each in record.args)
        return record

    make_plain.plain = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_plain)


def _set_off(value: object) -> object:
    return value.replace("\n", "\n    ") if isinstance(value, str) else value
