"""Rule 7 over real services: a thousand clients in few calls, and the names that need care."""

from __future__ import annotations

from caspen_qbo import wiring
from caspen_qbo.core.posting.display_names import display_name
from caspen_qbo.core.records import Client
from caspen_qbo.usecases.posting.customers import Resolution, create_customers, plan_customers
from caspen_qbo.usecases.shared.session import Session
from caspen_seed import NewLine
from tests.support.flow import Flow


def resolve_customers(session: Session, clients: dict[int, Client]) -> Resolution:
    return create_customers(session, plan_customers(session, clients).values())


def client_of(number: int) -> Client:
    """Clients with and without e-mail, one in ten beyond Latin-1."""
    first = "美玲" if number % 10 == 0 else "Sam"
    return Client(
        500000 + number, 1, first, f"Name{number}", f"s{number}@example.com" if number % 2 else None
    )


def test_a_thousand_clients_in_few_calls_and_none_the_second_time(flow: Flow) -> None:
    clients = {client.id: client for client in (client_of(number) for number in range(1000))}
    flow.person("create", entity="Customer", document={"DisplayName": display_name(clients[500007])})
    flow.person(
        "create",
        entity="Customer",
        document={
            "DisplayName": "Sam N",
            "GivenName": "Sam",
            "FamilyName": "Name9",
            "PrimaryEmailAddr": {"Address": "S9@Example.com"},
        },
    )
    with wiring.open_session(flow.workspace_id, "customers") as session:
        first = resolve_customers(session, clients)
        calls = dict(session.accounting.calls())
        again = resolve_customers(session, clients)
        assert dict(session.accounting.calls()) == calls
    assert first.problems == {} and first.created == 998
    assert len(set(first.customers.values())) == 1000
    assert again.customers == first.customers and again.created == 0
    assert sum(calls.values()) <= 42, calls
    assert calls["query"] <= 8, calls  # all customers are one page: not a list for each hundred names
    matched = dict(
        flow.sync_rows(
            "SELECT client_id, matched_by FROM qbo_sync.customer_link WHERE matched_by <> 'created'"
        )
    )
    assert matched == {500007: "name", 500009: "person"}


def test_names_that_need_care(flow: Flow) -> None:
    staff = flow.staff
    flow.person("create", entity="Vendor", document={"DisplayName": "Ven Dor (Caspen 00003)"})
    flow.person(
        "create",
        entity="Employee",
        document={"DisplayName": "Em Ployee (Caspen 00004)", "GivenName": "Em", "FamilyName": "Ployee"},
    )
    old = flow.person("create", entity="Customer", document={"DisplayName": "In Active (Caspen 00005)"})
    flow.person("make-inactive", entity="Customer", id=old["Id"])
    made = {
        "apostrophe": staff.create_client("Siobhán", "O'Neil", client_id=9100001),
        "colon and tab": staff.create_client("Dr:\tAnn", "Lee\nSmith", client_id=9100002),
        "vendor": staff.create_client("Ven", "Dor", client_id=9100003),
        "employee": staff.create_client("Em", "Ployee", client_id=9100004),
        "inactive": staff.create_client("In", "Active", client_id=9100005),
        "cjk": staff.create_client("美玲", "王", client_id=9100006),
        "emoji": staff.create_client("Zoë 👩‍⚕️", "Brand", client_id=9100007),
        "long": staff.create_client("x" * 300, "y" * 300, client_id=9100008),
        "one word": staff.create_client("Madonna", client_id=9100009),
        "same digits": staff.create_client("Madonna", client_id=9200009),
        "no email": staff.create_client("Bo", "Ek", client_id=9100010, email="bo at example"),
        "short id": staff.create_client("Ann", "Lee", client_id=42),
        "merged": staff.create_client("Old", "Profile", client_id=9100011),
        "survivor": staff.create_client("New", "Profile", client_id=9100012),
    }
    line = NewLine("service", "Consultation", "10.00", tax_rate_id=flow.rates["GST"])
    invoices = {who: flow.invoice(client=client, lines=[line]) for who, client in made.items()}
    staff.merge_clients(made["merged"], made["survivor"])
    flow.post()

    listed = {number: (key, detail) for (number, key), detail in flow.listed().items()}
    numbers = {who: staff.invoice(invoice).number for who, invoice in invoices.items()}
    held = {"vendor", "employee", "same digits"}
    assert set(listed) == {numbers[who] for who in held}
    assert {key for key, _ in listed.values()} == {"customer_name_taken"}
    assert "vendor" in listed[numbers["vendor"]][1] and "employee" in listed[numbers["employee"]][1]

    names = {row["Id"]: row["DisplayName"] for row in flow.books("Customer")}
    by_number = {row["DocNumber"]: names[row["CustomerRef"]["value"]] for row in flow.books("Invoice")}
    shown = {who: by_number[number] for who, number in numbers.items() if who not in held}
    assert shown.pop("long").endswith("y (Caspen 00008)")
    assert shown == {
        "apostrophe": "Siobhán O'Neil (Caspen 00001)",
        "colon and tab": "Dr- Ann Lee Smith (Caspen 00002)",
        "inactive": "In Active (Caspen 00005)",
        "cjk": "美玲 王 (Caspen 00006)",
        "emoji": "Zoë 👩‍⚕️ Brand (Caspen 00007)",
        "one word": "Madonna (Caspen 00009)",
        "no email": "Bo Ek (Caspen 00010)",
        "short id": "Ann Lee (Caspen 42)",
        "merged": "New Profile (Caspen 00012)",
        "survivor": "New Profile (Caspen 00012)",
    }
