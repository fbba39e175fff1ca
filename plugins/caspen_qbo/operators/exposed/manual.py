"""What each task shows of itself in Airflow, in one place: name, manual (``doc_md``), assets it updates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TypedDict

from airflow.sdk import Asset

from caspen_qbo.operators.exposed.assets import DOCUMENT_LINK, RECONCILIATION, UNSYNCED_INVOICE

BUTTONS = (
    "**Buttons** (*Extra Links*): the practice's pages, its last reconciliation report, its "
    "unsynced invoices, all practices of the task, and what the run did."
)
SHARD = (
    "Works on several practices, one after the other, each in a group of the log that has its "
    "name; posting and importing go on with the next where one takes long. One that fails is named "
    "and left, the others go on; a task that is tried again skips what is done."
)

WORDS: Mapping[str, str] = {
    "find_workspaces": (
        "Finds the practices this run is for, and shares them out over the tasks after it: up to "
        "ten have one each. A few statements to each database, however many practices there are; "
        "asks QuickBooks nothing.\n\n"
        "**If it fails:** a database did not answer, or the practice asked for is not connected; "
        "the run's note says which."
    ),
    "post_workspace": (
        "Sends to QuickBooks what Caspen finalised, changed or voided, and writes `Synced`, or "
        "why not, to Caspen."
        f" {SHARD}\n\n"
        "**If it fails:** its log and the run's note name the practice and who has to act."
    ),
    "import_workspace": (
        "Records in Caspen the payments that people recorded in QuickBooks, and follows what they "
        "changed there."
        f" {SHARD}\n\n"
        "**If it fails:** its log and the run's note name the practice and who has to act."
    ),
    "sync_practices": (
        "Finds the practices that events name, imports and posts there, and writes the run's note. Hands on "
        "to `sync_shard` what is more than about a minute's work, and what failed here, to be tried again."
        f" {SHARD}\n\n"
        "**If it fails:** nothing could be found: a database did not answer; the run's note says which."
    ),
    "sync_shard": (
        "Imports and posts what `sync_practices` handed on; skipped where that was nothing."
        f" {SHARD}\n\n"
        "**If it fails:** its log and the run's note name the practice and who has to act."
    ),
    "practice.reconcile": (
        "Reads both sides, checks them with Great Expectations, and lists every difference. "
        "Changes neither side's documents."
        f" {SHARD}\n\n"
        "**If it fails:** a check could not be carried out, which is no difference: its log says "
        "which. Differences fail nothing."
    ),
    "practice.write_report": (
        "Writes the page and the spreadsheet of each practice that was reconciled into the "
        "reports' folder. Safe to repeat: the same run gives the same files.\n\n"
        "**If it fails:** the folder cannot be written."
    ),
    "summarise": (
        "One line for each practice in its log; its words become the run's note. Red when a "
        "practice failed, and then it decides that the run is. Then sends the morning mails that are due, "
        "after a scheduled round of posting or importing.\n\n"
        "**If it fails:** it names the practice, the reason and who has to act; the log of that "
        "practice's task has the rest."
    ),
    "announce_equal": (
        "Updates the asset `caspen/qbo/reconciliation`, on which other teams' DAGs are scheduled: "
        "only when the last reconciliation of every connected practice is of this night or later "
        "and leaves nothing unexplained. Skipped otherwise; its log says which practice stands in "
        "the way."
    ),
    "check_heartbeat": (
        "Red when posting, importing or reconciling had no successful run in a practice for too "
        "long, naming both. Also deletes what is older than it is kept. Nothing waits for it.\n\n"
        "**If it fails:** the run's note says whether a person has to reconnect, or the DAG is "
        "off."
    ),
    "plan_backfill": (
        "Shows what would become of each invoice number. Sends nothing.\n\n"
        "**If it fails:** the numbers or the practice are not understood; the run's note says "
        "why."
    ),
    "approve_backfill": (
        "Waits an hour for an Op or Admin to approve the plan (*Required Actions*, or the pages). "
        "Skipped in a dry run and where nothing would be sent."
    ),
    "backfill_invoices": (
        "Carries out what was approved for this run and nothing else. Continues where it ended.\n\n"
        "**If it fails:** its log says why; what was sent is recorded and will be recognised."
    ),
}

UPDATES: Mapping[str, Sequence[Asset]] = {
    "post_workspace": (DOCUMENT_LINK, UNSYNCED_INVOICE),
    "import_workspace": (DOCUMENT_LINK, UNSYNCED_INVOICE),
    "sync_practices": (DOCUMENT_LINK, UNSYNCED_INVOICE),
    "sync_shard": (DOCUMENT_LINK, UNSYNCED_INVOICE),
    "practice.reconcile": (UNSYNCED_INVOICE,),
    "announce_equal": (RECONCILIATION,),
    "backfill_invoices": (DOCUMENT_LINK, UNSYNCED_INVOICE),
}


class Shown(TypedDict):
    task_id: str
    doc_md: str
    outlets: list[Asset]


def task(key: str) -> Shown:
    """Arguments of a task's operator. :param key: Its id in the DAG. KeyError: it has no manual."""
    task_id = key.rpartition(".")[2]
    words = f"### {task_id}\n{WORDS[key]}\n\n{BUTTONS}"
    return Shown(task_id=task_id, doc_md=words, outlets=list(UPDATES.get(key, ())))
