"""Bringing a posted document to Caspen's version: ours as mapped, theirs as read, for any additions."""

from __future__ import annotations

import random
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from caspen_qbo.core.documents import read_facts, read_sales_line
from caspen_qbo.core.posting.merging import merge
from caspen_qbo.core.posting.merging.lines import is_sale
from caspen_qbo.core.posting.merging.merge import NOTE_MAX, merge_note
from caspen_qbo.core.posting.merging.ownership import OWNERSHIP, Owner, Place, names_of
from qbo_emulator.entities import KINDS
from qbo_emulator.rules.lines import SALES_LINE

MARK = "Caspen invoice INV-1 [caspen:1:invoice:5]"
NAMES = st.sampled_from(["Assess", "Consult", "Gel"])
ENDINGS = st.sampled_from(["", ", 3 Nov 2026", ". Discount 10 %: 1.00 off 10.00"])


def sale(name: str, ending: str, cents: int) -> dict[str, Any]:
    amount = Decimal(cents) / 100
    detail = {"ItemRef": {"value": "1"}, "Qty": Decimal(1), "UnitPrice": amount, "TaxCodeRef": {"value": "2"}}
    return {
        "DetailType": "SalesItemLineDetail",
        "Amount": amount,
        "Description": name + ending,
        "SalesItemLineDetail": detail,
    }


SALES = st.builds(sale, NAMES, ENDINGS, st.integers(1, 4))
WORDS = st.sampled_from(["Thank you", "Subtotal: 5.00"])


def mapped(lines: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "CustomerRef": {"value": "58"},
        "DocNumber": "INV-1",
        "TxnDate": "2026-11-03",
        "DueDate": "2026-11-17",
        "GlobalTaxCalculation": "TaxExcluded",
        "PrivateNote": MARK,
        "Line": lines,
    }


@st.composite
def posted(draw: st.DrawFn) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A posted document with anything filled in, in any order; and the lines Caspen has by now."""
    before = draw(st.lists(SALES, min_size=1, max_size=5))
    there: list[dict[str, Any]] = []
    for number, line in enumerate(before):
        detail = dict(line["SalesItemLineDetail"])
        if draw(st.booleans()):
            detail["ClassRef"] = {"value": str(number), "name": f"Class {number}"}
        there.append({**line, "Id": str(number + 1), "LineNum": number + 1, "SalesItemLineDetail": detail})
    random.Random(draw(st.integers(0, 9))).shuffle(there)
    for number, text in enumerate(draw(st.lists(WORDS, max_size=2))):
        line = {"Id": str(90 + number), "DetailType": "DescriptionOnly", "Description": text}
        there.insert(draw(st.integers(0, len(there))), line)
    there.append({"DetailType": "SubTotalLineDetail", "Amount": Decimal(1), "SubTotalLineDetail": {}})
    note = draw(st.sampled_from([MARK, f"Call first. {MARK} By post", "By post", ""]))
    current = {**mapped(there), "Id": "1", "SyncToken": "4", "PrivateNote": note, "TotalAmt": Decimal(9)}
    kept = [line for line in before if draw(st.booleans())]
    after = [*kept, *draw(st.lists(SALES, max_size=3))] or before
    return current, draw(st.permutations(after))


def carried(lines: list[dict[str, Any]]) -> Iterator[str]:
    for line in lines:
        if ref := line.get("SalesItemLineDetail", {}).get("ClassRef"):
            yield ref["name"]


@settings(max_examples=300)
@given(posted(), st.booleans(), st.booleans())
def test_ours_are_caspens_and_theirs_are_as_they_were_read(
    case: tuple[dict[str, Any], list[dict[str, Any]]], resent: bool, same_version: bool
) -> None:
    current, ours = case
    merged = merge("Invoice", current, mapped(ours), resent=resent, same_version=same_version)
    sent = merged.payload
    # ours: every field of the form, and every line once, as Caspen maps them
    assert {name: sent[name] for name in mapped([]) if name not in ("Line", "PrivateNote")} == {
        name: value for name, value in mapped([]).items() if name not in ("Line", "PrivateNote")
    }
    facts = sorted(read_facts("Invoice", {**sent, "Line": sent["Line"]}).lines, key=repr)
    assert facts == sorted(filter(None, map(read_sales_line, ours)), key=repr)
    # theirs: every class stays where it was, or is named; words stay, in order; no field of the form is sent
    left = set(carried(sent["Line"]))
    told = {name for name in carried(current["Line"]) if any(f"'{name}'" in one for one in merged.lost)}
    assert left | told == set(carried(current["Line"])) and not left & told
    by_id = {line["Id"]: line for line in current["Line"] if "Id" in line}
    for line in sent["Line"]:
        if is_sale(line):
            was = by_id.get(line.get("Id"), {}).get("SalesItemLineDetail", {})
            assert line["SalesItemLineDetail"].get("ClassRef") == was.get("ClassRef")
    assert [line["Id"] for line in sent["Line"] if not is_sale(line)] == [
        line["Id"] for line in current["Line"] if line["DetailType"] == "DescriptionOnly"
    ]
    assert set(sent) == {*mapped([]), "Id", "SyncToken", "sparse"} and sent["sparse"] is True
    assert MARK in sent["PrivateNote"] and all(
        words in sent["PrivateNote"]
        for words in ("Call first. ", "By post")
        if words in current["PrivateNote"]
    )
    # made once more from what it makes, it changes nothing and loses nothing
    again = merge("Invoice", {**current, **sent}, mapped(ours))
    assert (again.payload, again.lost) == (sent, ())


def test_a_charge_of_theirs_goes_only_when_caspens_version_is_wanted() -> None:
    discount = {"Id": "9", "DetailType": "DiscountLineDetail", "Amount": 1, "DiscountLineDetail": {}}
    fee, own = {**sale("Late fee", "", 4), "Id": "2"}, sale("Assess", "", 1)
    current = {"Id": "1", "SyncToken": "0", "Line": [{**own, "Id": "1"}, fee, discount]}

    def ids(**how: Any) -> list[str]:
        return [line["Id"] for line in merge("Invoice", current, mapped([own]), **how).payload["Line"]]

    facts = read_sales_line(fee)
    assert facts is not None
    assert ids() == ["1", "9"]
    assert ids(resent=True) == ["1"]
    assert ids(accepted=[facts]) == ["1", "2", "9"]


@pytest.mark.parametrize(
    ("there", "now"),
    [
        (MARK, "Caspen invoice INV-2 [caspen:1:invoice:5]"),
        (f"Ring. {MARK} Thanks", "Ring. Caspen invoice INV-2 [caspen:1:invoice:5] Thanks"),
        ("Ring. [caspen:1:invoice:5]", "Ring. [caspen:1:invoice:5]"),
        (f"{MARK[:20]} urgent {MARK[21:]}", f"{MARK[:20]} urgent {MARK[21:]}"),
        ("Ring", "Caspen invoice INV-2 [caspen:1:invoice:5] Ring"),
        ("", "Caspen invoice INV-2 [caspen:1:invoice:5]"),
        ("x" * NOTE_MAX, "x" * NOTE_MAX),
    ],
)
def test_a_note_keeps_what_a_person_wrote_around_our_words(there: str, now: str) -> None:
    assert merge_note(there, "Caspen invoice INV-2 [caspen:1:invoice:5]", "INV-1", "INV-2") == now


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo", "Payment"])
def test_the_table_knows_every_field_quickbooks_takes(entity: str) -> None:
    known = {field.name for field in OWNERSHIP if entity in field.entities and field.place is Place.FORM}
    assert set(KINDS[entity].fields) - known == set()


def test_the_table_knows_every_field_of_a_line() -> None:
    every = tuple(Owner)
    shape = SALES_LINE.shape.fields
    others = {"SubTotalLineDetail", "SubtotalLineDetail", "GroupLineDetail", "DescriptionLineDetail"}
    others |= {"DiscountLineDetail", "SalesItemLineDetail"}
    assert set(shape) - others == names_of("Invoice", Place.LINE, *every)
    detail: Any = shape["SalesItemLineDetail"]
    assert set(detail.shape.fields) == names_of("Invoice", Place.DETAIL, *every)


def test_each_field_is_in_the_table_once() -> None:
    rows = [(entity, field.place, field.name) for field in OWNERSHIP for entity in field.entities]
    assert len(rows) == len(set(rows))


@pytest.mark.parametrize(
    ("amount", "quantity", "price", "sent"),
    [
        ("100", 3, "33.33", None),
        ("100", 3, "33.3333333", "33.3333333"),
        ("15", 1, "15", "15"),
        ("15", 0, "9", None),
    ],
)
def test_a_line_of_theirs_goes_back_as_quickbooks_takes_it(
    amount: str, quantity: int, price: str, sent: str | None
) -> None:
    """A rounded price times the quantity may not come to the amount (6070): the amount counts."""
    detail = {"ItemRef": {"value": "1"}, "Qty": quantity, "UnitPrice": Decimal(price)}
    line = {"Id": "2", "Amount": Decimal(amount), "Description": "Hire", "SalesItemLineDetail": detail}
    group = {"Id": "3", "GroupLineDetail": {"Quantity": 1, "Line": [line]}}
    ours = sale("Assess", "", 100)
    current = {"Id": "9", "SyncToken": "1", "Line": [line, group]}
    hire = read_sales_line(line)
    assert hire is not None
    payload = merge("Invoice", current, {"Line": [ours]}, accepted=[hire]).payload
    kept = [one for one in payload["Line"] if one.get("Id") == "2"]
    parts = [
        part for one in payload["Line"] if one.get("Id") == "3" for part in one["GroupLineDetail"]["Line"]
    ]
    for one in (*kept, *parts):
        assert one["Amount"] == Decimal(amount)
        assert one["SalesItemLineDetail"].get("UnitPrice") == (None if sent is None else Decimal(sent))
    assert len(kept) == len(parts) == 1
