"""Whose each invoice is in QuickBooks now: what is posted on it goes to the customer it stands on there."""

from collections.abc import Mapping
from dataclasses import replace

from caspen_qbo.core.documents import Body, read_facts, ref_of
from caspen_qbo.core.posting.document import InvoiceStanding
from caspen_qbo.usecases.posting.state import Posting
from caspen_qbo.usecases.sending.lookup import fetch_by_id


def read_standings(posting: Posting, standings: Mapping[int, InvoiceStanding]) -> dict[int, InvoiceStanding]:
    """The standings with the customer each ready invoice is on in QuickBooks now: a person, or a merge of two
    customers, may have moved it since it was posted. One call for a hundred, none for what this run posted
    or read before.
    """
    known = posting.invoice_customers
    asked = {
        standing.quickbooks_id
        for standing in standings.values()
        if standing.ready and standing.quickbooks_id not in known and not is_new(posting, standing)
    }
    if asked:
        note_customers(posting, fetch_by_id(posting.session, "Invoice", asked))
    return with_customers(posting, standings)


def read_invoices(posting: Posting, standings: Mapping[int, InvoiceStanding]) -> dict[str, Body]:
    """The ready invoices as QuickBooks holds them now, by its id; none that this run posted. One call for a
    hundred.
    """
    asked = {one.quickbooks_id for one in standings.values() if one.ready and not is_new(posting, one)}
    found = dict(fetch_by_id(posting.session, "Invoice", asked)) if asked else {}
    note_customers(posting, found)
    return found


def note_customers(posting: Posting, invoices: Mapping[str, Body]) -> None:
    """:param invoices: By QuickBooks id, as just read."""
    posting.invoice_customers |= {id_: ref_of(body, "CustomerRef") for id_, body in invoices.items()}
    facts = {id_: read_facts("Invoice", body) for id_, body in invoices.items()}
    home = posting.session.home_currency
    posting.foreign_invoices |= {id_: there for id_, there in facts.items() if there.is_foreign(home)}


def with_customers(posting: Posting, standings: Mapping[int, InvoiceStanding]) -> dict[int, InvoiceStanding]:
    """Each with the customer that was read in this run; the recorded one where none was."""
    known = posting.invoice_customers
    return {
        id_: replace(standing, customer_id=known.get(standing.quickbooks_id) or standing.customer_id)
        for id_, standing in standings.items()
    }


def is_new(posting: Posting, standing: InvoiceStanding) -> bool:
    """Posted by this run, and not found again there: nobody has touched it in QuickBooks yet."""
    found_again = standing.invoice_id in posting.relinked_invoices
    return standing.posted_at >= posting.started_at and not found_again
