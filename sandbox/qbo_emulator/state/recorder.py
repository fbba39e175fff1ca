"""Every request that came in, and what adds up: by endpoint, by Core and CorePlus, peaks per minute."""

from __future__ import annotations

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any, Literal

Meter = Literal["Core", "CorePlus", "none"]
KEEP = 20_000


@dataclass(slots=True)
class Recorded:
    """One request to ``/v3/`` or to the OAuth endpoints, as it was."""

    number: int
    at: str
    """Sandbox time, UTC."""
    method: str
    path: str
    query: dict[str, str]
    body: Any
    """JSON as parsed, other text as it is; tokens in OAuth bodies are blanked."""
    realm: str | None
    endpoint: str
    """Method and resource: ``POST invoice``, ``POST query``."""
    operation: str | None
    """create, update, delete, void, read, query, batch, cdc."""
    entity: str | None
    meter: Meter
    intuit_tid: str
    status: int | None = None
    """None when the connection was dropped without an answer."""
    fault: str | None = None
    """First fault code of the answer."""
    injected: str | None = None
    """Kind of the fault the plan put in."""
    replayed: bool = False
    """Answered from the store of request ids."""
    real_seconds: float = 0.0


class Recorder:
    """Newest ``KEEP`` requests, and counters since the last reset."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """Forget everything."""
        self.requests: deque[Recorded] = deque(maxlen=KEEP)
        self.count = 0
        self.by_endpoint: Counter[str] = Counter()
        self.by_meter: Counter[str] = Counter()
        self.by_status: Counter[str] = Counter()
        self.by_fault: Counter[str] = Counter()
        self.by_realm_minute: Counter[tuple[str, str]] = Counter()
        self.batch_items = 0

    def add(self, request: Recorded) -> None:
        """Note a finished request."""
        self.requests.append(request)
        self.by_endpoint[request.endpoint] += 1
        self.by_status[str(request.status)] += 1
        if request.fault:
            self.by_fault[request.fault] += 1
        if request.realm:
            self.by_realm_minute[(request.realm, request.at[:16])] += 1

    def next_number(self) -> int:
        """Number of the next request, from 1."""
        self.count += 1
        return self.count

    def listing(self, since: int = 0, realm: str | None = None, limit: int = 1000) -> list[dict[str, Any]]:
        """Requests after number ``since``, oldest first."""
        found = (r for r in self.requests if r.number > since and realm in (None, r.realm))
        return [asdict(request) for request, _ in zip(found, range(limit), strict=False)]

    def counters(self) -> dict[str, Any]:
        """All counters."""
        peaks: dict[str, int] = {}
        for (realm, _), count in self.by_realm_minute.items():
            peaks[realm] = max(peaks.get(realm, 0), count)
        return {
            "requests": self.count,
            "by_endpoint": dict(self.by_endpoint),
            "by_meter": dict(self.by_meter),
            "by_status": dict(self.by_status),
            "by_fault": dict(self.by_fault),
            "batch_items": self.batch_items,
            "peak_requests_per_minute": peaks,
        }
