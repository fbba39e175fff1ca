"""The heartbeat that leaves the machine: a ping after each good round, so that a service outside notices when
none comes. It never fails a run, and never holds one up for longer than ten seconds.
"""

import logging
import os
from urllib.parse import urlsplit

import requests

from caspen_qbo.hooks.web import BoundedSession

log = logging.getLogger(__name__)

ADDRESS_VARIABLE = "CASPEN_QBO_HEARTBEAT_URL"
"""Where to ping; ``{job}`` in it becomes post, import or reconcile. Nothing is pinged where it is not set."""
SECONDS = 10


def heartbeat_address(job: str) -> str | None:
    """None: none is chosen.

    :raises ValueError: it is no address of the web; its text is not quoted, it may hold a secret.
    """
    address = os.environ.get(ADDRESS_VARIABLE, "").strip()
    if not address:
        return None
    address = address.replace("{job}", job)
    try:
        parts = urlsplit(address)
        good = parts.scheme in ("https", "http") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or any(character.isspace() or character in "{}" for character in address):
        raise ValueError(f"{ADDRESS_VARIABLE} is no address such as https://example.com/ping/{{job}}")
    return address


def ping(job: str) -> bool:
    """Ping the address of a job; whether it answered that it heard."""
    try:
        address = heartbeat_address(job)
    except ValueError as error:
        log.warning("heartbeat job=%s: %s; nothing was pinged", job, error)
        return False
    if address is None:
        return False
    host = urlsplit(address).hostname
    try:
        with BoundedSession() as session:
            session.total_seconds = SECONDS
            answer = session.get(address, timeout=SECONDS, allow_redirects=False)
    except (requests.RequestException, ValueError, OSError) as error:
        log.warning("heartbeat job=%s host=%s: no answer (%s)", job, host, type(error).__name__)
        return False
    if answer.status_code >= 300:
        log.warning("heartbeat job=%s host=%s: answered %d", job, host, answer.status_code)
        return False
    log.info("heartbeat job=%s host=%s: heard", job, host)
    return True
