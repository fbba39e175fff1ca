"""docs/rules.md names a test for every rule, and each of them exists."""

from __future__ import annotations

import ast
import re

import pytest

from ops.paths import ROOT

ROWS = re.findall(
    r"^\| (\d+) \| (.+?) \| (.+) \|$", (ROOT / "docs/rules.md").read_text("utf-8"), re.MULTILINE
)
NAMED = [(number, test) for number, _, tests in ROWS for test in re.findall(r"`([^`]+)`", tests)]


def test_all_eighteen_rules_are_there_in_order_with_a_test_each() -> None:
    assert [int(number) for number, _, _ in ROWS] == list(range(1, 19))
    assert {int(number) for number, _ in NAMED} == set(range(1, 19))


@pytest.mark.parametrize(("number", "test"), NAMED, ids=lambda value: value.split("::")[-1])
def test_the_named_test_exists(number: str, test: str) -> None:
    path, name = test.split("::")
    tree = ast.parse((ROOT / path).read_text("utf-8"))
    assert name in {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
