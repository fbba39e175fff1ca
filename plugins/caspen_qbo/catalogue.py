"""The errors a user sees, written once. The first five titles are Caspen's own words and never change."""

from dataclasses import dataclass
from enum import StrEnum

from caspen_qbo.core.cause import CauseKind, CauseRef


class Turn(StrEnum):
    PRACTICE = "practice"
    """Someone in Caspen: reception or the practice manager."""
    FINANCE = "finance"
    """Anyone who keeps the books in QuickBooks."""
    ADMIN = "admin"
    """Anyone who may connect and configure."""
    NOBODY = "nobody"
    """The next run resolves it."""


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    key: str
    """Stored in ``unsynced_invoice.error_key``; existing values never change."""
    title: str
    cause: str
    fix: str
    turn: Turn
    released_together: bool = False
    """One root cause for many documents: one fix releases them all."""
    retry: bool = True
    """False: a person chooses on the invoice's page, or no one has to act, so no Retry is offered."""


_ENTRIES = (
    CatalogueEntry(
        "required_param_missing",
        "Create failed: Required param missing",
        "The invoice has no lines.",
        "Revert it to draft, add a line or delete it, then finalise it again.",
        Turn.PRACTICE,
    ),
    CatalogueEntry(
        "historical_invoice",
        "Update failed: Historical invoice",
        "The invoice was created and finalised before QuickBooks was connected.",
        "Leave it, or recreate it in Caspen.",
        Turn.PRACTICE,
    ),
    CatalogueEntry(
        "invalid_refresh_token",
        "Invalid refresh token",
        "The connection to QuickBooks expired or was revoked.",
        "Reconnect; waiting documents then post automatically.",
        Turn.ADMIN,
        released_together=True,
    ),
    CatalogueEntry(
        "duplicate_document_number",
        "Duplicate document number",
        "A QuickBooks document already has this number.",
        "Give that QuickBooks document another number, then Retry.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "business_validation_tax",
        "Business validation error (tax)",
        "A tax rate is not linked, or its QuickBooks tax code is gone or inactive.",
        "Link it in Taxes; everything waiting on it then posts.",
        Turn.FINANCE,
        released_together=True,
    ),
    CatalogueEntry(
        "setup_incomplete",
        "Set-up incomplete",
        "A default item or account is missing, inactive or of the wrong type.",
        "Choose another in Settings.",
        Turn.ADMIN,
        released_together=True,
    ),
    CatalogueEntry(
        "customer_name_taken",
        "Customer name taken",
        "The name belongs to a vendor, an employee, or another client's customer in QuickBooks.",
        "Rename that one in QuickBooks, then Retry.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "inactive_reference",
        "Made inactive in QuickBooks",
        "The linked customer, item or account was made inactive.",
        "Reactivate it in QuickBooks or choose another, then Retry.",
        Turn.FINANCE,
        released_together=True,
    ),
    CatalogueEntry(
        "number_too_long",
        "Number too long",
        "QuickBooks takes document numbers of at most 21 characters.",
        "Shorten the number in Caspen.",
        Turn.PRACTICE,
    ),
    CatalogueEntry(
        "currency_mismatch",
        "Currency mismatch",
        "It is not in QuickBooks' home currency, or what QuickBooks has for it is in another currency.",
        "Issue it again in the home currency, or void it; or put the QuickBooks document right, as shown.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "period_closed",
        "Books closed",
        "The document is dated before QuickBooks' closing date.",
        "Reopen the books in QuickBooks, or change the date in Caspen; then Retry.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "subscription_ended",
        "QuickBooks subscription ended",
        "QuickBooks refuses new data until the subscription is renewed.",
        "Renew the subscription; posting resumes automatically.",
        Turn.ADMIN,
        released_together=True,
    ),
    CatalogueEntry(
        "inconsistent_in_caspen",
        "Does not add up in Caspen",
        "Caspen's own figures contradict each other: lines and totals, a tax and its rate, or more money "
        "allocated than there is.",
        "Put right in Caspen what is named: finalise the invoice again, or unlink what is too much; it then "
        "posts automatically.",
        Turn.PRACTICE,
    ),
    CatalogueEntry(
        "totals_mismatch",
        "Totals differ",
        "QuickBooks calculated different amounts from Caspen's.",
        "Compare the amounts shown; correct the side that is wrong, then Retry.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "split_payment",
        "Split payment in QuickBooks",
        "Two or more payments were recorded in QuickBooks on one invoice.",
        "Record them in Caspen, or merge them in QuickBooks.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "overpayment",
        "Payment larger than the balance",
        "A QuickBooks payment exceeds what is due in Caspen, or the same receipt is recorded on both sides.",
        "Compare the payments shown; correct the side that is wrong.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "changed_in_quickbooks",
        "Changed in QuickBooks",
        "Someone edited the posted document in QuickBooks.",
        "Compare both versions; re-send Caspen's or accept the change.",
        Turn.FINANCE,
        retry=False,
    ),
    CatalogueEntry(
        "missing_in_quickbooks",
        "Voided or deleted in QuickBooks",
        "The posted document is no longer in QuickBooks.",
        "Post it again, or void it in Caspen.",
        Turn.FINANCE,
        retry=False,
    ),
    CatalogueEntry(
        "unreadable_in_quickbooks",
        "QuickBooks cannot show it",
        "QuickBooks fails on this document, or hides it; whether it stands is not known.",
        "Wait: every run reads it again. If it stays, open it in QuickBooks, and save or delete it there; or "
        "leave it as it is.",
        Turn.FINANCE,
        retry=False,
    ),
    CatalogueEntry(
        "practice_check",
        "Check of the practice",
        "The document does not meet what the practice expects of its own figures; the row names the check.",
        "Correct the document in Caspen, or the check in its file; the next reconciliation looks again.",
        Turn.PRACTICE,
        retry=False,
    ),
    CatalogueEntry(
        "caspen_set_back",
        "Caspen was set back",
        "Caspen no longer shows what was posted: under its id there is another document, an earlier "
        "version, or none.",
        "Compare both; re-send Caspen's, leave QuickBooks as it is, or put Caspen right.",
        Turn.FINANCE,
        retry=False,
    ),
    CatalogueEntry(
        "outcome_unknown",
        "Checking with QuickBooks",
        "The answer to a request was lost.",
        "Nothing to do; the next run checks QuickBooks.",
        Turn.NOBODY,
        retry=False,
    ),
    CatalogueEntry(
        "inventory_item",
        "Inventory item not sold at that date",
        "The default Product item is an inventory item whose start date in QuickBooks is later than the "
        "document's, or QuickBooks wants a quantity for it.",
        "Change the item's start date in QuickBooks, or choose another default Product item in Settings.",
        Turn.FINANCE,
        released_together=True,
    ),
    CatalogueEntry(
        "payment_locked",
        "Payment locked in QuickBooks",
        "The posted payment changed in Caspen, but in QuickBooks it is in a deposit, matched to the "
        "bank feed, or was settled by card.",
        "Remove it from the deposit, or undo the match, in QuickBooks; then Retry.",
        Turn.FINANCE,
    ),
    CatalogueEntry(
        "other",
        "QuickBooks refused",
        "QuickBooks refused the document for the reason shown.",
        "Read QuickBooks' reason, correct it on the side it names, then Retry.",
        Turn.FINANCE,
    ),
)

CATALOGUE: dict[str, CatalogueEntry] = {entry.key: entry for entry in _ENTRIES}

_VARIANTS = {
    CauseKind.SALES_TAX: CatalogueEntry(
        "business_validation_tax",
        "Business validation error (tax)",
        "GST is switched off in QuickBooks, which would drop the tax of a document.",
        "Switch GST on in QuickBooks (Taxes); everything waiting on it then posts.",
        Turn.FINANCE,
        released_together=True,
    ),
    CauseKind.COPY: CatalogueEntry(
        "changed_in_quickbooks",
        "Changed in QuickBooks",
        "A second QuickBooks document carries the mark of a posted one: a copy, or a duplicate.",
        "Delete the copy in QuickBooks; or, if it is to stay, take the mark out of its private note.",
        Turn.FINANCE,
        retry=False,
    ),
    CauseKind.CLIENT: CatalogueEntry(
        "caspen_set_back",
        "Caspen was set back",
        "Caspen now has another client under the id of one whose customer is in QuickBooks.",
        "Link the client to the right customer under Customers; what waits then posts.",
        Turn.FINANCE,
        released_together=True,
        retry=False,
    ),
    CauseKind.OWN_NUMBER: CatalogueEntry(
        "duplicate_document_number",
        "Duplicate document number",
        "Two documents in Caspen have numbers that differ at most in letter case; QuickBooks takes them for "
        "one number.",
        "Give one of the two another number in Caspen.",
        Turn.PRACTICE,
        released_together=True,
    ),
    CauseKind.CUSTOMER_CURRENCY: CatalogueEntry(
        "currency_mismatch",
        "Currency mismatch",
        "The client's QuickBooks customer is kept in another currency than the client's invoices.",
        "Rename that customer in QuickBooks: the client then gets a new one. Or link the client to another.",
        Turn.FINANCE,
        released_together=True,
    ),
    CauseKind.DOCUMENT_CURRENCY: CatalogueEntry(
        "currency_mismatch",
        "Currency mismatch",
        "The QuickBooks document that it is, or belongs to, is in another currency.",
        "Give that document a customer of the right currency in QuickBooks, or delete it; the rest follows.",
        Turn.FINANCE,
        released_together=True,
    ),
}
"""A kind of cause with a fix of its own under a key that has another."""

_OURS = "This is an error of this software, not of the books: report it with the document's history."
ADVICE = {
    "620": "What it is applied to was moved, deleted or made inactive in QuickBooks in that moment; "
    "Retry reads both again.",
    "2010": _OURS,
    "2050": "A text is longer than QuickBooks takes: shorten the name it comes from in Caspen, then Retry.",
    "2210": "An e-mail address on it is none: correct the client's in Caspen, or the one that a person typed "
    "on the document in QuickBooks; then Retry.",
    "4001": _OURS,
    "5020": "The QuickBooks plan, or the user who connected, may not do this: reconnect as an administrator, "
    "or upgrade the plan; then Retry.",
    "6070": _OURS,
    "6420": "QuickBooks is to e-mail it and has no address: enter one on the document there, or take it off "
    "the list of what is to be sent; then Retry.",
    "6440": _OURS,
    "6560": _OURS,
}
"""The next step after a refusal that has no entry of its own, by QuickBooks' code."""

TAX_OFF = (
    "GST is switched off in QuickBooks: documents with tax are not posted until it is switched on there "
    "(Taxes > Set up GST)."
)
"""For anyone who sets taxes up, before a document waits."""


def entry_of(error_key: str, cause: CauseRef | None) -> CatalogueEntry:
    """The entry of a listed document: its key's, or the one of its cause where that needs another fix."""
    variant = _VARIANTS.get(cause.kind) if cause else None
    return variant if variant is not None and variant.key == error_key else entry_for(error_key)


def entry_for(error_key: str) -> CatalogueEntry:
    """Return the entry of a key; an unknown key gets the entry ``other``, so that no fault is ever silent."""
    return CATALOGUE.get(error_key, CATALOGUE["other"])


def card_key(error_key: str, cause_ref: str) -> tuple[str, str]:
    """What is shown on one card: a kind of error, and its shared cause where one fix releases many."""
    entry = entry_of(error_key, CauseRef.parse(cause_ref))
    return error_key, cause_ref if entry.released_together else ""
