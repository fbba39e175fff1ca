"""What a practice expects of its own figures, and what became of every check of a run."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from caspen_qbo.core.keys import DocumentKey
from caspen_qbo.core.reconciling.verdict import Severity
from caspen_qbo.core.records import DocumentKind

PRACTICE_CHECK = "practice_check"
"""The key of what is listed."""
LISTED_MOST = 1000
"""Documents of one expectation that are listed; how many fail in all is counted."""


class Suite(StrEnum):
    """Stored, so existing values never change."""

    COMPARISON = "comparison"
    """Both sides, document by document."""
    CASPEN = "caspen"
    """Caspen's own rows."""
    PRACTICE = "practice"
    """The practice's own, from a file."""


@dataclass(frozen=True, slots=True)
class Expected:
    """One expectation of a practice's file."""

    name: str
    on: DocumentKind
    words: str
    """Its meaning in one sentence: what a person reads where it fails."""
    expectation: str
    """Great Expectations' name of it."""
    kwargs: Mapping[str, object]
    severity: Severity
    fix: str
    """What to do where it fails; empty: what the catalogue says."""
    place: str
    """File and line, with its name."""


@dataclass(frozen=True, slots=True)
class RecordedCheck:
    """One check as carried out by one run."""

    suite: Suite
    document_kind: str
    """A document kind, or ``document`` for all of them."""
    name: str
    words: str
    severity: Severity
    success: bool | None
    """None: it could not be carried out."""
    checked: int
    """Documents it applied to."""
    failing: int
    problem: str = ""
    """Why it could not be carried out."""


@dataclass(frozen=True, slots=True)
class PracticeResult:
    """What one expectation of a file found."""

    expected: Expected
    success: bool | None
    checked: int = 0
    failing: int = 0
    documents: tuple[DocumentKey, ...] = ()
    """Those that fail, the first :data:`LISTED_MOST`; none where it succeeded."""
    problem: str = ""

    @property
    def recorded(self) -> RecordedCheck:
        return RecordedCheck(
            Suite.PRACTICE,
            self.expected.on.value,
            self.expected.name,
            self.expected.words,
            self.expected.severity,
            self.success,
            self.checked,
            self.failing,
            self.problem,
        )
