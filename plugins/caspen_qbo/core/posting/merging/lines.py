"""Lines: which of a posted document's lines is which of Caspen's, and the two as one."""

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from caspen_qbo.core.documents import Body, amount_of, ref_of
from caspen_qbo.core.posting.mapping import Payload
from caspen_qbo.core.posting.merging.ownership import Owner, Place, names_of, words_of

SALE = "SalesItemLineDetail"
_SUBTOTAL = "Subtotal:"
_CENT = Decimal("0.01")
_SET_ANEW = (Owner.OURS, Owner.QUICKBOOKS)
_ENDING = re.compile(r"(, \d{1,2} [A-Z][a-z]{2} \d{4})?(\. Discount.*)?$", re.DOTALL)
"""What a description says after the name: service date, discount."""

Key = tuple[str, ...]


def is_sale(line: Body) -> bool:
    return isinstance(line.get(SALE), Mapping)


def match_lines(sent: Sequence[Body], there: Sequence[Body], *, same_version: bool) -> dict[int, int]:
    """Index of a line of ours -> index of the line that stands for it. Alike in all, then in less and less;
    what is left at the same place is the same line if item and amount are. Each is taken once, in order.

    :param same_version: What is there was made from these lines, however it was edited since: the same place
        is enough.
    """
    found: dict[int, int] = {}
    for key in (_all_of, _named_item, _named):
        waiting: dict[Key, list[int]] = {}
        taken = set(found.values())
        for position, line in enumerate(there):
            if position not in taken:
                waiting.setdefault(key(line), []).append(position)
        for index, line in enumerate(sent):
            if index not in found and (alike := waiting.get(key(line))):
                found[index] = alike.pop(0)
    return found | dict(_match_places(sent, there, found, same_version))


def _match_places(
    sent: Sequence[Body], there: Sequence[Body], found: Mapping[int, int], same_version: bool
) -> Iterator[tuple[int, int]]:
    taken = set(found.values())
    behind = -1
    for index, line in enumerate(sent):
        if index in found:
            behind = found[index]
            continue
        place = behind + 1
        if place < len(there) and place not in taken:
            if same_version or _price(line) == _price(there[place]):
                taken.add(place)
                yield index, place
                behind = place


def _detail(line: Body) -> Body:
    detail: Body = line.get(SALE) or {}
    return detail


def _price(line: Body) -> Key:
    return ref_of(_detail(line), "ItemRef"), str(amount_of(line.get("Amount")).normalize())


def _all_of(line: Body) -> Key:
    return *_price(line), str(line.get("Description") or ""), str(_detail(line).get("ServiceDate") or "")


def _named_item(line: Body) -> Key:
    return *_named(line), ref_of(_detail(line), "ItemRef")


def _named(line: Body) -> Key:
    return (_ENDING.sub("", str(line.get("Description") or "")),)


def merge_line(entity: str, there: Body, sent: Body) -> Payload:
    """Ours as sent, under the id of the line that is there, with all that is not ours of that one."""
    kept = _without(there, names_of(entity, Place.LINE, *_SET_ANEW) | {SALE})
    detail = _without(_detail(there), names_of(entity, Place.DETAIL, *_SET_ANEW))
    head = {"Id": str(there["Id"])} if there.get("Id") else {}
    return {**head, **kept, **sent, SALE: {**detail, **_detail(sent)}}


def kept_line(line: Body) -> Payload:
    """A line that is a person's, as it goes back: QuickBooks numbers it, and adds up a subtotal itself."""
    kept = _without(line, frozenset({"LineNum", "LineEx"}))
    if line.get("DetailType") == "DescriptionOnly" and str(line.get("Description")).startswith(_SUBTOTAL):
        kept["Description"] = _SUBTOTAL
    if is_sale(line):
        return _priced(kept)
    if isinstance(group := line.get("GroupLineDetail"), Mapping):
        parts = [_priced(part) for part in group.get("Line") or ()]
        kept["GroupLineDetail"] = {**group, "Line": parts} if parts else dict(group)
    return kept


def _priced(line: Body) -> Payload:
    """As QuickBooks takes it back. A price shown rounded, or with tax inside, times the quantity may not come
    to the amount, and is refused (6070): the amount counts then, and QuickBooks works the price out.
    """
    detail = _detail(line)
    price, quantity = detail.get("UnitPrice"), detail.get("Qty")
    if price is not None and quantity is not None:
        product = amount_of(price) * amount_of(quantity)
        if product.quantize(_CENT, ROUND_HALF_UP) != amount_of(line.get("Amount")):
            return {**line, SALE: _without(detail, frozenset({"UnitPrice"}))}
    return dict(line)


def _without(body: Body, names: frozenset[str]) -> Payload:
    return {name: value for name, value in body.items() if name not in names and value is not None}


def describe_carried(entity: str, line: Body) -> list[str]:
    """What a person filled in on a line, in words: ``class 'Clinic A'``."""
    holders = ((line, words_of(entity, Place.LINE)), (_detail(line), words_of(entity, Place.DETAIL)))
    return [
        f"{words} {_show(holder[name])}"
        for holder, fields in holders
        for name, words in fields.items()
        if holder.get(name) not in (None, "", [], {}, False)
    ]


def _show(value: Any) -> str:
    match value:
        case {"name": str(name)} | {"value": str(name)} | {"StringValue": str(name)}:
            return f"'{name}'"
        case {"TxnType": kind, "TxnId": id_}:
            return f"{kind} {id_}"
        case list():
            return ", ".join(map(_show, value))
        case bool() | int() | float() | Decimal() | str():
            return f"'{value}'"
    return "(set)"
