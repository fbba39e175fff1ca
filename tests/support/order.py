"""Which test files start first where several run at once: the longest, so that none is left to end alone."""

from __future__ import annotations

from collections import Counter

import pytest

E2E = "tests/e2e"
"""Its files stay together: they share one API server of Airflow."""

SECONDS = {
    E2E: 90,
    "tests/integration/reconciling/test_sign_off.py": 60,
    "tests/integration/crash/test_crash_sweep.py": 100,
    "tests/integration/reconciling/test_reconcile.py": 50,
    "tests/integration/reconciling/test_inactive.py": 50,
    "tests/integration/crash/test_quiet.py": 50,
    "tests/integration/ui/test_fab.py": 60,
    "tests/dags/test_celery.py": 60,
    "tests/integration/crash/test_life.py": 40,
    "tests/integration/crash/test_fault_storm.py": 40,
    "tests/integration/ui/test_forms.py": 40,
    "tests/integration/ui/test_connect_page.py": 40,
    "tests/integration/ui/test_webhook.py": 40,
    "tests/dags/test_runs.py": 40,
    "tests/integration/posting/test_lifecycle.py": 30,
    "tests/integration/posting/test_customers.py": 30,
    "tests/integration/cli/test_cli.py": 30,
    "tests/integration/decisions/test_payments.py": 25,
    "tests/integration/decisions/test_accept_or_resend.py": 25,
    "tests/integration/importing/test_splits.py": 25,
    "tests/integration/crash/test_at_once.py": 25,
    "tests/integration/quickbooks/test_sandbox.py": 25,
    "tests/integration/crash/test_done_but_refused.py": 20,
    "tests/integration/crash/test_lost_updates.py": 20,
    "tests/integration/posting/test_post.py": 20,
    "tests/integration/ui/test_backfill_page.py": 20,
    "tests/platform/test_house.py": 60,
    "tests/platform/test_package.py": 15,
    "tests/platform/test_postgres.py": 15,
    "tests/platform/test_generation.py": 15,
}
"""What the long ones took on a machine of two cores (`pytest -n 2 --dist loadfile --durations=0`). Only their
order matters: a figure that is out of date costs a little time and nothing else.
"""

A_TEST = 0.2
"""Seconds of one test in a file that is not listed."""


def unit_of(test: str) -> str:
    """What runs from end to end in one process: the test's file, or all browser tests."""
    file = test.split("::")[0]
    return E2E if file.startswith(f"{E2E}/") else file


def longest_first(items: list[pytest.Item]) -> None:
    """Order tests by what their file takes; within a file, and among equals, as they were collected."""
    numbers = Counter(unit_of(item.nodeid) for item in items)
    seconds = {unit: SECONDS.get(unit, A_TEST * number) for unit, number in numbers.items()}
    items.sort(key=lambda item: -seconds[unit_of(item.nodeid)])
