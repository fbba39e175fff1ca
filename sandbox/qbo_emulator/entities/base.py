"""What every QuickBooks resource does: create, full and sparse update, delete, void, with sync tokens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from qbo_emulator.store import TRANSACTIONS, Company, Document, ValueKind
from qbo_emulator.values import faults
from qbo_emulator.values.fields import ENVELOPE, Field, Shape

Operation = Literal["create", "update", "delete", "void"]

META: Mapping[str, ValueKind] = {"MetaData.CreateTime": "moment", "MetaData.LastUpdatedTime": "moment"}


@dataclass(frozen=True, slots=True)
class Options:
    """What a request's ``include`` parameter, or who is asking, allows."""

    allow_duplicate_number: bool = False
    """``include=allowduplicatedocnum``."""
    by_person: bool = False
    """On QuickBooks' own pages, which may do what the API may not."""


class Kind:
    """One resource. Subclasses name its properties and build its documents.

    ``build`` checks everything and changes nothing; ``commit`` changes state and cannot fail. A refused
    request
    therefore leaves no trace.
    """

    name: str
    sequence: str
    fields: Mapping[str, Field]
    filters: Mapping[str, ValueKind]
    """Properties a query may filter or order by, besides Id and MetaData."""
    indexed: tuple[str, ...] = ()
    is_transaction = False
    is_deletable = False
    """Whether rows that are no transactions can be deleted."""
    is_writable = True
    in_cdc = True
    void_style: Literal["operation", "include"] | None = None
    """``operation=void``, or ``operation=update&include=void``; None: cannot be voided."""
    default_order: str | None = None
    """Property that rows are ordered by when a query says nothing; None: newest first."""

    def __init__(self) -> None:
        self.shape = Shape({**ENVELOPE, **self.fields})
        self.queryable: dict[str, ValueKind] = {"Id": "id", **META, **self.filters}
        self.stored_fields = frozenset(name for name, kind in self.fields.items() if not kind.read_only)

    @property
    def resource(self) -> str:
        """Its name in URLs."""
        return self.name.lower()

    @property
    def index_kinds(self) -> dict[str, ValueKind]:
        """Indexed properties with their kinds; the time of the last change always is one."""
        return {path: self.queryable[path] for path in (*self.indexed, "MetaData.LastUpdatedTime")}

    # --- the four verbs
    # --------------------------------------------------------------------------------------

    def create(self, company: Company, body: Any, options: Options = Options()) -> Document:
        """Create from a bare body; read-only properties in it are ignored."""
        self._require_writable()
        fields = self.shape.read(body)
        document = self.build(
            company, {k: v for k, v in fields.items() if v is not None}, None, fields, options
        )
        stamp = company.now_stamp()
        head = {
            "domain": "QBO",
            "sparse": False,
            "Id": company.next_id(self.sequence),
            "SyncToken": "0",
            "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
        }
        return self.commit(company, {**_present(document), **head}, None)

    def update(self, company: Company, body: Any, options: Options = Options()) -> Document:
        """Full update (omitted writable properties become null) or, with ``sparse: true``, a partial one."""
        self._require_writable()
        fields = self.shape.read(body)
        old = self.current(company, body)
        self.check_changeable(company, old, options)
        kept = {k: v for k, v in old.items() if k in self.stored_fields} if _is_sparse(body) else {}
        wanted = {k: v for k, v in {**kept, **fields}.items() if v is not None}
        document = self.build(company, wanted, old, fields, options)
        return self.commit(company, {**_present(document), **self._next_head(company, old)}, old)

    def delete(self, company: Company, body: Any, options: Options = Options()) -> Document:
        """Delete a transaction; anything else can only be made inactive."""
        if not self.is_transaction and not self.is_deletable:
            raise faults.unsupported_operation("delete")
        old = self.current(company, body)
        self.check_changeable(company, old, options)
        self.uncommit(company, old)
        company.remove(self.name, old["Id"])
        return {"domain": "QBO", "status": "Deleted", "Id": old["Id"]}

    def void(self, company: Company, body: Any, options: Options = Options()) -> Document:
        """Set a transaction to nothing, keeping it."""
        old = self.current(company, body)
        self.check_changeable(company, old, options)
        self.uncommit(company, old)
        latest = company.get(self.name, old["Id"]) or old
        voided = {**_present(self.voided(latest)), **self._next_head(company, old)}
        company.put(self.name, voided, "voided")
        if company.switches.void_answer_shows_old_amounts and not options.by_person:
            return {**old, "PrivateNote": voided["PrivateNote"], **self._next_head(company, old)}
        return voided

    # --- what subclasses fill in
    # -----------------------------------------------------------------------------

    def build(
        self,
        company: Company,
        fields: dict[str, Any],
        old: Document | None,
        sent: dict[str, Any],
        options: Options,
    ) -> Document:
        """The document without Id, SyncToken and MetaData, checked in full. Changes nothing.

        :param fields: Writable properties as they shall be, empty ones left out.
        :param old: The stored document when updating.
        :param sent: The properties this request carried; empty ones are None.
        """
        raise NotImplementedError

    def commit(self, company: Company, document: Document, old: Document | None) -> Document:
        """Store a built document and carry its effects to other documents. Never refuses."""
        return company.put(self.name, document, "updated" if old else "created")

    def uncommit(self, company: Company, old: Document) -> None:
        """Undo a document's effects on others before it is deleted or voided."""

    def voided(self, old: Document) -> Document:
        """The document's voided form."""
        raise NotImplementedError

    def check_changeable(self, company: Company, old: Document, options: Options) -> None:
        """Refuse to touch a document that may not be changed any more."""

    # --- shared
    # ----------------------------------------------------------------------------------------------

    def current(self, company: Company, body: Any) -> Document:
        """The stored document a body's Id and SyncToken name: 2020, 2030, 610 or 5010 otherwise."""
        if not isinstance(body, dict):
            raise faults.unparseable()
        row_id, token = body.get("Id"), body.get("SyncToken")
        if row_id in (None, ""):
            raise faults.required("Id")
        if not str(row_id).isdigit():
            raise faults.bad_id(row_id)
        old = company.get(self.name, str(row_id))
        if old is None:
            raise faults.not_found(company.was_deleted(self.name, str(row_id)))
        if token in (None, ""):
            raise faults.required("SyncToken")
        if str(token) != old["SyncToken"]:
            raise faults.stale(company.user_name, self.name)
        return old

    def _require_writable(self) -> None:
        if not self.is_writable:
            raise faults.unsupported_operation(f"create {self.name}")

    def _next_head(self, company: Company, old: Document) -> Document:
        return {
            "domain": "QBO",
            "sparse": False,
            "Id": old["Id"],
            "SyncToken": str(int(old["SyncToken"]) + 1),
            "MetaData": {**old["MetaData"], "LastUpdatedTime": company.now_stamp()},
        }


class Transaction(Kind):
    """A kind whose documents can be deleted, and which the closing of the books protects."""

    is_transaction = True
    sequence = TRANSACTIONS

    def check_changeable(self, company: Company, old: Document, options: Options) -> None:
        check_period_open(company, old["TxnDate"], options)


def check_period_open(company: Company, txn_date: str, options: Options) -> None:
    """6210 for a date in the closed books; a person may go on, on QuickBooks' own pages."""
    closed = company.books_closed_through
    if closed and txn_date <= closed and not options.by_person:
        raise faults.period_closed()


def _is_sparse(body: Mapping[str, Any]) -> bool:
    return str(body.get("sparse", False)).lower() == "true"


def _present(document: Mapping[str, Any]) -> Document:
    """Only properties with values are answered: an absent one is null."""
    return {key: value for key, value in document.items() if value is not None}
