"""Behaviour 11: the query language, its words of refusal, and indexes that agree with reading every row."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbo_emulator.query.parser import parse
from qbo_emulator.store import Table, comparable, value_at
from qbo_emulator.testing import US, Books, Refused, Sandbox


def refused(books: Books, text: str) -> tuple[str, str]:
    with pytest.raises(Refused) as caught:
        books.query(text)
    return caught.value.code, caught.value.detail


def test_a_hundred_rows_unless_asked_and_a_thousand_at_most(sandbox: Sandbox, books: Books) -> None:
    sandbox.do(f"{books.realm}/bulk", invoices=1100, customers=10)
    assert books.query("select * from Invoice")["maxResults"] == 100
    assert books.query("select * from Invoice maxresults 1000")["maxResults"] == 1000
    assert books.query("select * from Invoice startposition 1001 maxresults 1000")["maxResults"] == 100
    assert refused(books, "select * from Invoice maxresults 1001")[0] == "4001"


@pytest.mark.parametrize("clause", ["startposition 0", "maxresults 0"])
def test_positions_and_sizes_start_at_one(books: Books, clause: str) -> None:
    code, detail = refused(books, f"select * from Term {clause}")
    assert (code, detail) == ("4001", "QueryValidationError: value 0 is too small. Min allowed value is 1")


def test_start_position_zero_may_count_as_one(sandbox: Sandbox) -> None:
    books = sandbox.books(startposition_zero="as_one")
    assert books.query("select * from Term startposition 0")["startPosition"] == 1


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM Customer WHERE Active = true ORDERBY DisplayName",
        "select * from customer where active=true order by displayname desc",
        (
            "Select Id, DisplayName From Customer Where Metadata.LastUpdatedTime > '2000-01-01' "
            "Startposition 1 Maxresults 5"
        ),
        "SELECT FROM Customer",
        "select * from Customer where DisplayName != 'x' and Active in (true,false)",
        "select * from Customer where Id in ('3', '4')",
        "select * from Customer where DisplayName like 'walk%'",
        "select * from Customer where MetaData.CreateTime <= CURRENT_DATE or_not".replace(
            " or_not", " orderby Id"
        ),
        "select * from Customer where not DisplayName = 'x'",
    ],
)
def test_what_the_language_takes(books: Books, text: str) -> None:
    """11: keywords, entities, properties in any case, two spellings of ORDERBY, undocumented != and NOT."""
    books.query(text)


def test_get_and_post_ask_the_same(books: Books) -> None:
    text = "select * from Term where Name = 'Net 14'"
    got = books.send("GET", "query", params={"query": text}).json()["QueryResponse"]
    posted = books.send("POST", "query", content=text, headers={"Content-Type": "text/plain"}).json()[
        "QueryResponse"
    ]
    assert got == posted and got["maxResults"] == 1


def test_syntax_errors_name_what_was_met_and_where(books: Books) -> None:
    code, detail = refused(books, "SELECT * FROM Purchase WHERE TxnDate TxnDate")
    assert code == "4000"
    assert detail == 'QueryParserError: Encountered " <IDENTIFIER> "TxnDate "" at line 1, column 38.'


@pytest.mark.parametrize(
    "text", ["", "select", "select * from", "select * from Term where", "select * from Term;;", "?"]
)
def test_half_a_query_is_4000(books: Books, text: str) -> None:
    assert refused(books, text)[0] == "4000"


def test_or_is_not_a_word_of_it(books: Books) -> None:
    code, detail = refused(books, "select * from Term where Active = true OR Active = false")
    assert code == "4000" and '"OR "" at line 1, column 40.' in detail


def test_a_number_without_quotes_stumbles_over_its_operator(books: Books) -> None:
    code, detail = refused(books, "select * from Invoice where Balance > 0")
    assert (code, detail) == ("4000", 'QueryParserError: Encountered ">" at line 1, column 37.')


def test_a_doubled_apostrophe_is_a_second_string(books: Books) -> None:
    code, detail = refused(books, "select * from Customer where DisplayName = 'Adam''s'")
    assert code == "4000" and "Encountered \" <STRING> \"'s'" in detail


def test_a_backslash_is_escaped_by_a_backslash(books: Books) -> None:
    customer = books.customer(DisplayName="Back\\slash")
    assert books.rows("select * from Customer where DisplayName = 'Back\\\\slash'")[0]["Id"] == customer["Id"]


def test_beyond_latin_1_the_lexer_gives_up(books: Books) -> None:
    books.customer(DisplayName="Zoë")
    assert len(books.rows("select * from Customer where DisplayName = 'zoë'")) == 1
    code, detail = refused(books, "select * from Customer where DisplayName = 'it’s'")
    assert code == "4000" and "Lexical error at line 1, column 47" in detail and "\\u2019" in detail


def test_latin_1_bytes_are_refused(books: Books) -> None:
    text = "select * from Customer where DisplayName = 'Zoë'".encode("latin-1")
    answer = books.send("POST", "query", content=text)
    assert answer.status_code == 400 and answer.json()["Fault"]["Error"][0]["code"] == "500"


def test_properties_unknown_and_unfilterable(books: Books) -> None:
    assert refused(books, "select * from Invoice where Nope = '1'")[1] == (
        "QueryValidationError: Property Nope not found for Entity Invoice"
    )
    assert refused(books, "select * from Customer where CustomerTypeRef = '1'")[1] == (
        "QueryValidationError: property 'CustomerTypeRef' is not queryable"
    )
    assert refused(books, "select * from Payment where DocNumber = '1'")[0] == "4001"
    assert refused(books, "select * from Invoice where PrivateNote = '1'")[0] == "4001"
    assert refused(books, "select * from Invoice where Id > '1'")[0] == "4001"
    assert refused(books, "select * from Nonsense")[0] == "4001"


def test_lists_come_by_name_and_transactions_newest_first(books: Books) -> None:
    names = [row["Name"] for row in books.rows("select * from Account")]
    assert names[0] == "Accounts Payable (A/P)" and names == sorted(names, key=str.casefold)
    customer = books.customer()
    made = [books.invoice(customer)["Id"] for _ in range(3)]
    assert [row["Id"] for row in books.rows("select * from Invoice")] == made[::-1]


def test_a_sku_comes_only_when_asked_for(books: Books) -> None:
    asked = "from Item where Name = 'Exercise Band'"
    assert "Sku" not in books.rows(f"select * {asked}")[0]
    assert books.rows(f"select *, Sku {asked}")[0]["Sku"] == "BAND-M"


def test_absent_is_asked_for_with_a_blank(books: Books) -> None:
    customer = books.customer()
    books.invoice(customer)
    books.invoice(customer, DocNumber="N-1")
    assert books.query("select count(*) from Invoice where DocNumber = ' '") == {"totalCount": 1}


def test_us_pseudo_tax_codes_top_the_first_page_only(sandbox: Sandbox) -> None:
    books = sandbox.books(US)
    first = [row["Id"] for row in books.rows("select * from TaxCode startposition 1 maxresults 1")]
    second = [row["Id"] for row in books.rows("select * from TaxCode startposition 2 maxresults 1")]
    assert first[:3] == ["TAX", "NON", "CustomSalesTax"] and len(first) == 4 and len(second) == 1


def test_a_date_time_without_offset_is_data_centre_time(sandbox: Sandbox, books: Books) -> None:
    customer = books.customer()
    local = customer["MetaData"]["LastUpdatedTime"][:19]
    found = books.rows(f"select * from Customer where MetaData.LastUpdatedTime >= '{local}'")
    assert customer["Id"] in [row["Id"] for row in found]


@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 28), st.booleans()), max_size=40), st.integers(1, 28)
)
@settings(max_examples=80, deadline=None)
def test_indexes_agree_with_reading_every_row(steps: list[tuple[int, int, bool]], day: int) -> None:
    """Insert, replace and remove at random: equality and range answer as a full scan does."""
    table = Table({"DocNumber": "text", "TxnDate": "day", "MetaData.LastUpdatedTime": "moment"})
    for row_id, date, remove in steps:
        if remove and table.get(str(row_id)):
            table.remove(str(row_id))
        else:
            stamp = f"2026-01-{date:02d}T00:00:00-08:00"
            table.put(
                {
                    "Id": str(row_id),
                    "DocNumber": f"n{date}",
                    "TxnDate": stamp[:10],
                    "MetaData": {"LastUpdatedTime": stamp},
                }
            )
    wanted = f"2026-01-{day:02d}"
    rows = list(table.rows.values())
    assert sorted(r["Id"] for r in table.equal_to("DocNumber", f"N{day}")) == sorted(
        r["Id"] for r in rows if r["DocNumber"] == f"n{day}"
    )
    assert [r["Id"] for r in table.between("TxnDate", wanted, None)] == [
        r["Id"] for r in sorted(rows, key=lambda r: (r["TxnDate"], int(r["Id"]))) if r["TxnDate"] >= wanted
    ]
    assert len(list(table.in_order("MetaData.LastUpdatedTime"))) == len(rows)


@given(st.text(alphabet=st.characters(max_codepoint=0xFF), max_size=30))
def test_any_escaped_value_comes_back_as_it_was(value: str) -> None:
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    assert parse(f"select * from Customer where DisplayName = '{escaped}'").conditions[0].values == (value,)
    assert comparable(value_at({"a": {"value": value}}, "a"), "text") == value.casefold()
