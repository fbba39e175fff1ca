"""What can be turned per company: settings a person makes, and points QuickBooks' documentation
leaves open.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any, Literal, get_args, get_type_hints


@dataclass(slots=True)
class Switches:
    """Defaults are what the documentation says, or, where it is silent, what breaks a careless
    client first.
    """

    custom_txn_numbers: bool = True
    """``SalesFormsPrefs.CustomTxnNumbers``. Off: QuickBooks numbers documents itself."""
    ignore_supplied_numbers: bool = False
    """With automatic numbers: drop a supplied DocNumber (else it is kept, and may be given out twice)."""
    warn_duplicate_numbers: bool = False
    """The page-only setting behind 6140. Off: duplicate numbers are accepted in silence."""
    auto_apply_credit: bool = True
    """``AutoApplyCredit``: a credit memo is applied to the customer's oldest open invoice automatically."""
    multi_currency: bool = False
    """``CurrencyPrefs.MultiCurrencyEnabled``. Once on it stays on."""
    currency_when_missing: Literal["fault", "customer", "home"] = "fault"
    """A transaction without CurrencyRef, among several: 2020, the customer's, or the home currency."""
    inactive_customer: Literal["610", "2500", "6250"] = "610"
    """How a transaction for an inactive customer is refused; all three were seen, none names it."""
    merged_name: Literal["inactive", "gone"] = "inactive"
    """What a merge leaves of the merged name: an inactive row, or a deleted one (610, a stub in CDC)."""
    class_tracking: Literal["off", "per_txn", "per_line"] = "off"
    """``AccountingInfoPrefs.ClassTrackingPerTxn`` and ``ClassTrackingPerTxnLine``."""
    track_departments: bool = False
    """``AccountingInfoPrefs.TrackDepartments``: locations."""
    untracked_refs: Literal["ignored", "refused"] = "ignored"
    """A ClassRef or DepartmentRef while that is not tracked: dropped, or 6000."""
    using_sales_tax: bool = True
    """``TaxPrefs.UsingSalesTax``. Off: no tax is calculated, TxnTaxDetail is ignored and not stored."""
    tax_rounding: Literal["per_line", "per_rate"] = "per_line"
    """Round each line's tax and add up, or add up and round once per rate."""
    honour_tax_override: bool = True
    """A supplied TaxLine.Amount stands. Off: tax is always recalculated."""
    over_application: Literal["fault", "unapplied"] = "fault"
    """A payment line above the open balance: refuse it, or leave the excess unapplied."""
    batch_replay: Literal["stored", "transient_6000"] = "stored"
    """A batch sent again with its requestid: the stored answers, or the error seen from QuickBooks instead.
    """
    batch_answer_order: Literal["request", "reversed"] = "request"
    """QuickBooks does not promise the order of a batch's answers."""
    requestid_ttl_seconds: int = 86400
    """How long an answer is kept for replay; QuickBooks does not say. Sandbox seconds."""
    requestid_replays_faults: bool = True
    """Whether a business fault is stored for replay as a success is."""
    limits: bool = True
    """Requests per minute and second, batches per minute."""
    throttle_body: Literal["json", "xml"] = "json"
    """The form of a 429; XML was seen even by clients asking for JSON."""
    core_plus_quota: int = 500_000
    """Reads a month; every further one is answered 429 until the month ends."""
    startposition_zero: Literal["fault", "as_one"] = "fault"
    """STARTPOSITION 0: 4001, or counted as 1. Both were seen."""
    lag_seconds: float = 0.0
    """How long a change stays invisible to queries and CDC (reads by Id are current). Sandbox seconds."""
    void_answer_shows_old_amounts: bool = True
    """A void is answered with the amounts of before; the next read shows zeros."""
    address_reflow: bool = True
    """An updated sales form's addresses come back as bare lines, without City and PostalCode."""

    def change(self, changes: dict[str, Any]) -> None:
        """Set several switches at once; nothing changes when one is wrong.

        :raises ValueError: unknown switch, or a value it does not take; the text lists what is allowed.
        """
        hints = get_type_hints(Switches)
        for name, value in changes.items():
            if name not in hints:
                raise ValueError(f"switch {name!r} is unknown; switches are {', '.join(sorted(hints))}")
            allowed = get_args(hints[name])
            if allowed and value not in allowed:
                raise ValueError(f"switch {name} is {value!r}; it takes one of {', '.join(allowed)}")
            if not allowed and not _fits(value, hints[name]):
                raise ValueError(f"switch {name} is {value!r}; it takes a {hints[name].__name__}")
        for name, value in changes.items():
            setattr(self, name, value)

    def as_dict(self) -> dict[str, Any]:
        """All switches with their present values."""
        return dataclasses.asdict(self)


def _fits(value: Any, wanted: type) -> bool:
    if wanted is bool or isinstance(value, bool):
        return wanted is bool and isinstance(value, bool)
    return isinstance(value, (int, float)) if wanted is float else isinstance(value, wanted)
