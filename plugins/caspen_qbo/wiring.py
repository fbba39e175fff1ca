"""The only place where the pieces are joined: connections by their Airflow ids, a session per workspace."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

from caspen_qbo import settings
from caspen_qbo.errors import ConfigurationError, NotConnectedError, QboAuthError
from caspen_qbo.hooks.caspen.billing import CaspenBilling
from caspen_qbo.hooks.database import Database
from caspen_qbo.hooks.intuit.disconnected import DisconnectedAccounting
from caspen_qbo.hooks.postgres.limits import CASPEN, SYNC, Limits
from caspen_qbo.hooks.store import Store, WorkspaceStore
from caspen_qbo.usecases.shared.session import Session

if TYPE_CHECKING:
    from caspen_qbo.hooks.mail_server import Answer
    from caspen_qbo.reports.mailing.letter import Rendered
    from caspen_qbo.usecases.connection.connect import Connector


def new_run_id(job: str) -> str:
    """For runs started without Airflow, whose runs bring their own id."""
    return f"{job}__{uuid.uuid4().hex[:12]}"


def open_store(*, on_a_page: bool = False) -> closing[Store]:
    """:param on_a_page: A person waits in front of a screen: give up soon."""
    return closing(Store(limits=_sync_limits(on_a_page)))


def open_billing(*, on_a_page: bool = False) -> closing[CaspenBilling]:
    """:param on_a_page: As of :func:`open_store`."""
    limits = CASPEN.on_a_page() if on_a_page else CASPEN
    return closing(CaspenBilling(Database(settings.CASPEN_CONN_ID, limits)))


@contextmanager
def open_connector(store: Store | None = None) -> Iterator[Connector]:
    """On a page where a ``store`` is given, which is left open.

    :raises ConfigurationError: an Airflow connection is missing or wrong.
    """
    from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook
    from caspen_qbo.usecases.connection.connect import Connector

    hook, on_a_page = QuickBooksHook(), store is not None
    with ExitStack() as stack:
        own = store or stack.enter_context(open_store())
        books = partial(hook.accounting_of, on_a_page=on_a_page)
        yield Connector(own, hook.oauth(on_a_page=on_a_page), books)


def _sync_limits(on_a_page: bool) -> Limits:
    return SYNC.on_a_page() if on_a_page else SYNC


@contextmanager
def open_session(
    workspace_id: int,
    run_id: str,
    *,
    store: WorkspaceStore | None = None,
    billing: CaspenBilling | None = None,
    offline: bool = False,
    of_a_shard: bool = False,
) -> Iterator[Session]:
    """Everything one run on one workspace needs: one session at Caspen and two at ours, of which one for
    tokens and pace. A given ``store`` or ``billing`` is a page's, and is left open.

    A connection that waits for a person opens too: QuickBooks raises QboAuthError, Caspen is staged.
    :param offline: QuickBooks is not asked; neither its connection nor Airflow is needed for that.
    :param of_a_shard: What is given is no page's: the runs of several practices share it.
    :raises ConfigurationError: an Airflow connection or the workspace is missing.
    :raises NotConnectedError: the workspace has no QuickBooks company, or it was disconnected.
    """
    with ExitStack() as stack:
        own = store or stack.enter_context(open_store()).for_workspace(workspace_id)
        billing = billing or stack.enter_context(open_billing())
        workspace = billing.fetch_workspaces([workspace_id]).get(workspace_id)
        if workspace is None:
            raise ConfigurationError(f"workspace {workspace_id}: Caspen has no such workspace.")
        connection = own.setup.fetch_connection()
        if connection is None or connection.status == "disconnected":
            raise NotConnectedError(
                f"workspace {workspace_id}: not connected to QuickBooks. Connect it in Set-up, or with "
                f"`connect --workspace {workspace_id} --realm R --refresh-token -`."
            )
        if offline:
            unasked = DisconnectedAccounting(connection.realm_id, QboAuthError("QuickBooks is not asked."))
            yield Session(run_id, workspace, connection, billing, unasked, own)
            return
        # Here, since it loads Airflow: seconds that a look at our own tables need not take.
        from caspen_qbo.hooks.quickbooks.hook import QuickBooksHook

        try:
            on_a_page = store is not None and not of_a_shard
            accounting = QuickBooksHook().accounting(workspace_id, on_a_page=on_a_page)
        except QboAuthError as error:
            dead = DisconnectedAccounting(connection.realm_id, error)
            yield Session(run_id, workspace, connection, billing, dead, own)
            return
        with accounting:
            yield Session(run_id, workspace, connection, billing, accounting, own)


@contextmanager
def open_offline(
    workspace_id: int, store: WorkspaceStore, billing: CaspenBilling
) -> Iterator[Session | None]:
    """A session that never asks QuickBooks, over what is open already; None: not connected."""
    with ExitStack() as stack:
        opened = open_session(workspace_id, new_run_id("look"), store=store, billing=billing, offline=True)
        try:
            session = stack.enter_context(opened)
        except NotConnectedError:
            session = None
        yield session


def pages_address() -> str:
    """Where people reach the pages, ending in a slash; empty where Airflow's configuration does not say."""
    from airflow.configuration import conf

    base_url = (conf.get("api", "base_url", fallback="") or "").rstrip("/")
    return f"{base_url}{settings.PAGES_PREFIX}/" if base_url.startswith(("https://", "http://")) else ""


def has_mail_server() -> bool:
    """Whether there is a connection that mails can be sent over; nothing is asked of the server."""
    from caspen_qbo.hooks.mail_server import open_mail_server

    try:
        return open_mail_server() is not None
    except ConfigurationError:
        return False


def send_due_mails(now: datetime | None = None) -> Counter[str]:
    """The morning mails that are due; how many ended how. See the use case."""
    from caspen_qbo.core.monitoring.mail_matters import Letter, OpsLetter
    from caspen_qbo.hooks.mail_server import Mail, open_mail_server
    from caspen_qbo.reports.mailing.letter import render_letter
    from caspen_qbo.usecases.monitoring.send_mails import send_due

    now, pages = now or datetime.now(UTC), pages_address()

    def render(to: str, letter: Letter | OpsLetter, message_id: str) -> Mail:
        made = render_letter(letter, pages)
        return Mail(to, made.subject, made.plain, made.html, message_id)

    with open_store() as store, open_billing() as billing:
        return send_due(store, billing, open_mail_server, render, now)


def send_test_mail(addresses: Sequence[str], made: Rendered, *, on_a_page: bool = False) -> dict[str, Answer]:
    """Now, and marked as a test; what became of each, by address.

    :raises ConfigurationError: there is nobody to send it to, or no mail server.
    :raises MailUnavailableError: the server takes nothing.
    """
    from caspen_qbo.hooks.mail_server import SMTP_CONN_ID, Mail, open_mail_server
    from caspen_qbo.usecases.monitoring.send_mails import send_test

    if not addresses:
        raise ConfigurationError("No address is kept for this mail: add one first.")
    server = open_mail_server(settings.PAGE_STEP_SECONDS if on_a_page else None)
    if server is None:
        raise ConfigurationError(f"There is no Airflow connection {SMTP_CONN_ID}, so no mail can be sent.")
    with server:
        mails = [Mail(to, made.subject, made.plain, made.html, new_run_id("test")) for to in addresses]
        return send_test(server, mails)
