"""Checks: what each suite is, and what became of a check, in words."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from caspen_qbo.core.quality.expected import PRACTICE_CHECK, Suite
from caspen_qbo.core.quality.own_rows import INCONSISTENT
from caspen_qbo.hooks.store.reconciling.checks import LatestCheck, PastCheck
from caspen_qbo.wording import counted

SUITES: Mapping[Suite, tuple[str, str]] = {
    Suite.COMPARISON: ("Both sides", "Every synced document, as Caspen and QuickBooks show it."),
    Suite.CASPEN: ("Caspen's own rows", "Looked at before anything is sent, and again every night."),
    Suite.PRACTICE: ("The practice's own", "From the practice's file of expectations."),
}
UNSYNCED_KEY: Mapping[Suite, str] = {Suite.CASPEN: INCONSISTENT, Suite.PRACTICE: PRACTICE_CHECK}
"""Under which key of the unsynced list their documents are."""


@dataclass(frozen=True, slots=True)
class SuiteShown:
    title: str
    about: str
    checks: Sequence[LatestCheck]


def by_suite(checks: Iterable[LatestCheck]) -> list[SuiteShown]:
    """Failing checks first, suites without a check left out."""
    found = list(checks)
    shown = [
        SuiteShown(*words, [check for check in found if check.suite is suite])
        for suite, words in SUITES.items()
    ]
    return [one for one in shown if one.checks]


def check_state(check: LatestCheck | PastCheck) -> tuple[str, str]:
    """The kind of badge, and words."""
    if check.success is None:
        return "open", "Not carried out"
    if check.success:
        return "done", "Passed"
    return "open", f"{counted(check.failing, 'document')} failed"
