"""One refresher at a time, nothing used before it is stored, and what happens when a connection dies."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.fernet import Fernet

from caspen_qbo import wiring
from caspen_qbo.catalogue import entry_for
from caspen_qbo.errors import ConfigurationError, NotConnectedError, QboAuthError, QboUnavailableError
from caspen_qbo.hooks.intuit.oauth import IntuitOAuth
from caspen_qbo.hooks.intuit.tokens import REFRESH_PAUSE_SECONDS, TokenStore
from caspen_qbo.hooks.store.connection import cipher as qbo_cipher
from ops.local.postgres import Database
from tests.support.desk import REALM, WORKSPACE, Desk, change, expire, row, token_answer
from tests.support.scripted import Seen, Told

INVALID_GRANT = Told(
    400, {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}
)
PROCESSES = 10

in_processes = multiprocessing.get_context("fork")


@pytest.fixture
def store(desk: Desk):
    store = TokenStore(WORKSPACE, IntuitOAuth(desk.hook.config), sleep=desk.slept.append)
    yield store
    store.close()


def token_rule(desk: Desk, answer: Callable[[str], Told]) -> None:
    """Let the token endpoint answer by the refresh token it is shown."""

    def rule(request: Seen) -> Told:
        return answer(request.form["refresh_token"]) if request.path == "/token" else desk.normal(request)

    desk.web.rule = rule


def test_a_fresh_token_is_used_without_asking(desk: Desk, store: TokenStore):
    assert store.access_token() == store.access_token() == desk.tokens[0]
    assert store.realm_id() == REALM
    assert desk.web.seen == []


def test_a_token_about_to_end_is_refreshed_ahead_of_time(desk: Desk, store: TokenStore, qbo_db: Database):
    expire(qbo_db, seconds=299)

    assert store.access_token() == desk.tokens[2]
    assert store.calls == len(desk.token_calls()) == 1
    call = desk.token_calls()[0]
    assert call.form == {"grant_type": "refresh_token", "refresh_token": desk.tokens[1]}
    assert call.headers["x-include-refresh-token-hard-expires-in"] == "true"
    kept = row(qbo_db)
    assert kept["token_generation"] == 2
    assert kept["refresh_hard_expires_at"] > datetime.now(UTC) + timedelta(days=1800)
    assert timedelta(minutes=59) < kept["access_expires_at"] - datetime.now(UTC) <= timedelta(minutes=60)


def test_tokens_are_unreadable_at_rest(desk: Desk, store: TokenStore, qbo_db: Database):
    expire(qbo_db)
    store.access_token()

    kept = row(qbo_db)
    for column in ("access_token", "refresh_token", "previous_refresh_token"):
        assert all(token.encode() not in bytes(kept[column]) for token in desk.tokens)
    assert qbo_cipher.decrypt(kept["refresh_token"]) == desk.tokens[3]
    assert qbo_cipher.decrypt(kept["previous_refresh_token"]) == desk.tokens[1]


def test_a_new_pair_is_committed_before_it_is_used(desk: Desk, qbo_db: Database):
    expire(qbo_db)
    generations = []

    def rule(request: Seen) -> Told:
        if request.path.startswith("/v3/"):
            kept = row(qbo_db)
            generations.append(
                (kept["token_generation"], qbo_cipher.decrypt(kept["access_token"]) == request.token)
            )
        return desk.normal(request)

    desk.web.rule = rule
    with desk.accounting() as books:
        books.read_company()
    assert generations == [(2, True)]


def run_in_processes(work: Callable[[], str]) -> list[str]:
    """What each of ten processes says, all let go at the same moment."""
    barrier, queue = in_processes.Barrier(PROCESSES), in_processes.Queue()

    def child() -> None:
        barrier.wait()
        try:
            queue.put(work())
        except Exception as error:  # noqa: BLE001  counted, whatever it is
            queue.put(f"{type(error).__name__}: {error}")

    processes = [in_processes.Process(target=child) for _ in range(PROCESSES)]
    for process in processes:
        process.start()
    said = [queue.get(timeout=60) for _ in processes]
    for process in processes:
        process.join(10)
    return said


@pytest.mark.parametrize("rejected", [False, True], ids=["expired", "rejected"])
def test_ten_processes_at_once_ask_once(desk: Desk, qbo_db: Database, rejected: bool):
    old = desk.tokens[0]
    if not rejected:
        expire(qbo_db)

    def work() -> str:
        store = TokenStore(WORKSPACE, IntuitOAuth(desk.hook.config))
        return store.replace(old) if rejected else store.access_token()

    said = run_in_processes(work)
    assert len(desk.token_calls()) == 1
    assert set(said) == {desk.tokens[2]}
    assert row(qbo_db)["token_generation"] == 2


def die_while_storing(desk: Desk) -> None:
    """A process that is killed after Intuit's answer and before our commit."""

    def child() -> None:
        store = TokenStore(WORKSPACE, IntuitOAuth(desk.hook.config))
        store._store = lambda *_, **__: os._exit(9)  # type: ignore[method-assign]
        store.access_token()

    process = in_processes.Process(target=child)
    process.start()
    process.join(30)
    assert process.exitcode == 9


def test_a_process_killed_before_the_commit_leaves_no_lock_and_a_token_that_works(
    desk: Desk, store: TokenStore, qbo_db: Database
):
    expire(qbo_db)
    die_while_storing(desk)

    assert store.access_token() == desk.tokens[4]
    assert [call.form["refresh_token"] for call in desk.token_calls()] == [desk.tokens[1], desk.tokens[1]]


def test_a_token_stored_but_never_valid_is_healed_by_the_one_before(
    desk: Desk, store: TokenStore, qbo_db: Database
):
    good = desk.tokens[1]
    expire(qbo_db)
    change(
        qbo_db,
        "refresh_token = %(lost)s, previous_refresh_token = %(good)s",
        lost=qbo_cipher.encrypt("lost"),
        good=qbo_cipher.encrypt(good),
    )
    token_rule(
        desk, lambda shown: Told(body=token_answer("new", "newer")) if shown == good else INVALID_GRANT
    )

    assert store.access_token() == "new"
    assert row(qbo_db)["status"] == "connected"
    assert [call.form["refresh_token"] for call in desk.token_calls()] == ["lost", "lost", good]


def test_a_refusal_while_another_refresh_is_under_way_is_asked_again(
    desk: Desk, store: TokenStore, qbo_db: Database
):
    expire(qbo_db)
    desk.web.queue += [INVALID_GRANT]

    assert store.access_token() == desk.tokens[2]
    assert desk.slept == [REFRESH_PAUSE_SECONDS]


def test_a_dead_refresh_token_needs_a_person_and_is_not_tried_for_ever(
    desk: Desk, store: TokenStore, qbo_db: Database
):
    expire(qbo_db)
    token_rule(desk, lambda shown: INVALID_GRANT)

    with pytest.raises(QboAuthError) as caught:
        store.access_token()
    assert entry_for("invalid_refresh_token").title in caught.value.message
    assert caught.value.error_key == "invalid_refresh_token"
    assert caught.value.intuit_tid == "1-tid"
    assert row(qbo_db)["status"] == "needs_reconnect"

    desk.web.seen.clear()
    with pytest.raises(QboAuthError):
        desk.hook.accounting(WORKSPACE)
    with pytest.raises(QboAuthError):
        store.replace("anything")
    assert desk.token_calls() == []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (400, {"error": "invalid_client"}),
        (401, {"error": "invalid_client"}),
        (401, {}),
        (400, {"error": "huh"}),
    ],
)
def test_a_wrong_client_secret_is_a_setting_and_not_a_dead_connection(
    desk: Desk, store: TokenStore, qbo_db: Database, status, body
):
    expire(qbo_db)
    token_rule(desk, lambda shown: Told(status, body))

    with pytest.raises(ConfigurationError, match="Airflow connection quickbooks"):
        store.access_token()
    assert row(qbo_db)["status"] == "connected"


@pytest.mark.parametrize(
    "trouble",
    [Told(503), Told(hang_up=True), Told(200, b"not json"), Told(429), Told(200, {"token_type": "bearer"})],
)
def test_a_silent_token_service_is_asked_twice(
    desk: Desk, store: TokenStore, qbo_db: Database, trouble: Told
):
    expire(qbo_db)
    desk.web.queue += [trouble]
    assert store.access_token() == desk.tokens[2]

    expire(qbo_db)
    desk.web.queue += [trouble, trouble]
    other = TokenStore(WORKSPACE, IntuitOAuth(desk.hook.config), sleep=desk.slept.append)
    with pytest.raises(QboUnavailableError):
        other.access_token()
    other.close()
    assert row(qbo_db)["status"] == "connected"


def test_while_the_token_service_is_silent_the_present_token_serves_to_its_end(
    desk: Desk, store: TokenStore, qbo_db: Database
):
    expire(qbo_db, seconds=120)
    token_rule(desk, lambda shown: Told(503))

    assert store.access_token() == desk.tokens[0]
    with pytest.raises(QboUnavailableError):
        store.replace(desk.tokens[0])  # QuickBooks itself refused it: then it does not serve


def test_a_workspace_without_a_company_is_not_connected(hook, qbo_db: Database):
    with pytest.raises(NotConnectedError, match="workspace 7: QuickBooks is not connected"):
        hook.accounting(WORKSPACE)


def test_without_a_fernet_key_nothing_is_stored(fernet_key):
    fernet_key("")
    with pytest.raises(ConfigurationError, match="AIRFLOW__CORE__FERNET_KEY"):
        qbo_cipher.encrypt("token")
    fernet_key("too short")
    with pytest.raises(ConfigurationError, match="not a Fernet key"):
        qbo_cipher.encrypt("token")


def test_keys_can_be_changed_with_the_old_one_behind_the_new(fernet_key):
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    fernet_key(old)
    stored = qbo_cipher.encrypt("token")

    fernet_key(f"{new},{old}")
    assert qbo_cipher.decrypt(stored) == "token"
    fernet_key(new)
    with pytest.raises(ConfigurationError, match="another Fernet key"):
        qbo_cipher.decrypt(stored)


def test_each_warning_of_the_end_is_given_once(desk: Desk, qbo_db: Database):
    def ends_in(days: float) -> None:
        change(qbo_db, "refresh_hard_expires_at = now() + make_interval(secs => %(s)s)", s=days * 86400)

    with wiring.open_store() as opened:
        setup = opened.for_workspace(WORKSPACE).setup

        def warn() -> int | None:
            warning = setup.claim_expiry_warning()
            return warning[0] if warning else None

        assert warn() is None  # five years away
        given = []
        for days in (15, 13.9, 13, 6.9, 6, 3, 1.9, 0.5, -1):
            ends_in(days)
            given += [warn(), warn()]
        assert (
            given == [None, None, 14, None, None, None, 7, None, None, None, None, None, 2, None] + [None] * 4
        )

        ends_in(5 * 365)
        expire(qbo_db)
        with desk.accounting() as books:
            books.read_company()
        ends_in(1)
        warning = setup.claim_expiry_warning()
        assert warning is not None
        days, expires_at = warning
        assert days == 2
        assert abs(expires_at - datetime.now(UTC) - timedelta(days=1)) < timedelta(minutes=1)
