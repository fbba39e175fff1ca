"""What became of QuickBooks' customers: which are inactive or gone, so that what stood on them was merged."""

from collections.abc import Collection, Iterable, Mapping

from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.documents import Body, ref_of
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.query_text import quote
from caspen_qbo.settings import QUERY_IN_MAX
from caspen_qbo.usecases.shared.session import Session


def fetch_customers(session: Session, ids: Collection[str]) -> dict[str, Body]:
    """Customers by id, the inactive too; a call for a hundred, none for none. One that is gone is absent."""
    found: dict[str, Body] = {}
    for chunk in chunked(sorted(set(ids)), QUERY_IN_MAX):
        listed = ", ".join(quote(customer_id) for customer_id in chunk)
        for body in session.accounting.query("Customer", f"Id IN ({listed}) AND Active IN (true, false)"):
            found[str(body["Id"])] = body
    return found


def is_active(body: Body) -> bool:
    """A merge of two customers leaves one inactive, or a stub in the change feed that says Deleted."""
    return body.get("Active") is not False and body.get("status") != "Deleted"


def find_merged(session: Session, documents: Iterable[Document], there: Mapping[str, Body]) -> frozenset[str]:
    """Of the customers that these documents stood on and do not any more, those that are inactive or gone:
    their documents were moved by a merge. Read only where a document moved.

    :param there: What QuickBooks holds of the documents now, by its id.
    """
    left = {
        document.as_posted.customer_id
        for document in documents
        if document.as_posted is not None
        and (body := there.get(document.quickbooks_id or "")) is not None
        and ref_of(body, "CustomerRef") not in ("", document.as_posted.customer_id)
    }
    if not left:
        return frozenset()
    return frozenset(left - {id_ for id_, body in fetch_customers(session, left).items() if is_active(body)})
