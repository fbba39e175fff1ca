"""The books of a company whose connection waits for a person: every call says so."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from typing import Any, NoReturn, TypeVar

from caspen_qbo.errors import QboAuthError
from caspen_qbo.hooks.in_flight import Flight, InFlight

T = TypeVar("T")


class DisconnectedAccounting:
    """Implements :class:`Accounting`; each method raises the QboAuthError it was made with."""

    def __init__(self, realm_id: str, error: QboAuthError) -> None:
        self.realm_id = realm_id
        self._error = error

    def calls(self) -> Mapping[str, int]:
        return {}

    def rest(self) -> None:
        """There is no connection to give back."""

    def in_flight(self, result: type[T]) -> AbstractContextManager[Flight[T]]:
        """Each of the calls is refused."""
        return InFlight().open(result)

    def _refuse(self, *_: Any, **__: Any) -> NoReturn:
        error = QboAuthError(self._error.message, intuit_tid=self._error.intuit_tid)
        error.not_carried_out = True
        raise error

    query = count = read = fetch_changes = fetch_feed = _refuse
    read_company = read_preferences = _refuse
    send_batch = send_void = wait_for_visibility = _refuse
