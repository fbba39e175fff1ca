"""The tax codes of a US company that are no rows: they come on top of the first page, beyond MAXRESULTS."""

from __future__ import annotations

from qbo_emulator.store import Company, Document

PSEUDO_CODES = {"TAX": True, "NON": False, "CustomSalesTax": True}


def pseudo_tax_codes(company: Company) -> list[Document]:
    """TAX, NON and CustomSalesTax as documents."""
    return [pseudo_tax_code(company, code) for code in PSEUDO_CODES]


def pseudo_tax_code(company: Company, code: str) -> Document:
    """One of them."""
    stamp = company.info["MetaData"]["CreateTime"]
    return {
        "Name": code,
        "Description": code,
        "Active": True,
        "Taxable": PSEUDO_CODES[code],
        "TaxGroup": False,
        "domain": "QBO",
        "sparse": False,
        "Id": code,
        "SyncToken": "0",
        "MetaData": {"CreateTime": stamp, "LastUpdatedTime": stamp},
    }
