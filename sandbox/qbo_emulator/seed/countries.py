"""What differs between the companies of different countries."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class TaxCodeSeed:
    """A tax code with the rates of each side: (rate name, percentage)."""

    name: str
    description: str
    sales: tuple[tuple[str, str], ...] = ()
    purchases: tuple[tuple[str, str], ...] = ()
    active: bool = True


@dataclass(frozen=True, slots=True)
class CountrySeed:
    """One demo company."""

    realm: str
    country: str
    company_name: str
    currency: str
    currency_name: str
    agency: str
    tax_codes: tuple[TaxCodeSeed, ...]
    item_tax_code: str
    """Name of the code its items carry."""
    city: str
    region: str
    postcode: str
    iso3: str
    business_number: str = field(default="51824753556")


AU = CountrySeed(
    "9130000000000001",
    "AU",
    "Harbour Street Allied Health",
    "AUD",
    "Australian Dollar",
    "Australian Taxation Office",
    (
        TaxCodeSeed("GST", "GST 10%", (("GST (sales)", "10"),), (("GST (purchases)", "10"),)),
        TaxCodeSeed(
            "GST free", "GST free sales", (("GST free (sales)", "0"),), (("GST free (purchases)", "0"),)
        ),
        TaxCodeSeed("GST-free exports", "Exports", (("GST free exports (sales)", "0"),)),
        TaxCodeSeed(
            "Input taxed", "Input taxed", (("Input taxed (sales)", "0"),), (("Input taxed (purchases)", "0"),)
        ),
        TaxCodeSeed("Out of Scope", "BAS excluded", (("NOTAXS", "0"),), (("NOTAXP", "0"),)),
        TaxCodeSeed("GST on capital", "Capital purchases", (), (("GST on capital", "10"),)),
        TaxCodeSeed("GST-free capital", "Capital purchases, GST free", (), (("GST free capital", "0"),)),
        TaxCodeSeed("GST on non-capital", "Purchases", (), (("GST on non-capital", "10"),)),
        TaxCodeSeed("GST-free non-capital", "Purchases, GST free", (), (("GST free non-capital", "0"),)),
    ),
    "GST free",
    "Sydney",
    "NSW",
    "2000",
    "AUS",
)
GB = CountrySeed(
    "9130000000000002",
    "GB",
    "Kings Road Physiotherapy",
    "GBP",
    "British Pound Sterling",
    "HMRC",
    (
        TaxCodeSeed("20.0% S", "Standard", (("SS-20.0", "20"),), (("SP-20.0", "20"),)),
        TaxCodeSeed("5.0% R", "Reduced", (("RS-5.0", "5"),), (("RP-5.0", "5"),)),
        TaxCodeSeed("0.0% Z", "Zero-rated", (("ZS-0.0", "0"),), (("ZP-0.0", "0"),)),
        TaxCodeSeed("Exempt", "Exempt", (("ES-0.0", "0"),), (("EP-0.0", "0"),)),
        TaxCodeSeed("No VAT", "No VAT", (("NS-0.0", "0"),), (("NP-0.0", "0"),)),
    ),
    "Exempt",
    "London",
    "",
    "SW3 4UW",
    "GBR",
    "GB123456789",
)
NZ = CountrySeed(
    "9130000000000003",
    "NZ",
    "Lambton Quay Clinic",
    "NZD",
    "New Zealand Dollar",
    "Inland Revenue",
    (
        TaxCodeSeed("GST", "GST 15%", (("GST (sales)", "15"),), (("GST (purchases)", "15"),)),
        TaxCodeSeed(
            "Zero-rated", "Zero-rated", (("Zero-rated (sales)", "0"),), (("Zero-rated (purchases)", "0"),)
        ),
        TaxCodeSeed("Exempt", "Exempt", (("Exempt (sales)", "0"),), (("Exempt (purchases)", "0"),)),
    ),
    "GST",
    "Wellington",
    "",
    "6011",
    "NZL",
    "123456789",
)
CA = CountrySeed(
    "9130000000000004",
    "CA",
    "Maple Street Therapy",
    "CAD",
    "Canadian Dollar",
    "Canada Revenue Agency",
    (
        TaxCodeSeed("GST", "GST 5%", (("GST", "5"),), (("GST (ITC)", "5"),)),
        TaxCodeSeed("HST ON", "HST Ontario 13%", (("HST ON", "13"),), (("HST (ITC) ON", "13"),)),
        TaxCodeSeed(
            "GST/QST QC - 9.975",
            "Quebec",
            (("GST", "5"), ("QST", "9.975")),
            (("GST (ITC)", "5"), ("QST (ITR)", "9.975")),
        ),
        TaxCodeSeed("Exempt", "Exempt", (("Exempt", "0"),), (("Exempt (P)", "0"),)),
        TaxCodeSeed("Zero-rated", "Zero-rated", (("Zero-rated", "0"),), (("Zero-rated (P)", "0"),)),
    ),
    "Exempt",
    "Toronto",
    "ON",
    "M5V 2T6",
    "CAN",
    "123456789RT0001",
)
US = CountrySeed(
    "9130000000000005",
    "US",
    "Elm Avenue Wellness",
    "USD",
    "United States Dollar",
    "Arizona Dept. of Revenue",
    (
        TaxCodeSeed("Tucson", "Tucson", (("AZ State tax", "7.1"), ("Tucson City", "2"))),
        TaxCodeSeed("California", "California", (("California", "8"),)),
    ),
    "NON",
    "Tucson",
    "AZ",
    "85701",
    "USA",
    "12-3456789",
)
COUNTRIES = (AU, GB, NZ, CA, US)
