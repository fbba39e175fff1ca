"""One company's books through the QuickBooks API: what a test needs, and not a line more."""

from __future__ import annotations

import uuid
from datetime import datetime
from functools import cached_property
from typing import Any

import httpx


class Refused(Exception):
    """QuickBooks answered with a Fault, or with something that is no success at all."""

    def __init__(self, response: httpx.Response) -> None:
        super().__init__(f"{response.status_code} {response.text[:500]}")
        self.response, self.status = response, response.status_code

    @property
    def error(self) -> dict[str, Any]:
        """The first error, as it came: upper or lower case."""
        body = self.response.json()
        return body["Fault"]["Error"][0] if "Fault" in body else body["fault"]["error"][0]

    @property
    def code(self) -> str:
        """The first error's code."""
        return self.error["code"]

    @property
    def detail(self) -> str:
        """The first error's detail."""
        return self.error.get("Detail") or self.error.get("detail") or ""


class Books:
    """The API of one company.

    :param http: A client whose base URL is the API's address, up to and without ``/v3``.
    """

    def __init__(self, http: httpx.Client, realm: str, token: str) -> None:
        self.http, self.realm, self.token = http, realm, token

    def send(self, method: str, path: str, **options: Any) -> httpx.Response:
        """One request, whatever comes back."""
        headers = {"Authorization": f"Bearer {self.token}", "Accept": "application/json"}
        headers.update(options.pop("headers", {}))
        return self.http.request(method, f"/v3/company/{self.realm}/{path}", headers=headers, **options)

    def ask(self, method: str, path: str, **options: Any) -> dict[str, Any]:
        """One request that must succeed."""
        response = self.send(method, path, **options)
        if response.status_code != 200 or "Fault" in response.json():
            raise Refused(response)
        return response.json()

    def create(self, entity: str, body: dict[str, Any], **params: Any) -> dict[str, Any]:
        """Create, answering the entity."""
        return self.ask("POST", entity.lower(), json=body, params=params)[entity]

    update = create

    def sparse(self, entity: str, document: dict[str, Any], **changes: Any) -> dict[str, Any]:
        """Sparse update of a document as last read."""
        head = {"Id": document["Id"], "SyncToken": document["SyncToken"], "sparse": True}
        return self.create(entity, {**head, **changes})

    def delete(self, entity: str, document: dict[str, Any], **params: Any) -> dict[str, Any]:
        """Delete a document as last read."""
        head = {"Id": document["Id"], "SyncToken": document["SyncToken"]}
        return self.create(entity, head, operation="delete", **params)

    def read(self, entity: str, row_id: str) -> dict[str, Any]:
        """One document."""
        return self.ask("GET", f"{entity.lower()}/{row_id}")[entity]

    def again(self, entity: str, document: dict[str, Any]) -> dict[str, Any]:
        """The document as it is now."""
        return self.read(entity, document["Id"])

    def query(self, text: str) -> dict[str, Any]:
        """``QueryResponse``."""
        headers = {"Content-Type": "application/text"}
        return self.ask("POST", "query", content=text.encode(), headers=headers)["QueryResponse"]

    def rows(self, text: str) -> list[dict[str, Any]]:
        """The rows of a query."""
        answer = self.query(text)
        return next((value for value in answer.values() if isinstance(value, list)), [])

    def batch(self, items: list[dict[str, Any]], **params: Any) -> list[dict[str, Any]]:
        """A batch's item answers."""
        return self.ask("POST", "batch", json={"BatchItemRequest": items}, params=params)["BatchItemResponse"]

    def cdc(self, entities: str, since: datetime | str) -> list[dict[str, Any]]:
        """CDC's groups, one per entity asked for."""
        since = since if isinstance(since, str) else since.isoformat()
        answer = self.ask("GET", "cdc", params={"entities": entities, "changedSince": since})
        return answer["CDCResponse"][0]["QueryResponse"]

    # --- things to work with

    @cached_property
    def country(self) -> str:
        """The company's country, as CompanyInfo says."""
        return self.ask("GET", f"companyinfo/{self.realm}")["CompanyInfo"]["Country"]

    @cached_property
    def untaxed_code(self) -> str:
        """A tax code whose sales rate is nothing."""
        return "NON" if self.country == "US" else self.tax_code("0")

    def tax_code(self, percent: str) -> str:
        """The Id of an active tax code with one sales rate of ``percent``."""
        rates = {rate["Id"]: rate for rate in self.rows("select * from TaxRate maxresults 1000")}
        for code in self.rows("select * from TaxCode maxresults 1000"):
            details = code.get("SalesTaxRateList", {}).get("TaxRateDetail", [])
            values = [rates[detail["TaxRateRef"]["value"]]["RateValue"] for detail in details]
            if [float(value) for value in values] == [float(percent)]:
                return code["Id"]
        raise AssertionError(f"the company has no tax code with one sales rate of {percent} %")

    @cached_property
    def service(self) -> str:
        """The Id of a service item."""
        found = self.rows("select * from Item where Type = 'Service' maxresults 1")
        assert found, "the company has no service item"
        return found[0]["Id"]

    def line(self, amount: Any, tax_code: str | None = None, **detail: Any) -> dict[str, Any]:
        """A sales line of the service item."""
        item = {"ItemRef": {"value": self.service}, "TaxCodeRef": {"value": tax_code or self.untaxed_code}}
        return {
            "Amount": amount,
            "DetailType": "SalesItemLineDetail",
            "SalesItemLineDetail": {**item, **detail},
        }

    def customer(self, **fields: Any) -> dict[str, Any]:
        """A new customer with a name of its own."""
        return self.create("Customer", {"DisplayName": f"Test {unique()}", **fields})

    def form(self, customer: dict[str, Any], *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
        """The body of a sales form."""
        return {"CustomerRef": {"value": customer["Id"]}, "Line": list(lines), **fields}

    def invoice(self, customer: dict[str, Any], amount: Any = 100, **fields: Any) -> dict[str, Any]:
        """A new untaxed invoice."""
        return self.create("Invoice", self.form(customer, self.line(amount), **fields))

    def credit(self, customer: dict[str, Any], amount: Any = 40, **fields: Any) -> dict[str, Any]:
        """A new untaxed credit memo."""
        return self.create("CreditMemo", self.form(customer, self.line(amount), **fields))

    def pay(
        self, customer: dict[str, Any], total: Any, *applied: tuple[str, dict[str, Any], Any], **fields: Any
    ) -> dict[str, Any]:
        """A new payment applied to (entity, document, amount)."""
        body = {"CustomerRef": {"value": customer["Id"]}, "TotalAmt": total, **fields}
        return self.create("Payment", {**body, "Line": [payment_line(*part) for part in applied]})


def payment_line(entity: str, document: dict[str, Any], amount: Any) -> dict[str, Any]:
    """A payment's line."""
    return {"Amount": amount, "LinkedTxn": [{"TxnId": document["Id"], "TxnType": entity}]}


def unique() -> str:
    """A word no other test uses."""
    return uuid.uuid4().hex[:12]
