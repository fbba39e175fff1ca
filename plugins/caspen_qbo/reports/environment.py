"""The report's templates, and how they show amounts, dates and names."""

from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from caspen_qbo.catalogue import Turn
from caspen_qbo.reports.words import change_words, signature_words
from caspen_qbo.wording import (
    KIND_WORDS,
    TURN_WORDS,
    counted,
    delta_words,
    document_name,
    field_words,
    long_day,
    moment,
    money,
    percent,
    signed,
)


def _minus(text: str) -> str:
    return text.replace("-", "\N{MINUS SIGN}")


def _amount(value: Decimal | None) -> str:
    return "" if value is None else _minus(money(value))


def _signed(value: Decimal | None) -> str:
    return "" if value is None else _minus(signed(value))


TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
TEMPLATES.filters |= {
    "money": _amount,
    "signed": _signed,
    "delta": delta_words,
    "number": "{:,}".format,
    "counted": counted,
    "day": long_day,
    "moment": moment,
    "signature": signature_words,
    "change": change_words,
    "kind": lambda kind: KIND_WORDS[kind][1].capitalize(),
    "percent": percent,
    "user": lambda who: who.removeprefix("airflow:").removeprefix("cli:"),
    "field": field_words,
    "turn": lambda turn: TURN_WORDS[Turn(turn)],
    "document": document_name,
}
