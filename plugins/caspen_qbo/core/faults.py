"""What a QuickBooks fault means. Code and text decide together: faults come in two casings, as XML, in
answers of status 200 and per batch item, and code 6000 is anything from a missing tax code to "try again".
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any, NamedTuple


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
    action: FaultAction
    error_key: str
    error: FaultError
    """The error that decided."""
    definite: bool = True
    """A write that met this was certainly not carried out. False: it may have been; look it up first."""
    others: tuple[FaultError, ...] = ()

    @property
    def existing(self) -> ExistingDocument | None:
        found = _EXISTING.search(self.error.detail) if self.error.code == "6140" else None
        return ExistingDocument(found["type"], found["id"], found["number"]) if found else None

    @property
    def full_detail(self) -> str:
        rest = [f"also {other.code}: {other.detail or other.text}" for other in self.others]
        return "; ".join(part for part in (self.error.detail, *rest) if part)

    @property
    def said(self) -> str:
        return f"{self.error.text}: {self.full_detail}".strip(": ")


NOT_FOUND = "610"
"""Deleted, made inactive, or not shown: the words say which."""

_EXISTING = re.compile(
    r"DocNumber=(?P<number>.*?) is assigned to TxnType=(?P<type>\w+) with TxnId=(?P<id>\d+)", re.IGNORECASE
)


class _Rule(NamedTuple):
    action: FaultAction
    error_key: str
    codes: str = ".*"
    """Pattern of the whole code."""
    words: str = ""
    """Pattern anywhere in text and detail, letter case ignored."""
    in_element: bool = False
    """The pattern may also stand in the element."""
    definite: bool = True

    def fits(self, error: FaultError) -> bool:
        said = f"{error.element if self.in_element else ''} {error.text} {error.detail}"
        return bool(
            re.fullmatch(self.codes, error.code) and re.search(self.words, said, re.IGNORECASE | re.DOTALL)
        )


_THROTTLE_WORDS = r"ThrottleExceeded|errorCode=0*3001\b|statusCode=429|request limit was reached"
_TAX_WORDS = r"\b(?:GST|VAT|HST|QST|PST)\b|sales tax|calculating tax|tax\s?code|tax rate|reselecting the tax"
_RETRY, _STOP, _HOLD = FaultAction.RETRY_LATER, FaultAction.STOP, FaultAction.HOLD

_RULES = (
    _Rule(FaultAction.THROTTLED, "other", "3001"),
    _Rule(FaultAction.THROTTLED, "other", words=_THROTTLE_WORDS),
    _Rule(FaultAction.REFRESH_TOKEN, "invalid_refresh_token", "100|110|3200|3202"),
    _Rule(_STOP, "invalid_refresh_token", "120|3100"),
    _Rule(_STOP, "subscription_ended", "6190"),
    _Rule(FaultAction.STALE, "changed_in_quickbooks", "5010"),
    # The question was too big, which asking again does not change.
    _Rule(_HOLD, "other", "10100"),
    # Wrong cluster, locked, under maintenance; 600 says that an equal request came before; the application's
    # own failures from 10000 on; and whatever has no number. Any of these may follow work that was done.
    _Rule(_RETRY, "outcome_unknown", r"130|140|150|600|\d{5,}|.*\D.*|", definite=False),
    # Code 6000 means anything; its text says what.
    _Rule(_RETRY, "other", "6000", "at exactly the same time"),
    # Also seen in answer to a repeated request whose first try had succeeded.
    _Rule(
        _RETRY, "outcome_unknown", "6000", "unexpected error.*(wait a few minutes|try again)", definite=False
    ),
    _Rule(_HOLD, "business_validation_tax", "6000", _TAX_WORDS),
    _Rule(_HOLD, "currency_mismatch", "6000", r"\bcurrenc(?:y|ies)\b"),
    _Rule(_HOLD, "overpayment", "6000", r"applied (?:is|are) more than|exceeds? the (?:open )?balance"),
    _Rule(FaultAction.GONE, "missing_in_quickbooks", "610", "has deleted this|was deleted|been deleted"),
    _Rule(_HOLD, "business_validation_tax", "2500|2020|2030", "taxcode|taxrate", in_element=True),
    # The company keeps several currencies since its preferences were last read: they are read again first.
    _Rule(_RETRY, "other", "2020", r"(?-i:CurrencyRef\b)", in_element=True),
    _Rule(_HOLD, "required_param_missing", "2020", r"(?-i:parameter Line\b)"),
    _Rule(_HOLD, "number_too_long", "2050", "docnumber|paymentrefnum", in_element=True),
    _Rule(_HOLD, "number_too_long", "2050", "(?-i:Max:21 )"),
    # The code alone says what is wrong.
    _Rule(_HOLD, "inactive_reference", "610|2500|6250"),
    _Rule(_HOLD, "business_validation_tax", "6100|6160|6170|6230|6470"),
    _Rule(_HOLD, "duplicate_document_number", "6140"),
    _Rule(_HOLD, "period_closed", "6200|6210"),
    _Rule(_HOLD, "customer_name_taken", "6240"),
    _Rule(_HOLD, "payment_locked", "6450|6480|6540"),
    _Rule(_HOLD, "inventory_item", "6270|6520"),
    _Rule(_HOLD, "setup_incomplete", "6430"),
    _Rule(_HOLD, "other"),
)
"""The first rule that fits decides; the last fits every error."""

_BY_STATUS = {
    401: (FaultAction.REFRESH_TOKEN, "invalid_refresh_token"),
    403: (_STOP, "invalid_refresh_token"),
    404: (_STOP, "setup_incomplete"),
    **dict.fromkeys((405, 413, 414, 415, 431), (_HOLD, "other")),
}
"""Without a readable fault the status alone decides, and only where it is beyond doubt."""

_ORDER = {action: rank for rank, action in enumerate(FaultAction)}


def judge(status: int, payload: Any, text: str = "") -> FaultVerdict | None:
    """None: a success without a fault. ``payload``: parsed JSON, if it was; ``text``: XML and HTML bodies."""
    errors = read_errors(payload) or _read_xml_errors(text)
    success = 200 <= status < 300
    if status == 429 or (not (errors or success) and re.search(_THROTTLE_WORDS, text, re.IGNORECASE)):
        error = errors[0] if errors else FaultError("3001", "ThrottleExceeded")
        return FaultVerdict(FaultAction.THROTTLED, "other", error)
    if errors:
        return _with_status(status, judge_errors(errors))
    if success:
        return None
    error = FaultError("", f"HTTP {status} without a readable fault")
    if status in _BY_STATUS:
        return FaultVerdict(*_BY_STATUS[status], error)
    return FaultVerdict(_RETRY, "outcome_unknown", error, definite=False)


def judge_errors(errors: Sequence[FaultError]) -> FaultVerdict:
    """The verdict on a fault's errors: the most cautious one decides. At least one error."""
    judged = [(error, next(rule for rule in _RULES if rule.fits(error))) for error in errors]
    # A key that tells the user something comes before "other"; the order within equals is QuickBooks'.
    error, rule = min(
        judged, key=lambda one: (_ORDER[one[1].action], one[1].definite, one[1].error_key == "other")
    )
    others = tuple(other for other in errors if other is not error)
    return FaultVerdict(rule.action, rule.error_key, error, all(r.definite for _, r in judged), others)


def _with_status(status: int, verdict: FaultVerdict) -> FaultVerdict:
    if verdict.action is FaultAction.THROTTLED:
        return verdict
    if status == 401:
        action, key = _BY_STATUS[401]
        return replace(verdict, action=action, error_key=key, definite=True)
    # A server that failed may have failed after doing the work, whatever reason it gives.
    if status >= 500:
        return replace(verdict, action=_RETRY, error_key="outcome_unknown", definite=False)
    return verdict


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
    errors = tuple(_read_error(item) for item in listed or () if isinstance(item, Mapping))
    return errors or (
        FaultError("", clean(f"fault without an error, type {fault.get('type') or 'unknown'}")),
    )


def clean(text: Any) -> str:
    """QuickBooks' text without tokens and other secrets, on one line, at most 1,000 characters."""
    flat = _CONTROL.sub("\N{REPLACEMENT CHARACTER}", " ".join(str(text or "").split()))
    for pattern, replacement in _SECRETS:
        flat = pattern.sub(replacement, flat)
    return flat[:1000]


_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
"""What would steer a terminal, or turn the direction of writing."""

_SECRETS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\b(bearer|basic)\s+(?!token\b)[\w.~+/=-]{8,}", re.IGNORECASE), r"\1 ***"),
    (re.compile(r"(token (?:expired|invalid|revoked)\s*:\s*)\S+", re.IGNORECASE), r"\1***"),
    (
        re.compile(
            r"(\b(?:access_token|refresh_token|client_secret|authorization|code)\"?\s*[=:]\s*\"?)[^\s\"&,}]{8,}",
            re.IGNORECASE,
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
    if "<fault" not in text.casefold():
        return ()
    errors = []
    for attributes, inside in re.findall(r"<Error\b([^>]*)>(.*?)</Error>", text, re.DOTALL | re.IGNORECASE):
        message = clean(_find(r"<Message>(.*?)</Message>", inside))
        code = _code(_find(r"code=\"(\w+)\"", attributes), message)
        detail = clean(_find(r"<Detail>(.*?)</Detail>", inside))
        errors.append(FaultError(code, message, detail, _find(r"element=\"([^\"]*)\"", attributes)))
    return tuple(errors)


def _find(pattern: str, text: str) -> str:
    found = re.search(pattern, text, re.DOTALL | re.IGNORECASE)
    return found[1] if found else ""
