"""Merging two customers or two vendors into one."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities import KINDS
from qbo_emulator.entities.names import DELETED
from qbo_emulator.rules.references import named_ref
from qbo_emulator.service.person.basics import BadRequest, target
from qbo_emulator.store import Company, Document, value_at
from qbo_emulator.values import faults
from qbo_emulator.values.money import amount_number, dec

MERGEABLE = ("Customer", "Vendor")
REFERENCES = {
    "Customer": ("CustomerRef", "ParentRef"),
    "Vendor": ("PrefVendorRef",),
}
"""Where other documents name the merged one."""


def merge(company: Company, asked: dict[str, Any]) -> Document:
    """Merge ``from`` into ``into``, both Ids of ``entity`` (Customer or Vendor). The survivor comes back.

    Every document of the merged name moves to the survivor with a new sync token. What becomes of the merged
    name is the switch ``merged_name``; one event, ``merged``, tells of both.
    """
    entity = str(asked.get("entity", "Customer"))
    if entity not in MERGEABLE:
        raise BadRequest(f"merge wants entity, one of {', '.join(MERGEABLE)}")
    _, gone = target(company, {"entity": entity, "id": asked.get("from")})
    _, kept = target(company, {"entity": entity, "id": asked.get("into")})
    if gone["Id"] == kept["Id"] or not (gone["Active"] and kept["Active"]):
        raise BadRequest("merge wants two different names, both active")
    if gone["CurrencyRef"]["value"] != kept["CurrencyRef"]["value"]:
        raise faults.business("You can't merge names that use different currencies.")
    if value_at(kept, "ParentRef") == gone["Id"]:
        raise faults.business("You can't merge a name into one of its own sub-customers.")
    for kind in KINDS.values():
        for document in list(company.table(kind.name).rows.values()):
            changes = {
                name: named_ref(kept)
                for name in REFERENCES[entity]
                if value_at(document, name) == gone["Id"]
                and (kind.name, document["Id"]) != (entity, kept["Id"])
            }
            if changes:
                company.bump(kind.name, document, changes)
    return _settle(company, entity, gone["Id"], kept["Id"])


def _settle(company: Company, entity: str, gone_id: str, kept_id: str) -> Document:
    gone, kept = company.get(entity, gone_id) or {}, company.get(entity, kept_id) or {}
    rest: dict[str, Any] = {
        name: amount_number(dec(kept.get(name)) + dec(gone.get(name)))
        for name in ("Balance", "BalanceWithJobs")
        if name in kept and dec(gone.get(name))
    }
    noted = len(company.changes)
    nothing: dict[str, Any] = {name: 0 for name in ("Balance", "BalanceWithJobs") if name in gone}
    name = gone["DisplayName"] + DELETED
    full = {"FullyQualifiedName": name} if "FullyQualifiedName" in gone else {}
    emptied = company.bump(entity, gone, {**nothing, **full, "DisplayName": name, "Active": False})
    if company.switches.merged_name == "gone":
        company.remove(entity, emptied["Id"])
    while len(company.changes) > noted:  # of the two names one event tells, the merge
        company.changes.pop()
    survivor = company.bump(entity, kept, rest, "merged")
    company.changes[-1] = company.changes[-1].merging(gone_id)
    return survivor
