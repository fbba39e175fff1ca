"""What Airflow's Test button does: discovery, the app's credentials, the API; each named when it fails."""

from collections.abc import Callable

import requests

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError, QboUnavailableError, SyncError
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth, InvalidGrantError
from caspen_qbo.hooks.quickbooks.config import QuickBooksConfig
from caspen_qbo.hooks.web import BoundedSession


def probe(config: QuickBooksConfig, oauth: IntuitOAuth) -> str:
    """Try the app without any company's tokens; what was found, in one sentence. SyncError: the message
    begins with the step that failed.
    """
    _step("Discovery", oauth.check_discovery)
    _step("Credentials", lambda: _check_credentials(oauth))
    _step("API", lambda: _check_api(config.api_url))
    return (
        f"The {config.environment} endpoints answer and Intuit knows this app. "
        "Companies are connected per workspace, on the QuickBooks page."
    )


def _step(name: str, check: Callable[[], object]) -> None:
    try:
        check()
    except SyncError as error:
        raise type(error)(f"{name}: {error.message}") from error


def _check_credentials(oauth: IntuitOAuth) -> None:
    """A refresh token that cannot exist: Intuit refuses the token when it knows the app, else the app."""
    try:
        oauth.refresh("connection-test")
    except InvalidGrantError:
        return
    raise ConfigurationError(
        "the token endpoint accepted a made-up refresh token; discovery_url is not Intuit's."
    )


def _check_api(api_url: str) -> None:
    """Without a token the API answers 401."""
    url = f"{api_url}/v3/company/0/companyinfo/0"
    try:
        with BoundedSession() as http:
            http.total_seconds = settings.PAGE_ANSWER_SECONDS
            response = http.get(
                url,
                headers={"Accept": "application/json"},
                params={"minorversion": settings.MINOR_VERSION},
                timeout=settings.CONNECT_TIMEOUT_SECONDS,
                allow_redirects=False,
            )
    except requests.RequestException as error:
        raise QboUnavailableError(f"{api_url} does not answer ({type(error).__name__}).") from None
    if response.status_code != 401:
        raise ConfigurationError(
            f"{api_url} answered {response.status_code} to a request without a token, expected 401; "
            "check environment and api_url."
        )
