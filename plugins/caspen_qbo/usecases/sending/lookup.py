"""Looking in QuickBooks for the effect of a request whose answer was lost."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from caspen_qbo.core.accounting import Absence, Reading
from caspen_qbo.core.chunks import chunked
from caspen_qbo.core.documents import Body, read_facts, read_links, ref_of
from caspen_qbo.core.posting.customers import read_candidate
from caspen_qbo.core.posting.display_names import same_name
from caspen_qbo.core.posting.identity import read_marker
from caspen_qbo.core.query_text import is_queryable, like_pattern, quote
from caspen_qbo.core.reconciling.matching import differ_in_currency
from caspen_qbo.core.writes import Step
from caspen_qbo.errors import QboUnavailableError
from caspen_qbo.hooks.store.posting.requests import Request
from caspen_qbo.settings import QUERY_IN_MAX, QUERY_PAGE_SIZE
from caspen_qbo.usecases.shared.session import Session


def find_effects(
    session: Session, requests: Sequence[Request], unread: set[int] | None = None
) -> dict[int, Body]:
    """What QuickBooks holds that only these requests can have made, by row id; no entry: no trace so far.

    :param unread: Receives the row ids of requests whose trace may be in a record that QuickBooks cannot
        serve: of these, no trace means nothing.
    """
    found: dict[int, Body] = {}
    hidden: set[int] = set()
    groups: dict[tuple[str, bool], list[Request]] = defaultdict(list)
    for request in requests:
        groups[request.entity, request.operation == "create"].append(request)
    for (entity, creates), group in groups.items():
        if not creates:
            found |= _find_by_id(session, entity, group)
        elif entity == "Customer":
            found |= _find_customers(session, group)
        elif entity == "Payment":
            found |= _find_payments(session, group, hidden)
        else:
            found |= _find_by_number(session, entity, group, hidden)
    if unread is not None:
        unread.update(hidden - found.keys())
    return found


def fetch_by(
    session: Session, entity: str, attribute: str, values: Collection[str], unread: set[str] | None = None
) -> Iterable[Body]:
    """All rows whose attribute is one of these values, a hundred values to a query.

    :param unread: Receives the values under which there is a row that QuickBooks cannot serve.
    """
    for chunk in chunked(sorted(set(values)), QUERY_IN_MAX):
        skipped: list[str] = []
        where = _is_one_of(attribute, chunk)
        rows = list(session.accounting.query(entity, where, skipped=skipped))
        if skipped and unread is not None:
            seen = Counter(_value_of(body, attribute) for body in rows)
            unread.update(_find_short(session, entity, attribute, chunk, seen))
        yield from rows


def fetch_customers(session: Session, ids: Collection[str]) -> Iterable[Body]:
    """Customers by id, those made inactive too."""
    for chunk in chunked(sorted(set(ids)), QUERY_IN_MAX):
        yield from session.accounting.query(
            "Customer", f"{_is_one_of('Id', chunk)} AND Active IN (true, false)"
        )


def fetch_all_customers(session: Session, values: int) -> list[Body] | None:
    """All active customers, where reading them takes fewer calls than asking for so many names and addresses
    in lists; None where it takes as many or more.

    The first evening of a practice: its new clients fill many lists, and its books hold few customers.
    """
    lists = -(-values // QUERY_IN_MAX)
    if lists <= ALL_FROM:
        return None
    try:
        pages = -(-session.accounting.count("Customer") // QUERY_PAGE_SIZE)
    except QboUnavailableError:  # tried once only; the lists are asked for as patiently as anything
        return None
    return list(session.accounting.query("Customer")) if pages < lists - 1 else None


def _is_one_of(attribute: str, values: Iterable[str]) -> str:
    return f"{attribute} IN ({', '.join(quote(value) for value in values)})"


def _value_of(body: Body, attribute: str) -> str:
    value = body.get(attribute)
    return str(value.get("value") if isinstance(value, Mapping) else value).casefold()


def _find_short(
    session: Session, entity: str, attribute: str, values: Sequence[str], seen: Mapping[str, int]
) -> Iterator[str]:
    """The values of which QuickBooks counts more rows than it served, found by halves."""
    counted = session.accounting.count(entity, _is_one_of(attribute, values))
    if counted <= sum(seen.get(value.casefold(), 0) for value in values):
        return
    if len(values) == 1:
        yield values[0]
        return
    half = len(values) // 2
    yield from _find_short(session, entity, attribute, values[:half], seen)
    yield from _find_short(session, entity, attribute, values[half:], seen)


ALL_FROM = 2
"""From more lists than this on, counting the customers first can save calls."""
UNREADABLE_MAX = 30
"""Records on which QuickBooks fails one by one: more is an outage, and the run is repeated."""


@dataclass(frozen=True, slots=True)
class Found:
    """What QuickBooks says of some ids: each is in one of the three."""

    there: Mapping[str, Body]
    deleted: frozenset[str]
    """QuickBooks itself says so."""
    unread: Mapping[str, Reading]
    """Not shown, or not readable: nothing may be concluded."""
    late: frozenset[str] = frozenset()
    """There, but queries do not show it yet: what belongs to it may not be shown either."""

    def why_unread(self, quickbooks_id: str | None) -> str:
        """Empty where it was read, or is known to be deleted."""
        reading = self.unread.get(quickbooks_id or "")
        return describe_unread(reading) if reading else ""

    def describe(self, entity: str, quickbooks_id: str | None) -> str:
        """:meth:`why_unread` as a sentence of its own."""
        why = self.why_unread(quickbooks_id)
        return (
            f"QuickBooks {entity} {quickbooks_id}: {why}. Nothing is sent until it is shown." if why else ""
        )


def describe_unread(reading: Reading) -> str:
    if reading.absence is Absence.NOT_SHOWN:
        return f"QuickBooks does not show it and does not say that it was deleted ({reading.said})"
    return f"QuickBooks fails to show it ({reading.said})"


def look_up(session: Session, entity: str, ids: Iterable[str]) -> Found:
    """These ids by query; one that it did not bring is asked for alone. A query that does not return a
    document proves nothing: QuickBooks may be late with it, hide it, or fail on it.

    :raises QboUnavailableError: it fails on so many that it is not the records' fault.
    """
    wanted = {quickbooks_id for quickbooks_id in ids if quickbooks_id}
    unread = {id_: session.unread[entity, id_] for id_ in wanted if (entity, id_) in session.unread}
    asked = wanted - unread.keys()
    there = {str(body["Id"]): body for body in fetch_by(session, entity, "Id", asked)}
    deleted: set[str] = set()
    not_shown = asked - there.keys()
    for quickbooks_id in sorted(not_shown):
        reading = session.accounting.read(entity, quickbooks_id)
        if reading.body is not None:
            there[quickbooks_id] = reading.body
        elif reading.absence is Absence.DELETED:
            deleted.add(quickbooks_id)
        else:
            unread[quickbooks_id] = reading
            if reading.absence is Absence.UNREADABLE:
                session.unread[entity, quickbooks_id] = reading
            if len(session.unread) > UNREADABLE_MAX:
                raise QboUnavailableError(
                    f"QuickBooks failed to show more than {UNREADABLE_MAX} records one by one; the last is "
                    f"{entity} {quickbooks_id}: {reading.said}"
                )
    return Found(there, frozenset(deleted), unread, frozenset(not_shown & there.keys()))


def fetch_by_id(session: Session, entity: str, ids: Iterable[str]) -> Mapping[str, Body]:
    """Rows by their id, for callers to whom it is the same why one is not there."""
    return look_up(session, entity, ids).there


def _find_by_id(session: Session, entity: str, group: Sequence[Request]) -> dict[int, Body]:
    ids = [str(request.payload["Id"]) for request in group]
    there = {str(body["Id"]): body for body in fetch_by(session, entity, "Id", ids)}
    found: dict[int, Body] = {}
    for request in group:
        body = there.get(str(request.payload["Id"]))
        if body is None:
            continue  # deleted, or not shown at the moment: sent again, QuickBooks says which
        if request.operation == "update":
            if request.step is Step.RENUMBER:
                carried_out = str(body.get("DocNumber")) == str(request.payload["DocNumber"])
            else:
                carried_out = _is_carried_out(entity, request.payload, body)
            if carried_out:
                found[request.id] = body
        elif request.operation == "void" and read_facts(entity, body).voided:
            found[request.id] = body
    return found


def _is_carried_out(entity: str, sent: Body, there: Body) -> bool:
    """Whether a document shows what an update of ours said: a sync token that moved proves nothing, since
    payments and people move it too. One edited after our update is not taken for ours either: sent again,
    QuickBooks repeats its first answer or finds the token stale, and both lead to the edit being found as
    one.
    """
    if str(there.get("SyncToken")) == str(sent["SyncToken"]):
        return False
    ours, theirs = read_facts(entity, sent), read_facts(entity, there)
    if differ_in_currency(ours.currency, theirs.currency):
        return False
    if "TxnTaxDetail" in sent and ours.tax != theirs.tax:
        return False
    if entity == "Payment":
        pays = [(f.total, f.account_id, set(f.links)) for f in (ours, theirs)]
        if pays[0] != pays[1]:
            return False
    heads = [(f.doc_number, f.customer_id, f.txn_date, f.due_date, f.private_note) for f in (ours, theirs)]
    lines = [[(line.amount, line.item_id, line.description) for line in f.lines] for f in (ours, theirs)]
    return heads[0] == heads[1] and lines[0] == lines[1]


def _find_by_number(
    session: Session, entity: str, group: Sequence[Request], hidden: set[int]
) -> dict[int, Body]:
    numbers = {request.id: str(request.payload["DocNumber"]) for request in group}
    unread: set[str] = set()
    asked = [number for number in numbers.values() if is_queryable(number)]
    bodies = list(fetch_by(session, entity, "DocNumber", asked, unread))
    # A number that cannot be asked for is no reason not to find our own document: its customer can.
    others = {ref_of(r.payload, "CustomerRef") for r in group if not is_queryable(numbers[r.id])}
    bodies += fetch_by(session, entity, "CustomerRef", others, unread)
    hidden |= {r.id for r in group if {numbers[r.id], ref_of(r.payload, "CustomerRef")} & unread}
    return _match_markers(session, group, bodies)


def fetch_by_number(
    session: Session, entity: str, numbers: Collection[str], unread: set[str] | None = None
) -> Iterable[Body]:
    """All rows with one of these numbers, and possibly others: a number that cannot stand in a query is found
    by the rest of it, and not looked for where hardly anything is left.

    :param unread: Receives the numbers under which there may be a row that QuickBooks cannot serve.
    """
    yield from fetch_by(session, entity, "DocNumber", [n for n in numbers if is_queryable(n)], unread)
    patterns = {number: like_pattern(number) for number in numbers if not is_queryable(number)}
    for pattern in sorted({pattern for pattern in patterns.values() if pattern}):
        skipped: list[str] = []
        yield from session.accounting.query(entity, f"DocNumber LIKE {quote(pattern)}", skipped=skipped)
        if skipped and unread is not None:
            unread.update(number for number, asked in patterns.items() if asked == pattern)


def _find_payments(session: Session, group: Sequence[Request], hidden: set[int]) -> dict[int, Body]:
    """Among those of the customers they were sent for, and of the customers their invoices are on by now: a
    merge of two customers moves both.
    """
    paid = {link.txn_id for r in group for link in read_links(r.payload) if link.txn_type == "Invoice"}
    customers = {ref_of(request.payload, "CustomerRef") for request in group}
    customers |= {ref_of(body, "CustomerRef") for body in fetch_by(session, "Invoice", "Id", paid)}
    unread: set[str] = set()
    bodies = list(fetch_by(session, "Payment", "CustomerRef", customers, unread))
    if unread:  # which request is for an invoice of which customer is not known
        hidden |= {request.id for request in group}
    return _match_markers(session, group, bodies)


def marker_kind(request: Request) -> str:
    return "application" if request.step == Step.APPLY else request.document_kind


def _match_markers(session: Session, group: Sequence[Request], bodies: Iterable[Body]) -> dict[int, Body]:
    ours: dict[tuple[str, int], Body] = {}
    for body in bodies:
        marker = read_marker(str(body.get("PrivateNote") or ""))
        voided = "voided" in str(body.get("PrivateNote") or "").casefold()  # an earlier life of the same
        if marker is not None and marker[0] == session.workspace_id and not voided:
            ours.setdefault((marker[1], marker[2]), body)
    return {
        request.id: ours[marker_kind(request), request.document_id]
        for request in group
        if (marker_kind(request), request.document_id) in ours
    }


def _find_customers(session: Session, group: Sequence[Request]) -> dict[int, Body]:
    names = [str(request.payload["DisplayName"]) for request in group]
    bodies = list(find_customers_named(session, names))
    taken = session.store.links.fetch_taken_customers(session.realm_id, [str(b["Id"]) for b in bodies])
    found = {}
    for request in group:
        for body in bodies:
            free = taken.get(str(body["Id"]), request.document_id) == request.document_id
            # Ours are made in the home currency: one of another is not ours, whatever its name.
            free = free and not differ_in_currency(session.home_currency, ref_of(body, "CurrencyRef"))
            if free and same_name(read_candidate(body).display_name, str(request.payload["DisplayName"])):
                found[request.id] = body
                break
    return found


SCAN_FROM = 10
"""From so many names that QuickBooks' query cannot hold, reading all our customers is fewer calls."""


def find_customers_named(
    session: Session, names: Collection[str], entity: str = "Customer"
) -> Iterable[Body]:
    """Active customers (vendors, employees) of these display names, among others. Names beyond Latin-1 cannot
    stand in a query; they are found by their ending, ``(Caspen 12345)``.
    """
    plain = [name for name in names if is_queryable(name)]
    other = [name for name in names if not is_queryable(name)]
    yield from fetch_by(session, entity, "DisplayName", plain)
    if len(other) >= SCAN_FROM:
        yield from session.accounting.query(entity, "DisplayName LIKE '%(Caspen %'")
        return
    for name in other:
        ending = name[name.rfind("(") :] if "(" in name else ""
        if ending and is_queryable(ending):
            yield from session.accounting.query(entity, f"DisplayName LIKE {quote('%' + ending)}")
