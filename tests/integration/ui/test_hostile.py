"""Whatever is sent to the pages is answered with 4xx, a page or a sentence; never with 500."""

from __future__ import annotations

import json
import os
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

import pytest

from tests.integration.ui.conftest import Pages
from tests.integration.ui.routes import routes
from tests.integration.ui.test_webhook import CLOUD, sign
from tests.support.flow import Flow
from tests.support.hostile import BYTES, COOKIES, HEADERS, VALUES, Place
from tests.support.hostile import places as every_place

pytestmark = [pytest.mark.airflow, pytest.mark.postgres, pytest.mark.sandbox]


OWN, SHARED = 11, 6
"""Values tried in each parameter; fewer of what all routes share, which is one function. They go round, so
that all are tried.
"""
ALL = "CASPEN_HOSTILE_ALL"
"""Set in the environment: all values in all places."""


class Attacker:
    """Sends what it is given, signed in as an admin, and keeps what was answered."""

    def __init__(self, pages: Pages, values: Mapping[str, str]) -> None:
        self.door, self.values = pages.as_("admin"), values
        self.answers: Counter[int] = Counter()
        self.broken: list[str] = []
        self.spent: dict[str, float] = defaultdict(float)

    def send(self, place: Place, value: str | bytes) -> None:
        parts = {name: quote(real, safe="") for name, real in self.values.items()}
        escaped = value.decode() if isinstance(value, bytes) else quote(value, safe="")
        query, headers = "", {}
        form = {"form_token": quote(self.door.form_token(), safe="")}
        cookies = ""
        if place.where == "path":
            parts[place.name] = escaped
        elif place.where == "query":
            query = f"?{place.name}={escaped}"
        elif place.where == "form":
            form[place.name] = escaped
        elif place.where == "header":
            headers[place.name] = escaped
        else:
            cookies = f"; {place.name}={escaped}"
        how: dict[str, Any] = {"headers": {**self.door.headers, **headers}}
        if place.method == "POST":
            how["content"] = "&".join(f"{name}={text}" for name, text in form.items())
            how["headers"] = {"content-type": "application/x-www-form-urlencoded", **how["headers"]}
        how["headers"]["cookie"] = f"_token={self.door.token}{cookies}"
        self.ask(f"{place}={value[:40]!r}", place.method, place.path.format(**parts) + query, **how)

    def ask(self, what: str, method: str, path: str, **how: Any) -> None:
        self.door.client.cookies.clear()
        started = time.monotonic()
        try:
            answer = self.door.client.request(method, f"/quickbooks{path}", **how)
        except Exception as error:  # noqa: BLE001 - what a server would have answered 500
            self.broken.append(f"{what}: {type(error).__name__}: {str(error)[:200]}")
            return
        self.spent[path.split("?")[0][:40]] += time.monotonic() - started
        self.answers[answer.status_code] += 1
        if answer.status_code >= 500:
            self.broken.append(f"{what}: {answer.status_code} {answer.text[:200]}")
        assert "stolen" not in answer.headers.get("set-cookie", ""), what
        assert "<script>alert(1)" not in answer.text, what


@pytest.mark.timeout(900)  # a thousand requests, on a machine that does other things as well
def test_no_value_in_any_place_of_any_route_breaks_it(
    dags: Pages, places: Mapping[str, str], flow: Flow
) -> None:
    """A route or a parameter that is added is found here without another line."""
    attacker = Attacker(dags, places)
    found = list(every_place(dags.app))
    assert {f"{place.method} {place.path}" for place in found} >= {
        route for route in routes(dags) if "{" in route
    }
    every, sent = (*VALUES, *BYTES), 0
    for index, place in enumerate(found):
        each = SHARED if place.name in ("workspace_id", "form_token") else OWN
        for step in range(len(every) if os.environ.get(ALL) else each):
            attacker.send(place, every[(index * each + step) % len(every)])
            sent += 1
    slowest = sorted(attacker.spent.items(), key=lambda each: -each[1])[:9]
    print(f"FIGURES {sent} inputs in {len(found)} places: {attacker.answers} {slowest}")
    assert attacker.broken == []
    assert sent > 1000


PAGES = (("GET", "/w/{workspace_id}/backfill"), ("POST", "/w/{workspace_id}/activity/run"))


def test_no_header_or_cookie_breaks_a_page(dags: Pages, places: Mapping[str, str], flow: Flow) -> None:
    attacker = Attacker(dags, places)
    values: tuple[str | bytes, ...] = (*VALUES, *BYTES)
    for index, value in enumerate(values):
        for method, path in PAGES:
            attacker.send(Place(method, path, "header", HEADERS[index % len(HEADERS)]), value)
            attacker.send(Place(method, path, "cookie", COOKIES[index % len(COOKIES)]), value)
    assert attacker.broken == []


BODIES = {
    "deep": b"[" * 200_000,
    "deep objects": b'{"a":' * 100_000,
    "a NUL": json.dumps([{**CLOUD[0], "intuitaccountid": "12\0"}]).encode(),
    "half a surrogate": b'[{"intuitaccountid": "\\ud800"}]',
    "a huge number": b'[{"intuitaccountid": ' + b"9" * 5000 + b"}]",
    "an object for an id": b'[{"intuitaccountid": {"a": [1]}}]',
    "wide digits": '[{"intuitaccountid": "\uff11\uff12"}]'.encode(),
    "no UTF-8": b'[{"intuitaccountid": "\xff\xfe"}]',
    "a number": b"1e999",
    "nothing": b"",
    "null": b"null",
    "notifications of nothing": b'{"eventNotifications": [null, 5, {}]}',
    "many": json.dumps([{"intuitaccountid": str(number)} for number in range(20_000)]).encode(),
}


def test_no_signed_body_breaks_the_webhook(dags: Pages, flow: Flow) -> None:
    attacker = Attacker(dags, {})
    for what, body in BODIES.items():
        for signature in (sign(body), "", "x" * 10_000, "\x1b", sign(body) + "="):
            headers = {"content-type": "application/json", "intuit-signature": signature}
            attacker.ask(f"webhook: {what}", "POST", "/webhook", content=body, headers=headers)
    assert attacker.broken == []
    assert attacker.answers.total() == 5 * len(BODIES)


def test_no_form_of_another_kind_breaks_a_route(dags: Pages, places: Mapping[str, str], flow: Flow) -> None:
    attacker = Attacker(dags, places)
    broken_part = b'--x\r\nContent-Disposition: form-data; name="form_token\r\n\r\n\0'
    for route in sorted(route for route in routes(dags) if route.startswith("POST /w/")):
        path = route.split(" ")[1].format(**places)
        for content_type in ("application/json", "multipart/form-data; boundary=x"):
            for body in (b"[" * 5000, b"\0", broken_part):
                headers = {**attacker.door.headers, "content-type": content_type}
                headers["cookie"] = f"_token={attacker.door.token}"
                attacker.ask(route, "POST", path, content=body, headers=headers)
    assert attacker.broken == []
