"""What a reconciliation's checks found, kept and listed: the comparison's, those of Caspen's own rows, and
what a practice expects of its figures. Neither of the last two can hold up the reconciliation.
"""

import logging
from collections import Counter
from collections.abc import Sequence

from caspen_qbo.core.quality.expected import (
    PRACTICE_CHECK,
    Expected,
    PracticeResult,
    RecordedCheck,
    Suite,
)
from caspen_qbo.core.reconciling.verdict import CheckResult, Severity
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.quality.files import ReadFiles, expectations_folder, read_expectations
from caspen_qbo.quality.practice import check_expected
from caspen_qbo.quality.shard import Checked
from caspen_qbo.usecases.shared.session import Session
from caspen_qbo.wording import counted

log = logging.getLogger(__name__)


def check_beyond(session: Session, checked: Checked, counts: Counter[str]) -> str:
    """Carry out the practice's own checks, keep what all found, list what fails; what to say of it."""
    read = read_expectations(expectations_folder(), session.workspace_id)
    results = _carry_out(session.workspace_id, read)
    problems = [*read.problems, *(one.problem for one in results if one.problem)]
    own, broken = ([], checked.own) if isinstance(checked.own, Exception) else (checked.own, None)
    if broken is not None:  # whatever it is, both sides have been compared
        problems.append(f"Caspen's own rows could not be checked ({type(broken).__name__}).")
    recorded = [*map(_of_comparison, checked.verdict()), *own, *(one.recorded for one in results)]
    recorded += [_of_file(number, problem) for number, problem in enumerate(read.problems, 1)]
    with session.store.transaction():
        session.store.checks.record(session.run_id, recorded)
        _list(session, read, results)
    failing = [one for one in results if one.success is False]
    counts["practice_checks_failed"] += len(failing)
    for problem in problems:
        log.warning("expectations workspace=%d %s", session.workspace_id, problem)
    return _sentences(failing, problems)


def _carry_out(workspace_id: int, read: ReadFiles) -> list[PracticeResult]:
    try:
        return check_expected(workspace_id, read.expected)
    except Exception as error:  # noqa: BLE001 - whatever it is, both sides have been compared
        problem = f"it could not be carried out ({type(error).__name__})"
        return [PracticeResult(one, None, problem=f"{one.place}: {problem}.") for one in read.expected]


def _of_comparison(check: CheckResult) -> RecordedCheck:
    return RecordedCheck(
        Suite.COMPARISON,
        check.kind.value,
        check.name,
        check.description,
        check.severity,
        check.success,
        check.checked,
        check.failing,
    )


def _of_file(number: int, problem: str) -> RecordedCheck:
    name = f"file-{number}"
    words = "The practice's own expectations can be read"
    return RecordedCheck(Suite.PRACTICE, "document", name, words, Severity.WARNING, None, 0, 0, problem)


def _list(session: Session, read: ReadFiles, results: Sequence[PracticeResult]) -> None:
    """What fails is listed under the words of its file; what passes, or is in no file any more, leaves. Where
    something could not be read or carried out, what it listed before stays.
    """
    store = session.store.checks
    store.replace_failures([one for one in results if one.success is not None])
    if not read.problems:
        store.keep_only([(one.on, one.name) for one in read.expected])
    expected = {one.name: one for one in read.expected}
    listings = []
    for document, names in store.fetch_failing():
        found = [expected[name] for name in names if name in expected]
        if found:
            title, detail = _words(found)
            listings.append(
                Listing(document, PRACTICE_CHECK, detail, blocks=False, title=title, fix=_fix(found))
            )
    session.store.unsynced.record(listings)
    store.resolve_passed(PRACTICE_CHECK)


def _words(found: Sequence[Expected]) -> tuple[str, str]:
    """Title and detail."""
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    checks = "; ".join(f"{one.words} [{one.name}, {one.place.partition(' (')[0]}]" for one in found)
    return f"{found[0].words}{more}", f"The practice expects: {checks}. This document does not meet it."


def _fix(found: Sequence[Expected]) -> str:
    return " ".join(one.fix for one in found if one.fix)


def _sentences(failing: Sequence[PracticeResult], problems: Sequence[str]) -> str:
    said = []
    if failing:
        named = "; ".join(f"{one.expected.words}: {counted(one.failing, 'document')}" for one in failing[:3])
        more = f"; and {len(failing) - 3} more" if len(failing) > 3 else ""
        said.append(f"{counted(len(failing), 'check')} of the practice failed ({named}{more}).")
    if problems:
        more = f" And {len(problems) - 1} more." if len(problems) > 1 else ""
        said.append(f"{problems[0]}{more} Nothing else is held up.")
    return " ".join(said)
