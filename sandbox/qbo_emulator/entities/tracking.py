"""Class and Department (a location, on QuickBooks' pages): what documents are sorted by."""

from __future__ import annotations

from qbo_emulator.entities.lists import ListKind
from qbo_emulator.store import Company, Document
from qbo_emulator.values.fields import Flag, Ref, Text


class _Tracked(ListKind):
    sub_flag: str
    filters = {"Name": "text", "FullyQualifiedName": "text", "Active": "flag"}
    indexed = ("Name", "FullyQualifiedName")

    def complete(self, company: Company, document: Document, old: Document | None) -> None:
        document[self.sub_flag] = "ParentRef" in document


class Class(_Tracked):
    """A class."""

    name, kind_word, sub_flag = "Class", "class", "SubClass"
    fields = {
        "Name": Text(100, ":\t\n"),
        "Active": Flag(),
        "SubClass": Flag(),
        "ParentRef": Ref(),
        "FullyQualifiedName": Text(read_only=True),
    }


class Department(_Tracked):
    """A department, or location."""

    name, kind_word, sub_flag = "Department", "department", "SubDepartment"
    fields = {
        "Name": Text(100, ":\t\n"),
        "Active": Flag(),
        "SubDepartment": Flag(),
        "ParentRef": Ref(),
        "FullyQualifiedName": Text(read_only=True),
    }
