"""Announcing to other teams' DAGs that both sides are equal."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from airflow.sdk import BaseOperator, BaseOperatorLink, Context
from airflow.sdk.exceptions import AirflowSkipException

from caspen_qbo.operators.exposed import assets
from caspen_qbo.operators.exposed.links import LINKS


class AnnounceEqualOperator(BaseOperator):
    """Update its outlets when every connected practice is reconciled and nothing unexplained is left; else it
    is skipped, and nothing that is scheduled on them starts. Safe to repeat.
    """

    operator_extra_links: Collection[BaseOperatorLink] = LINKS

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.shown: int | None = None

    def execute(self, context: Context) -> str:
        from caspen_qbo.usecases.monitoring.proof import prove_equal
        from caspen_qbo.wiring import open_store

        with open_store() as store:
            proof = prove_equal(store)
        if proof.in_the_way:
            self.shown = proof.in_the_way[0].workspace_id
        if not proof.holds:
            raise AirflowSkipException(proof.words)
        extra = assets.extra_of(context["run_id"], proof.workspace_ids, [proof.counts])
        assets.update(context, self.outlets, extra)
        return proof.words
