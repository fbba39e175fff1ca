"""A company that tracks classes and locations, with a field of its own, and a person who fills them in."""

from __future__ import annotations

from typing import Any

import pytest

from caspen_seed import NewLine
from tests.support.bookkeeper import edit, invoice_of, plain
from tests.support.command_line import run_command
from tests.support.flow import WORKSPACE, Flow


def made(flow: Flow, entity: str, **document: Any) -> dict[str, str]:
    return {"value": flow.person("create", entity=entity, document=document)["Id"]}


def first(flow: Flow, entity: str, **wanted: str) -> dict[str, str]:
    return {"value": next(r["Id"] for r in flow.books(entity) if wanted.items() <= r.items())}


def command(*arguments: str) -> str:
    done = run_command(arguments[0], "--workspace", str(WORKSPACE), *arguments[1:])
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture
def flow(flow: Flow) -> Flow:
    flow.switch(class_tracking="per_line", track_departments=True)
    flow.person("define-custom-field", id="1", name="Referrer")
    return flow


def lines(flow: Flow, *named: tuple[str, str]) -> list[NewLine]:
    return [NewLine("service", name, price, tax_rate_id=flow.rates["GST"]) for name, price in named]


def refinalise(flow: Flow, invoice: int, *new: NewLine, **changes: Any) -> None:
    flow.staff.revert_to_draft(invoice)
    flow.staff.edit_draft(invoice, lines=new or None, **changes)
    flow.staff.finalise(invoice)


def set_class(flow: Flow, invoice: int, name: str, klass: dict[str, str] | None) -> None:
    """A person puts a class on the line of that name, or takes it off."""
    changed = [plain(line) for line in invoice_of(flow, invoice)["Line"] if "SalesItemLineDetail" in line]
    for line in changed:
        if line["Description"] == name:
            line["SalesItemLineDetail"]["ClassRef"] = klass
    edit(flow, invoice, Line=changed)


def classes(flow: Flow, invoice: int) -> dict[str, str]:
    return {
        line["Description"]: line["SalesItemLineDetail"].get("ClassRef", {}).get("name", "")
        for line in invoice_of(flow, invoice)["Line"]
        if "SalesItemLineDetail" in line
    }
