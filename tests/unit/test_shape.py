"""
The two tests that keep the shape of the house, and the direction of its imports.

When one of these must change, change it in the same commit as the code and say why there.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from ops.paths import DAGS, PLUGINS, SANDBOX_CODE

PACKAGE = PLUGINS / "caspen_qbo"


def imported_names(path: Path, *, module_level: bool = False) -> Iterator[str]:
    """
    Dotted names of what a file imports.

    :param module_level: Leave out what is imported inside functions, and what only type checkers see.
    """
    tree = ast.parse(path.read_text())
    nodes = _outside_functions(tree) if module_level else ast.walk(tree)
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            if node.level:
                continue  # of its own package
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _outside_functions(node: ast.AST) -> Iterator[ast.AST]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.dump(child.test):
            continue
        yield child
        yield from _outside_functions(child)


def files_in(folder: str) -> list[Path]:
    found = sorted((PACKAGE / folder).rglob("*.py")) if (PACKAGE / folder).is_dir() else [PACKAGE / folder]
    assert found and all(path.exists() for path in found), folder
    return found


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


def test_core_imports_only_the_standard_library() -> None:
    outside = {
        (path.name, name)
        for path in files_in("core")
        for name in imported_names(path)
        if name.split(".")[0] not in sys.stdlib_module_names and not within(name, "caspen_qbo.core")
    }
    assert outside == set()


def test_core_asks_neither_the_time_nor_chance_nor_the_environment() -> None:
    asked = {
        (path.name, name)
        for path in files_in("core")
        for name in imported_names(path)
        if within(name, "os", "time", "random", "secrets", "socket", "subprocess", "logging", "uuid.uuid4")
    }
    clocks = {
        (path.name, node.func.attr)
        for path in files_in("core")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in ("now", "utcnow", "today")
    }
    assert asked | clocks == set()


def test_no_module_bears_the_name_of_a_library() -> None:
    taken = {*sys.stdlib_module_names, "quickbooks", "airflow", "pandas"}
    modules = [path for path in PACKAGE.rglob("*.py") if not path.stem.startswith("__")]
    assert modules
    assert {path.stem for path in modules} & taken == set()


DRIVERS = ("psycopg", "psycopg2", "sqlalchemy", "requests", "httpx", "quickbooks", "intuitlib")

NEVER_IMPORTS = {
    # A refusal carries the core's verdict on it.
    "errors.py": ("caspen_qbo.hooks", "caspen_qbo.usecases", "caspen_qbo.settings", "airflow", *DRIVERS),
    "settings.py": ("caspen_qbo", "airflow", *DRIVERS),
    "queries.py": ("airflow", *DRIVERS),
    "hooks": ("caspen_qbo.usecases", "caspen_qbo.operators", "caspen_qbo.ui", "caspen_qbo.cli"),
    "usecases": (
        "airflow",
        "fastapi",
        "great_expectations",
        "caspen_qbo.operators",
        "caspen_qbo.ui",
        *DRIVERS,
    ),
    "operators": ("caspen_qbo.ui", "caspen_qbo.cli", *DRIVERS),
    "ui": ("caspen_qbo.operators", "caspen_qbo.cli", "requests", "quickbooks", "intuitlib"),
    "core/posting/mapping.py": ("caspen_qbo.core.reconciling.matching", "caspen_qbo.core.posting.plan"),
    "core/reconciling/matching.py": (
        "caspen_qbo.core.posting.mapping",
        "caspen_qbo.core.posting.plan",
        "caspen_qbo.core.records",
    ),
    "core/posting/totals.py": ("caspen_qbo.core.posting.mapping", "caspen_qbo.core.reconciling.matching"),
    "core/records.py": ("caspen_qbo.core.documents",),
    "core/documents.py": ("caspen_qbo.core.records",),
}
"""What lives where, and what it never imports: the inner parts know nothing of the outer ones."""


@pytest.mark.parametrize("part", NEVER_IMPORTS)
def test_imports_point_inward(part: str) -> None:
    wrong = {
        (str(path.relative_to(PACKAGE)), name)
        for path in files_in(part)
        for name in imported_names(path)
        if within(name, *NEVER_IMPORTS[part])
    }
    assert wrong == set()


def test_dag_files_are_wiring_only() -> None:
    dags = sorted(DAGS.glob("*.py"))
    assert dags
    allowed = ("__future__", "datetime", "pendulum", "airflow", "caspen_qbo.operators", "caspen_qbo.settings")
    wrong = {
        (path.name, name) for path in dags for name in imported_names(path) if not within(name, *allowed)
    }
    assert wrong == set()


def test_the_sandbox_shares_no_code_with_what_it_stands_in_for() -> None:
    files = sorted((SANDBOX_CODE / "qbo_emulator").rglob("*.py"))
    assert files
    shared = {
        (p.name, name) for p in files for name in imported_names(p) if within(name, "caspen_qbo", "airflow")
    }
    assert shared == set()


EXTENDS_A_LIBRARY = "caspen_qbo.quality.expectations"
"""Its classes are a library's own kind, so it loads the library, and is as heavy to import."""


@pytest.mark.parametrize("folder", ["operators", "quality", "reports", "usecases", "cli"])
def test_heavy_libraries_are_imported_where_they_are_used(folder: str) -> None:
    heavy = ("great_expectations", "pandas", "matplotlib", "xlsxwriter", EXTENDS_A_LIBRARY)
    wrong = {
        (str(path.relative_to(PACKAGE)), name)
        for path in files_in(folder)
        if path != PACKAGE.joinpath(*EXTENDS_A_LIBRARY.split(".")[1:]).with_suffix(".py")
        for name in imported_names(path, module_level=True)
        if within(name, *heavy)
    }
    assert wrong == set()
