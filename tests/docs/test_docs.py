"""What every document has to keep: links and paths that lead somewhere, commands and DAGs that exist."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

import caspen_qbo
from ops.paths import DAGS, ROOT
from tests.docs.commands import PAGE, commands, with_table
from tests.docs.conftest import DOCS, headings, markdown, tracked, without_code

PAGES = markdown()
TOP = ("plugins/", "include/", "docs/", "dags/", "ops/", "tests/", "benchmarks/", ".ci/")
MADE_AT_RUN_TIME = ("var/", ".venv/")
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
        elif name.startswith(("core/", "usecases/", "hooks/", "operators/", "ui/", "cli/", "quality/", "reports/")):
            if not list((ROOT / "plugins" / "caspen_qbo").glob(name.rstrip("/"))):
                missing.append(name)
    assert missing == []


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_make_target_named_exists(page: Path):
    help_text = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = set(re.findall(r"^  make ([\w-]+)", help_text, re.MULTILINE))
    text = page.read_text()
    named = set(re.findall(r"`make ([a-z][\w-]*)", text)) | set(re.findall(r"^\s*make ([a-z][\w-]*)", text, re.MULTILINE))
    assert named - targets == set()


@pytest.mark.parametrize("page", PAGES, ids=IDS)
def test_every_command_and_option_named_exists(page: Path):
    known = {name: {flag for p in c.params for flag in (*p.opts, *p.secondary_opts)} for name, c in commands().items()}
    wrong = []
    # A command may be broken over two lines of prose, and ends with its code span or line.
    for call in re.findall(r"caspen_qbo ([a-z][a-z-]*(?:[^`#\n]|\n(?=[^\n`|]*`))*)", page.read_text()):
        words = call.split()
        if words[0] not in known:
            if f"`caspen_qbo {words[0]}" in page.read_text() or f"-m caspen_qbo {words[0]}" in page.read_text():
                wrong.append(words[0])
            continue
        wrong += [f"{words[0]} {w}" for w in words if w.startswith("--") and w.strip("`.,;:)") not in known[words[0]]]
    assert wrong == []


def test_every_dag_named_exists_and_every_dag_is_in_the_runbook():
    dags = {path.stem for path in DAGS.glob("*.py")}
    assert dags
    named = set()
    for page in PAGES:
        named |= set(re.findall(r"\b((?:post_to|import_from|reconcile)_quickbooks\w*|backfill_invoices\w*)", page.read_text()))
    assert named == dags
    assert dags <= set(headings((DOCS / "runbook.md").read_text()))


def test_the_table_of_commands_is_what_the_commands_say():
    page = PAGE.read_text()
    assert len(commands()) > 10
    assert page == with_table(page), "run: PYTHONPATH=plugins:. .venv/bin/python -m tests.docs.commands"


def test_every_decision_is_in_the_index_and_carries_a_worked_example():
    index = (DOCS / "decisions" / "README.md").read_text()
    records = sorted(path.name for path in (DOCS / "decisions").glob("0*.md"))
    assert records
    assert sorted(set(re.findall(r"\((0\d{3}-[\w-]+\.md)\)", index))) == records
    for name in records:
        assert re.search(r"^##+ .*(example|figures|numbers)", (DOCS / "decisions" / name).read_text(), re.I | re.M), name


def test_the_changelog_knows_this_version():
    assert f"## {caspen_qbo.__version__}" in (ROOT / "CHANGELOG.md").read_text()


def test_the_readme_opens_with_the_two_commands_and_has_room_for_the_benchmarks():
    text = (ROOT / "README.md").read_text()
    assert text.index("make demo") < text.index("make test") < text.index("\n## ")
    assert text.index("<!-- bench -->") < text.index("<!-- /bench -->")


def test_pictures_are_small():
    heavy = [p.name for p in (DOCS / "images").glob("*.*") if p.stat().st_size > 300_000]
    assert heavy == []


def test_the_project_stands_alone():
    """Nothing in it points at the place it was made."""
    outside = re.compile(r"\.\./shared|\bshared/(?:product|interface|house|platform|quickbooks-api|caspen)|\.library|/work/")
    found = []
    for path in tracked():
        if path == Path(__file__) or path.suffix in (".png", ".jpg", ".gz", ".xlsx"):
            continue
        text = path.read_text(errors="replace")
        found += [f"{path.relative_to(ROOT)}: {line.strip()[:100]}" for line in text.splitlines() if outside.search(line)]
    assert found == []
