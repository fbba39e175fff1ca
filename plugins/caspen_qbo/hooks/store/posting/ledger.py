"""The ledger of a workspace: counted in full, or by counters that every change of a document moves."""

from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.subject import Subject


@dataclass(frozen=True, slots=True)
class LedgerRow:
    """Counts of one document kind; every finalised document is in exactly one of the four."""

    kind: str
    finalised: int
    synced: int
    waiting: int
    listed: int
    excluded: int
    stale: int
    """Posted, reverted in Caspen and left as a draft; not finalised."""
    historical: int = 0
    """Of the finalised: from before the connection."""

    @property
    def adds_up(self) -> bool:
        return self.finalised == self.synced + self.waiting + self.listed + self.excluded


@dataclass(frozen=True, slots=True)
class WrongCounter:
    kind: str
    counter: str
    kept: int
    counted: int

    def __str__(self) -> str:
        return f"{self.kind} {self.counter}: kept {self.kept}, counted {self.counted}"


@dataclass(frozen=True, slots=True)
class UnstagedHistory:
    """Finalised invoices of Caspen's from before the connection that nothing ever made us stage."""

    invoices: int
    line_at: datetime
    counted_at: datetime


class LedgerStore(Subject):
    folder = "posting/ledger"

    def fold(self) -> None:
        """Add up what changed since the last run, and lay to rest what it left nothing to do for. Call at the
        end of a run, under the workspace's lock. Safe to repeat and to interrupt.
        """
        self._execute("wake")
        self._execute("fold")
        self._execute("settle")

    def fetch(self) -> dict[str, LedgerRow]:
        """By document kind, every kind present; reads what is open, and the counters for the rest."""
        return _by_kind(self._fetch_all("select_ledger"))

    def count(self) -> dict[str, LedgerRow]:
        """The same, with every document of the workspace read."""
        return _by_kind(self._fetch_all("count_all"))

    def recount(self) -> list[WrongCounter]:
        """Compare the counters with a full count, and set them right; which were wrong. Reads everything."""
        return self._fetch_values(WrongCounter, "recount")

    def fetch_history(self) -> UnstagedHistory | None:
        """As last counted; None before the first run."""
        return self._fetch_value(UnstagedHistory, "select_history")

    def record_history(self, invoices: int, line_at: datetime) -> None:
        self._execute("upsert_history", invoices=invoices, line_at=line_at)

    def lower_history(self, staged: int) -> None:
        """So many of them were staged; in the transaction that did."""
        self._execute("lower_history", staged=staged)


_NAMES = ("finalised", "synced", "waiting", "listed", "excluded", "stale", "historical")


def _by_kind(found: list[Row]) -> dict[str, LedgerRow]:
    rows = {row["document_kind"]: row for row in found}
    return {
        kind.value: LedgerRow(kind.value, **{name: rows.get(kind.value, {}).get(name, 0) for name in _NAMES})
        for kind in DocumentKind
    }
