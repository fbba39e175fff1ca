"""Every golden case: the Caspen document becomes exactly the QuickBooks document beside it."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from caspen_qbo.core.money import to_cents
from caspen_seed.arithmetic import compute_line, compute_totals
from tests.golden.rewrite import main as rewrite
from tests.support.golden import CASES, CASPEN, EXPECTED, as_sent, case_folders, map_case, read_json

FOLDERS = case_folders()


def of(*documents: str) -> list[Path]:
    return [folder for folder in FOLDERS if read_json(folder / CASPEN)["document"] in documents]


def read_expected(folder: Path) -> Any:
    """:raises AssertionError: the case has no expected document; it says how to write one."""
    path = folder / EXPECTED
    assert path.exists(), f"{folder.name} has no {EXPECTED}: python -m tests.golden.rewrite {folder.name}"
    return read_json(path)


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_it_becomes_exactly_this_document(folder: Path) -> None:
    assert as_sent(map_case(read_json(folder / CASPEN))) == read_expected(folder)


@pytest.mark.parametrize("folder", of("invoice", "credit_note"), ids=lambda folder: folder.name)
def test_the_expected_document_adds_up_to_caspens_figures(folder: Path) -> None:
    """Without our mapping: an expected file that was written from a wrong mapping does not pass here."""
    case, expected = read_json(folder / CASPEN), read_expected(folder)
    mine = case[case["document"]]
    for line in expected["Line"]:
        detail = line["SalesItemLineDetail"]
        assert to_cents(Decimal(detail["Qty"]) * Decimal(detail["UnitPrice"])) == line["Amount"]
        assert len(line["Description"]) <= 4000
    assert sum(line["Amount"] for line in expected["Line"]) == Decimal(mine["subtotal"])
    if "TxnTaxDetail" in expected:
        stated = expected["TxnTaxDetail"]
        assert stated["TotalTax"] == Decimal(mine["tax_total"])
        assert sum(part["Amount"] for part in stated["TaxLine"]) == stated["TotalTax"]
    if any("TaxInclusiveAmt" in line["SalesItemLineDetail"] for line in expected["Line"]):
        gross = sum(line["SalesItemLineDetail"]["TaxInclusiveAmt"] for line in expected["Line"])
        assert gross == Decimal(mine["total"])


@pytest.mark.parametrize("folder", of("invoice"), ids=lambda folder: folder.name)
def test_the_caspen_side_is_what_caspen_computes(folder: Path) -> None:
    mine = read_json(folder / CASPEN)["invoice"]
    lines = []
    for line in mine["lines"]:
        money = compute_line(
            line["quantity"],
            line["unit_price"],
            discount_type=line.get("discount_type", "none"),
            discount_value=line.get("discount_value", "0"),
            tax_mode=mine["tax_mode"],
            tax_percent=line["tax_percent"],
        )
        assert money.amount == Decimal(line["amount"])
        assert money.tax_amount == Decimal(line["tax_amount"])
        assert money.discount_amount == Decimal(line.get("discount_amount", "0"))
        lines.append(money)
    totals = compute_totals(lines, mine["tax_mode"])
    assert (totals.subtotal, totals.tax_total, totals.total) == tuple(
        Decimal(mine[name]) for name in ("subtotal", "tax_total", "total")
    )


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_a_case_says_in_a_sentence_what_it_shows(folder: Path) -> None:
    assert len(read_json(folder / CASPEN)["what"].split()) >= 4


def test_there_are_cases_of_every_document() -> None:
    kinds = [read_json(folder / CASPEN)["document"] for folder in FOLDERS]
    assert len(kinds) >= 30
    assert set(kinds) == {"invoice", "credit_note", "application", "payment", "customer"}


def test_a_folder_without_an_expected_document_fails(tmp_path: Path) -> None:
    (tmp_path / "new_case").mkdir()
    (tmp_path / "new_case" / CASPEN).write_text((FOLDERS[0] / CASPEN).read_text("utf-8"), "utf-8")
    [folder] = case_folders(tmp_path)
    with pytest.raises(AssertionError, match="new_case has no expected.qbo.json"):
        read_expected(folder)


def test_rewriting_refuses_to_overwrite_unless_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    case = tmp_path / "one"
    case.mkdir()
    (case / CASPEN).write_text((FOLDERS[0] / CASPEN).read_text("utf-8"), "utf-8")
    assert rewrite(["one"], root=tmp_path) == 0
    written = (case / EXPECTED).read_text("utf-8")
    assert written == (CASES / FOLDERS[0].name / EXPECTED).read_text("utf-8")
    (case / EXPECTED).write_text("{}", "utf-8")
    assert rewrite(["one"], root=tmp_path) == 1
    assert (case / EXPECTED).read_text("utf-8") == "{}"
    assert "left alone" in capsys.readouterr().err
    assert rewrite(["one", "--overwrite"], root=tmp_path) == 0
    assert (case / EXPECTED).read_text("utf-8") == written
