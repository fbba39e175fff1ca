"""A real Chromium for tests that click, and what to say where none can be had."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """Debian's Chromium, or another one on the path."""
    return next((path for name in NAMES if (path := shutil.which(name))), None)


@contextmanager
def running_chromium() -> Iterator[Browser]:
    """A browser without a window.

    Playwright keeps an event loop running in this thread until the end of the block: while it lasts, another
    Playwright or an ``asyncio.run`` is refused in that thread. So no fixture holds it longer than a module.
    """
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=["--no-sandbox"])
        yield browser
        browser.close()
