"""Each row of docs/eligibility.md, asked of the code that decides."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_qbo.core.posting.eligibility import (
    DesiredState,
    Eligibility,
    classify_allocation,
    classify_credit_note,
    classify_invoice,
)
from tests.docs.conftest import DOCS
from tests.support.records import AFTER, BEFORE, LINE_AT, a_credit_note, a_line, an_allocation, an_invoice

MOMENTS = {"before": BEFORE, "after": AFTER, "never": None}
OF = {
    "posts": Eligibility(DesiredState.PRESENT, finalised=True),
    "historical": Eligibility(DesiredState.LEAVE, finalised=True, excluded_reason="historical"),
    "a stale draft": Eligibility(DesiredState.LEAVE, finalised=False),
}


def rows(heading: str) -> list[list[str]]:
    part = (DOCS / "eligibility.md").read_text().split(f"### {heading}")[1].split("\n### ")[0]
    lines = [line for line in part.splitlines() if line.startswith("|")][2:]
    return [[cell.strip(" `") for cell in line.strip("|").split("|")] for line in lines]


def expected(cells: list[str]) -> Eligibility:
    """The last three columns."""
    wanted, counts, reason = cells[-3:]
    return Eligibility(DesiredState(wanted), finalised=counts == "yes", excluded_reason=reason or None)


def test_there_are_rows_of_every_kind():
    assert min(len(rows(heading)) for heading in ("Invoices", "Credit notes", "Payments")) >= 6


@pytest.mark.parametrize("cells", rows("Invoices"), ids=" ".join)
def test_invoices(cells: list[str]):
    status, created, finalised, linked = cells[:4]
    changes: dict[str, Any] = {"status": status, "finalised_at": MOMENTS[finalised]}
    if status == "deleted":
        changes |= {"status": "draft", "deleted_at": AFTER}
    invoice = an_invoice(a_line(), created_at=MOMENTS[created], **changes)
    assert classify_invoice(invoice, line_at=LINE_AT, linked=linked == "yes") == expected(cells)


@pytest.mark.parametrize("cells", rows("Credit notes"), ids=" ".join)
def test_credit_notes(cells: list[str]):
    status, of, linked = cells[:3]
    assert classify_credit_note(a_credit_note(status=status), OF[of], linked=linked == "yes") == expected(
        cells
    )


@pytest.mark.parametrize("cells", rows("Payments"), ids=" ".join)
def test_allocations(cells: list[str]):
    state, source, of, linked = cells[:4]
    states: dict[str, dict[str, Any]] = {
        "unlinked": {"deleted_at": AFTER},
        "payment void": {"payment_status": "void"},
        "refunded": {"payment_status": "refunded"},
    }
    allocation = an_allocation(payment_source=source, **states.get(state, {}))
    assert classify_allocation(allocation, OF[of], linked=linked == "yes") == expected(cells)
