"""The books of a company whose connection waits for a person: every look and every write says so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import NoReturn

from caspen_qbo.core.accounting import Answer, WriteItem
from caspen_qbo.core.documents import Body
from caspen_qbo.errors import QboAuthError


class DeadAccounting:
    """
    Implements :class:`Accounting`; each method raises the QboAuthError it was made with.
    """

    def __init__(self, realm_id: str, error: QboAuthError) -> None:
        self.realm_id = realm_id
        self._error = error

    def _refuse(self) -> NoReturn:
        error = QboAuthError(self._error.message, intuit_tid=self._error.intuit_tid)
        error.not_carried_out = True
        raise error

    def query(self, entity: str, where: str = "", *, order_by: str = "Id") -> Iterator[Body]:
        self._refuse()

    def fetch_changes(
        self, entities: Sequence[str], since: datetime
    ) -> tuple[dict[str, list[Body]], datetime]:
        self._refuse()

    def fetch_feed(self, entities: Sequence[str], since: datetime) -> tuple[dict[str, list[Body]], datetime]:
        self._refuse()

    def read_company(self) -> Body:
        self._refuse()

    def read_preferences(self) -> Body:
        self._refuse()

    def send_batch(
        self, request_id: str, items: Sequence[WriteItem], *, before_repeat: Callable[[], None] | None = None
    ) -> dict[str, Answer]:
        self._refuse()

    def send_void(
        self,
        entity: str,
        quickbooks_id: str,
        sync_token: str,
        request_id: str,
        *,
        before_repeat: Callable[[], None] | None = None,
    ) -> Answer:
        self._refuse()

    def wait_until_shown(self) -> bool:
        self._refuse()

    def calls(self) -> Mapping[str, int]:
        """None were made."""
        return {}
