"""Work that should have moved on automatically and did not, reported at the end of each run."""

import logging
from datetime import timedelta

from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.wording import counted

log = logging.getLogger(__name__)

UNCONFIRMED_AT_MOST = timedelta(hours=1)
"""Each run, every quarter of an hour, looks three times for a lost answer."""
WAITING_AT_MOST = timedelta(hours=24)
"""A document without a listing posts with the next run; a full day of failing runs is worth reporting."""


def describe_stuck(session: Session) -> str:
    """What is stuck, in sentences, also logged; empty when nothing is. Reads our own tables only, releases
    nothing: each run tries all of it anyway, so what is still there needs a person. Safe to repeat.
    """
    stuck = session.store.activity.fetch_stuck(
        unconfirmed_for=UNCONFIRMED_AT_MOST, waiting_for=WAITING_AT_MOST
    )
    sentences = []
    if stuck.unconfirmed:
        requests = counted(stuck.unconfirmed, "request to QuickBooks has", "requests to QuickBooks have")
        sentences.append(
            f"{requests} been without an answer since {stuck.unconfirmed_since:%F %R} UTC: "
            "see `caspen-qbo history` and QuickBooks' status page."
        )
    if stuck.waiting:
        documents = counted(stuck.waiting, "document has", "documents have")
        more = ", ..." if stuck.waiting > len(stuck.numbers) else ""
        sentences.append(
            f"{documents} been waiting since {stuck.waiting_since:%F %R} UTC and nothing is listed for "
            f"{'it' if stuck.waiting == 1 else 'them'} ({', '.join(stuck.numbers)}{more}): "
            "look at the failed runs."
        )
    for sentence in sentences:
        log.warning("stuck workspace=%d %s", session.workspace_id, sentence)
    return " ".join(sentences)
