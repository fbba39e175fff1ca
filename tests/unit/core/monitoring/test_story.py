"""A document's story: what happened, in order, in words a person reads; what is still the case comes last."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from caspen_qbo.core.monitoring.story import Happened, Listed, Recorded, Step, Unanswered, tell_story
from caspen_qbo.wording import step_words

START = datetime(2026, 11, 24, 10, tzinfo=UTC)


def at(hours: int) -> datetime:
    return START + timedelta(hours=hours)


def words(steps: tuple[Step, ...]) -> list[str]:
    return [step_words(step, ZoneInfo("UTC")) for step in steps]


def test_finalised_waited_posted_paid_there_equal():
    recorded = Recorded(
        finalised_at=at(0),
        happened=[
            Happened(at(50), "posted (create)", "Invoice 14, total 88.00, tid 4c75-b715", "sync", ""),
            Happened(at(51), "posted (create)", "Payment 15, total 30.00, tid -", "sync", "payment PAY-1"),
            Happened(at(60), "imported from QuickBooks", "Payment 21, 58.00", "sync", "payment PAY-2"),
        ],
        listed=[Listed(at(1), at(50), "Business validation error (tax)", "synced", "")],
        unanswered=[],
        equal_at=at(70),
    )
    assert words(tell_story(recorded)) == [
        "Finalised in Caspen.",
        "Listed: Business validation error (tax), until 26 Nov 2026, 12:00 (synced).",
        "Posted as Invoice 14, total 88.00.",
        "Payment PAY-1 posted as Payment 15, total 30.00.",
        "Payment PAY-2 imported from QuickBooks: Payment 21, 58.00.",
        "Last read in QuickBooks, and equal.",
    ]


def test_what_is_open_comes_last_and_nothing_is_called_equal():
    recorded = Recorded(
        finalised_at=at(0),
        happened=[
            Happened(at(1), "linked by a backfill", "Invoice 9, total 88.00, run manual__1", "sync", ""),
            Happened(at(9), "accepted", "totals_mismatch: the total is 1.00 more", "cli:ann", ""),
        ],
        listed=[Listed(at(5), None, "Changed in QuickBooks", "", "")],
        unanswered=[],
        equal_at=at(20),
    )
    assert words(tell_story(recorded)) == [
        "Finalised in Caspen.",
        "Linked by a backfill: Invoice 9, total 88.00.",
        "Accepted: totals_mismatch: the total is 1.00 more, by cli:ann.",
        "Listed: Changed in QuickBooks.",
    ]


def test_what_was_posted_before_was_finalised_again():
    posted = Happened(at(1), "posted (post)", "Invoice 5, total 88.00, tid -", "sync", "")
    recorded = Recorded(at(3), [posted], [], [], None)
    assert words(tell_story(recorded)) == ["Posted as Invoice 5, total 88.00.", "Finalised again in Caspen."]


def test_a_draft_of_which_nothing_is_recorded_has_no_story():
    assert tell_story(Recorded(None, [], [], [], None)) == ()


def test_what_was_sent_and_not_answered_is_open_and_nothing_is_called_equal():
    posted = Happened(at(1), "posted (post)", "Invoice 5, total 88.00, tid -", "sync", "")
    sent = [
        Unanswered(at(3), 2, ""),
        Unanswered(at(4), 1, "payment PAY-1"),
        Unanswered(at(5), 0, "payment PAY-2"),
    ]
    assert words(tell_story(Recorded(at(0), [posted], [], sent, at(2)))) == [
        "Finalised in Caspen.",
        "Posted as Invoice 5, total 88.00.",
        "Sent, and the answer is not known yet: looked up 2 times so far.",
        "Payment PAY-1 sent, and the answer is not known yet: looked up once so far.",
        "Payment PAY-2 sent, and the answer is not known yet: the next run looks it up.",
    ]
