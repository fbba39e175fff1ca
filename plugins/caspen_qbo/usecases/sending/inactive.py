"""What QuickBooks means by "something you're trying to use has been made inactive": looked up, once for all
the refusals of a batch, and named with what one fix repairs.
"""

import logging
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from caspen_qbo.core.cause import CauseKind, CauseRef, Setting
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.documents import Body, Reference, ref_of, references_of
from caspen_qbo.core.posting.document import Document
from caspen_qbo.core.query_text import quote
from caspen_qbo.errors import SyncError
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.settings import QUERY_IN_MAX
from caspen_qbo.usecases.sending.lookup import fetch_by
from caspen_qbo.usecases.shared.session import Session

log = logging.getLogger(__name__)

ENTITIES = {
    "CustomerRef": "Customer",
    "ItemRef": "Item",
    "TaxCodeRef": "TaxCode",
    "ClassRef": "Class",
    "DepartmentRef": "Department",
    "SalesTermRef": "Term",
    "PaymentMethodRef": "PaymentMethod",
    "DepositToAccountRef": "Account",
    "ARAccountRef": "Account",
}
"""What a property of a document refers to."""

THEIRS = {
    "ClassRef": "class",
    "DepartmentRef": "location",
    "SalesTermRef": "terms",
    "PaymentMethodRef": "payment method",
}
"""What a person filled in on the document itself, and may make inactive."""

_LISTED = frozenset({"Item", "Account", "TaxCode", "PaymentMethod"})
"""Read ahead and trusted for minutes."""


@dataclass(frozen=True, slots=True)
class Inactive:
    """One thing that a refused document refers to and that QuickBooks has no more, or as inactive."""

    entity: str
    id: str
    sentence: str
    cause: CauseRef


@dataclass(frozen=True, slots=True)
class Refused:
    request: Request
    document: Document
    element: str
    """The property QuickBooks named; mostly empty."""
    there: Body | None = None
    """Of a posted one: as QuickBooks holds it. An update leaves what a person filled in where it is."""

    @property
    def references(self) -> frozenset[Reference]:
        named = references_of(self.request.payload) | references_of(self.there)
        found = frozenset(one for one in named if one.name in ENTITIES)
        return frozenset(one for one in found if one.name == self.element) or found


def find_inactive(session: Session, refused: Collection[Refused]) -> dict[int, Inactive]:
    """By request id; without an entry: everything it refers to is active, or cannot be read now. A call for
    each sort of thing that they refer to, and one for those that are posted.
    """
    try:
        return _find(session, _read_posted(session, refused))
    except SyncError as error:
        log.warning("not named workspace=%d: %s", session.workspace_id, error.message)
        return {}


def _read_posted(session: Session, refused: Iterable[Refused]) -> list[Refused]:
    result = []
    ids: dict[str, set[str]] = defaultdict(set)
    for each in refused:
        if each.request.operation != "create":
            ids[each.request.entity].add(str(each.request.payload["Id"]))
    there = {
        (entity, str(body["Id"])): body
        for entity, wanted in ids.items()
        for body in fetch_by(session, entity, "Id", wanted)
    }
    for each in refused:
        key = (each.request.entity, str(each.request.payload.get("Id", "")))
        result.append(replace(each, there=there.get(key)))
    return result


def _find(session: Session, refused: Collection[Refused]) -> dict[int, Inactive]:
    asked: dict[str, set[str]] = defaultdict(set)
    for reference in (one for each in refused for one in each.references):
        asked[ENTITIES[reference.name]].add(reference.id)
    there = {entity: _read(session, entity, ids) for entity, ids in asked.items()}
    found: dict[int, Inactive] = {}
    for each in refused:
        for reference in sorted(each.references, key=lambda one: list(ENTITIES).index(one.name)):
            body = there[ENTITIES[reference.name]].get(reference.id)
            if body is None or body.get("Active") is False:
                found.setdefault(each.request.id, _name(session, each, reference, body))
    if any(one.entity in _LISTED for one in found.values()):
        session.forget_reference()
    return found


def _read(session: Session, entity: str, ids: Iterable[str]) -> Mapping[str, Body]:
    found: dict[str, Body] = {}
    # Tax codes cannot be asked for by id.
    parts = [""] if entity == "TaxCode" else [_in(chunk) for chunk in chunked(sorted(ids), QUERY_IN_MAX)]
    for part in parts:
        for body in session.accounting.query(entity, f"{part}Active IN (true, false)"):
            found[str(body["Id"])] = body
    return found


def _in(ids: Iterable[str]) -> str:
    return f"Id IN ({', '.join(quote(id_) for id_ in ids)}) AND "


def _name(session: Session, refused: Refused, reference: Reference, body: Body | None) -> Inactive:
    entity = ENTITIES[reference.name]
    theirs = reference.name in THEIRS and refused.request.operation == "update"
    what = THEIRS.get(reference.name) or {"TaxCode": "tax code"}.get(entity, entity.lower())
    named = f"{what} {_title(entity, body)}(QuickBooks id {reference.id})"
    gone = "is no longer in QuickBooks" if body is None else "was made inactive in QuickBooks"
    if theirs:
        way_out = (
            f"A person chose this {what} on the document there, not Caspen. Make it active again, or take it "
            "off the document in QuickBooks; then Retry."
        )
    else:
        way_out = "Make it active again there, or choose another; then Retry."
    sentence = f"The {named} {gone}. {way_out}"
    return Inactive(entity, reference.id, sentence, _cause(session, entity, reference.id))


def _title(entity: str, body: Body | None) -> str:
    """Not of a customer, who is a client of the practice: the id says enough."""
    if body is None or entity == "Customer":
        return ""
    return str(body.get("FullyQualifiedName") or body.get("Name") or "").removesuffix(" (deleted)") + " "


def _cause(session: Session, entity: str, id_: str) -> CauseRef:
    if entity == "Customer":
        return CauseRef(CauseKind.CUSTOMER, id_)
    choices = session.store.setup.fetch_choices()
    if choices is not None and entity in ("Item", "Account"):
        for chosen, setting in (
            (choices.payment_account_id, Setting.PAYMENT_ACCOUNT),
            (choices.service_item_id, Setting.SERVICE_ITEM),
            (choices.product_item_id, Setting.PRODUCT_ITEM),
        ):
            if chosen == id_ and (entity == "Account") == (setting is Setting.PAYMENT_ACCOUNT):
                return CauseRef(CauseKind.SETTING, setting)
    links = session.store.setup.fetch_tax_links().values()
    rate = next((link.tax_rate_id for link in links if entity == "TaxCode" and link.tax_code_id == id_), None)
    if rate is not None:
        return CauseRef(CauseKind.TAX_RATE, str(rate))
    return CauseRef(CauseKind.REFERENCE, f"{entity} {id_}")


def guess_cause(request: Request, element: str) -> CauseRef | None:
    """Where it could not be named: mostly the customer. The next run checks again. None: it is on this
    document alone.
    """
    if element in THEIRS and request.operation == "update":
        return None
    if "DepositToAccount" in element:
        return CauseRef(CauseKind.SETTING, Setting.PAYMENT_ACCOUNT)
    if "Item" in element:
        return CauseRef(CauseKind.SETTING, "item")
    return CauseRef(CauseKind.CUSTOMER, ref_of(request.payload, "CustomerRef"))
