"""A real mail server: what it was handed, and how it treats whom."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any, cast

from aiosmtpd.controller import Controller

from ops.local.ports import HOST, free_port

SENDER = "sync@example.com"


@dataclass
class Postbox:
    """Addresses are compared as written."""

    port: int
    mails: list[EmailMessage] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    """To whom it answers RCPT like this; ``silence``: not at all."""
    loses: set[str] = field(default_factory=set)
    """It keeps the mail and hangs up without an answer."""
    slow_seconds: float = 0.0
    at_rcpt: Callable[[], None] = lambda: None
    at_text: Callable[[], None] = lambda: None

    def to(self, address: str) -> list[EmailMessage]:
        return [mail for mail in self.mails if mail["To"] == address]

    @property
    def connection(self) -> str:
        """For AIRFLOW_CONN_SMTP_DEFAULT."""
        extra = {
            "from_email": SENDER,
            "disable_ssl": True,
            "disable_tls": True,
            "timeout": 5,
            "retry_limit": 0,
        }
        return json.dumps({"conn_type": "smtp", "host": HOST, "port": self.port, "extra": extra})


class _Handler:
    def __init__(self, box: Postbox) -> None:
        self.box = box

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        self.box.at_rcpt()
        answer = self.box.answers.get(address, "250 fine")
        if answer == "silence":
            await asyncio.sleep(60)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.box.slow_seconds)
        mail = message_from_bytes(envelope.content, policy=default)
        assert envelope.mail_from == SENDER
        assert envelope.rcpt_tos == [mail["To"]]
        self.box.mails.append(mail)
        self.box.at_text()
        if mail["To"] in self.box.loses:
            server.transport.abort()
        return "250 kept"


@contextmanager
def running_postbox(port: int | None = None) -> Iterator[Postbox]:
    box = Postbox(port or free_port())
    controller = Controller(_Handler(box), hostname=HOST, port=box.port)
    controller.start()
    try:
        yield box
    finally:
        controller.stop()


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return cast("str", part.get_content()).replace("\r\n", "\n")
