"""Lines of a sales form: checked, completed the way QuickBooks answers them, and handed on to be taxed."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from qbo_emulator.rules.references import account_of_type, bare_ref, named_ref, referred
from qbo_emulator.rules.tax import TaxableLine
from qbo_emulator.rules.tracking import line_class
from qbo_emulator.store import Company
from qbo_emulator.values import faults
from qbo_emulator.values.fields import (
    CUSTOM_FIELD,
    LINKED_TXN,
    Amount,
    Anything,
    Choice,
    Day,
    Flag,
    Many,
    Number,
    Part,
    Ref,
    Shape,
    Text,
)
from qbo_emulator.values.money import ZERO, amount_number, dec, half_up, plain_number

LINE_LIMIT = 750

SALES_LINE = Part(
    Shape(
        {
            "Id": Text(20),
            "LineNum": Number(),
            "Description": Text(4000),
            "Amount": Amount(),
            "DetailType": Choice(
                (
                    "SalesItemLineDetail",
                    "DescriptionOnly",
                    "DiscountLineDetail",
                    "SubTotalLineDetail",
                    "GroupLineDetail",
                )
            ),
            "LinkedTxn": Many(LINKED_TXN),
            "CustomField": Many(CUSTOM_FIELD),
            "CustomExtensions": Anything(),
            "LineEx": Anything(read_only=True),
            "SubTotalLineDetail": Anything(),
            "GroupLineDetail": Part(
                Shape(
                    {
                        "GroupItemRef": Ref(),
                        "Quantity": Number(),
                        "Line": Anything(),
                        "ServiceDate": Day(),
                        "TaxCodeRef": Ref(),
                        "ClassRef": Ref(),
                    }
                )
            ),
            "SubtotalLineDetail": Anything(),
            "SalesItemLineDetail": Part(
                Shape(
                    {
                        "ItemRef": Ref(),
                        "Qty": Number(),
                        "UnitPrice": Number(places=7),
                        "TaxCodeRef": Ref(),
                        "ServiceDate": Day(),
                        "ClassRef": Ref(),
                        "TaxInclusiveAmt": Amount(),
                        "DiscountRate": Number(),
                        "DiscountAmt": Amount(),
                        "ItemAccountRef": Ref(read_only=True),
                        "MarkupInfo": Anything(),
                        "PriceLevelRef": Ref(),
                        "RatePercent": Number(),
                        "DeferredRevenue": Flag(),
                        "TaxClassificationRef": Ref(),
                    }
                )
            ),
            "DescriptionLineDetail": Part(Shape({"TaxCodeRef": Ref(), "ServiceDate": Day()})),
            "DiscountLineDetail": Part(
                Shape(
                    {
                        "PercentBased": Flag(),
                        "DiscountPercent": Number(),
                        "DiscountAccountRef": Ref(),
                        "TaxCodeRef": Ref(),
                        "ClassRef": Ref(),
                        "DiscountRef": Ref(),
                        "ServiceDate": Day(),
                        "Discount": Anything(),
                    }
                )
            ),
        }
    )
)


class FormLines:
    """The lines of one form while it is built: what will be stored, and what is to be taxed."""

    def __init__(self, company: Company, mode: str, sent: list[dict[str, Any]]) -> None:
        """:param mode: GlobalTaxCalculation.
        :raises ApplicationFault: 2020 without lines, 6070, 2500, 6090 and the other line faults.
        """
        self._company, self._mode = company, mode
        self.stored: list[dict[str, Any]] = []
        self.taxable: list[TaxableLine] = []
        self._taxable_lines: list[dict[str, Any]] = []
        self.discount = ZERO
        """Amount of the form's discount line, positive."""
        self._discount_code: str | None = None
        lines = [line for line in sent if line and line.get("DetailType") != "SubTotalLineDetail"]
        if not lines:
            raise faults.required("Line")
        if len(lines) > LINE_LIMIT:
            raise faults.business(f"You can enter at most {LINE_LIMIT} lines on a taxable form.")
        self.subtotal: Decimal = ZERO
        for line in lines:
            self._add(line)
        self._number()

    def finish(self) -> list[dict[str, Any]]:
        """Lines as stored, after tax: nets of inclusive lines written back, the subtotal line at the end."""
        for line, taxable in zip(self._taxable_lines, self.taxable, strict=False):
            line["Amount"] = amount_number(taxable.net)
        self.subtotal = sum((line.net for line in self.taxable[: len(self._taxable_lines)]), ZERO)
        subtotal: dict[str, Any] = {
            "Amount": amount_number(self.subtotal),
            "DetailType": "SubTotalLineDetail",
            "SubTotalLineDetail": {},
        }
        discounts = [line for line in self.stored if line["DetailType"] == "DiscountLineDetail"]
        others = [line for line in self.stored if line["DetailType"] != "DiscountLineDetail"]
        return [*others, subtotal, *discounts]

    def discounted(self, after_tax: bool = False) -> list[TaxableLine]:
        """What tax is calculated on. A discount with a tax code of its own is one negative amount; otherwise
        it is spread over the lines by their share, the last one taking the odd cent.
        """
        if not self.discount or after_tax:
            return self.taxable
        if self._discount_code:
            return [*self.taxable, TaxableLine(-self.discount, None, self._discount_code)]
        left, result = self.discount, []
        for position, line in enumerate(self.taxable):
            share = half_up(self.discount * line.net / self.subtotal) if self.subtotal else ZERO
            share = left if position == len(self.taxable) - 1 else share
            left -= share
            result.append(TaxableLine(line.net - share, None, line.code))
        return result

    def _add(self, line: dict[str, Any]) -> None:
        kind = line.get("DetailType") or ("SalesItemLineDetail" if "SalesItemLineDetail" in line else None)
        if kind is None:
            raise faults.required("DetailType")
        if kind == "SalesItemLineDetail":
            self._add_item(line)
        elif kind == "DescriptionOnly":
            self._add_description(line)
        elif kind == "DiscountLineDetail":
            self._add_discount(line)
        else:
            self._add_group(line)

    def _add_group(self, line: dict[str, Any]) -> None:
        """A bundle: its parts as sent, or as the bundle's item lists them; each part is a sale of its own."""
        detail = line.get("GroupLineDetail") or {}
        if "GroupItemRef" not in detail:
            raise faults.required("GroupItemRef")
        group = referred(self._company, "Item", detail["GroupItemRef"], "GroupItemRef")
        if group["Type"] != "Group":
            raise faults.bad_reference("GroupItemRef")
        quantity = dec(detail.get("Quantity", 1))
        parts = detail.get("Line") or self._parts_of(group, quantity, detail)
        outside, self.stored = self.stored, []
        before = self.subtotal
        for part in parts:
            read = SALES_LINE.read(part, "Line") or {}
            if (read.get("DetailType") or "SalesItemLineDetail") != "SalesItemLineDetail":
                raise faults.unparseable("GroupLineDetail")
            self._add_item(read)
        inside, self.stored = self.stored, outside
        self._number_in(inside)
        stored = {key: value for key, value in detail.items() if key == "ServiceDate"}
        self.stored.append(
            {
                **line,
                "Description": line.get("Description") or group.get("Description"),
                "Amount": amount_number(self.subtotal - before),
                "DetailType": "GroupLineDetail",
                "GroupLineDetail": {
                    **stored,
                    "GroupItemRef": named_ref(group),
                    "Quantity": plain_number(quantity),
                    "Line": inside,
                },
            }
        )

    def _parts_of(self, group: dict[str, Any], quantity: Decimal, detail: dict[str, Any]) -> list[Any]:
        result = []
        for part in group["ItemGroupDetail"]["ItemGroupLine"]:
            item = referred(self._company, "Item", part["ItemRef"], "ItemRef")
            each, price = dec(part.get("Qty", 1)) * quantity, dec(item.get("UnitPrice"))
            code = item.get("SalesTaxCodeRef") or detail.get("TaxCodeRef")
            sale = {
                "ItemRef": {"value": item["Id"]},
                "Qty": plain_number(each),
                "UnitPrice": plain_number(price),
                **({"TaxCodeRef": code} if code else {}),
            }
            amount = amount_number(half_up(each * price))
            result.append(
                {"Amount": amount, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": sale}
            )
        return result

    def _add_item(self, line: dict[str, Any]) -> None:
        detail = dict(line.get("SalesItemLineDetail") or {})
        if "ItemRef" not in detail:
            # Without an item the line is documentation only and its amount counts for nothing.
            self.stored.append(
                {
                    "Id": line.get("Id"),
                    "Description": line.get("Description"),
                    "DetailType": "DescriptionOnly",
                    "DescriptionLineDetail": {},
                }
            )
            return
        if "Amount" not in line:
            raise faults.required("Amount")
        amount, quantity = dec(line["Amount"]), dec(detail.get("Qty"))
        _check_amount(detail, amount)
        item = referred(self._company, "Item", detail["ItemRef"], "ItemRef")
        if item.get("TrackQtyOnHand") and "Qty" not in detail:
            raise faults.validation(
                6520, "Quantity required", "Quantity is required for a line with an inventory item", "Qty"
            )
        if quantity and "UnitPrice" not in detail:
            detail["UnitPrice"] = plain_number(half_up(amount / quantity, Decimal("0.0000001")))
        gross = dec(detail.pop("TaxInclusiveAmt", None)) or None
        detail["ItemRef"] = named_ref(item)
        if "IncomeAccountRef" in item:
            detail["ItemAccountRef"] = item["IncomeAccountRef"]
        if self._mode == "TaxInclusive" and gross is not None:
            detail["TaxInclusiveAmt"] = amount_number(gross)
        code = detail["TaxCodeRef"]["value"] if "TaxCodeRef" in detail else None
        if self._mode == "NotApplicable":
            detail.pop("TaxCodeRef", None)
        sort = line_class(self._company, detail.pop("ClassRef", None))
        if sort:
            detail["ClassRef"] = sort
        self.taxable.append(TaxableLine(amount, gross if self._mode == "TaxInclusive" else None, code))
        self.subtotal += amount
        stored = {**line, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": detail}
        self.stored.append(stored)
        self._taxable_lines.append(stored)

    def _add_description(self, line: dict[str, Any]) -> None:
        text = line.get("Description", "")
        if text.startswith("Subtotal:"):
            text = f"Subtotal: {self.subtotal:.2f}"
        self.stored.append(
            {
                "Id": line.get("Id"),
                "Description": text,
                "DetailType": "DescriptionOnly",
                "DescriptionLineDetail": line.get("DescriptionLineDetail") or {},
            }
        )

    def _add_discount(self, line: dict[str, Any]) -> None:
        detail = dict(line.get("DiscountLineDetail") or {})
        if self.discount or any(stored["DetailType"] == "DiscountLineDetail" for stored in self.stored):
            raise faults.business("Only one discount line is allowed on a transaction.")
        percent = dec(detail.get("DiscountPercent"))
        if detail.get("PercentBased"):
            if not 0 < percent <= 100:
                raise faults.validation(
                    6090,
                    "Discount Line missing info",
                    "Discount Line missing info : DiscountPercent is required",
                    "DiscountPercent",
                )
            amount = half_up(self.subtotal * percent / 100)
        elif "Amount" not in line:
            raise faults.validation(
                6090,
                "Discount Line missing info",
                "Discount Line missing info : Amount is required",
                "Amount",
            )
        else:
            amount = dec(line["Amount"])
        if amount < 0:
            raise faults.validation(
                2290, "NegativeAmount", "Negative amounts aren't supported on transaction lines"
            )
        if "DiscountAccountRef" in detail:
            account = account_of_type(
                self._company, detail["DiscountAccountRef"], "DiscountAccountRef", ("Income", "Expense")
            )
            detail["DiscountAccountRef"] = named_ref(account)
        if "TaxCodeRef" in detail:
            self._discount_code = detail["TaxCodeRef"]["value"]
            code = self._company.get("TaxCode", self._discount_code)
            detail["TaxCodeRef"] = bare_ref(code) if code else detail["TaxCodeRef"]
        sort = line_class(self._company, detail.pop("ClassRef", None))
        if sort:
            detail["ClassRef"] = sort
        self.discount = amount
        self.stored.append({**line, "Amount": amount_number(amount), "DiscountLineDetail": detail})

    def _number(self) -> None:
        self._number_in(self.stored)

    def _number_in(self, lines: list[dict[str, Any]]) -> None:
        """Keep known line Ids, give new ones to the rest, and number the lines in order."""
        known = {line["Id"] for line in lines if line.get("Id")}
        if len(known) != sum(1 for line in lines if line.get("Id")):
            raise faults.bad_id("duplicate line Id")
        following = max((int(line_id) for line_id in known if line_id.isdigit()), default=0)
        for position, line in enumerate(lines, start=1):
            if not line.get("Id"):
                following += 1
                line["Id"] = str(following)
            line["LineNum"] = position
            for name in [name for name, value in line.items() if value is None]:
                del line[name]


def _check_amount(detail: dict[str, Any], amount: Decimal) -> None:
    """Refuse an amount that is not quantity times price, where both are given."""
    if "Qty" not in detail or "UnitPrice" not in detail:
        return
    quantity, price = dec(detail["Qty"]), dec(detail["UnitPrice"])
    # Client libraries send Qty 0 and UnitPrice 0 as placeholders next to a real amount.
    if not quantity and not price:
        del detail["Qty"], detail["UnitPrice"]
    elif half_up(quantity * price) != amount:
        raise faults.amount_mismatch(amount)
