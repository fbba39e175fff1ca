"""One write that a use case wants done, before it is recorded and sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from caspen_qbo.core.accounting import Answer
from caspen_qbo.hooks.store.posting.requests import Request


class Step(StrEnum):
    """Why something is written; a document may take several steps."""

    CUSTOMER = "customer"
    POST = "post"
    """Create the document, or bring it to Caspen's new version."""
    CORRECT = "correct"
    """State Caspen's tax explicitly, once, because QuickBooks computed another."""
    APPLY = "apply"
    """Apply a credit memo to its own invoice."""
    UNAPPLY = "unapply"
    """Take away an application: ours of a void credit note, or one QuickBooks made by itself."""
    REMOVE = "remove"
    """Delete or void what Caspen no longer has."""
    UNDO = "undo"
    """Delete a payment of ours that turned out not to fit on its invoice."""


CLIENT = "client"
"""The kind under which a customer is recorded: it stands for a Caspen client, not for a document."""


@dataclass(frozen=True, slots=True)
class Intent:
    kind: str
    """invoice, credit_note, payment or client."""
    document_id: int
    step: Step
    entity: str
    operation: str
    """create, update, delete or void."""
    body: Mapping[str, Any]
    version: str
    """The document's version this was made from."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a request: done or refused. One whose answer is still unknown has no outcome yet."""

    request: Request
    answer: Answer
    adopted: bool = False
    """Found by looking after the answer was lost."""
