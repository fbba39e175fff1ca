"""Names for the QuickBooks ids that a difference shows: nobody knows customers by their number."""

from caspen_qbo import settings
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.query_text import quote
from caspen_qbo.usecases.shared.session import Session


def fetch_customer_names(session: Session) -> dict[str, str]:
    """Names by id of the customers that differ in the frozen comparison; no call when none does.

    :raises RetryError: QuickBooks is unavailable or throttles.
    """
    names: dict[str, str] = {}
    for chunk in chunked(session.store.comparison.fetch_differing_customers(), settings.QUERY_IN_MAX):
        ids = ", ".join(quote(customer_id) for customer_id in chunk)
        for body in session.accounting.query("Customer", f"Id IN ({ids}) AND Active IN (true, false)"):
            names[str(body["Id"])] = str(body.get("DisplayName") or "")
    return {customer_id: name for customer_id, name in names.items() if name}
