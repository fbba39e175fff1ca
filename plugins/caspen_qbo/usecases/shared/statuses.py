"""What Caspen's screens show of each document."""

import logging
from collections import Counter

from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)


def write_statuses(session: Session, counts: Counter[str]) -> None:
    """Bring Caspen's screens up to date; a document that staff hold open is shown by the next run."""
    fetch = session.store.documents.fetch_statuses_to_show
    while updates := fetch():
        written = session.billing.write_statuses(session.workspace_id, updates)
        counts["statuses_written"] += written.changed
        shown = [u for u in updates if (u.kind, u.document_id) not in written.busy]
        session.store.documents.mark_shown(shown, written.writes)
        if not shown:
            log.info(
                "caspen rows in use workspace=%d documents=%d next=shown by the next run",
                session.workspace_id,
                len(written.busy),
            )
            return
