"""What a person does on QuickBooks' own pages: the same rules as the API, minus what only the API may not do.

Every action takes one JSON object and gives back the documents it touched. Sync tokens are looked up, so a
person never meets a stale object.
"""

from __future__ import annotations

from qbo_emulator.service.person import company, documents, names, setup
from qbo_emulator.service.person.basics import Action, BadRequest
from qbo_emulator.service.person.company import change_switches, set_connected

ACTIONS: dict[str, Action] = {
    "record-payment": documents.record_payment,
    "create": documents.create,
    "edit": documents.edit,
    "void": documents.void,
    "delete": documents.delete,
    "make-inactive": documents.make_inactive,
    "make-active": documents.make_active,
    "make-deposit": documents.make_deposit,
    "remove-from-deposit": documents.remove_from_deposit,
    "merge": names.merge,
    "enable-multi-currency": setup.enable_multi_currency,
    "set-exchange-rate": setup.set_exchange_rate,
    "change-tax-rate": setup.change_tax_rate,
    "define-custom-field": setup.define_custom_field,
    "close-books": company.close_books,
    "end-subscription": company.end_subscription,
    "restart-subscription": company.restart_subscription,
    "rename-company": company.rename_company,
}

__all__ = ["ACTIONS", "Action", "BadRequest", "change_switches", "set_connected"]
