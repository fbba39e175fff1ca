"""The templates, and filters that show their plain values: amounts in the practice's currency, times in its
zone. A template of a workspace has its :class:`RequestContext` as ``here``.
"""

from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from urllib.parse import quote

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context

from caspen_qbo import wording
from caspen_qbo.catalogue import CATALOGUE, entry_for, entry_of
from caspen_qbo.core.monitoring.story import Step
from caspen_qbo.core.posting.display_names import full_name
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.ui.context import RequestContext


def render(template: str, **values: object) -> str:
    return _environment().get_template(template).render(**values)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "action": lambda error_key: wording.TURN_WORDS[entry_for(error_key).turn],
        "ago": lambda at: wording.ago(at, datetime.now(UTC)),
        "clipped": wording.clipped,
        "counted": wording.counted,
        "day": wording.day,
        "field_words": wording.field_words,
        "full_name": full_name,
        "kind": lambda kind: wording.KIND_WORDS[DocumentKind(kind)][0].capitalize(),
        "moment": _moment,
        "money": _money,
        "number": _number,
        "percent": wording.percent,
        "signed": _signed,
        "step_words": _step_words,
        "urlpart": url_part,
        "user": lambda who: {"sync": "A run"}.get(who or "", (who or "").removeprefix("airflow:")),
        "value": _value,
    }
    environment.globals |= {
        "CATALOGUE": CATALOGUE,
        "document_name": wording.document_name,
        "entry_for": entry_for,
        "entry_of": entry_of,
        "KIND_WORDS": wording.KIND_WORDS,
        "lasted": wording.lasted,
        "money_in": wording.money,
        "MONTH_WORDS": wording.MONTH_WORDS,
        "NEED_WORDS": wording.NEED_WORDS,
        "NONE": wording.NONE,
        "TURN_WORDS": wording.TURN_WORDS,
    }
    return environment


def url_part(value: object) -> str:
    """A value as one part of an address."""
    return quote(str(value), safe="")


def _here(context: Context) -> RequestContext:
    here: RequestContext = context["here"]
    return here


@pass_context
def _moment(context: Context, at: datetime | None) -> str:
    return wording.moment(at, _here(context).zone)


@pass_context
def _step_words(context: Context, step: Step) -> str:
    return wording.step_words(step, _here(context).zone)


@pass_context
def _money(context: Context, amount: Decimal | None, currency: str = "") -> str:
    return wording.money(amount, currency or _here(context).currency)


@pass_context
def _signed(context: Context, delta: Decimal | None) -> str:
    return wording.signed(delta, _here(context).currency)


@pass_context
def _value(context: Context, value: object, currency: str = "") -> str:
    if isinstance(value, Decimal):
        return _money(context, value, currency)
    return wording.day(value) if isinstance(value, date) else str(value or wording.NONE)


def _number(number: Decimal | int | None) -> str:
    """``1,234``, ``0.5``; a dash where there is none."""
    if number is None:
        return wording.NONE
    return f"{number.normalize():f}" if isinstance(number, Decimal) else f"{number:,}"
