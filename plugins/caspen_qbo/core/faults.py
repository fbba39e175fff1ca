"""
What a QuickBooks fault means and what to do about it.

QuickBooks writes faults in two casings, as XML at the gateway, inside answers of status 200 and for single
items of a batch; and it uses one code (6000) for everything from a missing tax code to "try again in a few
minutes". So both the code and the text decide. Nothing here touches the network: status and body in, verdict
out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class FaultAction(StrEnum):
    """What the caller does next. Listed from the most to the least cautious: the first one met wins."""

    RETRY_LATER = "retry_later"
    """QuickBooks could not at the moment."""
    STOP = "stop"
    """Nothing of this company can go until a person acts."""
    REFRESH_TOKEN = "refresh_token"
    """The access token is not accepted: a new one, then the same request again."""
    THROTTLED = "throttled"
    """Too many requests: wait, then the same request again."""
    STALE = "stale"
    """The sync token is old: read the object, decide again."""
    GONE = "gone"
    """The object addressed was deleted."""
    HOLD = "hold"
    """This document is refused; others can go."""


@dataclass(frozen=True, slots=True)
class FaultError:
    """One error of a fault, as QuickBooks words it, cleaned of secrets."""

    code: str
    """A number as text, without leading zeros; empty when QuickBooks gave none."""
    text: str
    detail: str = ""
    element: str = ""


@dataclass(frozen=True, slots=True)
class ExistingDocument:
    """The document that already has the number (code 6140)."""

    txn_type: str
    txn_id: str
    doc_number: str


@dataclass(frozen=True, slots=True)
class FaultVerdict:
    """The decision about one fault."""

    action: FaultAction
    error_key: str
    """Entry of the error catalogue."""
    error: FaultError
    """The error that decided."""
    definite: bool = True
    """A write that met this was certainly not carried out. False: it may have been; look before repeating."""
    others: tuple[FaultError, ...] = ()
    """Further errors of the same fault."""

    @property
    def existing(self) -> ExistingDocument | None:
        """For a duplicate number: which document has it, when QuickBooks says."""
        return find_existing(self.error.detail) if self.error.code == "6140" else None

    @property
    def full_detail(self) -> str:
        """The deciding error's detail, and the codes and texts of the others."""
        rest = [f"also {other.code}: {other.detail or other.text}" for other in self.others]
        return "; ".join(part for part in (self.error.detail, *rest) if part)


_TAX_WORDS = re.compile(
    r"\b(?:GST|VAT|HST|QST|PST)\b|sales tax|calculating tax|tax\s?code|tax rate|reselecting the tax",
    re.IGNORECASE,
)
_TRY_AGAIN = re.compile(r"unexpected error.*(?:wait a few minutes|try again)", re.IGNORECASE | re.DOTALL)
_INVENTORY_LOCK = re.compile(r"at exactly the same time", re.IGNORECASE)
_THROTTLE = re.compile(
    r"ThrottleExceeded|errorCode=0*3001\b|statusCode=429|request limit was reached", re.IGNORECASE
)
_DELETED = re.compile(r"has deleted this|was deleted|been deleted", re.IGNORECASE)
_EXISTING = re.compile(
    r"DocNumber=(?P<number>.*?) is assigned to TxnType=(?P<type>\w+) with TxnId=(?P<id>\d+)", re.IGNORECASE
)
_CURRENCY = re.compile(r"\bcurrenc(?:y|ies)\b", re.IGNORECASE)

_HELD: dict[str, str] = {
    "2500": "inactive_reference",
    "6100": "business_validation_tax",
    "6140": "duplicate_document_number",
    "6160": "business_validation_tax",
    "6170": "business_validation_tax",
    "6200": "period_closed",
    "6210": "period_closed",
    "6230": "business_validation_tax",
    "6240": "customer_name_taken",
    "6250": "inactive_reference",
    "6270": "setup_incomplete",
    "6430": "setup_incomplete",
    "6470": "business_validation_tax",
    "6520": "setup_incomplete",
}
"""Codes whose number alone says what is wrong. Every other code below 10000 is held as ``other``."""

_REFRESH = frozenset({"100", "110", "3200", "3202"})
_CONNECTION_DEAD = frozenset({"120", "3100"})
_NOT_NOW = frozenset({"130", "140", "150", "600"})
"""Wrong cluster, locked, under maintenance; and 600, which says that an equal request came before: look."""

_ORDER = {action: rank for rank, action in enumerate(FaultAction)}


def judge(status: int, payload: Any, text: str = "") -> FaultVerdict | None:
    """
    Judge one HTTP answer.

    :param status: HTTP status.
    :param payload: The parsed JSON body; None when it was not JSON.
    :param text: The body as text, for XML and HTML.
    :return: None when the answer carries no fault and is a success.
    """
    errors = read_errors(payload) or _read_xml_errors(text)
    if status == 429:
        return FaultVerdict(
            FaultAction.THROTTLED, "other", errors[0] if errors else FaultError("3001", "ThrottleExceeded")
        )
    if errors:
        return _judge_with_status(status, errors)
    if 200 <= status < 300:
        return None
    return _judge_bare_status(status, text)


def judge_errors(errors: Sequence[FaultError]) -> FaultVerdict:
    """The verdict on a fault's errors: the most cautious one decides. At least one error."""
    verdicts = [_judge_error(error) for error in errors]
    # A key that tells the user something comes before "other"; the order within equals is QuickBooks'.
    first = min(verdicts, key=lambda one: (_ORDER[one.action], one.definite, one.error_key == "other"))
    others = tuple(error for error in errors if error is not first.error)
    definite = all(one.definite for one in verdicts)
    return FaultVerdict(first.action, first.error_key, first.error, definite, others)


def judge_answer(code: str, text: str, detail: str = "", element: str = "") -> FaultVerdict:
    """The verdict on one refused write, from the parts that :class:`caspen_qbo.ports.Answer` keeps."""
    return judge_errors([FaultError(code, text, detail, element)])


def read_errors(payload: Any) -> tuple[FaultError, ...]:
    """The errors of a body or of one item of a batch, in either casing; empty when it carries no fault."""
    if not isinstance(payload, Mapping):
        return ()
    fault = payload.get("Fault", payload.get("fault"))
    if not isinstance(fault, Mapping):
        return ()
    listed = fault.get("Error", fault.get("error"))
    if isinstance(listed, Mapping):
        listed = [listed]
    kind = str(fault.get("type") or "")
    errors = tuple(_read_error(item) for item in listed or () if isinstance(item, Mapping))
    return errors or (FaultError("", clean(f"fault without an error, type {kind or 'unknown'}")),)


def find_existing(detail: str) -> ExistingDocument | None:
    """Which document has the number, from the detail of a 6140; None when it does not say."""
    found = _EXISTING.search(detail)
    return ExistingDocument(found["type"], found["id"], found["number"]) if found else None


def clean(text: Any) -> str:
    """QuickBooks' text without tokens and other secrets, on one line, at most 1,000 characters."""
    flat = " ".join(str(text or "").split())
    for pattern, replacement in _SECRETS:
        flat = pattern.sub(replacement, flat)
    return flat[:1000]


_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(bearer|basic)\s+(?!token\b)[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"(token (?:expired|invalid|revoked)\s*:\s*)\S+", re.IGNORECASE), r"\1***"),
    (
        re.compile(
            r"(\b(?:access_token|refresh_token|client_secret|authorization|code)\"?\s*[=:]\s*\"?)[^\s\"&,}]{8,}",
            re.I,
        ),
        r"\1***",
    ),
    (re.compile(r"\beyJ[\w-]+(?:\.[\w-]*)+"), "***"),
    # Intuit's refresh tokens, and any run too long to be a word or an id.
    (re.compile(r"\b(?:AB|RT1)\d[\w-]{20,}"), "***"),
    (re.compile(r"(?<![\w/])[A-Za-z0-9_-]{40,}(?![\w/])"), "***"),
)


def _read_error(item: Mapping[str, Any]) -> FaultError:
    def part(*names: str) -> str:
        return next((clean(item[name]) for name in names if item.get(name) not in (None, "")), "")

    text, detail = part("Message", "message"), part("Detail", "detail")
    return FaultError(_code(part("code", "Code"), text), text, detail, part("element", "Element"))


def _code(code: str, text: str) -> str:
    """The code without leading zeros; gateway faults that lack it carry it in their message."""
    if not code.strip("0"):
        found = re.search(r"errorCode=(\d+)", text)
        code = found[1] if found else code
    return code.lstrip("0") if code.isdigit() else code


def _read_xml_errors(text: str) -> tuple[FaultError, ...]:
    if "<Fault" not in text and "<fault" not in text:
        return ()
    errors = []
    for found in re.finditer(r"<Error\b([^>]*)>(.*?)</Error>", text, re.DOTALL | re.IGNORECASE):
        attributes, inside = found.groups()
        code = re.search(r"code=\"(\w+)\"", attributes, re.IGNORECASE)
        element = re.search(r"element=\"([^\"]*)\"", attributes, re.IGNORECASE)
        message = clean(_xml_text(inside, "Message"))
        errors.append(
            FaultError(
                _code(code[1] if code else "", message),
                message,
                clean(_xml_text(inside, "Detail")),
                element[1] if element else "",
            )
        )
    return tuple(errors)


def _xml_text(inside: str, name: str) -> str:
    found = re.search(rf"<{name}>(.*?)</{name}>", inside, re.DOTALL | re.IGNORECASE)
    return found[1] if found else ""


def _judge_with_status(status: int, errors: Sequence[FaultError]) -> FaultVerdict:
    verdict = judge_errors(errors)
    if status == 401 and verdict.action is not FaultAction.THROTTLED:
        return FaultVerdict(FaultAction.REFRESH_TOKEN, "invalid_refresh_token", verdict.error)
    # A server that failed may have failed after doing the work, whatever reason it gives.
    if status >= 500 and verdict.action is not FaultAction.THROTTLED:
        return FaultVerdict(FaultAction.RETRY_LATER, "outcome_unknown", verdict.error, definite=False)
    return verdict


def _judge_bare_status(status: int, text: str) -> FaultVerdict:
    """An answer without a readable fault: the status alone decides, and only where it is beyond doubt."""
    error = FaultError("", f"HTTP {status} without a readable fault")
    if _THROTTLE.search(text):
        return FaultVerdict(FaultAction.THROTTLED, "other", FaultError("3001", "ThrottleExceeded"))
    if status == 401:
        return FaultVerdict(FaultAction.REFRESH_TOKEN, "invalid_refresh_token", error)
    if status == 403:
        return FaultVerdict(FaultAction.STOP, "invalid_refresh_token", error)
    if status == 404:
        return FaultVerdict(FaultAction.STOP, "setup_incomplete", error)
    if status in (405, 413, 414, 415, 431):
        return FaultVerdict(FaultAction.HOLD, "other", error)
    return FaultVerdict(FaultAction.RETRY_LATER, "outcome_unknown", error, definite=False)


def _judge_error(error: FaultError) -> FaultVerdict:
    said = f"{error.text} {error.detail}"
    if error.code == "3001" or _THROTTLE.search(said):
        return FaultVerdict(FaultAction.THROTTLED, "other", error)
    if error.code in _REFRESH:
        return FaultVerdict(FaultAction.REFRESH_TOKEN, "invalid_refresh_token", error)
    if error.code in _CONNECTION_DEAD:
        return FaultVerdict(FaultAction.STOP, "invalid_refresh_token", error)
    if error.code == "6190":
        return FaultVerdict(FaultAction.STOP, "subscription_ended", error)
    if error.code == "5010":
        return FaultVerdict(FaultAction.STALE, "changed_in_quickbooks", error)
    if error.code in _NOT_NOW or not error.code.isdigit() or int(error.code) >= 10000:
        # 10100 says that the question was too big, which asking again does not change.
        if error.code == "10100":
            return FaultVerdict(FaultAction.HOLD, "other", error)
        return FaultVerdict(FaultAction.RETRY_LATER, "outcome_unknown", error, definite=False)
    return _judge_refusal(error, said)


def _judge_refusal(error: FaultError, said: str) -> FaultVerdict:
    if error.code == "6000":
        return _judge_business_rule(error, said)
    if error.code == "610":
        if _DELETED.search(said):
            return FaultVerdict(FaultAction.GONE, "missing_in_quickbooks", error)
        return FaultVerdict(FaultAction.HOLD, "inactive_reference", error)
    return FaultVerdict(FaultAction.HOLD, _held_key(error, said), error)


def _judge_business_rule(error: FaultError, said: str) -> FaultVerdict:
    """Code 6000 means anything; its text says what."""
    if _INVENTORY_LOCK.search(said):
        return FaultVerdict(FaultAction.RETRY_LATER, "other", error)
    if _TRY_AGAIN.search(said):
        # Also seen in answer to a repeated request whose first try had succeeded: nothing is certain.
        return FaultVerdict(FaultAction.RETRY_LATER, "outcome_unknown", error, definite=False)
    if _TAX_WORDS.search(said):
        return FaultVerdict(FaultAction.HOLD, "business_validation_tax", error)
    if _CURRENCY.search(said):
        return FaultVerdict(FaultAction.HOLD, "currency_mismatch", error)
    return FaultVerdict(FaultAction.HOLD, "other", error)


def _held_key(error: FaultError, said: str) -> str:
    if error.code in ("2500", "2020", "2030") and _mentions(error, ("taxcode", "taxrate")):
        return "business_validation_tax"
    if error.code == "2020" and re.search(r"parameter Line\b", said):
        return "required_param_missing"
    if error.code == "2050" and (_mentions(error, ("docnumber", "paymentrefnum")) or "Max:21 " in said):
        return "number_too_long"
    return _HELD.get(error.code, "other")


def _mentions(error: FaultError, names: Iterable[str]) -> bool:
    where = f"{error.element} {error.text} {error.detail}".casefold()
    return any(name in where for name in names)
