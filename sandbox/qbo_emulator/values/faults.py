"""QuickBooks' refusals, word for word where its words are public.

* QuickBooksFault          an answer with a Fault
  x ApplicationFault       upper-case ``Fault``, from the accounting application
  x GatewayFault           lower-case ``fault``, from the gateway in front of it

Texts marked *own words* are the sandbox's: the code is documented, its detail is not.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from qbo_emulator.values.money import with_separators

INACTIVE_TEXT = (
    "Something you're trying to use has been made inactive. "
    "Check the fields with accounts, customers, items, vendors or employees."
)
TRANSIENT_TEXT = (
    "An unexpected error occurred while accessing or saving your data. "
    "Please wait a few minutes and try again. If the problem persists, contact customer support."
)
TAX_CALCULATION_TEXT = (
    "We're sorry, QuickBooks encountered an error while calculating tax. Try reselecting the tax rate "
    "or reentering the product/service item and saving the form again. If the problem persists, "
    "contact customer support."
)
THROTTLE_TEXT = "message=ThrottleExceeded; errorCode=003001; statusCode=429"


@dataclass(frozen=True, slots=True)
class FaultError:
    """One entry of a fault's error list."""

    message: str
    detail: str | None
    code: str
    element: str | None = ""

    def upper(self) -> dict[str, object]:
        """As the application prints it."""
        return {
            "Message": self.message,
            "Detail": self.detail or "",
            "code": self.code,
            "element": self.element,
        }

    def lower(self) -> dict[str, object]:
        """As the gateway prints it."""
        return {"message": self.message, "detail": self.detail, "code": self.code, "element": None}


class QuickBooksFault(Exception):
    """A refusal with its HTTP status, fault type and errors."""

    def __init__(self, status: int, kind: str, *errors: FaultError) -> None:
        super().__init__(f"{status} {kind} " + "; ".join(f"{e.code} {e.message}" for e in errors))
        self.status, self.kind, self.errors = status, kind, errors

    @property
    def code(self) -> str:
        """The first error's code."""
        return self.errors[0].code


class ApplicationFault(QuickBooksFault):
    """Answered by the accounting application: ``{"Fault": {"Error": [...], "type": ...}}``."""

    def body(self) -> dict[str, object]:
        """The ``Fault`` object, as used in answers and in batch items."""
        return {"Error": [error.upper() for error in self.errors], "type": self.kind}


class GatewayFault(QuickBooksFault):
    """Answered by the gateway: ``{"fault": {"error": [...], "type": ...}}``, or the same as XML."""

    def body(self) -> dict[str, object]:
        """The ``fault`` object."""
        return {"error": [error.lower() for error in self.errors], "type": self.kind}


def validation(
    code: int, message: str, detail: str, element: str = "", status: int = 400
) -> ApplicationFault:
    """A ValidationFault with one error."""
    return ApplicationFault(status, "ValidationFault", FaultError(message, detail, str(code), element))


# --- gateway
# ---------------------------------------------------------------------------------------------------


def token_refused(detail: str) -> GatewayFault:
    """401/3200: the access token is expired, revoked, malformed or missing."""
    message = "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    return GatewayFault(401, "AUTHENTICATION", FaultError(message, detail, "3200"))


def application_not_authorised() -> GatewayFault:
    """403/3100: the token belongs to another company, or the company disconnected the app."""
    message = "message=ApplicationAuthorizationFailed; errorCode=003100; statusCode=403"
    return GatewayFault(403, "SERVICE", FaultError(message, None, "3100"))


def throttled() -> GatewayFault:
    """429/3001; the two spaces in the detail are QuickBooks'."""
    error = FaultError(THROTTLE_TEXT, "The request limit was reached.  Try again later", "3001")
    return GatewayFault(429, "SERVICE", error)


def application_error(detail: str = "System Failure Error: an unexpected error happened") -> ApplicationFault:
    """500/10000."""
    message = "An application error has occurred while processing your request"
    return ApplicationFault(500, "SystemFault", FaultError(message, detail, "10000"))


# --- request shape
# ---------------------------------------------------------------------------------------------


def unparseable(element: str = "") -> ApplicationFault:
    """2010: unknown property, wrapped entity, or JSON of the wrong shape."""
    return validation(
        2010,
        "Request has invalid or unsupported property",
        "Property Name:failed to parse json object; a property specified is unsupported or invalid",
        element,
    )


def bad_bytes() -> ApplicationFault:
    """500: the request is not UTF-8."""
    return validation(
        500, "Unsupported Operation", "Operation Invalid byte 1 of 1-byte UTF-8 sequence. is not supported."
    )


def unsupported_operation(what: str) -> ApplicationFault:
    """500: no such resource or operation."""
    return validation(500, "Unsupported Operation", f"Operation {what} is not supported.")


def required(parameter: str, detail: str | None = None) -> ApplicationFault:
    """2020: a required property is missing."""
    return validation(
        2020,
        "Required param missing, need to supply the required value for the API",
        detail or f"Required parameter {parameter} is missing in the request",
        parameter,
    )


def length(name: str, text: str, maximum: int, minimum: int = 0) -> ApplicationFault:
    """2050: a string is too short or too long; figures carry thousands separators."""
    return validation(
        2050,
        "String length is either shorter or longer than supported by specification",
        f"String length specified does not match the supported length. Min:{minimum:,} Max:{maximum:,} "
        f"supported. Supplied length:{len(text):,}",
        name,
    )


def illegal_characters(name: str) -> ApplicationFault:
    """2040: a name holds a colon, tab or newline. Own words."""
    detail = f"Invalid String : {name} can't contain colon, tab or newline characters."
    return validation(2040, "Invalid String", detail, name)


def bad_number(name: str, value: object) -> ApplicationFault:
    """2090. Own words."""
    return validation(2090, "Invalid Number", f"Invalid Number : {value}", name)


def bad_date(name: str, value: object) -> ApplicationFault:
    """2060. Own words."""
    return validation(2060, "Invalid Date Format", f"Invalid Date : {value}", name)


def bad_choice(name: str, value: object) -> ApplicationFault:
    """2170."""
    return validation(2170, "Invalid Enumeration", f"Invalid Enumeration : {value}", name)


def bad_email(name: str, address: str) -> ApplicationFault:
    """2210."""
    return validation(
        2210,
        "Email Address does not conform to the syntax rules of RFC 822",
        f"Email Address does not conform to the syntax rules of RFC 822. : {address}",
        name,
    )


def bad_id(value: object) -> ApplicationFault:
    """2030. Own words."""
    return validation(2030, "Invalid ID", f"Invalid ID : {value}", "Id")


# --- objects and references
# ------------------------------------------------------------------------------------


def not_found(deleted_transaction: bool = False) -> ApplicationFault:
    """610, with HTTP 400."""
    text = "Another user has deleted this transaction." if deleted_transaction else INACTIVE_TEXT
    return validation(610, "Object Not Found", f"Object Not Found : {text}")


def bad_reference(element: str) -> ApplicationFault:
    """2500: a reference names nothing, or something inactive."""
    return validation(2500, "Invalid Reference Id", f"Invalid Reference Id : {INACTIVE_TEXT}", element)


def invalid_customer() -> ApplicationFault:
    """6250: the customer is inactive. *Own words* for the message."""
    return validation(6250, "Invalid Customer", f"Invalid Customer : {INACTIVE_TEXT}", "CustomerRef")


def cannot_link() -> ApplicationFault:
    """620: the linked transaction is missing or belongs to another customer."""
    return validation(
        620,
        "TxnID Cannot Be Linked",
        f"TxnID Cannot Be Linked : Cannot validate linked transactions: {INACTIVE_TEXT}",
    )


def stale(user: str, entity: str) -> ApplicationFault:
    """5010: the sync token is not the latest."""
    return validation(
        5010,
        "Stale Object Error",
        f"Stale Object Error : You and {user} were working on this at the same time. {user} finished before "
        f"you did, so your work was not saved. Entity={entity}",
    )


def duplicate_name(detail: str | None = None) -> ApplicationFault:
    """6240; the detail never names the object that has the name."""
    return validation(
        6240,
        "Duplicate Name Exists Error",
        detail
        or "The name supplied already exists. : Another customer, vendor or employee is already using this "
        "\nname. Please use a different name.",
    )


def duplicate_number(number: str, entity: str, txn_id: str) -> ApplicationFault:
    """6140; the detail names the transaction that has the number."""
    return validation(
        6140,
        "Duplicate Document Number Error",
        "Duplicate Document Number Error : You must specify a different number. This number has already "
        f"been used. DocNumber={number} is assigned to TxnType={entity} with TxnId={txn_id}",
    )


def has_balance() -> ApplicationFault:
    """6220."""
    return validation(
        6220,
        "Delete List Has Balance Error",
        "Delete List Has Balance Error : This customer cannot be deleted because it has a non-zero balance",
    )


# --- business rules
# --------------------------------------------------------------------------------------------


def business(text: str, element: str = "") -> ApplicationFault:
    """6000, the catch-all."""
    return validation(
        6000,
        "A business validation error has occurred while processing your request",
        f"Business Validation Error: {text}",
        element,
    )


def amount_mismatch(supplied: Decimal) -> ApplicationFault:
    """6070."""
    return validation(
        6070,
        "Amount is not equal to UnitPrice * Qty",
        f"Amount is not equal to UnitPrice * Qty. Supplied value:{with_separators(supplied)}",
    )


def period_closed() -> ApplicationFault:
    """6210."""
    return validation(
        6210,
        "Account Period Closed, Cannot Update Through Services API",
        "The account period has closed and the account books cannot be updated through the QBO Services API. "
        "Please use the QBO website to make these changes.",
    )


def subscription_ended() -> ApplicationFault:
    """6190: writes only."""
    return validation(
        6190,
        "Invalid Company Status",
        "Subscription period has ended or canceled or there was a billing problem : You can't add data to "
        "QuickBooks Online Plus because your trial or subscription period ended.",
    )


def deposited() -> ApplicationFault:
    """6540."""
    return validation(
        6540,
        "Deposited Transaction cannot be changed",
        "Deposited Transaction cannot be changed : This transaction has been deposited. If you want to "
        "change or delete it, you must edit the deposit it appears on and remove it first.",
    )


def request_id_too_long(request_id: str, size: int) -> ApplicationFault:
    """6000: the request id (with a batch item's id) is over 50 characters."""
    return business(
        "You cannot enter more than 50 characters in the request_id field. "
        f"You tried entering {request_id[:10]}..., which is {size} characters."
    )


# --- queries
# ---------------------------------------------------------------------------------------------------


def query_syntax(detail: str) -> ApplicationFault:
    """4000."""
    return validation(4000, "Error parsing query", f"QueryParserError: {detail}")


def query_invalid(detail: str) -> ApplicationFault:
    """4001."""
    return validation(4001, "Invalid query", f"QueryValidationError: {detail}")
