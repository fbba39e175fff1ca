"""A line that goes with something a person filled in on it is shown before anything is written."""

from __future__ import annotations

from caspen_qbo import wiring
from caspen_qbo.usecases.posting.dry_run import plan_post
from tests.integration.posting.additions.conftest import (
    classes,
    command,
    first,
    lines,
    made,
    refinalise,
    set_class,
)
from tests.support.bookkeeper import invoice_of
from tests.support.flow import WORKSPACE, Flow


def with_a_class_on_a_line_that_goes(flow: Flow) -> int:
    invoice = flow.invoice(lines=lines(flow, ("Assess", "80.00"), ("Consult", "20.00")))
    command("post")
    set_class(flow, invoice, "Consult", made(flow, "Class", Name="Clinic A"))
    refinalise(flow, invoice, *lines(flow, ("Assess", "80.00")))
    command("post")
    return invoice


SHOWN = "line 2 'Consult' carries class 'Clinic A'; Caspen no longer has this line."


def test_a_line_that_goes_with_something_of_theirs_is_shown_before_anything_is_written(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    [((number, key), detail)] = flow.listed().items()
    assert key == "changed_in_quickbooks" and SHOWN in detail
    assert classes(flow, invoice) == {"Assess": "", "Consult": "Clinic A"}
    command("retry", "--number", number)
    with wiring.open_session(WORKSPACE, "dry run") as session:
        assert SHOWN in plan_post(session).message
    command("post")
    assert SHOWN in flow.listed()[number, key]
    command("resend", "--number", number)
    command("post")
    assert flow.listed() == {}
    assert classes(flow, invoice) == {"Assess": ""}
    assert invoice_of(flow, invoice)["TotalAmt"] == 88


def test_accepted_it_stays_and_the_version_that_was_held_is_not_sent(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    [(number, _)] = flow.listed()
    before = invoice_of(flow, invoice)
    command("accept", "--number", number)
    for _ in range(2):
        command("post")
        command("reconcile")
        assert flow.listed() == {}
    assert invoice_of(flow, invoice) == before
    refinalise(flow, invoice, *lines(flow, ("Assess", "85.00")))
    command("post")
    assert SHOWN in flow.listed()[number, "changed_in_quickbooks"]
    command("resend", "--number", number)
    command("post")
    assert (flow.listed(), classes(flow, invoice)) == ({}, {"Assess": ""})
    assert invoice_of(flow, invoice)["TotalAmt"] == 93.5


def test_it_goes_on_once_the_person_has_moved_it(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    set_class(flow, invoice, "Consult", None)
    set_class(flow, invoice, "Assess", first(flow, "Class", Name="Clinic A"))
    command("reconcile")  # releases it
    command("post")
    assert flow.listed() == {}
    assert classes(flow, invoice) == {"Assess": "Clinic A"}


def test_what_is_filled_in_after_the_choice_is_shown_again(flow: Flow) -> None:
    invoice = with_a_class_on_a_line_that_goes(flow)
    [(number, _)] = flow.listed()
    command("resend", "--number", number)
    set_class(flow, invoice, "Consult", made(flow, "Class", Name="Clinic B"))
    command("post")
    [detail] = flow.listed().values()
    assert "class 'Clinic B'" in detail
    command("resend", "--number", number)
    command("post")
    assert (flow.listed(), classes(flow, invoice)) == ({}, {"Assess": ""})
