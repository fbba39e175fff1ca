"""What the Airflow connection ``quickbooks`` says, checked field by field."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError

API_URLS = {
    "production": "https://quickbooks.api.intuit.com",
    "sandbox": "https://sandbox-quickbooks.api.intuit.com",
}
ENVIRONMENTS = (*API_URLS, "local")
SECONDS_MAX = 600
"""No wait of ours is longer: a run would seem to hang."""

_WHOLE = (int, lambda number: number >= 1, "a whole number, at least 1")
_ABOVE_0 = (float, lambda seconds: 0 < seconds <= SECONDS_MAX, f"seconds, above 0 and at most {SECONDS_MAX}")
_FROM_0 = (float, lambda seconds: 0 <= seconds <= SECONDS_MAX, f"seconds, from 0 and at most {SECONDS_MAX}")
_NUMBERS: dict[str, tuple[type[float], Callable[[float], bool], str]] = {
    **dict.fromkeys(("requests_per_minute", "requests_per_second", "batches_per_minute"), _WHOLE),
    "throttle_wait_seconds": _ABOVE_0,
    "look_again_seconds": _FROM_0,
    "read_backoff_seconds": _ABOVE_0,
    "answer_wait_seconds": _ABOVE_0,
    "token_wait_seconds": _ABOVE_0,
}


@dataclass(frozen=True, slots=True)
class QuickBooksConfig:
    """One Intuit app and where its QuickBooks is."""

    client_id: str
    client_secret: str = field(repr=False)
    environment: str
    """production, sandbox (both Intuit's) or local."""
    api_url: str
    """Up to and without ``/v3``, no slash at the end."""
    discovery: str
    """What intuit-oauth takes as its environment: ``production``, ``sandbox`` or an address."""
    redirect_uri: str
    webhook_verifier_token: str = field(default="", repr=False)
    requests_per_minute: int = settings.REQUESTS_PER_MINUTE
    requests_per_second: int = settings.REQUESTS_PER_SECOND
    batches_per_minute: int = settings.BATCHES_PER_MINUTE
    throttle_wait_seconds: float = 60.0
    """How long to wait after a 429 that does not say. Intuit's advice is 60."""
    look_again_seconds: float = settings.LOOK_AGAIN_SECONDS
    """How long a document may be missing from queries after QuickBooks made it."""
    read_backoff_seconds: float = 1.0
    """Before a read that failed is tried again; twice that before the next try, and so on."""
    answer_wait_seconds: float = settings.ANSWER_SECONDS
    """For one call to QuickBooks in all, from looking up its name to the end of the answer."""
    token_wait_seconds: float = settings.TOKEN_SECONDS
    """The same for one call to Intuit's token service."""

    def on_a_page(self) -> "QuickBooksConfig":
        """Where a person waits in front of a screen: no wait is longer than a page may take."""
        most = settings.PAGE_ANSWER_SECONDS
        return replace(
            self,
            answer_wait_seconds=min(self.answer_wait_seconds, most),
            token_wait_seconds=min(self.token_wait_seconds, most),
        )


def read_config(
    conn_id: str, client_id: str | None, client_secret: str | None, extra: Mapping[str, Any]
) -> QuickBooksConfig:
    """:raises ConfigurationError: names the connection, the field, what was seen and what was expected."""

    def wrong(problem: str) -> ConfigurationError:
        return ConfigurationError(f"Airflow connection {conn_id!r}: {problem}.")

    def text(name: str) -> str:
        return str(extra.get(name) or "").strip()

    def require(value: str | None, what: str) -> str:
        if not (value or "").strip():
            raise wrong(f"{what} is empty; fill it in")
        return str(value).strip()

    def number(name: str, kind: type[float], fits: Callable[[float], bool], expected: str) -> Any:
        try:
            value = kind(extra[name])
        except (TypeError, ValueError):
            value = None
        if value is None or not fits(value):
            raise wrong(f"extra field {name} is {extra[name]!r}; expected {expected}")
        return value

    environment = text("environment") or "production"
    if environment not in ENVIRONMENTS:
        raise wrong(f"environment is {environment!r}; expected one of {', '.join(ENVIRONMENTS)}")
    if environment == "local":
        api_url = require(text("api_url"), "extra field api_url (needed for environment local)")
        discovery = require(text("discovery_url"), "extra field discovery_url (needed for environment local)")
    else:  # addresses in extra do not count here: tokens go to Intuit only
        api_url, discovery = API_URLS[environment], environment
    return QuickBooksConfig(
        client_id=require(client_id, "login (the Intuit app's client id)"),
        client_secret=require(client_secret, "password (the Intuit app's client secret)"),
        environment=environment,
        api_url=api_url.rstrip("/").removesuffix("/v3"),
        discovery=discovery,
        redirect_uri=text("redirect_uri"),
        webhook_verifier_token=text("webhook_verifier_token"),
        **{
            name: number(name, *expected)
            for name, expected in _NUMBERS.items()
            if extra.get(name) not in (None, "")
        },
    )
