"""Short texts signed with Airflow's secret key: form tokens, and the one-line message after a form."""

import hashlib

from airflow.api_fastapi.auth.managers.base_auth_manager import COOKIE_NAME_JWT_TOKEN
from airflow.configuration import conf
from fastapi import Request
from itsdangerous import BadSignature, URLSafeTimedSerializer

FORM_TOKEN_SECONDS = 12 * 3600
MESSAGE_SECONDS = 120


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    # One key for all API servers of an installation; the salt keeps the purposes apart.
    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt=f"caspen_qbo.{purpose}")


def login_of(request: Request) -> str:
    """What names this login of a user, and no other of theirs: a digest of Airflow's own token."""
    scheme, _, bearer = request.headers.get("authorization", "").partition(" ")
    token = bearer if scheme.lower() == "bearer" else request.cookies.get(COOKIE_NAME_JWT_TOKEN, "")
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()


def form_token(username: str, login: str) -> str:
    """A token for the forms of this login of a user, good for twelve hours and no longer than the login."""
    return _serializer("form").dumps([username, login])


def is_form_token(token: str, username: str, login: str) -> bool:
    """Whether the token was made here, for this login of this user, at most twelve hours ago."""
    try:
        return bool(_serializer("form").loads(token, max_age=FORM_TOKEN_SECONDS) == [username, login])
    except (BadSignature, ValueError, RecursionError):
        return False


def sign_message(username: str, kind: str, text: str) -> str:
    """:param kind: done or problem."""
    return _serializer("message").dumps([username, kind, text])


def read_message(signed: str, username: str) -> tuple[str, str] | None:
    """(kind, text), or None when it is someone else's, old, or was not made here."""
    try:
        owner, kind, text = _serializer("message").loads(signed, max_age=MESSAGE_SECONDS)
    except (BadSignature, ValueError, TypeError, RecursionError):
        return None
    return (kind, text) if owner == username else None
