"""The text of a run's note."""

from __future__ import annotations

from caspen_qbo.core.monitoring.run_note import (
    ACTION_NEEDED,
    CUT,
    HEADING,
    NOTE_MAX,
    append_below,
    build_note,
)


def test_what_someone_has_to_act_on_comes_first() -> None:
    silent = f"{ACTION_NEEDED} Administrator. import was quiet"
    assert build_note(["Harbour (1): nothing to do", silent], failed_because="a task failed") == (
        f"{silent}\n\nHarbour (1): nothing to do"
    )


def test_a_failure_nobody_explained_is_an_administrators() -> None:
    told = build_note(["Harbour (1): nothing to do"], failed_because="it took longer than it may")
    assert told.startswith(f"Failed: it took longer than it may. {ACTION_NEEDED} Administrator")
    assert told.endswith("Harbour (1): nothing to do")


def test_a_run_that_ended_well_and_left_nothing_has_nothing_to_say() -> None:
    assert build_note(["", "  "]) == ""


def test_a_persons_words_stay_and_ours_are_replaced_below_them() -> None:
    first = append_below("Tried again after the tax fix.", "one")
    assert first == f"Tried again after the tax fix.\n\n{HEADING}\n\none"
    assert append_below(first, "two") == f"Tried again after the tax fix.\n\n{HEADING}\n\ntwo"
    assert append_below("", "one") == "one"


def test_the_note_fits_and_only_ours_is_cut() -> None:
    person = "p" * 700
    for note in (append_below("", "x" * 5000), append_below(person, "x" * 5000)):
        assert len(note) == NOTE_MAX and note.endswith(f"x{CUT}")
    assert append_below(person, "x" * 5000).startswith(f"{person}\n\n{HEADING}")
    assert append_below("", "x" * NOTE_MAX) == "x" * NOTE_MAX
    full = "p" * NOTE_MAX
    assert append_below(full, "x") == full
