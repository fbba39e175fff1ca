"""What the sample practice sells, and the free text that must never leave it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

GST, GST_FREE, OVERSEAS, ARCHIVED = "GST", "GST free", "GST (overseas visitors)", "Blended 2019"

TAX_RATES = {GST: "10", GST_FREE: "0", OVERSEAS: "10", ARCHIVED: "8.1234"}
"""Name to percent. The archived one is only on invoices from before the connection."""

UNLINKED_TAX_RATE = OVERSEAS
"""The rate that the set-up of the sample practice leaves unlinked, to see what waits on it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing the practice sells."""

    kind: Literal["service", "class", "activity", "product", "package", "custom"]
    name: str
    code: str | None
    price: str
    """Dollars, before tax when the invoice is exclusive."""

    tax: str
    """Name of its tax rate: treatment is GST free, classes and goods are not."""

    quantities: tuple[str, ...] = ("1",)


ITEMS = (
    Item("service", "Physiotherapy - initial consultation", "505", "128.00", GST_FREE),
    Item("service", "Physiotherapy - standard consultation", "505", "96.50", GST_FREE),
    Item("service", "Physiotherapy - home visit (h)", "507", "193.9900", GST_FREE, ("0.33", "0.75", "1.5")),
    Item("service", "Podiatry - general treatment", "F004", "84.00", GST_FREE),
    Item("service", "Podiatry - nail surgery, one toe", "F221", "415.00", GST_FREE),
    Item("service", "Dietetics - initial assessment", "500", "152.35", GST_FREE),
    Item("service", "Dietetics - review (30 min)", "502", "78.20", GST_FREE),
    Item("service", "NDIS report (h)", "15_055_0128_1_3", "193.9900", GST_FREE, ("0.33", "0.6667", "2.25")),
    Item("class", "Clinical Pilates", "CP", "38.50", GST, ("1", "1", "2")),
    Item("class", "Hydrotherapy - Tues & Thurs", "HY", "24.95", GST),
    Item("activity", "Falls prevention group", "FP", "18.18", GST_FREE),
    Item("activity", "Gait assessment / running lab", "RL", "145.45", GST),
    Item("package", "10 Pilates classes", "CP10", "330.00", GST),
    Item("package", 'Knee programme "Back to sport"', "KP", "649.09", GST),
    Item("product", "Foam roller 90 cm", "FR90", "39.95", GST),
    Item("product", "Resistance band, 3 m", "RB3", "12.4950", GST, ("1", "2", "3")),
    Item("product", "Orthotic insoles, pair", "OI", "289.00", GST_FREE),
    Item("product", "Kinesiology tape 5 cm x 5 m", "KT", "16.35", GST, ("1", "3", "7")),
    Item("product", "Crème chauffante 100 ml", "CC", "21.909", GST),
    Item("custom", "Travel (km)", None, "0.99", GST_FREE, ("23.7", "8.35")),
    Item("custom", "Late cancellation fee", None, "45.00", GST),
)  # fmt: skip

PAYERS = (
    ("Plan Partners NDIS Pty Ltd", "NDIS 430 118 227"),
    ("WorkCover Queensland", "Claim S21-004417"),
    ("Department of Veterans' Affairs", "QX 883 120"),
    ("Ngunnawal Aged Care", None),
)
"""Who an invoice may be made out to instead of the client, with their reference."""

METHODS = ("Credit card", "EFTPOS", "EFTPOS", "HICAPS", "Cash", "Direct deposit", "Cheque", "Gift voucher")

LINE_NOTES = (
    "Left knee, six weeks after ACL reconstruction",
    "Reports numbness in fingers; referred for nerve conduction study",
    "Pregnancy-related pelvic pain, 28 weeks",
    "Type 2 diabetes, HbA1c 8.1 %",
    "Discussed anxiety around falling",
)
PAYMENT_NOTES = ("Paid by daughter, client in hospital", "Hardship arrangement after surgery")
CREDIT_REASONS = (
    "Admitted to hospital, sessions not attended",
    "Reaction to tape adhesive",
    "Client deceased",
)
PREFERRED_NAMES = ("Wobbly", "Sunny-preferred", "Bluey-preferred")

PRIVATE_TEXTS = LINE_NOTES + PAYMENT_NOTES + CREDIT_REASONS + PREFERRED_NAMES
"""Every text of the sample practice that must stay in Caspen: in a clinic it is health information."""
