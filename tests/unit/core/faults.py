"""Faults as QuickBooks words them, and how one is judged."""

from __future__ import annotations

from caspen_qbo.core.faults import FaultAction, FaultError, FaultVerdict, judge_errors

INACTIVE = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
UNEXPECTED = (
    "Business Validation Error: An unexpected error occurred while accessing or saving your data. "
    "Please wait a few minutes and try again. If the problem persists, contact customer support."
)
BUSINESS = "A business validation error has occurred while processing your request"
RETRY, STOP, HOLD = FaultAction.RETRY_LATER, FaultAction.STOP, FaultAction.HOLD
REFRESH = FaultAction.REFRESH_TOKEN


def fault(*errors: dict[str, object], kind: str = "ValidationFault") -> dict[str, object]:
    return {"Fault": {"Error": list(errors), "type": kind}, "time": "2017-09-29T09:17:31.892-07:00"}


def error(code: str, text: str = "", detail: str = "", element: str = "") -> dict[str, object]:
    return {"Message": text, "Detail": detail, "code": code, "element": element}


def judge_answer(code: str, text: str, detail: str = "", element: str = "") -> FaultVerdict:
    return judge_errors([FaultError(code, text, detail, element)])
