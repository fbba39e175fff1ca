"""CompanyCurrency: the list of a company's foreign currencies."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities.base import Kind, Options
from qbo_emulator.rules.currency import CURRENCIES
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import Anything, Flag, Text


class CompanyCurrency(Kind):
    """One foreign currency in use. References name its code, not its Id."""

    name = sequence = "CompanyCurrency"
    fields = {"Code": Text(3), "Name": Text(100), "Active": Flag(), "CustomField": Anything(read_only=True)}
    filters = {"Code": "text", "Name": "text", "Active": "flag"}
    indexed = ("Code", "Name")
    default_order = "Name"

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        if not company.switches.multi_currency:
            raise faults.business("Multicurrency must be enabled to add a currency.", "Code")
        code = (old or {}).get("Code") or fields.get("Code")
        if not code:
            raise faults.required("Code")
        if code not in CURRENCIES:
            raise faults.bad_choice("Code", code)
        if old is None and (code == company.home_currency or company.table(self.name).equal_to("Code", code)):
            raise faults.duplicate_name(
                "The name supplied already exists. : Another currency is already using this \nname."
            )
        return {"Active": True, **fields, "Code": code, "Name": fields.get("Name") or CURRENCIES[code]}
