"""Classes and departments (locations) on documents, by what the company tracks."""

from __future__ import annotations

from typing import Any

from qbo_emulator.rules.references import named_ref, referred
from qbo_emulator.store import Company
from qbo_emulator.values import faults


def line_class(company: Company, ref: dict[str, str] | None) -> dict[str, str] | None:
    """A line's class, with its name; nothing when classes are not tracked by line."""
    return _tracked(company, "Class", ref, "ClassRef", company.switches.class_tracking == "per_line")


def header_refs(company: Company, fields: dict[str, Any]) -> dict[str, dict[str, str] | None]:
    """A form's own class and department, with their names; what is not tracked is None."""
    by_form = company.switches.class_tracking == "per_txn"
    return {
        "ClassRef": _tracked(company, "Class", fields.get("ClassRef"), "ClassRef", by_form),
        "DepartmentRef": department(company, fields.get("DepartmentRef")),
    }


def department(company: Company, ref: dict[str, str] | None) -> dict[str, str] | None:
    """A document's department, with its name; nothing when departments are not tracked."""
    return _tracked(company, "Department", ref, "DepartmentRef", company.switches.track_departments)


def _tracked(
    company: Company, entity: str, ref: dict[str, str] | None, element: str, tracked: bool
) -> dict[str, str] | None:
    if ref is None:
        return None
    if tracked:
        return named_ref(referred(company, entity, ref, element))
    if company.switches.untracked_refs == "refused":
        raise faults.business(f"{entity} tracking is not turned on in this company.", element)
    return None
