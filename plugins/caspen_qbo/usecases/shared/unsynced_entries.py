"""Putting documents on the list a person clears, in the catalogue's words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from caspen_qbo.core.cause import CauseRef
from caspen_qbo.core.faults import FaultVerdict
from caspen_qbo.core.posting.document import DocumentRef
from caspen_qbo.core.posting.readiness import Problem
from caspen_qbo.core.reconciling.matching import Difference
from caspen_qbo.hooks.store.posting.unsynced import Listing
from caspen_qbo.usecases.shared.session import Session


def list_problems(session: Session, document: DocumentRef, problems: Sequence[Problem]) -> None:
    """
    List a document with everything that holds it; reasons met before and not now are closed.

    One row per kind of error: problems of one kind share it.
    """
    by_key: dict[str, list[Problem]] = {}
    for problem in problems:
        by_key.setdefault(problem.error_key, []).append(problem)
    session.store.unsynced.record(
        [
            Listing(document, key, " ".join(problem.detail for problem in found), found[0].cause)
            for key, found in by_key.items()
        ]
    )
    session.store.unsynced.resolve_others(document.key, list(by_key))


def list_refusal(
    session: Session,
    document: DocumentRef,
    verdict: FaultVerdict,
    *,
    extra: str = "",
    cause: CauseRef | None = None,
) -> None:
    """List a document QuickBooks refused, in QuickBooks' own words, cleaned of secrets."""
    error = verdict.error
    words = ". ".join(part.rstrip(".") for part in (error.text, verdict.full_detail) if part)
    detail = f"QuickBooks ({error.code or 'no code'}): {words}." + (f" {extra}" if extra else "")
    session.store.unsynced.record(
        [Listing(document, verdict.error_key, detail, cause, fault_code=error.code or None)]
    )
    session.store.unsynced.resolve_others(document.key, [verdict.error_key])


def list_differences(
    session: Session,
    document: DocumentRef,
    error_key: str,
    differences: Sequence[Difference],
    *,
    lead: str = "",
    blocks: bool = True,
) -> None:
    """List a document whose sides differ: every field in words, the first one in columns of its own."""
    first = next((d for d in differences if d.field == "total"), differences[0])
    detail = f"{lead} ".lstrip() + "; ".join(map(str, differences)) + "."
    if first.delta is not None:
        first = replace(first, delta=first.delta.quantize(Decimal("0.01")))
    session.store.unsynced.record([Listing(document, error_key, detail, blocks=blocks, difference=first)])
