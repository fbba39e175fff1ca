"""Putting reports, packs and Data Docs where they are kept, and reading them there. All but Data Docs can be
made again from what our database holds: nothing is lost with the place.
"""

import logging
import re
from collections.abc import Iterable, Iterator, Mapping

from caspen_qbo.core.closing.stored import MonthPack
from caspen_qbo.errors import ReportStorageError
from caspen_qbo.hooks.storage import ReportStorage
from caspen_qbo.hooks.store import WorkspaceStore
from caspen_qbo.reports import Report

log = logging.getLogger(__name__)

DATA_DOCS = "data-docs"
_PAGE = re.compile(r"^[a-z][a-z_]*$")
PAGE_MAX = 8 << 20
"""Bytes of a page of Data Docs; one has a few hundred thousand."""


def keep_report(store: WorkspaceStore, storage: ReportStorage, report: Report) -> None:
    """The page and the spreadsheet of a reconciliation, the same files each time. Safe to repeat.

    :raises ReportStorageError: they could not be written.
    """
    for ending, content in (("html", report.html.encode()), ("xlsx", report.xlsx)):
        _keep(store, storage, report_name(store.workspace_id, report.run_id, ending), content)


def keep_pack(store: WorkspaceStore, storage: ReportStorage, pack: MonthPack) -> None:
    """The pack of a closed month, one for each time that it was closed; raises as :func:`keep_report`."""
    from caspen_qbo.reports.month_end.page import render_pack_html
    from caspen_qbo.reports.month_end.workbook import render_pack_xlsx

    stem = f"month-end-{store.workspace_id}-{pack.month:%Y-%m}-closed-{pack.made_at:%Y%m%dT%H%M%S}"
    _keep(store, storage, f"{stem}.html", render_pack_html(pack).encode())
    _keep(store, storage, f"{stem}.xlsx", render_pack_xlsx(pack))


def say_pack(store: WorkspaceStore, storage: ReportStorage, pack: MonthPack) -> str:
    """Keep it, and a sentence where that failed: the month is closed all the same, with its pack."""
    try:
        keep_pack(store, storage, pack)
    except ReportStorageError as error:
        log.warning("pack workspace=%s not written: %s", store.workspace_id, error.message)
        again = f"`month-end --workspace {store.workspace_id} --month {pack.month:%Y-%m} --keep` writes it."
        return f"It was not written to where reports are kept: {error.message} {again}"
    log.info("pack workspace=%s kept in %s", store.workspace_id, storage.where)
    return ""


def keep_data_docs(store: WorkspaceStore, storage: ReportStorage, pages: Mapping[str, str]) -> None:
    """In the place of the last ones; raises as :func:`keep_report`."""
    for name, page in pages.items():
        _keep(store, storage, f"{DATA_DOCS}/{name}", page.encode())
    old = store.report_files.fetch(f"{DATA_DOCS}/", unwritten_too=True)
    _delete(store, storage, [name for name in old if name.removeprefix(f"{DATA_DOCS}/") not in pages])


def say_data_docs(store: WorkspaceStore, storage: ReportStorage, pages: Mapping[str, str], shown: str) -> str:
    """Keep them, and a sentence on it: they fail no reconciliation.

    :param shown: Where they are read.
    """
    try:
        keep_data_docs(store, storage, pages)
    except ReportStorageError as error:
        log.warning("data docs workspace=%s not written: %s", store.workspace_id, error.message)
        return f"Data Docs were not written; the next reconciliation writes them. {error.message}"
    log.info("data docs workspace=%s kept in %s", store.workspace_id, storage.where)
    return f"Data Docs: {shown}"


def data_docs_of(store: WorkspaceStore) -> list[str]:
    """The names of the pages there are, without their ending. Asks our database alone."""
    names = (name.removeprefix(f"{DATA_DOCS}/") for name in store.report_files.fetch(f"{DATA_DOCS}/"))
    return [name.removesuffix(".html") for name in names if name != "index.html"]


def read_data_docs(storage: ReportStorage, workspace_id: int, name: str) -> str | None:
    """One page; None: there is none of this name.

    :raises ReportStorageError: it could not be read, or is larger than any of ours.
    """
    if not _PAGE.match(name):
        return None
    page = storage.read(f"{workspace_id}/{DATA_DOCS}/{name}.html", PAGE_MAX + 1)
    if page is not None and len(page) > PAGE_MAX:
        raise ReportStorageError(
            f"The Data Docs {name!r} in {storage.where} have more than {PAGE_MAX:,} bytes: no page of ours "
            "does. Run a reconciliation with Data Docs to write it again."
        )
    return None if page is None else page.decode("utf-8", "replace")


def stream_report(
    storage: ReportStorage, workspace_id: int, run_id: str, ending: str
) -> tuple[int, Iterator[bytes]] | None:
    """Its size in bytes and its pieces; None: it was not written there."""
    return storage.stream(f"{workspace_id}/{report_name(workspace_id, run_id, ending)}")


def report_name(workspace_id: int, run_id: str, ending: str) -> str:
    # Run ids hold colons and plus signs, which not every file system and mail program takes.
    return re.sub(r"[^0-9A-Za-z._-]+", "-", f"reconciliation-{workspace_id}-{run_id}") + f".{ending}"


def _keep(store: WorkspaceStore, storage: ReportStorage, name: str, content: bytes) -> None:
    store.report_files.note(name)
    storage.write(f"{store.workspace_id}/{name}", content)
    store.report_files.mark_written(name)


def _delete(store: WorkspaceStore, storage: ReportStorage, names: Iterable[str]) -> None:
    names = list(names)
    storage.delete([f"{store.workspace_id}/{name}" for name in names])
    store.report_files.delete(names)
