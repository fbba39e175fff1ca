"""CompanyInfo and Preferences: one document each, read and partly written."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities.base import Kind, Options
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import Anything


class CompanyInfo(Kind):
    """Who the company is; read as ``companyinfo/{realm}`` or ``companyinfo/1``."""

    name = sequence = "CompanyInfo"
    fields: dict[str, Any] = {}
    filters: dict[str, Any] = {"CompanyName": "text"}
    is_writable = False


class Preferences(Kind):
    """Settings. Only the sales form settings can be changed through the API here."""

    name = sequence = "Preferences"
    fields = {
        name: Anything()
        for name in (
            "SalesFormsPrefs",
            "TaxPrefs",
            "CurrencyPrefs",
            "AccountingInfoPrefs",
            "EmailMessagesPrefs",
            "TimeTrackingPrefs",
            "ProductAndServicesPrefs",
            "VendorAndPurchasesPrefs",
            "ReportPrefs",
            "OtherPrefs",
        )
    }
    filters: dict[str, Any] = {}

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        if old is None:
            raise faults.unsupported_operation("create Preferences")
        sales = {**old["SalesFormsPrefs"], **fields.get("SalesFormsPrefs", {})}
        unknown = set(sales) - set(old["SalesFormsPrefs"])
        if unknown:
            raise faults.unparseable(min(unknown))
        return {**{name: old[name] for name in self.fields if name in old}, "SalesFormsPrefs": sales}

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        stored = super().commit(company, document, old)
        company.preferences = stored
        company.switches.custom_txn_numbers = bool(stored["SalesFormsPrefs"]["CustomTxnNumbers"])
        company.switches.auto_apply_credit = bool(stored["SalesFormsPrefs"]["AutoApplyCredit"])
        return stored
