"""Which document is meant, across both systems."""

from dataclasses import dataclass

from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True, order=True)
class DocumentKey:
    """A Caspen document of one workspace. A payment's id is its allocation's."""

    kind: DocumentKind
    id: int
