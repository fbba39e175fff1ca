"""What the sandbox is started with."""

from __future__ import annotations

from dataclasses import dataclass

DEFAULT_CLIENT_ID = "sandbox-client-id"
DEFAULT_CLIENT_SECRET = "sandbox-client-secret"
DEFAULT_VERIFIER = "sandbox-webhook-verifier-0001"


@dataclass(frozen=True, slots=True)
class Settings:
    """Start options."""

    host: str = "127.0.0.1"
    port: int = 8700
    client_id: str = DEFAULT_CLIENT_ID
    client_secret: str = DEFAULT_CLIENT_SECRET
    redirect_uris: tuple[str, ...] = ()
    """Registered redirect addresses; empty: https anywhere, http on this machine."""
    snapshot: str | None = None
    """File the state is kept in between runs."""
    webhook_url: str | None = None
    webhook_verifier: str = DEFAULT_VERIFIER
    limits: bool = True

    @property
    def base_url(self) -> str:
        """Address of the sandbox itself."""
        return f"http://{self.host}:{self.port}"
