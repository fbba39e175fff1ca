"""A new Fernet key: the stored tokens follow, and the old key can be thrown away."""

from __future__ import annotations

import pytest
from cryptography.fernet import Fernet

from caspen_qbo import wiring
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store.connection import cipher as qbo_cipher
from caspen_qbo.hooks.store.connection.rotation import COLUMNS, rewrite_tokens
from ops.local.postgres import Database
from tests.support.command_line import run_command
from tests.support.desk import WORKSPACE, Desk, expire, row

OLD, NEW = Fernet.generate_key().decode(), Fernet.generate_key().decode()


@pytest.fixture
def rotated_once(desk: Desk, qbo_db: Database, fernet_key) -> Desk:
    """Connected under the old key, with a refresh token in reserve; the access token is about to end."""
    fernet_key(OLD)
    with wiring.open_connector() as connector:
        connector.adopt(WORKSPACE, row(qbo_db)["realm_id"], desk.tokens[1])
    expire(qbo_db)
    with desk.accounting() as books:
        books.read_company()
    expire(qbo_db)
    return desk


def plain(database: Database) -> list[str]:
    kept = row(database)
    return [qbo_cipher.decrypt(kept[name]) for name in COLUMNS]


def test_after_the_command_the_new_key_alone_is_enough(rotated_once: Desk, qbo_db: Database, fernet_key):
    before, kept = plain(qbo_db), row(qbo_db)
    fernet_key(f"{NEW},{OLD}")
    for _ in range(2):  # safe to repeat
        done = run_command("rotate-fernet-key")
        assert (done.returncode, done.stderr) == (0, "")
        assert "tokens of 1 workspace(s)" in done.stdout

    fernet_key(NEW)
    assert plain(qbo_db) == before
    after = row(qbo_db)
    assert {name for name in kept if kept[name] != after[name]} == set(COLUMNS)
    with rotated_once.accounting() as books:
        books.read_company()  # refreshes with what was rewritten
    assert rotated_once.token_calls()[-1].form["refresh_token"] == before[1]
    fernet_key(OLD)
    with pytest.raises(ConfigurationError, match="another Fernet key"):
        plain(qbo_db)


def test_without_the_command_the_new_key_alone_opens_nothing(rotated_once: Desk, fernet_key):
    fernet_key(NEW)
    with rotated_once.accounting() as books, pytest.raises(ConfigurationError, match="another Fernet key"):
        books.read_company()


def test_what_no_key_opens_is_named_and_left_and_the_others_are_done(
    rotated_once: Desk, qbo_db: Database, fernet_key
):
    with qbo_db.connect(autocommit=True) as connection:
        connection.execute(
            "INSERT INTO qbo_sync.connection (workspace_id, realm_id, access_token, refresh_token) "
            "SELECT 8, '9130350000000008', %s, access_token FROM qbo_sync.connection",
            [Fernet(Fernet.generate_key()).encrypt(b"lost")],
        )
    fernet_key(f"{NEW},{OLD}")
    done = run_command("rotate-fernet-key")
    assert (done.returncode, "workspace(s) 8 " in done.stderr) == (1, True)
    fernet_key(NEW)
    again = rewrite_tokens()
    assert (again.done, again.unreadable) == ((WORKSPACE,), (8,))


def test_without_a_key_nothing_is_touched(rotated_once: Desk, qbo_db: Database, fernet_key):
    before = row(qbo_db)
    fernet_key("")
    with pytest.raises(ConfigurationError, match="has no Fernet key"):
        rewrite_tokens()
    assert row(qbo_db) == before
