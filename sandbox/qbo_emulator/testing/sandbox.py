"""The sandbox under test, with its control API."""

from __future__ import annotations

from typing import Any

import httpx

from qbo_emulator.state.world import World
from qbo_emulator.testing.books import Books

AU, GB, NZ, CA, US = (f"913000000000000{n}" for n in range(1, 6))


class Sandbox:
    """A running sandbox: pages and control API over HTTP, its world directly where a test looks inside."""

    def __init__(self, http: httpx.Client, world: World) -> None:
        self.http, self.world = http, world

    def do(self, path: str, **asked: Any) -> dict[str, Any]:
        """POST to the control API; must be accepted."""
        answer = self.http.post(f"/_sandbox/{path}", json=asked)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def get(self, path: str, **params: Any) -> dict[str, Any]:
        """GET from the control API; must be accepted."""
        answer = self.http.get(f"/_sandbox/{path}", params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def books(self, realm: str = AU, **switches: Any) -> Books:
        """A connected company, unthrottled unless the switches say otherwise."""
        self.do(f"{realm}/switches", **{"limits": False, **switches})
        return Books(self.http, realm, self.do("token", realm=realm)["access_token"])

    def person(self, action: str, realm: str = AU, **asked: Any) -> dict[str, Any]:
        """A person's action in a company."""
        return self.do(f"{realm}/person/{action}", **asked)

    def fail(self, kind: str, **rule: Any) -> None:
        """Let the next matching request fail."""
        self.do("fail-next", kind=kind, **rule)

    def rows(self, entity: str, realm: str = AU) -> list[dict[str, Any]]:
        """All rows, the inactive ones too."""
        return self.get(f"{realm}/rows/{entity}")["rows"]

    def last_request(self) -> dict[str, Any]:
        """The newest recorded request."""
        return self.get("requests")["requests"][-1]
