"""What the pack shows beyond what is stored: headline, days with their sums, ages by client and side."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from itertools import groupby

from caspen_qbo.core.closing.stored import AgedLine, MonthPack, Takings
from caspen_qbo.core.money import ZERO
from caspen_qbo.wording import counted, long_day, moment, zone_of

ONLY_QUICKBOOKS = "In QuickBooks alone"


@dataclass(frozen=True, slots=True)
class TakingsSum:
    """Of some takings."""

    received: Decimal
    caspen: Decimal
    quickbooks: Decimal

    @classmethod
    def of(cls, takings: Sequence[Takings]) -> "TakingsSum":
        return cls(
            sum((one.received or ZERO for one in takings), ZERO),
            sum((one.caspen for one in takings), ZERO),
            sum((one.quickbooks for one in takings), ZERO),
        )

    @property
    def delta(self) -> Decimal:
        """QuickBooks minus Caspen."""
        return self.quickbooks - self.caspen

    @property
    def elsewhere(self) -> Decimal:
        return self.received - self.caspen


@dataclass(frozen=True, slots=True)
class AgedRow:
    """What a client owes on one side, or on both where they are equal."""

    client: str
    customer_ids: str
    side: str
    amounts: tuple[Decimal, ...]
    first: bool
    """The client's first row."""

    @property
    def total(self) -> Decimal:
        return sum(self.amounts, ZERO)


def headline(pack: MonthPack) -> str:
    month = pack.period.words
    if not pack.draft:
        if all(one.equal for one in pack.tie_outs):
            return f"{month} is closed: Caspen and QuickBooks agree to the cent."
        return f"{month} is closed: Caspen and QuickBooks agree, but for differences that a person accepted."
    if pack.unmet:
        open_ones = counted(len(pack.unmet), "check")
        return f"{month} is not closed: {open_ones} of {len(pack.checks)} not met."
    return f"{month} is not closed yet; nothing stands in the way."


def sentences(pack: MonthPack) -> Iterator[str]:
    zone = zone_of(pack.time_zone)
    if not pack.draft:
        yield f"Closed by {pack.closer} on {moment(pack.made_at, zone)}."
        if pack.note:
            yield f"Note: {pack.note}"
    for check in pack.unmet:
        yield f"Open: {check.title}. {check.found}"
    read = "all of QuickBooks" if pack.full_compare else "what had changed in QuickBooks"
    yield (
        f"The figures are those of the reconciliation of {moment(pack.run_at, zone)}, which compared "
        f"{counted(pack.documents_checked, 'document')} and read {read}."
    )
    yield f"What is owed is as of {long_day(pack.period.last)}, the end of the day."


def days(pack: MonthPack) -> list[tuple[date, list[Takings], TakingsSum]]:
    """The days money came in, each with its methods and their sum."""
    found = []
    for day, group in groupby(pack.takings, key=lambda one: one.day):
        takings = list(group)
        found.append((day, takings, TakingsSum.of(takings)))
    return found


def methods(pack: MonthPack) -> list[tuple[str, TakingsSum]]:
    """The month by payment method, the largest first; what QuickBooks alone has, last."""
    names = {one.method for one in pack.takings}
    sums = [(name, TakingsSum.of([one for one in pack.takings if one.method == name])) for name in names]
    sums.sort(key=lambda pair: (pair[0] == "", -pair[1].received, pair[0]))
    return [(name or ONLY_QUICKBOOKS, total) for name, total in sums]


def aged_rows(line: AgedLine) -> list[AgedRow]:
    if line.caspen == line.quickbooks:
        return [AgedRow(line.client, line.customer_ids, "Both", line.caspen, first=True)]
    return [
        AgedRow(line.client, line.customer_ids, "Caspen", line.caspen, first=True),
        AgedRow(line.client, line.customer_ids, "QuickBooks", line.quickbooks, first=False),
    ]


def all_aged(pack: MonthPack) -> list[AgedRow]:
    """Clients by name, then the others together."""
    lines = [*pack.aged.lines, *([pack.aged.others] if pack.aged.others else [])]
    return [row for line in lines for row in aged_rows(line)]
