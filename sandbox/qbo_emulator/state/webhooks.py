"""Notifications out: CloudEvents (or the retired form), signed, repeated until acknowledged."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import json
import uuid
from collections import deque
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from typing import Any, Literal

import httpx

from qbo_emulator.store import Change, Company
from qbo_emulator.values.clock import Clock

RETRY_SECONDS = (10, 20, 30, 300, 1200, 7200, 14400, 21600)
"""Waits between attempts, sandbox seconds; from then on every six hours."""
ANSWER_SECONDS = 3.0
"""Real seconds the receiver has to answer 200."""
LEGACY_OPERATIONS = {
    "created": "Create",
    "updated": "Update",
    "deleted": "Delete",
    "voided": "Void",
    "merged": "Merge",
}


@dataclass(slots=True)
class Delivery:
    """One POST, with all that happened to it."""

    body: str
    events: int
    attempts: list[dict[str, Any]] = field(default_factory=list)
    """Sandbox time and the status received, or the error."""
    acknowledged: bool = False
    due: float = 0.0
    """Sandbox time of the next attempt, epoch seconds."""


class Webhooks:
    """One subscription for all companies of the app. Later deliveries wait until the one before is
    acknowledged.

    ``duplicate`` sends every delivery twice, ``shuffle`` reverses the events within one: both happen in life.
    """

    def __init__(self, clock: Clock, url: str | None, verifier_token: str) -> None:
        self._clock = clock
        self.url, self.verifier_token = url, verifier_token
        self.format: Literal["cloudevents", "legacy"] = "cloudevents"
        self.duplicate = self.shuffle = self.paused = False
        self.reset()

    def reset(self) -> None:
        """Forget pending and past deliveries."""
        self._pending: list[tuple[str, Change]] = []
        self.queue: deque[Delivery] = deque()
        self.done: deque[Delivery] = deque(maxlen=1000)

    def collect(self, companies: Iterable[Company]) -> None:
        """Take over what changed; without an address it is dropped."""
        for company in companies:
            while company.changes:
                change = company.changes.popleft()
                if self.url:
                    self._pending.append((company.realm, change))

    async def run(self) -> None:
        """Deliver until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS) as client:
            while True:
                await asyncio.sleep(0.05)
                self._bundle()
                while self.queue and not self.paused and self.queue[0].due <= self._clock.seconds():
                    if not await self._attempt(client, self.queue[0]):
                        break
                    self.done.append(self.queue.popleft())

    def _bundle(self) -> None:
        if not self._pending or self.url is None or self.paused:
            return
        events, self._pending = self._pending, []
        if self.shuffle:
            events.reverse()
        body = json.dumps(self.cloud_events(events) if self.format == "cloudevents" else self.legacy(events))
        for _ in range(2 if self.duplicate else 1):
            self.queue.append(Delivery(body, len(events)))

    async def _attempt(self, client: httpx.AsyncClient, delivery: Delivery) -> bool:
        headers = {
            "intuit-signature": sign(delivery.body.encode(), self.verifier_token),
            "Content-Type": "application/json",
            "intuit-t-id": str(uuid.uuid4()),
        }
        try:
            answer = await client.post(self.url or "", content=delivery.body.encode(), headers=headers)
            outcome: int | str = answer.status_code
        except httpx.HTTPError as error:
            outcome = type(error).__name__
        delivery.attempts.append({"at": self._clock.now().isoformat(), "outcome": outcome})
        delivery.acknowledged = outcome == 200
        if not delivery.acknowledged:
            wait = RETRY_SECONDS[min(len(delivery.attempts), len(RETRY_SECONDS)) - 1]
            delivery.due = self._clock.seconds() + wait
        return delivery.acknowledged

    def cloud_events(self, events: list[tuple[str, Change]]) -> list[dict[str, Any]]:
        """The present form: an array, across companies."""
        return [
            {
                "specversion": "1.0",
                "id": str(uuid.uuid4()),
                "source": "intuit.dsnBgbseACLLRZNxo2dfc4evmEJdxde58xeeYcZliOU=",
                "type": f"qbo.{change.entity.lower()}.{change.operation}.v1",
                "datacontenttype": "application/json",
                "time": _nanoseconds(change.at),
                "intuitentityid": change.row_id,
                "intuitaccountid": realm,
                "data": {} if change.deleted_id is None else {"deletedid": change.deleted_id},
            }
            for realm, change in events
        ]

    def legacy(self, events: list[tuple[str, Change]]) -> dict[str, Any]:
        """The form of before 2026-07-31."""
        by_realm: dict[str, list[dict[str, str]]] = {}
        for realm, change in events:
            at = (
                datetime.fromtimestamp(change.at, UTC)
                .isoformat(timespec="milliseconds")
                .replace("+00:00", "Z")
            )
            by_realm.setdefault(realm, []).append(
                {
                    "id": change.row_id,
                    "operation": LEGACY_OPERATIONS[change.operation],
                    "name": change.entity,
                    "lastUpdated": at,
                    **({} if change.deleted_id is None else {"deletedId": change.deleted_id}),
                }
            )
        return {
            "eventNotifications": [
                {"realmId": realm, "dataChangeEvent": {"entities": entities}}
                for realm, entities in by_realm.items()
            ]
        }

    def state(self) -> dict[str, Any]:
        """Settings and deliveries, for the control API."""
        return {
            "url": self.url,
            "format": self.format,
            "duplicate": self.duplicate,
            "shuffle": self.shuffle,
            "paused": self.paused,
            "pending_events": len(self._pending),
            "queue": [asdict(delivery) for delivery in self.queue],
            "done": [asdict(delivery) for delivery in self.done],
        }


def sign(body: bytes, verifier_token: str) -> str:
    """``intuit-signature``: base64 of the HMAC-SHA256 of the raw body."""
    return base64.b64encode(hmac.new(verifier_token.encode(), body, hashlib.sha256).digest()).decode()


def _nanoseconds(at: float) -> str:
    moment = datetime.fromtimestamp(at, UTC)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.%f") + "000Z"
