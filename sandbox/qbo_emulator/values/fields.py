"""Reading what a client sent: one small class per kind of field, one ``Shape`` per object.

QuickBooks accepts placeholders (``""`` for a date, a number as text, an Id as a number) and refuses any
property it does not know. ``Shape.read`` gives back only the supplied properties; ``None`` means "supplied,
and empty".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Protocol

from qbo_emulator.values import faults
from qbo_emulator.values.money import amount_number, half_up, plain_number


class Field(Protocol):
    """How one property is read."""

    @property
    def read_only(self) -> bool:
        """Whether a client's value is taken and ignored."""

    def read(self, value: Any, name: str) -> Any:
        """The stored form of ``value``; raises an ApplicationFault naming ``name``."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string. ``forbidden`` characters give 2040, a wrong length 2050."""

    maximum: int = 4000
    forbidden: str = ""
    read_only: bool = False

    def read(self, value: Any, name: str) -> str | None:
        if isinstance(value, (dict, list)):
            raise faults.unparseable(name)
        text = ("true" if value else "false") if isinstance(value, bool) else str(value)
        if len(text) > self.maximum:
            raise faults.length(name, text, self.maximum)
        if any(character in text for character in self.forbidden):
            raise faults.illegal_characters(name)
        return text or None


@dataclass(frozen=True, slots=True)
class Flag:
    """true or false, also as text."""

    read_only: bool = False

    def read(self, value: Any, name: str) -> bool | None:
        if value == "":
            return None
        if isinstance(value, bool):
            return value
        if str(value).lower() in ("true", "false"):
            return str(value).lower() == "true"
        raise faults.unparseable(name)


@dataclass(frozen=True, slots=True)
class Number:
    """A number, also as text. ``places`` rounds half-up; money prints with a decimal point."""

    places: int | None = None
    money: bool = False
    read_only: bool = False

    def read(self, value: Any, name: str) -> int | float | None:
        if value == "":
            return None
        if isinstance(value, (bool, dict, list)):
            raise faults.bad_number(name, value)
        try:
            number = Decimal(str(value))
        except InvalidOperation as error:
            raise faults.bad_number(name, value) from error
        if not number.is_finite() or abs(number) >= Decimal("1e11"):
            raise faults.bad_number(name, value)
        if self.places is not None:
            number = half_up(number, Decimal(1).scaleb(-self.places))
        return amount_number(number) if self.money else plain_number(number)


def Amount(read_only: bool = False) -> Number:  # noqa: N802 - reads as a field kind in the shapes
    """Money in major units, two decimals."""
    return Number(places=2, money=True, read_only=read_only)


@dataclass(frozen=True, slots=True)
class Day:
    """A bare date, ``YYYY-MM-DD``; a date-time or offset after it is cut off, as QuickBooks does."""

    read_only: bool = False

    def read(self, value: Any, name: str) -> str | None:
        if value == "":
            return None
        try:
            return date.fromisoformat(str(value)[:10]).isoformat()
        except ValueError as error:
            raise faults.bad_date(name, value) from error


@dataclass(frozen=True, slots=True)
class Moment:
    """A date-time kept as sent. Unlike elsewhere an empty one is refused, as seen with DeliveryTime."""

    read_only: bool = False

    def read(self, value: Any, name: str) -> str:
        try:
            return datetime.fromisoformat(str(value)).isoformat()
        except ValueError as error:
            raise faults.bad_date(name, value) from error


@dataclass(frozen=True, slots=True)
class Choice:
    """One of an enumeration, else 2170."""

    values: tuple[str, ...]
    read_only: bool = False

    def read(self, value: Any, name: str) -> str | None:
        if value == "":
            return None
        if value not in self.values:
            raise faults.bad_choice(name, value)
        return value


@dataclass(frozen=True, slots=True)
class Ref:
    """A reference ``{value, name}``; kept as ``{"value": "24"}``, names are filled in by the entity."""

    read_only: bool = False

    def read(self, value: Any, name: str) -> dict[str, str] | None:
        if value == "":
            return None
        if not isinstance(value, dict) or set(value) - {"value", "name", "type"}:
            raise faults.unparseable(name)
        target = value.get("value")
        return None if target in (None, "") else {"value": str(target)}


@dataclass(frozen=True, slots=True)
class Email:
    """``{Address}`` of at most 100 characters with ``@`` and ``.``, else 2210."""

    read_only: bool = False

    def read(self, value: Any, name: str) -> dict[str, str] | None:
        if value == "":
            return None
        if not isinstance(value, dict) or set(value) - {"Address", "Id", "Default", "Tag"}:
            raise faults.unparseable(name)
        text = Text(100).read(value.get("Address") or "", f"{name}.Address")
        if text is None:
            return None
        # QuickBooks allows several addresses separated by commas in one field.
        for address in text.split(","):
            if not re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s.]+", address.strip()):
                raise faults.bad_email(name, address)
        return {"Address": text}


@dataclass(frozen=True, slots=True)
class Anything:
    """Accepted and kept, or (read-only) accepted and dropped."""

    read_only: bool = False

    def read(self, value: Any, name: str) -> Any:
        return None if value == "" else value


@dataclass(frozen=True, slots=True)
class Many:
    """A list of one kind."""

    each: Field
    read_only: bool = False

    def read(self, value: Any, name: str) -> list[Any] | None:
        if not isinstance(value, list):
            raise faults.unparseable(name)
        return [self.each.read(item, name) for item in value]


@dataclass(frozen=True, slots=True)
class Shape:
    """An object with known properties; any other gives 2010, misspelt ones included."""

    fields: Mapping[str, Field] = field(default_factory=dict)
    read_only: bool = False

    def read(self, value: Any, name: str = "") -> dict[str, Any]:
        if not isinstance(value, dict):
            raise faults.unparseable(name)
        result: dict[str, Any] = {}
        for key, item in value.items():
            kind = self.fields.get(key)
            if kind is None:
                raise faults.unparseable(key)
            if not kind.read_only:
                result[key] = None if item is None else kind.read(item, key)
        return result


@dataclass(frozen=True, slots=True)
class Part:
    """A nested object kept without its empty properties; dropped when nothing is left."""

    shape: Shape
    read_only: bool = False

    def read(self, value: Any, name: str) -> dict[str, Any] | None:
        if value == "":
            return None
        return {key: item for key, item in self.shape.read(value, name).items() if item is not None} or None


@dataclass(frozen=True, slots=True)
class Address:
    """A postal address: lines of at most 500 (2,000 together), the rest 255, postal code 30."""

    read_only: bool = False

    def read(self, value: Any, name: str) -> dict[str, str] | None:
        address = _ADDRESS.read(value, name)
        if address:
            lines = "".join(address.get(f"Line{n}", "") for n in range(1, 6))
            if len(lines) > 2000:
                raise faults.length(name, lines, 2000)
        return address


_ADDRESS = Part(
    Shape(
        {
            "Id": Text(50, read_only=True),
            **{f"Line{n}": Text(500) for n in range(1, 6)},
            "City": Text(255),
            "CountrySubDivisionCode": Text(255),
            "Country": Text(255),
            "CountryCode": Text(255),
            "PostalCode": Text(30),
            "PostalCodeSuffix": Text(30),
            "Note": Text(2000),
            "Tag": Text(255),
            # Latitude and longitude are no longer returned.
            "Lat": Text(50, read_only=True),
            "Long": Text(50, read_only=True),
        }
    )
)
PHONE = Part(
    Shape(
        {
            name: Text(30)
            for name in (
                "FreeFormNumber",
                "DeviceType",
                "CountryCode",
                "AreaCode",
                "ExchangeCode",
                "Extension",
                "Tag",
            )
        }
    )
)
WEB_ADDRESS = Part(Shape({"URI": Text(1000), "Default": Flag(), "Tag": Text(255)}))
LINKED_TXN = Part(Shape({"TxnId": Text(50), "TxnType": Text(50), "TxnLineId": Text(50)}))
CUSTOM_FIELD = Part(
    Shape(
        {
            "DefinitionId": Text(50),
            "Name": Text(50),
            "Type": Text(50),
            "StringValue": Text(31),
            "BooleanValue": Flag(),
            "NumberValue": Number(),
            "DateValue": Day(),
        }
    )
)

ENVELOPE: Mapping[str, Field] = {
    "Id": Text(50, read_only=True),
    "SyncToken": Text(20, read_only=True),
    "sparse": Flag(read_only=True),
    "domain": Text(10, read_only=True),
    "MetaData": Anything(read_only=True),
    "status": Text(20, read_only=True),
}
"""Properties every entity has; they steer the request and are never stored from it."""
