"""The number of a document that is to be created, where only our own voided documents hold it in QuickBooks:
they give it up first. QuickBooks keeps a void under its number for good.
"""

from collections.abc import Collection

from caspen_qbo.core.documents import Body, DocumentFacts
from caspen_qbo.core.posting.identity import read_marker

NUMBER_MAX = 21


def is_own_void(facts: DocumentFacts, workspace_id: int, kind: str, linked_ids: Collection[str]) -> bool:
    """Whether it is void, by our step or a person's, and was posted by us: our mark, or our link, says so.

    :param linked_ids: What this workspace's documents are or were in QuickBooks.
    """
    marker = read_marker(facts.private_note)
    marked = marker is not None and (marker[0], marker[1]) == (workspace_id, kind)
    return facts.voided and (marked or facts.quickbooks_id in linked_ids)


def has_persons_number(facts: DocumentFacts) -> bool:
    """Whether someone gave our document its number: our note on it names the one it was posted under."""
    posted_as = f" {facts.doc_number} [".casefold() in facts.private_note.casefold()
    return read_marker(facts.private_note) is not None and not posted_as


def void_number(facts: DocumentFacts) -> str:
    """Under which number a void goes on: its own with QuickBooks' id, so that no two are alike; it fits."""
    suffix = f" void {facts.quickbooks_id}"
    return facts.doc_number[: NUMBER_MAX - len(suffix)].rstrip() + suffix


def map_renumber(facts: DocumentFacts) -> Body:
    """Nothing but the number changes, and only as long as nobody has changed the document since it was read.
    Its date is stated as it is, so that a refusal can name it.
    """
    dated = {"TxnDate": facts.txn_date.isoformat()} if facts.txn_date else {}
    head = {"Id": facts.quickbooks_id, "SyncToken": facts.sync_token, "sparse": True}
    return {**head, **dated, "DocNumber": void_number(facts)}
