"""The manual builds as a site, complete, and needs no other server."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from ops.paths import ROOT
from tests.docs.conftest import DOCS

PICTURES = DOCS / "images"
TOURS = sorted((DOCS / "tour").glob("*.md"))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built strictly: a link, an anchor or a picture that leads nowhere, or a page left out, is an error."""
    folder = tmp_path_factory.mktemp("manual")
    config = ROOT / "ops" / "manual" / "mkdocs.yml"
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--config-file", config, "--site-dir", folder],
        env={**os.environ, "PYTHONPATH": str(config.parent), "NO_MKDOCS_2_WARNING": "1"},
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_each_document_is_a_page(site: Path):
    documents = {path.relative_to(DOCS).with_suffix("") for path in DOCS.rglob("*.md")}
    pages = {path.relative_to(site).with_suffix("") for path in site.rglob("*.html")}
    renamed = {path.with_name("index") if path.name == "README" else path for path in documents}
    assert renamed - pages == set()


def test_a_page_asks_nothing_of_another_server(site: Path):
    asked = {
        found
        for page in site.rglob("*.html")
        for found in re.findall(
            r"<(?:script|img|iframe|link)\b[^>]*?\b(?:src|href)=[\"']?(https?:[^\"'\s>]+)", page.read_text()
        )
    }
    assert asked == set()


def test_a_file_outside_the_manual_is_named_and_not_linked(site: Path):
    page = (site / "eligibility.html").read_text()
    assert "<code>tests/integration/posting/test_eligibility.py</code>" in page
    outward = {
        (str(page.relative_to(site)), target)
        for page in site.rglob("*.html")
        if page.name != "404.html"
        for target in re.findall(r"<a [^>]*href=\"([^\"#:]+)\"", page.read_text())
        if not (page.parent / target).resolve().is_relative_to(site.resolve())
    }
    assert outward == set()


@pytest.mark.parametrize("tour", TOURS, ids=lambda path: path.stem)
def test_a_tour_shows_each_page_in_light_and_dark_as_the_tests_took_it(tour: Path):
    shown = re.findall(
        r"\(\.\./images/pages/([\w-]+)-(light|dark)\.png#only-(light|dark)\)", tour.read_text()
    )
    assert all(how == when for _, how, when in shown)
    names = {name for name, _, _ in shown}
    assert {(name, how) for name, how, _ in shown} == {
        (name, how) for name in names for how in ("light", "dark")
    }
    assert all((PICTURES / "pages" / f"{name}-{how}.png").is_file() for name, how, _ in shown)


def test_the_diagram_says_what_its_text_says():
    text = re.search(r"```mermaid\n(.*?)```", (DOCS / "architecture.md").read_text(), re.DOTALL)
    assert text is not None
    drawn = (PICTURES / "day-of-a-document.svg").read_text()
    labels = [
        part for pair in re.findall(r"\[\(?([^\])]+)\)?\]|\"([^\"]+)\"", text[1]) for part in pair if part
    ]
    words = {word for label in labels for word in re.findall(r"\w+", label.replace("<br/>", " "))}
    assert len(words) > 20
    assert {word for word in words if word not in drawn} == set()
