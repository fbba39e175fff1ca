"""The payload that brings a posted document to Caspen's version, ours put into what is there.

It is a sparse update, so that a form's other fields stay as they are, also those that QuickBooks does not
show. Lines and what a payment pays go whole: QuickBooks replaces these lists, so they are read and merged.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from caspen_qbo.core.documents import Body, LineFacts, read_sales_line
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.posting.identity import marker_in
from caspen_qbo.core.posting.mapping import Payload
from caspen_qbo.core.posting.merging.lines import (
    describe_carried,
    is_sale,
    kept_line,
    match_lines,
    merge_line,
)
from caspen_qbo.core.posting.merging.ownership import Owner, Place, names_of
from caspen_qbo.core.writes import ENTITY

NOTE_MAX = 4000
NAME_SHOWN = 60


@dataclass(frozen=True, slots=True)
class Merged:
    payload: Payload
    lost: tuple[str, ...]
    """What goes with lines that Caspen no longer has, a sentence each: a person has to see it first."""


def merge(
    entity: str,
    current: Body,
    sent: Payload,
    *,
    resent: bool = False,
    same_version: bool = False,
    accepted: Collection[LineFacts] = (),
) -> Merged:
    """:param current: The document as QuickBooks holds it; its sync token makes a later edit a refusal.
    :param sent: The document as Caspen maps it.
    :param resent: A person wants Caspen's version: other charges and discounts of a person's go as well.
    :param same_version: What is there was made from this very version of Caspen's.
    :param accepted: Sales lines a person added that stay.
    """
    written = names_of(entity, Place.FORM, Owner.OURS)
    payload: Payload = {name: value for name, value in sent.items() if name in written}
    payload |= {"Id": str(current["Id"]), "SyncToken": str(current["SyncToken"]), "sparse": True}
    if "PrivateNote" in sent:
        numbers = (str(body.get("DocNumber") or "") for body in (current, sent))
        payload["PrivateNote"] = merge_note(
            str(current.get("PrivateNote") or ""), str(sent["PrivateNote"]), *numbers
        )
    lost: list[str] = []
    if "Line" in sent and entity in ("Invoice", "CreditMemo"):
        there = [line for line in current.get("Line") or () if line.get("DetailType") != "SubTotalLineDetail"]
        payload["Line"], lost = _merge_lines(entity, there, sent["Line"], resent, same_version, accepted)
    return Merged(payload, tuple(lost))


def merge_document(
    document: Document, current: Body, sent: Payload, accepted: Collection[LineFacts] = ()
) -> Merged:
    """:func:`merge`, for a staged document."""
    return merge(
        ENTITY[document.kind],
        current,
        sent,
        resent=document.resent,
        same_version=document.resent_as_posted,
        accepted=accepted,
    )


def merge_note(there: str, ours: str, was: str = "", now: str = "") -> str:
    """Our words put in where they are missing, and renewed for another number where they stand as written;
    every other word stays. Where they cannot be put in, the note stays a person's.

    :param was: The document's number in QuickBooks.
    :param now: Its number in Caspen.
    """
    mark = marker_in(ours)
    if mark and mark in there:
        written = ours.removesuffix(mark).removesuffix(f"{now} ") + f"{was} {mark}"
        return there.replace(written, ours, 1)
    together = f"{ours} {there}".rstrip()
    return together if len(together) <= NOTE_MAX else there


def _merge_lines(
    entity: str,
    there: Sequence[Body],
    sent: Sequence[Body],
    resent: bool,
    same_version: bool,
    accepted: Collection[LineFacts],
) -> tuple[list[Payload], list[str]]:
    """A person's order stays; a new line of ours goes behind the one that it follows in Caspen."""
    theirs = _find_accepted(there, accepted)
    places = [place for place, line in enumerate(there) if is_sale(line) and place not in theirs]
    matched = match_lines(sent, [there[place] for place in places], same_version=same_version)
    of_place = {places[position]: index for index, position in matched.items()}
    following: dict[int, list[Payload]] = {}
    behind = -1
    back = {index: place for place, index in of_place.items()}
    for index, line in enumerate(sent):
        behind = back.get(index, behind)
        if index not in back:
            following.setdefault(behind, []).append(dict(line))
    merged, lost = list(following.get(-1, ())), []
    for place, line in enumerate(there):
        if place in of_place:
            merged.append(merge_line(entity, line, sent[of_place[place]]))
        elif place in theirs or (not is_sale(line) and not (resent and _is_charge(line))):
            merged.append(kept_line(line))
        elif carried := describe_carried(entity, line):
            name = str(line.get("Description") or "")
            short = name if len(name) <= NAME_SHOWN else name[: NAME_SHOWN - 1] + "…"
            lost.append(f"line {place + 1} '{short}' carries {', '.join(carried)}")
        merged += following.get(place, ())
    return merged, lost


def _is_charge(line: Body) -> bool:
    """A discount or a bundle: it moves the total, unlike a line of words."""
    return line.get("DetailType") in ("DiscountLineDetail", "GroupLineDetail")


def _find_accepted(there: Sequence[Body], accepted: Collection[LineFacts]) -> set[int]:
    """Their places. The unit price may be QuickBooks' own by now, worked out from the amount."""
    left, found = [_unpriced(line) for line in accepted], set()
    for place, line in enumerate(there):
        facts = read_sales_line(line)
        if facts is not None and _unpriced(facts) in left:
            left.remove(_unpriced(facts))
            found.add(place)
    return found


def _unpriced(line: LineFacts) -> LineFacts:
    return replace(line, unit_price=None)


def find_own_lines(
    there: Sequence[Body], accepted: Collection[LineFacts]
) -> tuple[tuple[str, LineFacts], ...]:
    """The sales lines of a document that are no person's own, with their ids."""
    theirs = _find_accepted(there, accepted)
    return tuple(
        (str(line.get("Id") or ""), facts)
        for place, line in enumerate(there)
        if place not in theirs and (facts := read_sales_line(line)) is not None
    )
