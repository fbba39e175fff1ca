"""The text of a DAG run's note: what was done, and after a failure who has to act."""

from collections.abc import Sequence

NOTE_MAX = 1000
"""Characters Airflow's database holds."""

ACTION_NEEDED = "Action needed:"
SEE_THE_LOG = f"{ACTION_NEEDED} Administrator. The log of the failed task says why."
HEADING = "**What the run did**"
CUT = " ... The task logs have the rest."


def is_scheduled(run_id: str) -> bool:
    """Started by the clock: nobody waits for it, and the next one is not far."""
    return run_id.startswith("scheduled__")


def build_note(parts: Sequence[str], *, failed_because: str | None = None) -> str:
    """:param parts: What tasks left for the note, oldest first. Parts that need a person are put first.
    :param failed_because: Airflow's own reason; None for a run that succeeded.
    :return: The whole text; empty when there is nothing to report.
    """
    texts = sorted(
        (part.strip() for part in parts if part.strip()), key=lambda text: ACTION_NEEDED not in text
    )
    if failed_because is not None and not any(ACTION_NEEDED in text for text in texts):
        texts.insert(0, f"Failed: {failed_because}. {SEE_THE_LOG}")
    return "\n\n".join(texts)


def append_below(person: str, text: str) -> str:
    """At most NOTE_MAX characters: ours, replacing an earlier part, below a person's text, never cut."""
    written = person.partition(HEADING)[0].rstrip()
    start = f"{written}\n\n{HEADING}\n\n" if written else ""
    left = NOTE_MAX - len(start)
    if len(text) <= left:
        return start + text
    if left <= len(CUT):
        return person
    return start + text[: left - len(CUT)].rstrip() + CUT
