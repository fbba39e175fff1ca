"""Whether both sides are proved equal in every connected practice."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from caspen_qbo import settings
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.practices import LastProof
from caspen_qbo.wording import counted

NAMED_MOST = 5


@dataclass(frozen=True, slots=True)
class Proof:
    """The last reconciliation of each practice that is not disconnected."""

    practices: Sequence[LastProof]

    @property
    def in_the_way(self) -> list[LastProof]:
        """Not reconciled lately, not to its end, or with a difference that nothing explains."""
        return [one for one in self.practices if not one.equal]

    @property
    def holds(self) -> bool:
        return bool(self.practices) and not self.in_the_way

    @property
    def workspace_ids(self) -> list[int]:
        return [one.workspace_id for one in self.practices]

    @property
    def counts(self) -> Mapping[str, int]:
        return {
            "documents_checked": sum(one.documents for one in self.practices),
            "differences": sum(one.differences for one in self.practices),
            "unexplained": 0 if self.holds else len(self.in_the_way),
        }

    @property
    def words(self) -> str:
        if not self.practices:
            return "No practice is connected: nothing is proved."
        if self.holds:
            documents = counted(self.counts["documents_checked"], "document")
            return f"Equal in all of {counted(len(self.practices), 'practice')}, {documents} compared."
        lines = [f"workspace {one.workspace_id} {one.why}" for one in self.in_the_way[:NAMED_MOST]]
        more = len(self.in_the_way) - len(lines)
        rest = f", and {more:,} more" if more else ""
        return f"Not announced as equal: {', '.join(lines)}{rest}."


def prove_equal(store: Store) -> Proof:
    """Reads only; one statement, by index, however many practices there are."""
    return Proof(store.practices.fetch_proofs(settings.PROVED_WITHIN))
