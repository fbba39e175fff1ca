"""The summary in sentences: what was compared, what is wrong, whose turn it is."""

from __future__ import annotations

from caspen_qbo.reports.model import ReportModel
from caspen_qbo.reports.terms import count_words


def headline(model: ReportModel) -> str:
    if not model.documents:
        return "Nothing is synced yet, so there was nothing to compare."
    if not model.differences:
        return f"All {model.documents:,} documents compared are equal in Caspen and QuickBooks, to the cent."
    if not model.unexplained:
        return (
            f"{model.documents:,} documents were compared; every difference has a known cause, listed below."
        )
    documents = model.open_documents
    verb = "differs" if documents == 1 else "differ"
    return f"{documents:,} of {model.documents:,} documents compared {verb} between Caspen and QuickBooks."


def sentences(model: ReportModel) -> list[str]:
    """Two to six sentences that stand alone."""
    ledger = model.invoices
    told = [
        f"Caspen has {count_words(ledger.finalised, 'invoice')} finalised: {ledger.synced:,} synced, "
        f"{ledger.waiting:,} waiting for the next run, {ledger.listed:,} listed for a person, "
        f"{ledger.excluded:,} left out on purpose "
        "(from before QuickBooks was connected)."
    ]
    if model.differences:
        what = f"{len(model.differences):,} fields differ"
        follow = "follows" if model.explained == 1 else "follow"
        explained = f"{model.explained:,} of them {follow} from a cause that is listed"
        told.append(f"{what}; {explained}." if model.explained else f"{what}.")
    if model.listed:
        turns = "; ".join(f"{who}: {number:,}" for who, number in model.turns)
        told.append(f"{len(model.listed):,} rows wait for someone. {turns}.")
    else:
        told.append("Nothing is listed: nobody has to do anything.")
    apart = [item.title for item in model.tie_outs if not item.equal]
    if model.tie_outs:
        told.append(
            f"Sums that differ: {', '.join(apart)}." if apart else "All sums tie out: " + _titles(model) + "."
        )
    if model.signed.in_all:
        one = model.signed.in_all == 1
        told.append(
            f"{model.signed.in_all:,} {'document' if one else 'documents'} of a signed period "
            f"no longer {'stands' if one else 'stand'} as signed."
        )
    how = (
        "every linked document was read again"
        if model.full_compare
        else "what changed since the last run was read"
    )
    told.append(f"In QuickBooks {how}.")
    return told


def _titles(model: ReportModel) -> str:
    return ", ".join(item.title.lower() for item in model.tie_outs)
