"""Buttons on every task's page in Airflow, to our pages. A task of one practice leads to that practice's; one
of several to the one that failed, or the first, and to a list of them all.
"""

from __future__ import annotations

from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink

from caspen_qbo import settings

LISTED_MAX = 100
"""Practices in one address."""


def pages_address() -> str:
    from airflow.configuration import conf

    return f"{conf.get('api', 'base_url', fallback='').rstrip('/')}{settings.PAGES_PREFIX}/"


def page_of(workspace_id: int) -> str:
    return f"{pages_address()}w/{workspace_id}/"


def shown_practice(operator: BaseOperator) -> int | None:
    """The practice a task is about: as it says, else the one it was given; None for all practices."""
    shown = getattr(operator, "shown", None)
    given = getattr(operator, "workspace_id", None) if shown is None else shown
    return int(given) if isinstance(given, int) or (isinstance(given, str) and given.isdecimal()) else None


class PracticePages(BaseOperatorLink):
    name = "QuickBooks pages of the practice"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        shown = shown_practice(operator)
        return pages_address() if shown is None else page_of(shown)


class LastReport(BaseOperatorLink):
    name = "Last reconciliation report"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        shown = shown_practice(operator)
        return (
            f"{pages_address()}?sort=reconciled" if shown is None else f"{page_of(shown)}reconciliation/last"
        )


class UnsyncedList(BaseOperatorLink):
    name = "Unsynced invoices"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        shown = shown_practice(operator)
        return f"{pages_address()}?need=listed" if shown is None else f"{page_of(shown)}unsynced"


class PracticesOfTask(BaseOperatorLink):
    name = "Practices of this task"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        practices = getattr(operator, "practices", None)
        ids = [one["workspace_id"] for one in practices] if isinstance(practices, list) else []
        if not ids:
            shown = shown_practice(operator)
            ids = [] if shown is None else [shown]
        return pages_address() + (f"?only={','.join(map(str, ids[:LISTED_MAX]))}" if ids else "")


class WhatTheRunDid(BaseOperatorLink):
    name = "What the run did"

    def get_link(self, operator: BaseOperator, *, ti_key: Any) -> str:
        from urllib.parse import quote

        return f"{pages_address()}runs/{quote(ti_key.dag_id)}/{quote(ti_key.run_id, safe='')}"


LINKS: tuple[BaseOperatorLink, ...] = (
    PracticePages(),
    LastReport(),
    UnsyncedList(),
    PracticesOfTask(),
    WhatTheRunDid(),
)
