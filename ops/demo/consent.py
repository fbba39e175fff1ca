"""Connect a workspace through the whole OAuth flow, with a small HTTP client in the place of the browser.

Run as a process of its own, with a task's environment: `python -m ops.demo.consent WORKSPACE REALM USER`.
It asks the project for the consent address, opens the sandbox's page, chooses the company, presses Approve,
and hands what the redirect brings to the project, which exchanges the code with intuit-oauth.
"""

from __future__ import annotations

import sys
from html.parser import HTMLParser
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx


class ConsentForm(HTMLParser):
    """The page's form: where it goes, and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.fields: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.action = given.get("action", "")
        if tag == "input" and given.get("type") == "hidden" and given.get("name"):
            self.fields[given["name"]] = given.get("value", "")


def approve(url: str, realm: str) -> dict[str, str]:
    """Walk the consent page and press Approve for a company.

    :return: What the redirect carries: `code`, `state`, `realmId`.
    :raises SystemExit: the page refused; with its answer.
    """
    with httpx.Client(timeout=30) as browser:
        page = browser.get(url)
        form = ConsentForm()
        form.feed(page.text)
        if page.status_code != httpx.codes.OK or not form.action:
            raise SystemExit(f"the consent page answered {page.status_code}: {page.text[:300]}")
        pressed = {**form.fields, "realm": realm, "decision": "approve"}
        answer = browser.post(urljoin(url, form.action), data=pressed)
    if answer.status_code != httpx.codes.FOUND:
        raise SystemExit(f"the consent page did not redirect ({answer.status_code}): {answer.text[:300]}")
    query = parse_qs(urlsplit(answer.headers["location"]).query)
    return {name: values[0] for name, values in query.items()}


def main(workspace: str, realm: str, username: str) -> None:
    from caspen_qbo import wiring

    with wiring.open_connector() as connector:
        url = connector.authorization_url(int(workspace), username)
        brought = approve(url, realm)
        connector.complete(brought["state"], username, brought["code"], brought["realmId"])


if __name__ == "__main__":
    main(*sys.argv[1:])
