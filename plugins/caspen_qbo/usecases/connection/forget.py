"""Taking a practice's or a client's data out of our own tables and of where reports are kept. What is kept
by law stays: core/monitoring/keeping.py says what and why. QuickBooks and Caspen are not touched.
"""

import json
import logging
import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from caspen_qbo.core.monitoring.keeping import KEPT_BY_LAW, TABLES
from caspen_qbo.core.posting.display_names import full_name
from caspen_qbo.core.records import Client
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store import Store
from caspen_qbo.hooks.store.monitoring.keeping import Practice

log = logging.getLogger(__name__)

ELSEWHERE = (
    "Not in these tables: what Caspen and QuickBooks hold themselves (take it out there first, or the next "
    "reading brings it back), Airflow's runs and logs (`airflow db clean`), backups."
)

CLIENT_REPORTS = (
    "Taken out: the words of the client's documents as posted, and the practice's reports, which name "
    "people; `report --run` makes them again without."
)


@dataclass(frozen=True, slots=True)
class Forgotten:
    """Rows deleted or changed, by table, and ``reports`` files."""

    counts: Counter[str]


def describe_workspace(store: Store, workspace_id: int) -> list[str]:
    """What forgetting a practice means, a sentence each."""
    practice = _practice(store, workspace_id)
    gone = [table.name for table in TABLES if not table.stays]
    first = (
        f"Workspace {workspace_id} is connected: it is disconnected and the consent revoked at Intuit first."
        if practice.connected
        else f"Workspace {workspace_id} is disconnected."
    )
    return [
        first,
        f"Deleted: {', '.join(gone)}, and the practice's reports.",
        "Taken out of what stays: names, addresses, the words of lines and reports.",
        KEPT_BY_LAW,
        ELSEWHERE,
    ]


def describe_client(store: Store, workspace_id: int, client_id: int, names: Iterable[str]) -> list[str]:
    """What forgetting a client means, a sentence each."""
    _practice(store, workspace_id)
    words = ", ".join(sorted(names))
    return [
        f"Replaced by `client {client_id}` wherever this practice's rows quote them: {words}."
        if words
        else f"Caspen has no client {client_id} any more: name the words to look for with --name.",
        CLIENT_REPORTS,
        KEPT_BY_LAW,
        ELSEWHERE,
    ]


def forget_workspace(
    store: Store,
    workspace_id: int,
    *,
    who: str,
    disconnect: Callable[[int], object],
    delete_reports: Callable[[int], int],
) -> Forgotten:
    """Safe to repeat and to interrupt.

    :raises ReportStorageError: the reports could not be deleted; the tables are as they were.
    :raises ConfigurationError: the workspace was never connected.
    :raises WorkspaceBusyError: a run is working on it; nothing was taken out.
    """
    own, keeping = store.for_workspace(workspace_id), store.keeping
    with own.lock():
        practice = _practice(store, workspace_id)
        if practice.connected:
            disconnect(workspace_id)
        files = delete_reports(workspace_id)  # before the names of what lies there
        gone = [table for table in TABLES if not table.stays]
        realm_id = practice.realm_id if practice.alone else None
        counts = Counter(keeping.delete(gone, workspace_id, realm_id))
        with own.transaction():
            counts.update(keeping.blank(workspace_id))
            counts["run_note"] += keeping.delete_run_notes()
            counts["reports"] = files
            keeping.record(workspace_id, None, who, +counts)
    log.info("forgotten workspace=%d by=%s", workspace_id, who)
    return Forgotten(+counts)


def forget_client(
    store: Store,
    workspace_id: int,
    client_id: int,
    names: Iterable[str],
    *,
    who: str,
    delete_reports: Callable[[int], int],
) -> Forgotten:
    """All or nothing; safe to repeat. The links to QuickBooks stay, so that nothing is posted again.

    :param names: The words to look for: names, e-mail addresses.
    :raises ReportStorageError: the reports could not be deleted; nothing was taken out.
    :raises ConfigurationError: the workspace was never connected.
    :raises WorkspaceBusyError: a run is working on it; nothing was taken out.
    """
    own, keeping = store.for_workspace(workspace_id), store.keeping
    with own.lock():
        practice = _practice(store, workspace_id)
        with own.transaction():
            counts = Counter(keeping.blank_client(workspace_id, client_id))
            if pattern := pattern_of(names):
                realm_id = practice.realm_id if practice.alone else None
                counts.update(keeping.replace(workspace_id, realm_id, pattern, f"client {client_id}"))
            counts["run_note"] += keeping.delete_run_notes()
            counts["reports"] = delete_reports(workspace_id)
            own.report_files.delete(own.report_files.fetch(unwritten_too=True))
            keeping.record(workspace_id, client_id, who, +counts)
    log.info("forgotten workspace=%d client=%d by=%s", workspace_id, client_id, who)
    return Forgotten(+counts)


def names_of(client: Client | None, client_id: int) -> set[str]:
    """The words that name a client: full name in both orders, and e-mail address. A client who was merged
    into another is answered with that one, whose names are not theirs.
    """
    if client is None or client.id != client_id:
        return set()
    names = {full_name(client), client.email or ""}
    if client.first_name and client.last_name:
        names |= {f"{client.last_name}, {client.first_name}", f"{client.last_name} {client.first_name}"}
    return {name.strip() for name in names if name.strip()}


def pattern_of(names: Iterable[str]) -> str:
    """PostgreSQL's regular expression for any of these as whole words, in texts and in JSON; empty: none."""
    written = {form for name in names for form in (name, json.dumps(name, ensure_ascii=False)[1:-1])}
    return "|".join(_whole(name) for name in sorted(written, key=len, reverse=True) if name)


def _whole(name: str) -> str:
    before = r"\m" if name[0].isalnum() else ""
    after = r"\M" if name[-1].isalnum() else ""
    return f"{before}{re.escape(name)}{after}"


def _practice(store: Store, workspace_id: int) -> Practice:
    practice = store.keeping.fetch_practice(workspace_id)
    if practice is None:
        raise ConfigurationError(
            f"workspace {workspace_id}: it was never connected to QuickBooks, so nothing is kept of it."
        )
    return practice
