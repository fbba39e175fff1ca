"""A practice's own expectations, read from files: what cannot be read is named with file and line, and holds
up nothing else.

``all.yaml`` is for every practice, ``<workspace id>.yaml`` for one; ``.yml`` and ``.json`` are read too.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import yaml

from caspen_qbo.core.quality.expected import Expected
from caspen_qbo.core.reconciling.verdict import Severity
from caspen_qbo.core.records import DocumentKind

FOLDER_VARIABLE = "CASPEN_QBO_EXPECTATIONS_DIR"
"""Environment variable that names the folder; no practice has its own expectations where it is not set."""
SUFFIXES = (".yaml", ".yml", ".json")
FILE_MOST = 1_000_000
"""Bytes of a file."""
EXPECTATIONS_MOST = 100
"""Of one practice: each is a reading of its documents."""
WORDS_MOST = 200
"""Characters; they are a title."""
FIX_MOST = 400

_NAME = re.compile(r"^[a-z0-9][a-z0-9_-]{0,59}$")
_KEYS = ("name", "on", "words", "expectation", "kwargs", "severity", "fix")
_NEEDED = ("name", "on", "words", "expectation", "kwargs")


@dataclass
class ReadFiles:
    expected: list[Expected] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """What could not be read: file, line, what was seen, what was expected."""


class _Entry(NamedTuple):
    node: yaml.MappingNode
    values: dict[str, object]
    lines: dict[str, int]


class _NotReadableError(Exception):
    pass


def expectations_folder() -> Path | None:
    named = os.environ.get(FOLDER_VARIABLE)
    return Path(named) if named else None


def read_expectations(folder: Path | None, workspace_id: int) -> ReadFiles:
    """Of all practices, then of this one."""
    found = ReadFiles()
    if folder is None:
        return found
    if not folder.is_dir():
        seen = f"{FOLDER_VARIABLE} names {folder}"
        found.problems.append(
            f"{seen}, which is no folder; expected one with all.yaml or {workspace_id}.yaml."
        )
        return found
    for stem in ("all", str(workspace_id)):
        for path in (folder / f"{stem}{suffix}" for suffix in SUFFIXES):
            if path.exists():
                _read_file(path, found)
    return found


def _read_file(path: Path, found: ReadFiles) -> None:
    try:
        entries = list(_entries(path))
    except _NotReadableError as error:
        found.problems.append(str(error))
        return
    for entry in entries:
        try:
            one = _expected(path.name, entry)
        except _NotReadableError as error:
            found.problems.append(str(error))
            continue
        place = one.place
        if any(one.name == other.name for other in found.expected):
            found.problems.append(f"{place}: saw the name {one.name} a second time, expected another name.")
        elif len(found.expected) == EXPECTATIONS_MOST:
            found.problems.append(
                f"{place}: expected at most {EXPECTATIONS_MOST} expectations for a practice."
            )
            return
        else:
            found.expected.append(one)


def _entries(path: Path) -> Iterator[_Entry]:
    try:
        if path.stat().st_size > FILE_MOST:
            raise _NotReadableError(f"{path.name}: expected a file of at most {FILE_MOST:,} bytes.")
        root = yaml.compose(path.read_text(encoding="utf-8"), Loader=yaml.SafeLoader)
    except (OSError, UnicodeDecodeError) as error:
        raise _NotReadableError(f"{path.name}: it cannot be read ({type(error).__name__}).") from error
    except yaml.YAMLError as error:
        mark, seen = getattr(error, "problem_mark", None), getattr(error, "problem", None)
        line = f", line {mark.line + 1}" if mark else ""
        raise _NotReadableError(
            f"{path.name}{line}: saw {seen or 'no YAML'}, expected YAML or JSON."
        ) from error
    if root is None:
        return
    if isinstance(root, yaml.MappingNode):
        named = {key.value: value for key, value in root.value}
        root = named.get("expectations", root)
    if not isinstance(root, yaml.SequenceNode):
        raise _NotReadableError(f"{_at(path.name, root)}: expected a list under `expectations`.")
    for node in root.value:
        if not isinstance(node, yaml.MappingNode):
            raise _NotReadableError(
                f"{_at(path.name, node)}: saw {_short(node.value)}, expected an expectation with "
                f"{', '.join(_NEEDED)}."
            )
        loader = yaml.SafeLoader("")
        try:
            values = {key.value: loader.construct_object(value, deep=True) for key, value in node.value}
        except (yaml.YAMLError, ValueError) as error:
            raise _NotReadableError(f"{_at(path.name, node)}: {_short(error)}.") from error
        yield _Entry(node, values, {key.value: key.start_mark.line + 1 for key, _ in node.value})


def _expected(file: str, entry: _Entry) -> Expected:
    values = entry.values
    name = values.get("name")
    named = f" ({name})" if isinstance(name, str) else ""

    def wrong(key: str, expected: str) -> _NotReadableError:
        line = entry.lines.get(key, entry.node.start_mark.line + 1)
        seen = f"saw {key}: {_short(values[key])}" if key in values else f"saw no {key}"
        return _NotReadableError(f"{file}, line {line}{named}: {seen}, expected {expected}.")

    def text(key: str, most: int, default: str | None = None) -> str:
        value = values.get(key, default)
        if not isinstance(value, str) or (default is None and not value.strip()) or len(value) > most:
            raise wrong(key, f"a text of at most {most} characters")
        return " ".join(value.split())

    for key in values:
        if key not in _KEYS:
            raise wrong(key, f"nothing but {', '.join(_KEYS)}")
    if not isinstance(name, str) or not _NAME.match(name):
        raise wrong("name", "a short name of small letters, digits, - and _")
    on, severity = values.get("on"), values.get("severity", Severity.WARNING.value)
    if on not in list(DocumentKind):
        raise wrong("on", f"one of {', '.join(DocumentKind)}")
    if severity not in list(Severity):
        raise wrong("severity", f"one of {', '.join(Severity)}")
    kwargs = values.get("kwargs")
    if not isinstance(kwargs, dict) or not all(isinstance(key, str) for key in kwargs):
        raise wrong("kwargs", "what the expectation takes, by name")
    return Expected(
        name,
        DocumentKind(str(on)),
        text("words", WORDS_MOST),
        text("expectation", WORDS_MOST),
        kwargs,
        Severity(str(severity)),
        text("fix", FIX_MOST, ""),
        f"{file}, line {entry.lines.get('kwargs', entry.node.start_mark.line + 1)} ({name})",
    )


def _at(file: str, node: yaml.Node) -> str:
    return f"{file}, line {node.start_mark.line + 1}"


def _short(value: object) -> str:
    text = " ".join(str(value).split())
    return text if len(text) <= 60 else f"{text[:57]}..."
