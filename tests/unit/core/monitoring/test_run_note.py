"""What stands in a run's note."""

from __future__ import annotations

from caspen_qbo.core.monitoring.run_note import CUT, HEADING, NOTE_MAX, TURN, beneath, summed_up


def test_what_somebody_has_to_act_on_stands_first() -> None:
    silent = f"{TURN} an administrator's. import was quiet"
    assert summed_up(["Harbour (1): nothing to do", silent], failed_because="a task failed") == (
        f"{silent}\n\nHarbour (1): nothing to do"
    )


def test_a_failure_nobody_explained_is_an_administrators() -> None:
    told = summed_up(["Harbour (1): nothing to do"], failed_because="it took longer than it may")
    assert told.startswith(f"Failed: it took longer than it may. {TURN} an administrator's")
    assert told.endswith("Harbour (1): nothing to do")


def test_a_run_that_ended_well_and_left_nothing_has_nothing_to_say() -> None:
    assert summed_up(["", "  "]) == ""


def test_a_persons_words_stay_and_ours_are_replaced_below_them() -> None:
    first = beneath("Tried again after the tax fix.", "one")
    assert first == f"Tried again after the tax fix.\n\n{HEADING}\n\none"
    assert beneath(first, "two") == f"Tried again after the tax fix.\n\n{HEADING}\n\ntwo"
    assert beneath("", "one") == "one"


def test_the_note_fits_and_only_ours_is_cut() -> None:
    person = "p" * 700
    for note in (beneath("", "x" * 5000), beneath(person, "x" * 5000)):
        assert len(note) == NOTE_MAX and note.endswith(f"x{CUT}")
    assert beneath(person, "x" * 5000).startswith(f"{person}\n\n{HEADING}")
    assert beneath("", "x" * NOTE_MAX) == "x" * NOTE_MAX
    full = "p" * NOTE_MAX
    assert beneath(full, "x") == full
