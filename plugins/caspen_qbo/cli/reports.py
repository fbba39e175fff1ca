"""The command that writes finance's report of a stored reconciliation."""

from pathlib import Path

import typer

from caspen_qbo.cli.shared import WORKSPACE, console, open_store, who

HTML = typer.Option(None, "--html", help="Write the page here.")
XLSX = typer.Option(None, "--xlsx", help="Write the spreadsheet here.")
KEEP = typer.Option(False, "--keep", help="Write both where the server keeps reports, as nightly.")


def report(
    workspace: int = WORKSPACE,
    run: str | None = typer.Option(None, "--run", help="Id of a reconciliation; the latest otherwise."),
    html: Path | None = HTML,
    xlsx: Path | None = XLSX,
    keep: bool = KEEP,
) -> None:
    """Write the report of a stored reconciliation; the same run gives the same bytes whenever it is
    written.
    """
    from caspen_qbo.hooks.files import write_report
    from caspen_qbo.hooks.storage import report_storage
    from caspen_qbo.reports import build
    from caspen_qbo.reports.kept import keep_report
    from caspen_qbo.usecases.monitoring.readers import record_read

    if html is None and xlsx is None and not keep:
        raise typer.BadParameter("give --html FILE, --xlsx FILE, or --keep")
    with open_store(workspace) as store:
        made = build(store, run)
        if keep:
            storage = report_storage()
            keep_report(store, storage, made)
            console().print(f"kept in {storage.where}, run {made.run_id}")
        if html or xlsx:
            record_read(store, who(), f"report of {made.run_id}", downloaded=True)
    for path, content in ((html, made.html.encode()), (xlsx, made.xlsx)):
        if path is not None:
            write_report(path, content)
            console().print(f"{path}: {len(content)} bytes, run {made.run_id}")
