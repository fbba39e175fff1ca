"""What keeps the shape of the house: its rooms, the direction of its imports, where statements lie.

When one of these must change, change it in the same commit as the code and say why there.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

import pytest

from ops.paths import DAGS, PLUGINS, ROOT, SANDBOX_CODE

PACKAGE = PLUGINS / "caspen_qbo"
SQL = PACKAGE / "sql"


def imported_names(path: Path, *, module_level: bool = False) -> Iterator[str]:
    """Dotted names of what a file imports.

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

SHOWING = ("caspen_qbo.airflow", "caspen_qbo.operators", "caspen_qbo.ui", "caspen_qbo.cli")
OUTER = (*SHOWING, "caspen_qbo.reports")
OVER_HTTP = ("caspen_qbo.hooks.intuit", "requests", "quickbooks", "intuitlib")

NEVER_IMPORTS = {
    # A refusal carries the core's verdict on it.
    "errors.py": ("caspen_qbo.hooks", "caspen_qbo.usecases", "caspen_qbo.settings", "airflow", *DRIVERS),
    "settings.py": ("caspen_qbo", "airflow", *DRIVERS),
    "queries.py": ("airflow", *DRIVERS),
    "catalogue.py": (*OUTER, "caspen_qbo.hooks", "caspen_qbo.usecases", "airflow", *DRIVERS),
    "wording.py": (*OUTER, "caspen_qbo.hooks", "caspen_qbo.usecases", "airflow", *DRIVERS),
    "hooks": (*OUTER, "caspen_qbo.usecases", "caspen_qbo.quality", "caspen_qbo.wiring"),
    "hooks/store": (*OVER_HTTP, "caspen_qbo.hooks.caspen"),
    "hooks/caspen": (*OVER_HTTP, "caspen_qbo.hooks.quickbooks", "caspen_qbo.hooks.store"),
    "hooks/intuit": ("caspen_qbo.hooks.caspen",),
    "hooks/quickbooks": ("caspen_qbo.hooks.caspen",),
    # Great Expectations opens its own sessions: by hooks/postgres, as everything does.
    "quality": (
        *OUTER,
        *(f"caspen_qbo.hooks.{room}" for room in ("caspen", "database", "intuit", "quickbooks", "store")),
        "caspen_qbo.usecases",
        "caspen_qbo.wiring",
    ),
    "usecases": (*OUTER, "caspen_qbo.wiring", "airflow", "fastapi", "great_expectations", *DRIVERS),
    "reports": (*SHOWING, "caspen_qbo.usecases", "caspen_qbo.wiring", "airflow", "fastapi", *DRIVERS),
    "migrations": (*OUTER, "caspen_qbo.core", "caspen_qbo.usecases", "caspen_qbo.wiring"),
    "operators": ("caspen_qbo.ui", "caspen_qbo.cli", "caspen_qbo.airflow", *DRIVERS),
    "cli": ("caspen_qbo.ui", "caspen_qbo.operators", "caspen_qbo.airflow", "fastapi", *DRIVERS),
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


ROOM_SIZE = 12
"""Modules in one folder, its ``__init__`` included: what one can take in at a glance."""


def python_folders() -> list[Path]:
    found = sorted({path.parent for path in package_files()})
    assert len(found) > 20
    return found


def package_files() -> list[Path]:
    """Every module of the package; its link to the statements is not followed."""
    return [path for path in sorted(PACKAGE.rglob("*.py")) if path.relative_to(PACKAGE).parts[0] != "sql"]


def test_no_room_is_crowded() -> None:
    crowded = {
        str(folder.relative_to(PACKAGE))
        for folder in python_folders()
        if len(list(folder.glob("*.py"))) > ROOM_SIZE
    }
    assert crowded <= {"migrations/versions"}, "which grows by a revision each time, and is never rearranged"


FLOORS = (
    ("shared",),
    ("sending", "connection", "monitoring"),
    ("posting", "importing", "reconciling", "decisions"),
    ("backfill", "closing"),
)
"""The rooms of ``usecases/``, the lowest floor first: a room imports from lower floors only."""


def test_every_room_of_the_use_cases_has_its_floor() -> None:
    rooms = {path.parent.name for path in (PACKAGE / "usecases").glob("*/__init__.py")}
    assert rooms == {room for floor in FLOORS for room in floor}
    assert len(rooms) <= 10
    assert {path.name for path in (PACKAGE / "usecases").glob("*.py")} == {"__init__.py"}


def test_a_use_case_imports_from_lower_floors_only() -> None:
    floor_of = {room: number for number, floor in enumerate(FLOORS) for room in floor}
    wrong = set()
    for module, imported in import_graph().items():
        for name in imported:
            here, there = room_of(module), room_of(name)
            if here and there and here != there and floor_of[there] >= floor_of[here]:
                wrong.add((module, name))
    assert wrong == set()


def room_of(module: str) -> str | None:
    """Of a module of the use cases."""
    parts = module.split(".")
    return parts[2] if parts[1:2] == ["usecases"] and len(parts) > 2 else None


def import_graph() -> Mapping[str, set[str]]:
    """Module -> the modules of the package it imports, inside functions and for type checkers too."""
    modules = {}
    for path in package_files():
        parts = path.relative_to(PACKAGE.parent).with_suffix("").parts
        modules[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    graph = {}
    for module, path in modules.items():
        names = [name for name in imported_names(path) if name in modules]
        # `from package import module` names both; it is the module that is imported.
        graph[module] = {
            name for name in names if not any(other.startswith(f"{name}.") for other in names)
        } - {module}
    assert len(graph) > 150
    return graph


def test_no_import_goes_in_a_circle() -> None:
    assert list(circles(import_graph())) == []


def circles(graph: Mapping[str, Iterable[str]]) -> Iterator[set[str]]:
    """Groups of modules that reach one another, by Tarjan's algorithm."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_ones: list[str] = []
    found: list[set[str]] = []

    def visit(module: str) -> None:
        number[module] = lowest[module] = len(number)
        open_ones.append(module)
        for name in graph[module]:
            if name not in number:
                visit(name)
                lowest[module] = min(lowest[module], lowest[name])
            elif name in open_ones:
                lowest[module] = min(lowest[module], number[name])
        if lowest[module] == number[module]:
            start = open_ones.index(module)
            found.append(set(open_ones[start:]))
            del open_ones[start:]

    for module in graph:
        if module not in number:
            visit(module)
    return (group for group in found if len(group) > 1)


def test_a_circle_would_be_found() -> None:
    graph = {"a": {"b"}, "b": {"c"}, "c": {"b"}, "d": {"a"}}
    assert list(circles(graph)) == [{"b", "c"}]


STATEMENTS = {str(path.relative_to(SQL).with_suffix("")) for path in SQL.rglob("*.sql")}


def statement_folder(path: Path) -> str | None:
    """Where the statements of a module lie, below ``include/sql``."""
    match path.relative_to(PACKAGE).with_suffix("").parts:
        case ("hooks", "store", room, module):
            return f"{room}/{module}"
        case ("hooks", "intuit", module):
            return f"connection/{module}"
        case ("hooks", "caspen", _):
            return "caspen"
        case ("migrations", "versions", _):
            return "migrations"
    return None


def texts_in(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_a_statement_lies_in_the_folder_of_a_module_that_runs_it() -> None:
    """So every statement is run by something; another module may run it too, by its whole name."""
    assert len(STATEMENTS) > 150
    used = set()
    for path in package_files():
        if folder := statement_folder(path):
            texts = set(texts_in(path))
            used |= texts & {name for name in STATEMENTS if name.rpartition("/")[0] == folder}
            used |= {f"{folder}/{text.lstrip('/')}" for text in texts}
    assert STATEMENTS - used == set()


def test_a_subject_names_its_own_folder() -> None:
    from caspen_qbo.hooks.store import Store  # noqa: F401 - loads every subject
    from caspen_qbo.hooks.store.subject import Subject

    subjects = Subject.__subclasses__()
    assert len(subjects) > 15
    wrong = [
        subject.__name__
        for subject in subjects
        if subject.folder != "/".join(subject.__module__.removeprefix("caspen_qbo.hooks.store.").split("."))
    ]
    assert wrong == []


def test_rows_become_values_in_the_hooks() -> None:
    files = [path for path in package_files() if path.relative_to(PACKAGE).parts[0] != "hooks"]
    found = {
        f"{path.relative_to(PACKAGE)}:{node.lineno}"
        for path in files
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == "row"
        and isinstance(node.slice, ast.Constant)
        and isinstance(node.slice.value, str)
    }
    assert found == set()


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
    heavy = ("great_expectations", "pandas", "xlsxwriter", EXTENDS_A_LIBRARY)
    wrong = {
        (str(path.relative_to(PACKAGE)), name)
        for path in files_in(folder)
        if path != PACKAGE.joinpath(*EXTENDS_A_LIBRARY.split(".")[1:]).with_suffix(".py")
        for name in imported_names(path, module_level=True)
        if within(name, *heavy)
    }
    assert wrong == set()


DECIDING = re.compile(r"_?(plan|decide|match|map|choose|classify)_")
"""Functions with such a name compute: a dry run may call them."""
WRITING = re.compile(
    r"(mark|record|write|save|delete|send|note|unlink|change)_\w+"
    r"|record|stage|finish|prepare|resolve\w*|release\w*|accept|prune|(count|move|claim)_\w+"
)


def test_what_decides_writes_nothing() -> None:
    """To our tables, to Caspen or to QuickBooks. What it calls is held by the same rule, where so named."""
    wrong = {
        (str(path.relative_to(PACKAGE)), function.name, ast.unparse(call.func))
        for path in [*files_in("core"), *files_in("usecases")]
        for function in ast.walk(ast.parse(path.read_text()))
        if isinstance(function, ast.FunctionDef) and DECIDING.match(function.name)
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        and isinstance(call.func, ast.Attribute)
        and WRITING.fullmatch(call.func.attr)
        and re.search(r"\b(store|billing|accounting)\b", ast.unparse(call.func.value))
    }
    assert wrong == set()


def test_the_walk_of_an_invoice_enters_few_files_and_none_twice() -> None:
    """The document names the files from Caspen's row to QuickBooks' body, in order."""
    part = (ROOT / "docs" / "architecture.md").read_text().split("## The walk of an invoice")[1]
    walk = re.findall(r"^\d+\. `([\w/]+\.py)`", part.split("\n## ")[0], re.MULTILINE)
    assert walk and len(walk) <= 15 and len(set(walk)) == len(walk)
    assert [path for path in walk if not (PACKAGE / path).is_file()] == []
