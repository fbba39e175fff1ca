"""What an approval of a backfill covers: a person, the numbers, and the plan as it was shown."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.core.backfill.verdict import BackfillItem, Verdict

ACTS = {Verdict.POST, Verdict.UPDATE, Verdict.LINK, Verdict.LIST}
"""Verdicts that send, link or list something."""

FOLLOWS = {Verdict.SYNCED, Verdict.LIST, Verdict.WAIT}
"""What an approved invoice may have become since, without another approval: it was posted and its payments
are left, it cannot go any more, or an earlier request for it is not confirmed.
"""

SAID_MAX = 3
"""Changed numbers named one by one in a refusal."""

NEXT_STEP = (
    "Start the backfill with dry_run on; an Op or Admin then approves its plan on the page Backfill of the "
    "practice. On the server, `backfill --send` is the approval of the person who types it."
)


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """One number of a plan, as shown. Stored as JSON."""

    number: str
    verdict: Verdict
    total: str
    reason: str
    acts: bool
    """Something would be sent, linked or listed for it."""
    digest: str
    """Of all that decides what would be done, Caspen's version of the invoice included."""


@dataclass(frozen=True, slots=True)
class Plan:
    """A stored plan and, once a person approved it, the approval."""

    id: int
    workspace_id: int
    plan_run_id: str
    planned_at: datetime
    lines: tuple[PlannedLine, ...]
    fingerprint: str
    run_id: str | None = None
    """The one run that may carry it out."""
    approved_by: str | None = None
    approved_at: datetime | None = None
    expires_at: datetime | None = None
    carried_out_at: datetime | None = None

    @property
    def acts(self) -> bool:
        return any(line.acts for line in self.lines)


def lines_of(items: Iterable[BackfillItem]) -> tuple[PlannedLine, ...]:
    return tuple(_line(item) for item in items)


def _line(item: BackfillItem) -> PlannedLine:
    total = "" if item.total is None else str(item.total)
    there = item.document.quickbooks_id if item.document else ""
    decides = f"{item.number}\n{item.verdict}\n{total}\n{item.version}\n{item.hanging}\n{there}"
    return PlannedLine(
        item.number,
        item.verdict,
        total,
        item.reason,
        acts=item.verdict in ACTS or bool(item.hanging),
        digest=hashlib.sha256(decides.encode()).hexdigest(),
    )


def fingerprint_of(lines: Sequence[PlannedLine]) -> str:
    """Of a whole plan, in the order of its numbers."""
    return hashlib.sha256("\n".join(line.digest for line in lines).encode()).hexdigest()


def decide_approved(approval: Plan | None, lines: Sequence[PlannedLine], now: datetime) -> str:
    """Why this may not be carried out; empty: it may.

    :param approval: What was approved for this very run.
    :param lines: What would be done now. Where nothing would, no approval is needed.
    """
    acting = [line for line in lines if line.acts]
    if not acting:
        return ""
    if approval is None or approval.approved_at is None or approval.expires_at is None:
        numbers = _numbers(line.number for line in acting)
        return f"Nothing was sent: no person with the right to has approved this run ({numbers}). {NEXT_STEP}"
    who = f"{approval.approved_by} approved it at {approval.approved_at:%F %R} UTC"
    if approval.carried_out_at is not None:
        done = f"and it was carried out at {approval.carried_out_at:%F %R} UTC"
        return f"Nothing was sent: {who}, {done}. An approval holds once. {NEXT_STEP}"
    if now >= approval.expires_at:
        ended = f"and the approval ended at {approval.expires_at:%F %R} UTC"
        return f"Nothing was sent: {who}, {ended}. {NEXT_STEP}"
    approved = {line.number: line for line in approval.lines}
    changed = [line for line in acting if not _is_covered(approved.get(line.number), line)]
    if not changed:
        return ""
    said = "; ".join(_describe_change(approved.get(line.number), line) for line in changed[:SAID_MAX])
    more = f"; and {len(changed) - SAID_MAX} more" if len(changed) > SAID_MAX else ""
    return f"Nothing was sent: {who}, and the plan has changed since: {said}{more}. {NEXT_STEP}"


def _is_covered(approved: PlannedLine | None, now: PlannedLine) -> bool:
    if approved is None:
        return False
    return approved.digest == now.digest or (approved.acts and now.verdict in FOLLOWS)


def _describe_change(approved: PlannedLine | None, now: PlannedLine) -> str:
    if approved is None:
        return f"{now.number} was not among the approved numbers"
    before, after = (f"{line.verdict} {line.total}".strip() for line in (approved, now))
    if before == after:
        return f"{now.number} ({after}) was changed in Caspen or QuickBooks"
    return f"{now.number} was approved as {before} and is now {after}"


def _numbers(numbers: Iterable[str]) -> str:
    named = list(numbers)
    more = f" and {len(named) - SAID_MAX} more" if len(named) > SAID_MAX else ""
    return ", ".join(named[:SAID_MAX]) + more
