"""All that Great Expectations checks of several practices, in one run."""

from collections.abc import Mapping
from dataclasses import dataclass

from caspen_qbo.core.quality.expected import RecordedCheck
from caspen_qbo.core.reconciling.verdict import CheckResult
from caspen_qbo.errors import SyncError
from caspen_qbo.quality.practice import check_own_rows
from caspen_qbo.quality.validate import Frozen, Verdict, validate_all


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one practice."""

    compared: Verdict
    """Of its frozen comparison."""
    own: list[RecordedCheck] | Exception
    """Of Caspen's own rows; or why they could not be checked, which holds up nothing."""

    def verdict(self) -> list[CheckResult]:
        """:raises BrokenCheckError: nothing is known about the figures."""
        if isinstance(self.compared, SyncError):
            raise self.compared
        return self.compared


def check_practices(frozen: Mapping[int, Frozen]) -> dict[int, Checked]:
    """Check what was frozen of each practice, while each is still locked; and Caspen's own rows of it."""
    verdicts = validate_all(frozen)
    sound = [id_ for id_, verdict in verdicts.items() if not isinstance(verdict, SyncError)]
    own = check_own_rows(sound) if sound else {}
    return {id_: Checked(verdict, own.get(id_, [])) for id_, verdict in verdicts.items()}
