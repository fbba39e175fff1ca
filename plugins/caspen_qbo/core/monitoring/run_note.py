"""The words on a DAG run: what was done, and after a failure whose turn it is."""

from __future__ import annotations

from collections.abc import Sequence

NOTE_MAX = 1000
"""Characters Airflow's database holds."""

TURN = "Whose turn:"
HEADING = "**What the run did**"
CUT = " ... The log of its tasks has the rest."


def summed_up(told: Sequence[str], *, failed_because: str | None = None) -> str:
    """
    :param told: What tasks left for the note, oldest first. What somebody has to act on is put first.
    :param failed_because: Airflow's own reason; None for a run that ended well.
    :return: The whole text; empty when there is nothing to say.
    """
    texts = sorted((text.strip() for text in told if text.strip()), key=lambda text: TURN not in text)
    if failed_because is not None and not any(TURN in text for text in texts):
        texts.insert(
            0, f"Failed: {failed_because}. {TURN} an administrator's; the log of the red task says why."
        )
    return "\n\n".join(texts)


def beneath(person: str, text: str) -> str:
    """
    A note of at most NOTE_MAX characters: ours, below what a person wrote, of which nothing is cut.

    :param person: The person's note, perhaps with our part of an earlier attempt below it; empty if none.
    """
    written = person.partition(HEADING)[0].rstrip()
    start = f"{written}\n\n{HEADING}\n\n" if written else ""
    room = NOTE_MAX - len(start)
    if len(text) <= room:
        return start + text
    if room <= len(CUT):
        return person
    return start + text[: room - len(CUT)].rstrip() + CUT
