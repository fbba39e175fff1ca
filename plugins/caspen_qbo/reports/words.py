"""The report in sentences: what was compared, what differs, who has to act, what changed since signing."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from zoneinfo import ZoneInfo

from caspen_qbo.core.reconciling.stored import Side, Signature, SignedChange
from caspen_qbo.reports.model import ReportModel
from caspen_qbo.wording import TURN_WORDS, counted, long_day, money


def headline(model: ReportModel) -> str:
    documents, differing = model.run.documents_checked, model.open_documents
    if not documents:
        return "Nothing is synced yet, so there was nothing to compare."
    if not model.differences:
        return f"All {documents:,} documents compared are equal in Caspen and QuickBooks, to the cent."
    if not model.unexplained:
        return f"{documents:,} documents were compared; every difference has a known cause, listed below."
    verb = "differs" if differing == 1 else "differ"
    return f"{differing:,} of {documents:,} documents compared {verb} between Caspen and QuickBooks."


def sentences(model: ReportModel) -> Iterator[str]:
    """Two to six sentences that stand alone."""
    ledger, report = model.invoices, model.report
    yield (
        f"Caspen has {counted(ledger.finalised, 'invoice')} finalised: {ledger.synced:,} synced, "
        f"{ledger.waiting:,} waiting for the next run, {ledger.listed:,} listed for a person, "
        f"{ledger.excluded:,} left out on purpose (from before QuickBooks was connected)."
    )
    if model.differences:
        verb = "follows" if model.explained == 1 else "follow"
        explained = f"; {model.explained:,} of them {verb} from a cause that is listed"
        yield f"{len(model.differences):,} fields differ{explained if model.explained else ''}."
    if report.listed:
        counts = model.turns
        turns = "; ".join(f"{words}: {counts[turn]:,}" for turn, words in TURN_WORDS.items() if counts[turn])
        verb = "row needs" if len(report.listed) == 1 else "rows need"
        yield f"{len(report.listed):,} {verb} attention. {turns}."
    else:
        yield "Nothing is listed: nothing to do."
    if report.tie_outs:
        differing = [item.title for item in report.tie_outs if not item.equal]
        titles = ", ".join(item.title.lower() for item in report.tie_outs)
        yield f"Sums that differ: {', '.join(differing)}." if differing else f"All sums tie out: {titles}."
    if changed := report.signed_periods.in_all:
        verb = "matches" if changed == 1 else "match"
        yield f"{counted(changed, 'document')} of a signed period no longer {verb} the signed figures."
    full = model.run.full_compare
    read = "every linked document was read again" if full else "what changed since the last run was read"
    yield f"In QuickBooks {read}."


def signature_words(signature: Signature, zone: ZoneInfo) -> str:
    """``up to 31 October 2026, signed by ann on 3 November 2026``, in the practice's zone."""
    signed_on = long_day(signature.signed_at.astimezone(zone))
    return f"up to {long_day(signature.through)}, signed by {signature.signer} on {signed_on}"


def change_words(change: SignedChange) -> str:
    """What happened to a signed document, beyond the totals, which have columns of their own."""
    signed, now = change.signed, change.now
    if not (signed.caspen.there or signed.quickbooks.there):
        return f"New in the signed period, dated {_day(_first_day(change))}"
    if not (now.caspen.there or now.quickbooks.there):
        return "In neither system any more: voided, deleted or taken back"
    first = _first_day(change)
    moved = first is not None and first > change.through
    words = [f"Now dated {_day(first)}, outside the signed period"] if moved else []
    words += _side_words("Caspen", signed.caspen, now.caspen, dates=not moved)
    words += _side_words("QuickBooks", signed.quickbooks, now.quickbooks, dates=not moved)
    return "; ".join(words) or "Total changed"


def _first_day(change: SignedChange) -> date | None:
    days = (change.now.caspen_date, change.now.quickbooks_date)
    return min((day for day in days if day), default=None)


def _side_words(name: str, signed: Side, now: Side, *, dates: bool) -> Iterator[str]:
    if signed.there != now.there:
        yield f"Now in {name} too" if now.there else f"No longer in {name}"
        return
    if signed.total != now.total:
        yield f"{name} total changed"
    if signed.tax != now.tax:
        yield f"{name} tax {_money(now.tax)}, signed {_money(signed.tax)}"
    if dates and signed.day != now.day:
        yield f"{name} date {_day(now.day)}, signed {_day(signed.day)}"


def _money(amount: Decimal | None) -> str:
    return "none" if amount is None else money(amount)


def _day(day: date | None) -> str:
    return "none" if day is None else long_day(day)
