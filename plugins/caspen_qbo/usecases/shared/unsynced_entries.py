"""Putting documents on the list a person clears, in the catalogue's words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from caspen_qbo.core.faults import FaultVerdict
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.hooks.store.posting.documents import Work
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.session import Session


def list_problems(session: Session, work: Work, problems: Sequence[Problem]) -> None:
    """
    List a document with everything that holds it; reasons met before and not now are closed.

    One row per kind of error: problems of one kind are told together.
    """
    by_key: dict[str, list[Problem]] = {}
    for problem in problems:
        by_key.setdefault(problem.error_key, []).append(problem)
    listings = [
        Listing(work.kind, work.document_id, work.number, work.invoice_id, key,
            " ".join(problem.detail for problem in found), cause_ref=found[0].cause_ref,
        )
        for key, found in by_key.items()
    ]  # fmt: skip
    session.store.unsynced.record(listings)
    session.store.unsynced.resolve_others(work.kind, work.document_id, list(by_key))


def list_refusal(
    session: Session,
    row: dict[str, Any],
    kind: str,
    verdict: FaultVerdict,
    *,
    extra: str = "",
    cause_ref: str = "",
) -> None:
    """List a document QuickBooks refused, in QuickBooks' own words, cleaned of secrets."""
    error = verdict.error
    words = ". ".join(part.rstrip(".") for part in (error.text, verdict.full_detail) if part)
    detail = f"QuickBooks ({error.code or 'no code'}): {words}." + (f" {extra}" if extra else "")
    session.store.unsynced.record(
        [
            Listing(kind, row["document_id"], row["document_number"], row["invoice_id"],
                verdict.error_key, detail, cause_ref=cause_ref, fault_code=error.code or None,
            )
        ]
    )  # fmt: skip
    session.store.unsynced.resolve_others(kind, row["document_id"], [verdict.error_key])


def list_differences(
    session: Session,
    row: dict[str, Any],
    kind: str,
    error_key: str,
    differences: Iterable[Difference],
    *,
    lead: str = "",
    blocks: bool = True,
) -> None:
    """List a document whose sides differ: every field in words, the first one in columns of its own."""
    found = list(differences)
    first = next((d for d in found if d.field == "total"), found[0])
    session.store.unsynced.record(
        [
            Listing(kind, row["document_id"], row["document_number"], row["invoice_id"],
                error_key, f"{lead} ".lstrip() + "; ".join(str(difference) for difference in found) + ".",
                blocks=blocks, field=first.field, caspen_value=first.caspen_value,
                quickbooks_value=first.quickbooks_value, delta=_money(first.delta),
            )
        ]
    )  # fmt: skip


def _money(delta: Decimal | None) -> Decimal | None:
    return None if delta is None else delta.quantize(Decimal("0.01"))
