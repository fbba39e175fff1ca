"""The ping that leaves the machine: an address that is none, one that is silent, one that refuses."""

from __future__ import annotations

import logging
import socket
import time

import pytest

from caspen_qbo.hooks import ping


@pytest.mark.parametrize(
    "address",
    [
        "hc.org/ping",
        "ftp://example.com",
        "https:///secret",
        "https://a b/c",
        "https://e.com/{jobs}",
        "http://e.com:x",
    ],
)
def test_what_is_no_address_is_said_without_quoting_it(
    address: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv(ping.ADDRESS_VARIABLE, address)
    with pytest.raises(ValueError, match=r"is no address such as https://example\.com/ping/\{job\}"):
        ping.heartbeat_address("post")
    with caplog.at_level(logging.INFO):
        assert ping.ping("post") is False
    assert "nothing was pinged" in caplog.text and address not in caplog.text


def test_none_is_pinged_where_none_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(ping.ADDRESS_VARIABLE, raising=False)
    assert ping.heartbeat_address("post") is None and ping.ping("post") is False
    monkeypatch.setenv(ping.ADDRESS_VARIABLE, "https://example.com/key/caspen-{job}")
    assert ping.heartbeat_address("import") == "https://example.com/key/caspen-import"


@pytest.mark.parametrize("answers", ["nothing", "a byte at a time", "closed"])
def test_one_that_is_silent_holds_nothing_up_and_fails_nothing(
    answers: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(ping, "SECONDS", 0.3)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        port = server.getsockname()[1]
        if answers != "closed":
            server.listen()
        monkeypatch.setenv(ping.ADDRESS_VARIABLE, f"http://127.0.0.1:{port}/secret")
        began = time.monotonic()
        with caplog.at_level(logging.INFO):
            assert ping.ping("post") is False
        assert time.monotonic() - began < 10
    assert "no answer" in caplog.text and "secret" not in caplog.text
