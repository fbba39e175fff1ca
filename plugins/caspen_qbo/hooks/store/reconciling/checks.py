"""What the checks of each run found, and which documents fail a practice's own expectations."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.quality.expected import PracticeResult, RecordedCheck, Suite
from caspen_qbo.core.reconciling.verdict import COMPARED, PRESENCE, Severity
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.store.subject import Subject
from caspen_qbo.settings import CHECKS_KEEP_DAYS

PAGE_SIZE = 200


@dataclass(frozen=True, slots=True)
class LatestCheck:
    """A check as it was carried out last, with its history."""

    suite: Suite
    document_kind: str
    name: str
    words: str
    severity: Severity
    success: bool | None
    checked: int
    failing: int
    problem: str
    run_id: str
    at: datetime
    runs: int
    failed: int
    """Of these runs, in which it failed or could not be carried out."""
    last_failed_at: datetime | None


@dataclass(frozen=True, slots=True)
class PastCheck:
    run_id: str
    at: datetime
    words: str
    success: bool | None
    checked: int
    failing: int
    problem: str


@dataclass(frozen=True, slots=True)
class FailingDocument:
    kind: DocumentKind
    id: int
    number: str
    invoice_id: int | None


class CheckStore(Subject):
    folder = "reconciling/checks"

    def record(self, run_id: str, checks: Sequence[RecordedCheck]) -> None:
        """All of a run; what an earlier try of it found is forgotten."""
        self._execute("delete_results", run_id=run_id)
        self._execute_many(
            "insert_result",
            [
                {
                    "run_id": run_id,
                    "suite": check.suite,
                    "document_kind": check.document_kind,
                    "name": check.name,
                    "words": check.words,
                    "severity": check.severity,
                    "success": check.success,
                    "checked": check.checked,
                    "failing": check.failing,
                    "problem": check.problem,
                }
                for check in checks
            ],
        )

    def replace_failures(self, results: Sequence[PracticeResult]) -> None:
        """Which documents fail the expectations that were carried out."""
        names = [f"{one.expected.on}:{one.expected.name}" for one in results]
        self._execute("delete_failures", names=names, these=True)
        self._execute_many(
            "insert_failure",
            [
                {"document_kind": key.kind, "document_id": key.id, "name": one.expected.name}
                for one in results
                for key in one.documents
            ],
        )

    def keep_only(self, names: Collection[tuple[DocumentKind, str]]) -> None:
        """Forget which documents failed expectations that are in no file any more."""
        self._execute("delete_failures", names=[f"{kind}:{name}" for kind, name in names], these=False)

    def fetch_failing(self) -> list[tuple[DocumentRef, tuple[str, ...]]]:
        """Documents that fail expectations of the practice, and the names of these."""
        return [
            (
                DocumentRef(
                    DocumentKind(row["document_kind"]),
                    row["document_id"],
                    row["document_number"],
                    row["invoice_id"],
                ),
                tuple(row["names"]),
            )
            for row in self._fetch_all("select_failing")
        ]

    def resolve_passed(self, error_key: str) -> int:
        """Close the rows of documents that fail none any more."""
        return self._execute("resolve_passed", error_key=error_key)

    def fetch_latest(self) -> list[LatestCheck]:
        return self._read_values(LatestCheck, "select_latest", days=CHECKS_KEEP_DAYS)

    def fetch_history(self, suite: Suite, document_kind: str, name: str) -> list[PastCheck]:
        return self._read_values(
            PastCheck,
            "select_history",
            suite=suite,
            document_kind=document_kind,
            name=name,
            days=CHECKS_KEEP_DAYS,
        )

    def fetch_documents(self, check: LatestCheck) -> list[FailingDocument]:
        """Those that fail it, the first of them by number."""
        if check.suite is not Suite.COMPARISON:
            return self._read_values(
                FailingDocument,
                "select_documents",
                suite=check.suite,
                document_kind=check.document_kind,
                name=check.name,
                page_size=PAGE_SIZE,
            )
        presence = check.name in ("in_quickbooks", "in_caspen")
        return self._read_values(
            FailingDocument,
            "select_differing",
            run_id=check.run_id,
            document_kind=check.document_kind,
            field=PRESENCE if presence else None if check.name == "edited" else check.name,
            compared=[*COMPARED, PRESENCE],
            in_caspen=check.name == "in_quickbooks" if presence else None,
            page_size=PAGE_SIZE,
        )
