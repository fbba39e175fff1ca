"""Classes and locations."""

from __future__ import annotations

import pytest

from qbo_emulator.testing import AU, Books, Refused, Sandbox


def made(books: Books, entity: str, name: str, **fields: object) -> dict:
    return books.create(entity, {"Name": name, **fields})


def head(document: dict) -> dict:
    return {"Id": document["Id"], "SyncToken": document["SyncToken"]}


def test_both_are_lists_with_levels(books: Books) -> None:
    for entity, flag in (("Class", "SubClass"), ("Department", "SubDepartment")):
        top = made(books, entity, "North")
        sub = made(books, entity, "Knees", ParentRef={"value": top["Id"]})
        assert (sub["FullyQualifiedName"], sub[flag], top[flag]) == ("North:Knees", True, False)
        with pytest.raises(Refused) as refused:
            made(books, entity, "north")
        assert refused.value.code == "6240"
        books.sparse(entity, sub, Active=False)
        assert [row["Name"] for row in books.rows(f"select * from {entity}")] == ["North"]
        assert books.cdc(entity, top["MetaData"]["CreateTime"])[0][entity]


def test_what_is_not_tracked_is_dropped(sandbox: Sandbox, books: Books) -> None:
    north, clinic = made(books, "Class", "North"), made(books, "Department", "Clinic")
    refs = {"ClassRef": {"value": north["Id"]}, "DepartmentRef": {"value": clinic["Id"]}}
    form = books.form(books.customer(), books.line(10, ClassRef={"value": north["Id"]}), **refs)
    invoice = books.create("Invoice", form)
    assert "ClassRef" not in invoice and "DepartmentRef" not in invoice
    assert "ClassRef" not in invoice["Line"][0]["SalesItemLineDetail"]
    sandbox.do(f"{AU}/switches", untracked_refs="refused")
    with pytest.raises(Refused) as refused:
        books.create("Invoice", form)
    assert refused.value.code == "6000"


def test_preferences_tell_what_is_tracked(sandbox: Sandbox, books: Books) -> None:
    for how, expected in (("per_txn", (True, False)), ("per_line", (False, True)), ("off", (False, False))):
        sandbox.do(f"{AU}/switches", class_tracking=how, track_departments=how != "off")
        prefs = books.ask("GET", "preferences")["Preferences"]["AccountingInfoPrefs"]
        assert (prefs["ClassTrackingPerTxn"], prefs["ClassTrackingPerTxnLine"]) == expected
        assert prefs["TrackDepartments"] is (how != "off")


@pytest.mark.parametrize("entity", ["Invoice", "CreditMemo"])
def test_a_line_has_its_class_and_a_form_its_location(sandbox: Sandbox, books: Books, entity: str) -> None:
    sandbox.do(f"{AU}/switches", class_tracking="per_line", track_departments=True)
    north, clinic = made(books, "Class", "North"), made(books, "Department", "Clinic")
    line = books.line(10, ClassRef={"value": north["Id"]})
    customer = books.customer()
    document = books.create(entity, books.form(customer, line, DepartmentRef={"value": clinic["Id"]}))
    assert document["Line"][0]["SalesItemLineDetail"]["ClassRef"] == {"value": north["Id"], "name": "North"}
    assert document["DepartmentRef"] == {"value": clinic["Id"], "name": "Clinic"}
    document = books.sparse(entity, document, PrivateNote="kept")
    assert document["DepartmentRef"] and document["Line"][0]["SalesItemLineDetail"]["ClassRef"]
    document = books.update(entity, {**books.form(customer, books.line(10)), **head(document)})
    assert "DepartmentRef" not in document
    assert "ClassRef" not in document["Line"][0]["SalesItemLineDetail"]


def test_or_the_form_has_one_class(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(f"{AU}/switches", class_tracking="per_txn")
    north = made(books, "Class", "North")
    line = books.line(10, ClassRef={"value": north["Id"]})
    invoice = books.create("Invoice", books.form(books.customer(), line, ClassRef={"value": north["Id"]}))
    assert invoice["ClassRef"]["name"] == "North"
    assert "ClassRef" not in invoice["Line"][0]["SalesItemLineDetail"]


def test_a_class_that_is_not_there_is_2500(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(f"{AU}/switches", class_tracking="per_line")
    north = made(books, "Class", "North")
    sandbox.person("make-inactive", entity="Class", id=north["Id"])
    for row_id in ("99", north["Id"]):
        with pytest.raises(Refused) as refused:
            books.create("Invoice", books.form(books.customer(), books.line(1, ClassRef={"value": row_id})))
        assert refused.value.code == "2500"


def test_a_person_sorts_a_document(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(f"{AU}/switches", track_departments=True)
    clinic = made(books, "Department", "Clinic")
    invoice = books.invoice(books.customer())
    changes = {"DepartmentRef": {"value": clinic["Id"]}}
    changed = sandbox.person("edit", entity="Invoice", id=invoice["Id"], changes=changes)
    assert changed["DepartmentRef"]["name"] == "Clinic"
