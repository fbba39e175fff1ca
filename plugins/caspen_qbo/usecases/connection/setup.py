"""Set-up: the three choices, tax links, and what may be chosen; each choice is checked against QuickBooks."""

from collections.abc import Iterable
from dataclasses import dataclass

from caspen_qbo.catalogue import TAX_OFF
from caspen_qbo.core.posting.mapping import MappingContext
from caspen_qbo.core.posting.readiness import check_setup
from caspen_qbo.core.reference import (
    PAYMENT_ACCOUNT_TYPES,
    PRODUCT_ITEM_TYPES,
    SERVICE_ITEM_TYPES,
    Choices,
    ListEntry,
    TaxCode,
)
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.usecases.shared.session import Session


@dataclass(frozen=True, slots=True)
class Offers:
    """What may be chosen: active, of a right type and in the home currency, by name."""

    payment_accounts: tuple[ListEntry, ...]
    service_items: tuple[ListEntry, ...]
    product_items: tuple[ListEntry, ...]
    tax_codes: tuple[TaxCode, ...]
    warning: str = ""
    """Where GST is switched off in QuickBooks."""


def read_offers(session: Session) -> Offers:
    """Read from QuickBooks now."""
    session.forget_reference()
    reference = session.reference()

    def of_types(entries: Iterable[ListEntry], types: tuple[str, ...]) -> tuple[ListEntry, ...]:
        fitting = (entry for entry in entries if entry.active and entry.type in types)
        return tuple(sorted(fitting, key=lambda entry: entry.name.casefold()))

    codes = (code for code in reference.tax_codes.values() if code.usable_for_sales)
    return Offers(
        tuple(
            account
            for account in of_types(reference.accounts.values(), PAYMENT_ACCOUNT_TYPES)
            if account.currency in ("", reference.company.home_currency)
        ),
        of_types(reference.items.values(), SERVICE_ITEM_TYPES),
        of_types(reference.items.values(), PRODUCT_ITEM_TYPES),
        tuple(sorted(codes, key=lambda code: code.name.casefold())),
        warn_of_tax(session),
    )


def warn_of_tax(session: Session) -> str:
    """What holds every document with tax, whichever rates are linked; empty: nothing. QuickBooks' lists as
    read some minutes ago will do.
    """
    return TAX_OFF if session.reference().company.tax_on is False else ""


def save_settings(session: Session, choices: Choices, *, who: str) -> None:
    """Safe to repeat.

    :raises ConfigurationError: one is missing, inactive or of a wrong type; names it and the right types.
    """
    session.forget_reference()
    if problems := check_setup(MappingContext(choices, session.reference(), {})):
        details = " ".join(problem.detail for problem in problems)
        raise ConfigurationError(f"workspace {session.workspace_id}: {details}")
    session.store.setup.record_choices(choices, who)


def link_tax(session: Session, tax_rate_id: int, tax_code_id: str, *, who: str) -> TaxCode:
    """Link one Caspen tax rate to a QuickBooks tax code and show it as ``Synced``. Safe to repeat. The code
    has that rate today, had it, or is going to have it: the rate at a document's date is what counts.

    :raises ConfigurationError: no such rate or code, an inactive code, or different rates, all named.
    """
    rate = session.billing.fetch_tax_rates(session.workspace_id).get(tax_rate_id)
    if rate is None:
        raise ConfigurationError(
            f"workspace {session.workspace_id}: Caspen has no tax rate {tax_rate_id} in this workspace."
        )
    session.forget_reference()
    if (code := session.reference().tax_codes.get(tax_code_id)) is None:
        raise ConfigurationError(f"tax rate {tax_rate_id}: QuickBooks has no tax code {tax_code_id}.")
    named = f"{code.name} ({code.id})"
    if not code.usable_for_sales:
        raise ConfigurationError(
            f"tax rate {tax_rate_id}: QuickBooks tax code {named} is inactive or not for sales."
        )
    if rate.rate not in code.percents:
        raise ConfigurationError(
            f"tax rate {tax_rate_id}: Caspen's {rate.name} is {rate.rate.normalize():f} %, QuickBooks' "
            f"{named} is {code.rates}. Link a code of the same rate."
        )
    session.store.setup.record_tax_link(rate, code, who)
    session.billing.write_tax_rate_status(session.workspace_id, tax_rate_id, "Synced")
    return code
