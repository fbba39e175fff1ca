"""Tokens at rest, encrypted with Airflow's Fernet key."""

from collections.abc import Callable
from typing import Any

from caspen_qbo.errors import ConfigurationError


def encrypt(secret: str) -> bytes:
    """:raises ConfigurationError: Airflow has no Fernet key; a token is never stored in the clear."""
    encrypted: bytes = _fernet().encrypt(secret.encode("utf-8"))
    return encrypted


def decrypt(stored: bytes) -> str:
    """:raises ConfigurationError: no key, or it was stored with another one."""
    return _opened(_fernet().decrypt, stored).decode("utf-8")


def rotate(stored: bytes) -> bytes:
    """The same token under Airflow's first key. ConfigurationError: no key, or none of them opens it."""
    return _opened(_fernet().rotate, stored)


def _opened(action: Callable[[bytes], bytes], stored: bytes) -> bytes:
    from cryptography.fernet import InvalidToken

    try:
        return action(bytes(stored))
    except InvalidToken:
        raise ConfigurationError(
            "The stored QuickBooks tokens were encrypted with another Fernet key. Put the old key behind the "
            "new one in AIRFLOW__CORE__FERNET_KEY (new,old), or reconnect QuickBooks."
        ) from None


def _fernet() -> Any:
    from airflow.sdk.crypto import get_fernet
    from airflow.sdk.exceptions import AirflowException

    try:
        fernet = get_fernet()
    except AirflowException as error:
        raise ConfigurationError(f"AIRFLOW__CORE__FERNET_KEY is not a Fernet key ({error}).") from None
    if not fernet.is_encrypted:
        raise ConfigurationError(
            "Airflow has no Fernet key, so the QuickBooks tokens cannot be stored. "
            "Set AIRFLOW__CORE__FERNET_KEY, the same in every process; make one with: python -c "
            '"from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())"'
        )
    return fernet
