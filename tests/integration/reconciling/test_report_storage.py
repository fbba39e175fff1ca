"""Where reports are kept: a folder and an object store over HTTP do the same, whole or not at all; what is
silent or refuses is a sentence, holds nothing else, and no run says otherwise.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest

from caspen_qbo import wiring
from caspen_qbo.errors import ReportStorageError
from caspen_qbo.hooks.storage import ReportStorage, probe, report_storage, timed
from caspen_qbo.hooks.storage.folder import FolderStorage
from caspen_qbo.usecases.connection.doctor import Finding, examine
from caspen_qbo.usecases.connection.forget import forget_client, forget_workspace
from caspen_qbo.usecases.monitoring.prune import prune
from caspen_qbo.usecases.reconciling.run import reconcile
from tests.support.flow import Flow
from tests.support.object_store import ObjectStore, bucket_at, serving
from tests.support.task_context import task_context


@pytest.fixture(scope="module")
def server() -> Iterator[int]:
    with serving() as port:
        yield port


@pytest.fixture
def bucket(server: int) -> Iterator[ObjectStore]:
    with bucket_at(server) as bucket:
        yield bucket


@pytest.fixture(params=["folder", "file", "s3"])
def storage(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ReportStorage:
    match request.param:
        case "folder":
            monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path / "kept here"))
        case "file":
            monkeypatch.setenv("CASPEN_QBO_REPORTS", f"file://{tmp_path}/kept%20here")
        case "s3":
            request.getfixturevalue("bucket").used(monkeypatch)
    return report_storage()


def pieces(storage: ReportStorage, name: str) -> bytes | None:
    found = storage.stream(name)
    return None if found is None else b"".join(found[1])


def test_each_place_writes_reads_and_deletes_alike(
    storage: ReportStorage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(timed, "CHUNK", 1000)
    large = bytes(range(256)) * 20
    assert storage.read("1/a.html", 10) is None and storage.stream("1/a.html") is None
    for content in (b"first", large, b"", large):  # in the place of what was there
        storage.write("1/a.html", content)
        assert storage.read("1/a.html", 10_000) == content
        assert pieces(storage, "1/a.html") == content
    assert storage.read("1/a.html", 7) == large[:7]
    size, _ = storage.stream("1/a.html") or (0, None)
    assert size == len(large)
    for name in ("1/data-docs/index.html", "12/b.html"):
        storage.write(name, b"x")
    storage.delete(["1/a.html", "1/never.html"])
    assert storage.read("1/a.html", 1) is None
    storage.write("1/a.html", b"again")
    assert storage.delete_all(1) == 2 and storage.delete_all(1) == 0
    assert storage.read("12/b.html", 9) == b"x", "another practice, though its number begins with the same"
    probe(storage)


def test_what_is_no_such_place_is_said_without_its_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    for named, words in {
        "ftp://host/reports": "expected a folder, or one of s3://",
        "s3://": "expected a folder",
        "file://elsewhere/reports": "expected a folder",
        "s3://AKIA:geheim@bucket/x": "CASPEN_QBO_REPORTS_CONN_ID",
        "s3://bucket/x?key=geheim": "holds more than",
        "gs://bucket/reports": "apache-airflow-providers-google",
    }.items():
        monkeypatch.setenv("CASPEN_QBO_REPORTS", named)
        with pytest.raises(ReportStorageError) as error:
            probe(report_storage())
        assert words in error.value.message and "geheim" not in error.value.message, named


def test_silence_ends_and_is_not_waited_for_twice(bucket: ObjectStore, tmp_path: Path) -> None:
    storage = bucket.storage(seconds=0.4)
    storage.write("1/a.html", b"first")
    with bucket.way.silent():
        began = datetime.now(UTC)
        for _ in range(50):  # the practices of a shard
            with pytest.raises(ReportStorageError, match="did not answer within"):
                storage.write("1/a.html", b"second")
        assert datetime.now(UTC) - began < timedelta(seconds=10)
    assert bucket.storage().read("1/a.html", 9) in (b"first", b"second"), "one of both, whole"


def test_a_refusal_is_a_sentence_with_the_next_step(bucket: ObjectStore, tmp_path: Path) -> None:
    (tmp_path / "1").write_text("a file where a folder should be")
    gone = ObjectStore(bucket.way, "s3://not-there/kept", bucket.conn_id, bucket.files)
    for refusing in (FolderStorage(tmp_path, 5), gone.storage()):
        with pytest.raises(ReportStorageError) as error:
            refusing.write("1/a.html", b"x")
        assert "refused writing 1/a.html" in error.value.message
        assert "`doctor` checks it" in error.value.message and "4471" not in error.value.message


def test_an_upload_that_breaks_off_leaves_what_was_there(bucket: ObjectStore) -> None:
    bucket.storage().write("1/a.html", b"first")
    with bucket.way.refusing(), pytest.raises(ReportStorageError):
        bucket.storage(5).write("1/a.html", b"x" * 3_000_000)
    assert bucket.storage().read("1/a.html", 9) == b"first"
    bucket.storage().write("1/a.html", b"second")
    assert bucket.storage().read("1/a.html", 9) == b"second"


def reconciled(flow: Flow, run_id: str) -> None:
    with wiring.open_session(flow.workspace_id, run_id) as session:
        reconcile(session)


def write_report(run_id: str) -> list[Any]:
    from caspen_qbo.operators.report import WriteReportOperator

    practices = cast("Any", [{"workspace_id": 1, "practice": "Harbour Allied Health"}])
    context = cast("Any", task_context("write_report", run_id))
    return WriteReportOperator(task_id="write_report", practices=practices).execute(context)


def test_a_night_keeps_its_reports_in_object_storage_until_they_are_old(
    flow: Flow, bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.used(monkeypatch)
    flow.invoice("20.00")
    flow.post()
    run_id = "scheduled__2026-11-28T15:30:00+00:00"
    reconciled(flow, run_id)
    (outcome,) = write_report(run_id)
    write_report(run_id)  # safe to repeat
    stem = "1/reconciliation-1-scheduled__2026-11-28T15-30-00-00-00"
    assert bucket.names() == {f"{stem}.html", f"{stem}.xlsx"}
    assert "/w/1/reconciliation/scheduled__" in outcome["message"] and "s3://" not in outcome["message"]
    assert check(flow).ok and check(flow).detail.endswith(f"({'connection ' + bucket.conn_id})")
    with wiring.open_store() as store:
        assert prune(store, report_storage())["reports"] == 0
        flow.sync_rows("UPDATE qbo_sync.report_file SET at = now() - interval '2558 days' RETURNING 1")
        with bucket.way.refusing(), pytest.raises(ReportStorageError):
            prune(store, bucket.storage(2))
        assert len(bucket.names()) == 2, "the next night deletes them"
        assert prune(store, report_storage())["reports"] == 2
    assert bucket.names() == set()
    assert flow.sync_rows("SELECT count(*) FROM qbo_sync.report_file") == [(0,)]


def test_a_report_that_cannot_be_kept_fails_nothing_and_is_said(
    flow: Flow, bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.used(monkeypatch)
    reconciled(flow, "manual__1")
    with bucket.way.refusing():
        (outcome,) = write_report("manual__1")
        finding = check(flow)
    assert "It was not written to where reports are kept" in outcome["message"]
    assert "report --workspace 1 --run manual__1 --keep" in outcome["message"], "the next step"
    assert not finding.ok and bucket.address in finding.detail
    assert flow.sync_rows("SELECT written FROM qbo_sync.report_file") == [(False,)]


def test_workers_that_keep_reports_elsewhere_are_found(
    flow: Flow, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    reconciled(flow, "manual__1")
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path / "worker"))
    write_report("manual__1")
    assert check(flow).ok
    monkeypatch.setenv("CASPEN_QBO_REPORTS", str(tmp_path / "pages"))
    finding = check(flow)
    assert not finding.ok and "keeps reports elsewhere" in finding.detail
    assert "CASPEN_QBO_REPORTS" in finding.fix


def test_forgetting_deletes_them_there_or_says_that_it_could_not(
    flow: Flow, bucket: ObjectStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    bucket.used(monkeypatch)
    flow.invoice("20.00")
    flow.post()
    reconciled(flow, "manual__1")
    forgets = (
        lambda store, delete: forget_client(
            store, 1, flow.client_id, {"Ann O'Neil"}, who="cli:x", delete_reports=delete
        ),
        lambda store, delete: forget_workspace(
            store, 1, who="cli:x", disconnect=lambda _: None, delete_reports=delete
        ),
    )
    for forget in forgets:
        write_report("manual__1")
        with wiring.open_store() as store:
            with bucket.way.refusing(), pytest.raises(ReportStorageError):
                forget(store, bucket.storage(2).delete_all)
            assert len(bucket.names()) == 2
            recorded = flow.sync_rows("SELECT count(*) FROM qbo_sync.forgotten")
            assert forget(store, report_storage().delete_all).counts["reports"] == 2
        assert bucket.names() == set()
        assert flow.sync_rows("SELECT count(*) FROM qbo_sync.report_file") == [(0,)]
        assert flow.sync_rows("SELECT count(*) FROM qbo_sync.forgotten") == [(recorded[0][0] + 1,)]


def check(flow: Flow) -> Finding:
    with wiring.open_session(flow.workspace_id, "doctor") as session:
        *_, last = examine(session, report_storage(on_a_page=True))
    assert last.name == "reports"
    return last
