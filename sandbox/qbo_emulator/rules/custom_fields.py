"""Custom fields of sales forms: up to three texts, defined in the preferences, answered on every form."""

from __future__ import annotations

from typing import Any

from qbo_emulator.store import Company

_NAME = "SalesFormsPrefs.SalesCustomName"


def defined_fields(company: Company) -> dict[str, Any]:
    """Names by DefinitionId, as the preferences carry them."""
    groups = company.preferences["SalesFormsPrefs"].get("CustomField", [])
    entries = [entry for group in groups for entry in group.get("CustomField", [])]
    return {
        entry["Name"].removeprefix(_NAME): entry["StringValue"]
        for entry in entries
        if entry["Name"].startswith(_NAME)
    }


def form_fields(company: Company, sent: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A form's fields: all that are defined, with the texts sent. What is not defined is dropped."""
    texts = {str(field.get("DefinitionId")): field.get("StringValue") for field in sent if field}
    return [
        {
            "DefinitionId": number,
            "Name": name,
            "Type": "StringType",
            **({"StringValue": texts[number]} if texts.get(number) else {}),
        }
        for number, name in sorted(defined_fields(company).items())
    ]
