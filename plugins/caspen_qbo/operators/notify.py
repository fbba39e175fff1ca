"""Notifying people that a run failed, or found what differs, over the connections that exist. A server of
theirs that is silent holds up and fails nothing: both are given up after half a minute together.

``smtp_default`` (type smtp; ``from_email`` and ``to_email`` in its extra) sends an e-mail, ``slack`` (type
slackwebhook) a message. Without them nothing is sent and nothing fails. What is sent holds practices,
document numbers, amounts, counts and reasons, and no client's name.
"""

import html
import logging
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from airflow.sdk import BaseHook, Connection, Context
from airflow.sdk.exceptions import AirflowNotFoundException

from caspen_qbo import settings
from caspen_qbo.hooks.deadline import DeadlinePassedError, within
from caspen_qbo.hooks.mail_server import SMTP_CONN_ID
from caspen_qbo.operators.shard import by_workspace, pull
from caspen_qbo.plain_text import plain
from caspen_qbo.wording import counted

log = logging.getLogger(__name__)

SLACK_CONN_ID = "slack"
RECONCILE_TASK = "practice.reconcile"
REPORT_TASK = "practice.write_report"


def notify_failure(context: Context) -> None:
    """An ``on_failure_callback``. An error here is only logged: it must not hide the failure it reports."""
    dag_id, run_id = context["dag"].dag_id, context["run_id"]
    notify_people(f"{dag_id} failed", f"Run {run_id}\n\n{context.get('exception') or 'no reason was given'}")


def notify_differences(context: Context) -> None:
    """An ``on_success_callback``, sent nightly while unexplained differences remain: they fail nothing."""
    results = {task_id: by_workspace(pull(context, task_id)) for task_id in (RECONCILE_TASK, REPORT_TASK)}
    lines, unexplained = [], 0
    for workspace_id, result in results[RECONCILE_TASK].items():
        if number := int(result["counts"].get("unexplained", 0)):
            unexplained += number
            report = results[REPORT_TASK].get(workspace_id)
            said = f"{result['message']} {report['message'] if report else ''}".strip()
            lines.append(f"{result['practice']} ({workspace_id}): {said}")
    if unexplained:
        found = counted(unexplained, "difference")
        notify_people(f"{found} between Caspen and QuickBooks to clear", "\n".join(lines))
    notify_signed(
        {
            workspace_id: str(result["practice"])
            for workspace_id, result in results[RECONCILE_TASK].items()
            if result["counts"].get("signed_changes")
        }
    )


def notify_signed(practices: Mapping[int, str]) -> None:
    """Notify people of what changed in signed periods: of each change once, however many nights it stands.
    What reached nobody is sent the next time. ``practices``: names by workspace, where something changed.
    """
    if not practices:
        return
    from caspen_qbo.usecases.reconciling.sign_off import mark_notified, unnotified_changes
    from caspen_qbo.wiring import open_store

    with open_store() as store:
        stores = {workspace_id: store.for_workspace(workspace_id) for workspace_id in practices}
        changes = {key: found for key, own in stores.items() if (found := unnotified_changes(own))}
        if not changes:
            return
        number = sum(found.documents for found in changes.values())
        what = counted(number, "document of a signed period", "documents of signed periods")
        text = "\n\n".join(f"{practices[key]} ({key})\n{found.text}" for key, found in changes.items())
        if notify_people(f"{what} changed after sign-off", text):
            for key, found in changes.items():
                mark_notified(stores[key], found)


def notify_people(subject: str, text: str) -> list[str]:
    """Send a message over every connection that exists; the ids of those it went over."""
    subject, text = plain(subject), plain(text, lines=True)
    ways = ((SMTP_CONN_ID, _send_mail), (SLACK_CONN_ID, _send_slack))
    with ThreadPoolExecutor(len(ways)) as both:  # a silent one does not use up the other's time
        tries = [both.submit(_try, conn_id, send, f"[QuickBooks] {subject}", text) for conn_id, send in ways]
    return [conn_id for (conn_id, _), sent in zip(ways, tries, strict=True) if sent.result()]


def _try(conn_id: str, send: Callable[[Connection, str, str], None], subject: str, text: str) -> bool:
    """Whether it was handed over."""
    try:
        connection = BaseHook.get_connection(conn_id)
        within(settings.NOTIFY_SECONDS, partial(send, connection, subject, text))
    except AirflowNotFoundException:
        return False
    except DeadlinePassedError as error:
        log.warning("could not notify over connection %s: %s; it was given up", conn_id, error)
        return False
    except Exception:  # whatever the provider raises: the run's own failure is what has to be seen
        log.exception("could not notify over connection %s", conn_id)
        return False
    return True


def _send_mail(connection: Connection, subject: str, text: str) -> None:
    from airflow.providers.smtp.hooks.smtp import SmtpHook

    recipients = connection.extra_dejson.get("to_email")
    if not recipients:
        log.warning("connection %s has no to_email in its extra: nobody is notified by e-mail", SMTP_CONN_ID)
        return
    with SmtpHook(smtp_conn_id=SMTP_CONN_ID) as smtp:
        smtp.send_email_smtp(to=recipients, subject=subject, html_content=f"<pre>{html.escape(text)}</pre>")


def _send_slack(connection: Connection, subject: str, text: str) -> None:
    from airflow.providers.slack.hooks.slack_webhook import SlackWebhookHook

    SlackWebhookHook(slack_webhook_conn_id=SLACK_CONN_ID).send_text(
        f"*{_as_text(subject)}*\n{_as_text(text)}"
    )


def _as_text(text: str) -> str:
    """For Slack, where ``<!channel>`` would call everyone and ``<address|words>`` be a link."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
