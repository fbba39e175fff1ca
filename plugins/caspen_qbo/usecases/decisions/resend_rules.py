"""
Which listed documents may be sent again: not those QuickBooks would refuse, nor where something else would be
lost.
"""

from __future__ import annotations

from typing import Any

from caspen_qbo.core.documents import Body, DocumentFacts
from caspen_qbo.core.posting.document import ABSENT_VERSION
from caspen_qbo.core.records import DocumentKind
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.reconciling import inactive_customers as inactive
from caspen_qbo.usecases.shared.session import Session


def must_be_resendable(
    session: Session, row: dict[str, Any], facts: DocumentFacts | None, body: Body
) -> None:
    """
    :param row: A listed document with its link.
    :param facts: What QuickBooks holds now; None, or gone, when it has to be created anew.
    :raises ConfigurationError: why not, and what to do instead.
    """
    name = f"{row['document_kind']} {row['document_number']}"
    theirs = f"QuickBooks {row['quickbooks_type']} {row['quickbooks_id']}"
    if row["origin"] == "quickbooks":
        raise ConfigurationError(
            f"{name}: it came from QuickBooks as {theirs}, so there is no version of Caspen's to send. "
            "Correct it on one of the two sides, or accept it as it is."
        )
    if facts is None or facts.gone:
        return
    if inactive.ERROR_KEY in row["open_keys"]:
        raise ConfigurationError(
            f"{name}: QuickBooks refuses every change while its customer {facts.customer_id} is inactive. "
            "Make the customer active again there; what else differs can then be sent again. Or accept it as "
            "it is."
        )
    if row["document_kind"] == DocumentKind.PAYMENT:
        _must_pay_nothing_else(session, row, facts, name, theirs)
        deposits = [
            str(link["TxnId"]) for link in body.get("LinkedTxn") or () if link.get("TxnType") == "Deposit"
        ]
        if deposits:
            raise ConfigurationError(
                f"{name}: {theirs} is part of deposit {', '.join(deposits)}, and QuickBooks changes no "
                "deposited payment. Take it out of the deposit first, or accept it as it is."
            )


def _must_pay_nothing_else(
    session: Session, row: dict[str, Any], facts: DocumentFacts, name: str, theirs: str
) -> None:
    """Money that somebody put on another document would come off it without anybody having said so."""
    standings = session.store.documents.fetch_invoice_standings([row["invoice_id"]])
    standing = standings.get(row["invoice_id"])
    wanted = row["version"] != ABSENT_VERSION  # else Caspen's version is that there is none
    if wanted and (standing is None or not standing.ready):
        raise ConfigurationError(
            f"{name}: its invoice is not in QuickBooks as Caspen shows it. Send the invoice again first."
        )
    others = [
        f"{link.txn_type} {link.txn_id} ({link.amount:.2f})"
        for link in facts.links
        if (link.txn_type, link.txn_id) != ("Invoice", standing.quickbooks_id if standing else "")
    ]
    if others:
        raise ConfigurationError(
            f"{name}: {theirs} now pays {', '.join(others)}, which Caspen's version would take "
            "off again. Take it off there first, or accept it as it is."
        )
