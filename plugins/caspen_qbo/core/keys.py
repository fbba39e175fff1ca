"""Which document is meant, across both systems."""

from dataclasses import dataclass

from caspen_qbo.core.records import DocumentKind


@dataclass(frozen=True, slots=True, order=True)
class DocumentKey:
    """A Caspen document of one workspace. A payment's id is its allocation's."""

    kind: DocumentKind
    id: int

    def __str__(self) -> str:
        return f"{self.kind}.{self.id}"

    @classmethod
    def parse(cls, text: str) -> "DocumentKey":
        """:raises ValueError: the text is not of this form."""
        kind, _, document_id = text.partition(".")
        return cls(DocumentKind(kind), int(document_id))
