"""Handing one mail to the server behind Airflow connection ``smtp_default``, so that it is known what became
of it: nothing was handed over, it was refused, it was taken, or the answer to its text was lost.
"""

from __future__ import annotations

import logging
import smtplib
import socket
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from email.header import Header
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, parseaddr
from enum import StrEnum
from functools import partial
from typing import TYPE_CHECKING, Self

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError, MailUnavailableError
from caspen_qbo.hooks.deadline import DeadlinePassedError, within
from caspen_qbo.plain_text import plain

if TYPE_CHECKING:
    from airflow.sdk import Connection

log = logging.getLogger(__name__)

SMTP_CONN_ID = "smtp_default"
_GO_ON, _CLOSING = 354, 421
_LOG_IN = (530, 534, 535, 538)
"""It wants a login, or another one: nothing about the address."""


class _Policy(EmailPolicy):
    """The standard one leaves the first line of a long subject empty."""

    def fold_binary(self, name: str, value: str) -> bytes:
        if name != "Subject":
            return super().fold_binary(name, value)
        header = Header(value, "us-ascii" if value.isascii() else "utf-8", maxlinelen=76, header_name=name)
        return f"{name}: {header.encode(linesep=self.linesep)}{self.linesep}".encode("ascii")


_POLICY = _Policy(linesep="\r\n", cte_type="7bit")


class Handed(StrEnum):
    SENT = "sent"
    REFUSED = "refused"
    """For good, this mail alone."""
    LATER = "later"
    """The server asks to be tried again; it was handed nothing."""
    UNKNOWN = "unknown"
    """The answer to its text was lost: it may have arrived."""


@dataclass(frozen=True, slots=True)
class Answer:
    handed: Handed
    words: str = ""
    """The server's, on one line."""

    @property
    def taken(self) -> bool:
        return self.handed is Handed.SENT


@dataclass(frozen=True, slots=True)
class Mail:
    """Texts of any kind; what would end a header's line is taken out."""

    to: str
    subject: str
    plain: str
    html: str
    message_id: str
    """The part before the @; the same for the same mail, so that a mailbox knows it again."""

    def message(self, sender: str) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        message["From"] = sender
        message["To"] = self.to
        # The library reads an encoded word in a text, and what it would stand for may end a line.
        message["Subject"] = plain(self.subject).replace("=?", "= ?")
        message["Date"] = formatdate(localtime=False)
        message["Message-ID"] = f"<{self.message_id}@{parseaddr(sender)[1].rpartition('@')[2]}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self.plain, cte="quoted-printable")
        message.add_alternative(self.html, subtype="html", cte="quoted-printable")
        return message


def open_mail_server(seconds: float | None = None) -> MailServer | None:
    """Nothing is asked of the server yet; None: there is no such connection.

    :param seconds: For each step; as of any notice unless given.
    :raises ConfigurationError: the connection has no sender.
    """
    from airflow.sdk import BaseHook
    from airflow.sdk.exceptions import AirflowNotFoundException

    try:
        connection = BaseHook.get_connection(SMTP_CONN_ID)
    except AirflowNotFoundException:
        return None
    return MailServer(connection, settings.NOTIFY_SECONDS if seconds is None else seconds)


class MailServer:
    """Opened at the first mail, again after a failure; a context manager. For one thread."""

    def __init__(self, connection: Connection, seconds: float) -> None:
        self.sender = str(connection.extra_dejson.get("from_email") or connection.login or "")
        self._seconds = seconds
        self._client: smtplib.SMTP | None = None
        if "@" not in parseaddr(self.sender)[1] or plain(self.sender) != self.sender:
            raise ConfigurationError(
                f"Airflow connection {SMTP_CONN_ID}: no sender. Its extra needs from_email, an address."
            )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        client, self._client = self._client, None
        if client is not None:
            with suppress(Exception):  # whatever became of the mails has been said
                within(2, client.quit, hang_up=partial(_hang_up, client))
            _hang_up(client)

    def hand_over(self, mail: Mail, about_to: Callable[[], None]) -> Answer:
        """:param about_to: Called when the server is ready for the text, before any of it leaves. What it
        raises ends the mail: nothing of it has left.
        :raises MailUnavailableError: nothing was handed over, and another address would fare no better.
        """
        # The last dot is its end; smtplib doubles one that begins a line.
        text = smtplib.quotedata(mail.message(self.sender).as_bytes().decode("ascii"))
        refused = self._offer(mail.to)
        if refused is not None:
            return refused
        try:
            about_to()
        except BaseException:
            self._drop()
            raise
        return self._send_text(text)

    def _offer(self, to: str) -> Answer | None:
        """None: the server waits for the text."""
        try:
            if self._client is None:
                self._client = within(self._seconds, _connect, too_late=_hang_up)
            client = self._client
            return within(
                self._seconds,
                lambda: _envelope(client, parseaddr(self.sender)[1], to),
                hang_up=partial(_hang_up, client),
            )
        except MailUnavailableError:
            self._drop()
            raise
        except DeadlinePassedError as error:
            self._drop()
            raise MailUnavailableError(f"The mail server was silent: {error}.") from error
        except Exception as error:  # whatever the provider raises
            self._drop()
            raise MailUnavailableError(f"The mail server took nothing: {_said(error)}") from error

    def _send_text(self, text: str) -> Answer:
        client = self._client
        if client is None:
            raise MailUnavailableError("The mail server is not there any more.")

        def send() -> tuple[int, bytes]:
            client.send(f"{text}.\r\n" if text.endswith("\r\n") else f"{text}\r\n.\r\n")
            return client.getreply()

        try:
            code, words = within(self._seconds, send, hang_up=partial(_hang_up, client))
        except Exception as error:  # noqa: BLE001 - the connection is gone: who knows how far it came
            log.warning("answer of the mail server lost: %s", type(error).__name__)
            self._drop()
            return Answer(Handed.UNKNOWN)
        if code == _CLOSING:
            self._drop()
        return Answer(_handed(code), _words(code, words))

    def _drop(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            _hang_up(client)


def _hang_up(client: smtplib.SMTP) -> None:
    """Also while another thread waits for an answer: closing alone would wait with it."""
    if client.sock is not None:
        with suppress(OSError):
            client.sock.shutdown(socket.SHUT_RDWR)
    client.close()


def _connect() -> smtplib.SMTP:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    class Hook(SmtpHook):
        """With TLS and login as the connection says; the conversation is ours."""

        def take_client(self) -> smtplib.SMTP:
            client, self._smtp_client = self._smtp_client, None
            if not isinstance(client, smtplib.SMTP):
                raise MailUnavailableError("The mail server could not be reached.")
            return client

    hook = Hook(smtp_conn_id=SMTP_CONN_ID)
    hook.get_conn()
    client = hook.take_client()
    client.ehlo_or_helo_if_needed()
    return client


def _envelope(client: smtplib.SMTP, sender: str, to: str) -> Answer | None:
    code, words = client.mail(sender)
    if code != 250:
        raise MailUnavailableError(f"The mail server takes nothing from {sender}: {_words(code, words)}")
    code, words = client.rcpt(to)
    if code not in (250, 251):
        return _not_now(client, code, words)
    code, words = client.docmd("DATA")
    return None if code == _GO_ON else _not_now(client, code, words)


def _not_now(client: smtplib.SMTP, code: int, words: bytes) -> Answer:
    if code in (_CLOSING, -1, *_LOG_IN):
        raise MailUnavailableError(f"The mail server takes nothing: {_words(code, words)}")
    client.rset()
    return Answer(_handed(code), _words(code, words))


def _handed(code: int) -> Handed:
    """Of a final answer (RFC 5321, 4.2.1)."""
    if 200 <= code < 300:
        return Handed.SENT
    if 500 <= code < 600:
        return Handed.REFUSED
    return Handed.LATER if 400 <= code < 500 else Handed.UNKNOWN


def _words(code: int, words: bytes) -> str:
    return plain(f"{code} {words.decode('utf-8', 'replace')}")[: settings.MAIL_WORDS_MAX]


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return _words(error.smtp_code, said if isinstance(said, bytes) else said.encode())
    return plain(f"{type(error).__name__}: {error}")[: settings.MAIL_WORDS_MAX]
