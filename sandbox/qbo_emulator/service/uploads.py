"""``POST upload``: files with their metadata in one multipart request, each made an Attachable."""

from __future__ import annotations

import json
import re
from email.message import Message
from email.parser import BytesParser
from email.policy import HTTP
from typing import Any

from qbo_emulator.entities import KINDS
from qbo_emulator.store import Company, Document
from qbo_emulator.values import faults

_PART = re.compile(r"file_(metadata|content)_(\w+)")


def upload(company: Company, content_type: str, body: bytes) -> dict[str, Any]:
    """``AttachableResponse``: one entry for each file, in order, with the Attachable or its own Fault.

    The parts ``file_metadata_NN`` (JSON, may be left out) and ``file_content_NN`` belong together.
    """
    metadata: dict[str, Any] = {}
    contents: dict[str, tuple[str, str, bytes]] = {}
    for part in _parts(content_type, body):
        named = _PART.fullmatch(str(part.get_param("name", "", "content-disposition")))
        if named is None:
            continue
        raw = part.get_payload(decode=True)
        data = raw if isinstance(raw, bytes) else b""
        if named[1] == "metadata":
            metadata[named[2]] = _json(data)
        else:
            contents[named[2]] = (part.get_filename() or "", part.get_content_type(), data)
    if not contents:
        raise faults.required("file_content")
    return {
        "AttachableResponse": [_answer(company, metadata.get(n, {}), *file) for n, file in contents.items()]
    }


def _answer(company: Company, asked: Any, name: str, media_type: str, data: bytes) -> dict[str, Any]:
    try:
        return {"Attachable": _attach(company, asked, name, media_type, data)}
    except faults.ApplicationFault as fault:
        return {"Fault": fault.body()}


def _attach(company: Company, asked: Any, name: str, media_type: str, data: bytes) -> Document:
    if not isinstance(asked, dict):
        raise faults.unparseable()
    file_name = asked.get("FileName") or name
    if not file_name:
        raise faults.required("FileName")
    body = {"ContentType": media_type, **asked, "FileName": file_name}
    made = KINDS["Attachable"].create(company, body)
    address = f"/v3/company/{company.realm}/download/{made['Id']}"
    file = {"Size": len(data), "FileAccessUri": address, "TempDownloadUri": f"{address}?content={file_name}"}
    company.files[made["Id"]] = data
    return company.put("Attachable", {**made, **file}, "updated")


def _parts(content_type: str, body: bytes) -> list[Message]:
    if not content_type.lower().startswith("multipart/form-data"):
        raise faults.unparseable()
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    message = BytesParser(policy=HTTP.clone(max_line_length=None)).parsebytes(head + body)
    payload = message.get_payload()
    if not message.is_multipart() or not isinstance(payload, list):
        raise faults.unparseable()
    return [part for part in payload if isinstance(part, Message)]


def _json(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError as error:
        raise faults.unparseable() from error
