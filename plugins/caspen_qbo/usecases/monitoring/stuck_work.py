"""Work that should have moved on by itself and did not, said aloud at the end of each run."""

from __future__ import annotations

import logging
from datetime import timedelta

from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

DOUBT_AT_MOST = timedelta(hours=1)
"""Each run looks three times for a lost answer, every quarter of an hour."""
WAITING_AT_MOST = timedelta(hours=24)
"""A document without a listing posts with the next run; a full day of failing runs is worth a word."""


def describe_stuck(session: Session) -> str:
    """
    One or two sentences on what is stuck, also logged as warnings; empty when nothing is.

    Reads our own tables only; safe to repeat. Nothing is released here: each run looks for lost answers and
    tries what waits anyway, so what is still there after that wants a person's eye.
    """
    row = session.store.activity.fetch_stuck(doubt=DOUBT_AT_MOST, waiting=WAITING_AT_MOST)
    said = []
    if row["in_doubt"]:
        said.append(
            f"{row['in_doubt']} requests to QuickBooks are without an answer since "
            f"{row['doubt_since']:%Y-%m-%d %H:%M} UTC: see `caspen_qbo history` and QuickBooks' status page."
        )
    if row["waiting"]:
        first = ", ".join(row["numbers"])
        said.append(
            f"{row['waiting']} documents wait since {row['waiting_since']:%Y-%m-%d %H:%M} UTC and nothing is "
            f"listed for them ({first}{', ...' if row['waiting'] > len(row['numbers']) else ''}): look at "
            "the failed runs."
        )
    for sentence in said:
        log.warning("stuck workspace=%d %s", session.workspace_id, sentence)
    return " ".join(said)
