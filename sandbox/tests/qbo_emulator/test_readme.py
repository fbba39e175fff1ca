"""The README is true: its tests exist, and every control endpoint, switch, action and fault kind is in it."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from qbo_emulator.routes.control import ROUTES
from qbo_emulator.seed import COUNTRIES
from qbo_emulator.service.person import ACTIONS
from qbo_emulator.state.fault_plan import KINDS
from qbo_emulator.store.switches import Switches

HERE = Path(__file__).parent
README = (HERE.parents[1] / "qbo_emulator" / "README.md").read_text(encoding="utf-8")


def test_each_of_the_25_behaviours_names_a_test_that_exists() -> None:
    rows = re.findall(r"^\| (\d+) \|.*`(test_\w+\.py)::(test_\w+)` \|$", README, re.MULTILINE)
    assert [int(number) for number, _, _ in rows] == list(range(1, 26))
    for _, file, name in rows:
        assert f"def {name}(" in (HERE / file).read_text(encoding="utf-8"), f"{file}::{name}"


def test_it_opens_with_what_is_not_imitated() -> None:
    assert re.findall(r"^## (.*)$", README, re.MULTILINE)[0] == "What it does not imitate"


def test_every_control_endpoint_is_described() -> None:
    assert ROUTES
    for route in ROUTES:
        assert route.path in README, route.path


def test_every_switch_action_fault_and_company_is_described() -> None:
    switches = {field.name for field in dataclasses.fields(Switches)}
    for word in (*switches, *ACTIONS, *KINDS, *(seed.realm for seed in COUNTRIES)):
        assert word in README, word
