"""What every document has to keep: links and paths that lead somewhere, commands and DAGs that exist."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

import caspen_qbo
from ops.paths import DAGS, ROOT
from tests.docs.conftest import DOCS, headings, markdown, tracked, without_code
from tests.docs.generated import GENERATED, commands, renewed

PAGES = markdown()
TOP = ("plugins/", "include/", "docs/", "dags/", "ops/", "tests/", "sandbox/", "benchmarks/", ".ci/")
INSIDE = ("core/", "usecases/", "hooks/", "operators/", "ui/", "cli/", "quality/", "reports/")
"""Folders of the package, often named without it."""
IDS = [str(path.relative_to(ROOT)) for path in PAGES]


def anchor(heading: str) -> str:
    """As GitHub makes it."""
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).replace("`", "")
    return re.sub(r"[^\w\- ]", "", plain.lower()).replace(" ", "-")


def test_there_are_documents_to_check():
    names = {str(path.relative_to(ROOT)) for path in PAGES}
    assert {"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "docs/runbook.md", "docs/install.md"} <= names


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_link_leads_somewhere(page: Path):
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text())):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, fragment = target.partition("#")
        linked = (page.parent / name) if name else page
        if not linked.exists():
            broken.append(target)
        elif fragment and linked.suffix == ".md":
            if fragment not in {anchor(heading) for heading in headings(linked.read_text())}:
                broken.append(target)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_path_named_exists(page: Path):
    missing = []
    for name in re.findall(r"`([\w./*-]+/[\w./*-]*)`", page.read_text()):
        if name.startswith(TOP) and not list(ROOT.glob(name.rstrip("/"))):
            missing.append(name)
        elif name.startswith(INSIDE):
            if not list((ROOT / "plugins" / "caspen_qbo").glob(name.rstrip("/"))):
                missing.append(name)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_make_target_named_exists(page: Path):
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^  make ([\w-]+)", help_text, re.MULTILINE))
    text = page.read_text()
    named = set(re.findall(r"(?:`|^\s*)make ([a-z][\w-]*)", text, re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_and_option_named_exists(page: Path):
    known = {
        name: {flag for option in command.params for flag in (*option.opts, *option.secondary_opts)}
        for name, command in commands().items()
    }
    text, wrong = page.read_text(), []
    # A command may be broken over two lines of prose, and ends with its code span or line.
    for call in re.findall(r"caspen[_-]qbo ([a-z][a-z-]*(?:[^`#\n]|\n(?=[^\n`|]*`))*)", text):
        name, *words = call.split()
        if name in known:
            options = [word.strip("`.,;:)") for word in words if word.startswith("--")]
            wrong += [f"{name} {option}" for option in options if option not in known[name]]
        elif any(f"{call} {name}" in text for call in ("`caspen-qbo", "`caspen_qbo", "-m caspen_qbo")):
            wrong.append(name)
    assert wrong == []


def test_every_dag_named_exists_and_every_dag_is_in_the_runbook():
    dags = {path.stem for path in DAGS.glob("*.py")}
    assert dags
    looks_like_one = re.compile(
        r"\b((?:post_to|import_from|reconcile)_quickbooks\w*|sync_new_work\w*|backfill_invoices\w*)"
    )
    named = {name for page in PAGES for name in looks_like_one.findall(page.read_text())}
    assert named == dags
    assert dags <= set(headings((DOCS / "runbook.md").read_text()))


@pytest.mark.parametrize(("page", "marker", "make"), GENERATED, ids=[marker for _, marker, _ in GENERATED])
def test_what_is_made_is_up_to_date(page: Path, marker: str, make: Callable[[], str]):
    assert make().count("\n") > 1
    again = "run: .venv/bin/python -m tests.docs.generated"
    assert page.read_text() == renewed(page, marker, make), again


def test_every_decision_carries_a_worked_example():
    records = sorted((DOCS / "decisions").glob("0*.md"))
    assert records
    worked = re.compile(r"^##+ .*(example|figures|numbers)", re.IGNORECASE | re.MULTILINE)
    assert [path.name for path in records if not worked.search(path.read_text())] == []


def test_the_changelog_knows_this_version():
    assert f"## {caspen_qbo.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_opens_with_the_two_commands_and_has_room_for_the_benchmarks():
    text = (ROOT / "README.md").read_text()
    assert text.index("make demo") < text.index("make test") < text.index("\n## ")
    assert text.index("<!-- bench -->") < text.index("<!-- /bench -->")


def test_the_pictures_of_the_readme_are_small():
    shown = re.findall(r"!\[[^\]]+\]\((docs/images/[^)]+)\)", (ROOT / "README.md").read_text())
    assert len(shown) >= 3
    assert [name for name in shown if (ROOT / name).stat().st_size > 300_000] == []


def test_the_project_stands_alone():
    """Nothing in it points at the place it was made."""
    places = (
        r"\.\./shared|\bshared/(?:product|interface|house|platform|quickbooks-api|caspen)|\.library|/work/"
    )
    outside = re.compile(places)
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in (".png", ".jpg", ".gz", ".xlsx"):
            continue
        lines = path.read_text(errors="replace").splitlines()
        found += [f"{path.relative_to(ROOT)}: {line.strip()[:100]}" for line in lines if outside.search(line)]
    assert found == []
