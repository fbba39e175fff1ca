"""Attachable: a file or a note, and the documents it is attached to."""

from __future__ import annotations

from typing import Any

from qbo_emulator.entities.base import Kind, Options
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults
from qbo_emulator.values.fields import Anything, Flag, Many, Number, Part, Ref, Shape, Text

_LINK = Part(
    Shape(
        {
            "EntityRef": Part(Shape({"value": Text(50), "type": Text(50), "name": Text(500)})),
            "LineInfo": Text(50),
            "IncludeOnSend": Flag(),
            "NoRefOnly": Flag(),
            "Inactive": Flag(),
            "CustomField": Anything(read_only=True),
            "Ref": Ref(read_only=True),
        }
    )
)
FILE = ("FileName", "ContentType", "Size", "FileAccessUri", "TempDownloadUri")


class Attachable(Kind):
    """The file comes by ``upload``; what it is attached to, by its metadata or by an update afterwards."""

    name = sequence = "Attachable"
    is_deletable = True
    in_cdc = False
    fields = {
        "FileName": Text(1000),
        "Note": Text(2000),
        "Category": Text(100),
        "ContentType": Text(100),
        "PlaceName": Text(2000),
        "Tag": Text(2000),
        "Lat": Text(100),
        "Long": Text(100),
        "AttachableRef": Many(_LINK),
        "Size": Number(read_only=True),
        "FileAccessUri": Text(read_only=True),
        "TempDownloadUri": Text(read_only=True),
        "ThumbnailFileAccessUri": Text(read_only=True),
        "ThumbnailTempDownloadUri": Text(read_only=True),
    }
    filters = {
        "FileName": "text",
        "Note": "text",
        "Category": "text",
        "AttachableRef.EntityRef.value": "id",
        "AttachableRef.EntityRef.type": "text",
    }

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        if "FileName" not in fields and "Note" not in fields and not (old or {}).get("FileName"):
            raise faults.required("Note")
        for link in fields.get("AttachableRef", []):
            ref = (link or {}).get("EntityRef") or {}
            entity = self._entity(company, ref.get("type", ""))
            if entity is None or company.get(entity, ref.get("value", "")) is None:
                raise faults.bad_reference("AttachableRef")
            ref["type"] = entity
        kept = {name: old[name] for name in FILE if old and name in old}
        return {**fields, **kept}

    @staticmethod
    def _entity(company: Company, word: str) -> str | None:
        """The entity meant: types are written in any letter case."""
        return next((name for name in company.tables if name.casefold() == word.casefold()), None)
