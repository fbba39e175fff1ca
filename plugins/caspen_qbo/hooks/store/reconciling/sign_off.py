"""Signed periods: the figures as signed, and what stands otherwise since."""

from dataclasses import asdict, dataclass, fields
from datetime import date, datetime
from typing import Any

from caspen_qbo.core.reconciling.stored import Figures, SignedChange, SignOff
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.hooks.database import Row
from caspen_qbo.hooks.store.subject import Subject

FIGURES = tuple(field.name for field in fields(Figures))


@dataclass(frozen=True, slots=True)
class FrozenRun:
    """The reconciliation whose frozen comparison is the current one."""

    run_id: str
    realm_id: str


@dataclass(frozen=True, slots=True)
class FoundChanges:
    """The first of the documents that stand otherwise than signed, by period and number."""

    changes: tuple[SignedChange, ...]
    in_all: int
    last_seen_at: datetime | None
    """When the newest of all was first seen; None: there is none."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A sign-off as it was written."""

    sign_off_id: int
    documents: int
    """Whose figures it holds: new ones, or changed since."""


class SignOffStore(Subject):
    folder = "reconciling/sign_off"

    def freeze(self, run_id: str, realm_id: str) -> None:
        """Freeze what the comparison leaves out and name its run, at the end of the freezing transaction: a
        person who signs holds this row, and is waited for.
        """
        keys = {"run_id": run_id, "realm_id": realm_id}
        self._execute("delete_not_compared", **keys)
        self._execute("insert_not_compared", **keys)
        self._execute("upsert_frozen_run", **keys)

    def fetch_frozen(self) -> FrozenRun | None:
        """What is frozen at this moment; None: nothing, or the server crashed since."""
        return self._fetch_value(FrozenRun, "select_frozen_run")

    def lock_frozen(self) -> FrozenRun | None:
        """As :meth:`fetch_frozen`, and unchanged until the transaction ends."""
        return self._fetch_value(FrozenRun, "lock_frozen_run")

    def sign(self, frozen: FrozenRun, *, who: str, through: date) -> int | None:
        """Sign the frozen run, inside the transaction of :meth:`lock_frozen`. Returns how many documents'
        figures were recorded (new or changed); None: it is signed already, or did not come to its end.
        """
        if not self._execute("sign_run", **asdict(frozen), who=who, through=through):
            return None
        return self.record(frozen, who=who, through=through).documents

    def sign_further(self, frozen: FrozenRun, *, who: str, through: date) -> Recorded:
        """As :meth:`sign`, also where the run is signed already: a later day, or once more."""
        self._execute("sign_run", **asdict(frozen), who=who, through=through)
        return self.record(frozen, who=who, through=through)

    def record(self, frozen: FrozenRun, *, who: str, through: date) -> Recorded:
        """Record the figures that stand otherwise than signed, or are not signed yet, as a sign-off."""
        keys: dict[str, Any] = {**asdict(frozen), "who": who, "through": through}
        self._execute("reconciling/comparison/set_memory")
        [keys["sign_off_id"]] = self._fetch_column("insert_sign_off", **keys)
        self._execute("supersede_changed", **keys)
        documents = self._execute("insert_signed", **keys)
        self._execute("finish_sign_off", **keys, documents=documents)
        self._execute("delete_changes", **keys)
        return Recorded(keys["sign_off_id"], documents)

    def find_changes(self, realm_id: str) -> None:
        """Compare what was signed with what is frozen now. In a transaction; safe to repeat."""
        self._execute("reconciling/comparison/set_memory")
        self._execute("find_changes", realm_id=realm_id)

    def fetch_sign_offs(self, realm_id: str, most: int) -> tuple[SignOff, ...]:
        """Newest first; the first one's ``through`` is the latest day signed."""
        return tuple(self._read_values(SignOff, "select_sign_offs", realm_id=realm_id, most=most))

    def fetch_changes(self, realm_id: str, most: int, *, unnotified: bool = False) -> FoundChanges:
        """:param unnotified: Only those of which nobody was notified yet."""
        rows = self._fetch_all("select_changes", realm_id=realm_id, most=most, unnotified=unnotified)
        first: Row = rows[0] if rows else {"in_all": 0, "last_seen_at": None}
        return FoundChanges(tuple(map(_change, rows)), first["in_all"], first["last_seen_at"])

    def mark_notified(self, until: datetime) -> int:
        """:param until: ``last_seen_at`` of what people were notified of; what was found later is not."""
        return self._execute("mark_notified", until=until)


def _change(row: Row) -> SignedChange:
    return SignedChange(
        through=row["through"],
        signed_at=row["signed_at"],
        signed_by=row["signed_by"],
        kind=DocumentKind(row["document_kind"]),
        number=row["document_number"],
        since=row["first_seen_at"],
        signed=Figures(**{name: row[f"signed_{name}"] for name in FIGURES}),
        now=Figures(**{name: row[name] for name in FIGURES}),
    )
