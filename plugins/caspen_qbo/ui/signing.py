"""Short texts signed with Airflow's secret key: form tokens, and the one-line message after a form."""

from airflow.configuration import conf
from itsdangerous import BadSignature, URLSafeTimedSerializer

FORM_TOKEN_SECONDS = 12 * 3600
MESSAGE_SECONDS = 120


def _serializer(purpose: str) -> URLSafeTimedSerializer:
    # One key for all API servers of an installation; the salt keeps the purposes apart.
    return URLSafeTimedSerializer(conf.get_mandatory_value("api", "secret_key"), salt=f"caspen_qbo.{purpose}")


def form_token(username: str) -> str:
    """A token for this user's forms, good for twelve hours."""
    return _serializer("form").dumps(username)


def is_form_token(token: str, username: str) -> bool:
    """Whether the token was made here, for this user, at most twelve hours ago."""
    try:
        return bool(_serializer("form").loads(token, max_age=FORM_TOKEN_SECONDS) == username)
    except BadSignature:
        return False


def sign_message(username: str, kind: str, text: str) -> str:
    """:param kind: done or problem."""
    return _serializer("message").dumps([username, kind, text])


def read_message(signed: str, username: str) -> tuple[str, str] | None:
    """(kind, text), or None when it is someone else's, old, or was not made here."""
    try:
        owner, kind, text = _serializer("message").loads(signed, max_age=MESSAGE_SECONDS)
    except (BadSignature, ValueError):
        return None
    return (kind, text) if owner == username else None
