"""Passwords and keys of this clone: made once at random, kept under `var/`, readable by the owner only."""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, fields
from pathlib import Path

from cryptography.fernet import Fernet

from ops.errors import OpsError

ROLES = ("viewer", "user", "op", "admin")


@dataclass(frozen=True)
class Credentials:
    """Every secret of a local system. Database passwords are distinctive: Airflow masks them in its logs."""

    postgres_password: str
    airflow_db_password: str
    caspen_db_password: str
    sync_db_password: str
    fernet_key: str
    jwt_secret: str
    api_secret_key: str
    webhook_verifier_token: str
    viewer_password: str
    user_password: str
    op_password: str
    admin_password: str

    def __repr__(self) -> str:
        return "Credentials(...)"

    @property
    def logins(self) -> dict[str, str]:
        """Airflow's demo users: the name of each is its role."""
        return {role: getattr(self, f"{role}_password") for role in ROLES}


def load_credentials(path: Path) -> Credentials:
    """Read the credentials, making them at the first call. Safe to repeat: what exists is never changed.

    :raises OpsError: the file is damaged; databases made with its passwords exist, so it is not replaced.
    """
    names = [f.name for f in fields(Credentials)]
    if not path.exists():
        write_private(path, asdict(_generate(names)))
    try:
        return Credentials(**json.loads(path.read_text()))
    except (ValueError, TypeError):
        raise OpsError(
            f"{path} is damaged or of another version. Start afresh with `make clean` (deletes var/)."
        ) from None


def _generate(names: list[str]) -> Credentials:
    made = {name: secrets.token_urlsafe(18) for name in names}
    made["fernet_key"] = Fernet.generate_key().decode()
    for role in ROLES:
        made[f"{role}_password"] = f"{role}-{secrets.token_hex(4)}"
    return Credentials(**made)


def write_private(path: Path, content: dict) -> None:
    """Write JSON that only the owner may read, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as output:
        json.dump(content, output, indent=1)
    part.replace(path)
