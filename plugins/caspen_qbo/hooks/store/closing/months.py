"""Months that persons closed and reopened, and what decides whether one can be closed."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from operator import itemgetter

from caspen_qbo.core.closing.checklist import JobState, OpenDocument
from caspen_qbo.core.closing.stored import MonthChange, MonthChanges, MonthPack
from caspen_qbo.core.reconciling.stored import Side, StoredReport
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.codec import decode, jsonb
from caspen_qbo.hooks.store.subject import Subject

CHANGES_MAX = 500
"""Of one month stored by document; how many there are is stored of all."""
CLOSES_MAX = 200


@dataclass(frozen=True, slots=True)
class KeptRun:
    """The reconciliation whose comparison is kept."""

    run_id: str
    realm_id: str
    started_at: datetime
    finished_at: datetime | None
    documents_checked: int | None
    """None: it did not come to its end."""
    full_compare: bool
    differences: int
    unexplained: int
    report: StoredReport | None


@dataclass(frozen=True, slots=True)
class Close:
    """A month as a person closed it, and perhaps reopened it."""

    id: int
    month: date
    run_id: str
    closed_at: datetime
    closed_by: str
    note: str
    changed: int
    """Documents that stand otherwise since."""
    changes: MonthChanges
    checked_at: datetime | None
    """When a reconciliation last looked; None: not since."""
    reopened_at: datetime | None
    reopened_by: str | None
    reopened_reason: str | None


class MonthStore(Subject):
    folder = "closing/months"

    def fetch_jobs(self, jobs: Collection[str], since: datetime, until: datetime) -> tuple[JobState, ...]:
        """:param since: With ``until``, the month's first moment and the first after it."""
        found = self._fetch_values(JobState, "count_runs", jobs=list(jobs), since=since, until=until)
        return tuple(found)

    def fetch_open(self, first: date, last: date, most: int) -> tuple[OpenDocument, ...]:
        days = {"first": first, "last": last}
        return tuple(self._fetch_values(OpenDocument, "select_open_documents", **days, most=most))

    def fetch_kept_run(self) -> KeptRun | None:
        row = self._fetch_one("select_covering")
        if row is None:
            return None
        report = row.pop("report")
        stored = None if row["documents_checked"] is None else decode(StoredReport, report)
        return KeptRun(**row, report=stored)

    def close(self, pack: MonthPack, sign_off_id: int) -> None:
        """Store it, in the transaction that signed. The month must not be closed already."""
        self._execute(
            "insert_close",
            realm_id=pack.realm_id,
            month=pack.month,
            run_id=pack.run_id,
            sign_off_id=sign_off_id,
            closed_at=pack.made_at,
            who=pack.closed_by,
            note=pack.note,
            pack=jsonb(pack),
        )

    def reopen(self, month: date, *, who: str, reason: str) -> bool:
        """False: it is not closed."""
        return bool(self._execute("reopen", month=month, who=who, reason=reason))

    def fetch_pack(self, realm_id: str, month: date) -> MonthPack | None:
        """As it was stored; None: the month is not closed."""
        row = self._fetch_one("select_pack", realm_id=realm_id, month=month)
        return decode(MonthPack, row["pack"]) if row else None

    def fetch_closes(self, realm_id: str, month: date | None = None) -> tuple[Close, ...]:
        """Newest month first, and of each month what was done last; ``month``: of one alone."""
        found = self._read_values(Close, "select_closes", realm_id=realm_id, month=month, most=CLOSES_MAX)
        return tuple(found)

    def find_changes(self, realm_id: str) -> None:
        """Compare what was closed with what is frozen now, after the same of what was signed. In a
        transaction; safe to repeat.
        """
        if not self._execute("clear_changes", realm_id=realm_id):
            return
        rows = self._fetch_all("select_changed", realm_id=realm_id, most=CHANGES_MAX)
        for close_id, group in groupby(rows, key=itemgetter("close_id")):
            changed = list(group)
            found = MonthChanges(tuple(map(_change, changed)), changed[0]["in_all"])
            values = {"changed": found.in_all, "changes": jsonb(found)}
            self._execute("set_changes", close_id=close_id, **values)


def _change(row: Row) -> MonthChange:
    def side(name: str) -> Side:
        return Side(*(row[f"{name}_{figure}"] for figure in ("total", "tax", "date")))

    return MonthChange(
        DocumentKind(row["document_kind"]),
        row["document_number"],
        side("closed_caspen"),
        side("caspen"),
        side("closed_quickbooks"),
        side("quickbooks"),
    )
