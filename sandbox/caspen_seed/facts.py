"""What should become of each invoice of a workspace, worked out from Caspen's tables alone.

An independent second opinion for the demo and the tests: it reads the rules (an invoice posts once it is
finalised; only what was created or finalised after the first connection; drafts never) and nothing of the
project's own.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

import psycopg
from psycopg.rows import dict_row, kwargs_row

NUMBER_LENGTH_MAX = 21
"""Characters of a document number that QuickBooks takes."""


class Standing(StrEnum):
    """Where an invoice stands, by the rules of posting alone."""

    DELETED = "deleted"
    DRAFT = "draft"
    """Never finalised, or reverted."""

    VOID = "void"
    HISTORICAL = "historical"
    """Open or paid, but created and last finalised before the first connection: it never posts."""

    ELIGIBLE = "eligible"
    """Open or paid, and created or finalised after it: it posts, unless something is in the way."""


@dataclass(frozen=True, slots=True)
class InvoiceFacts:
    """One invoice, as far as an independent check needs it."""

    id: int
    number: str
    client_id: int
    standing: Standing
    status: str
    currency: str
    subtotal: Decimal
    tax_total: Decimal
    total: Decimal
    balance: Decimal
    line_count: int
    tax_rate_ids: tuple[int, ...]
    allocations: int
    """Live ones; each is one payment in QuickBooks."""

    allocated: Decimal
    credit_notes: int
    """Issued ones."""

    credited: Decimal
    paid_since_connected: bool
    """A live allocation was made after the first connection."""

    def obstacles(
        self, home_currency: str, linked_tax_rates: Collection[int] | None = None
    ) -> tuple[str, ...]:
        """The error keys that follow from Caspen's side alone, in the order of the catalogue.

        :param linked_tax_rates: Ids of the linked rates; all count as linked when not given.
        """
        unlinked = linked_tax_rates is not None and not set(self.tax_rate_ids) <= set(linked_tax_rates)
        keys = {
            "required_param_missing": self.line_count == 0,
            "business_validation_tax": unlinked,
            "number_too_long": len(self.number) > NUMBER_LENGTH_MAX,
            "currency_mismatch": self.currency != home_currency,
        }
        return tuple(key for key, present in keys.items() if present)


@dataclass(frozen=True)
class PracticeFacts:
    """All invoices of a workspace, by id."""

    workspace_id: int
    home_currency: str
    invoices: tuple[InvoiceFacts, ...]
    same_names: tuple[tuple[int, ...], ...]
    """Clients with an eligible invoice whose full name and last five digits of the id are the same."""

    def standing(self, standing: Standing) -> tuple[InvoiceFacts, ...]:
        return tuple(invoice for invoice in self.invoices if invoice.standing is standing)

    @property
    def eligible(self) -> tuple[InvoiceFacts, ...]:
        return self.standing(Standing.ELIGIBLE)

    @property
    def historical_paid_since(self) -> tuple[InvoiceFacts, ...]:
        """Historical invoices that were paid after the connection: each must show why it does not post."""
        return tuple(i for i in self.standing(Standing.HISTORICAL) if i.paid_since_connected)

    def obstructed(self, linked_tax_rates: Collection[int] | None = None) -> dict[str, tuple[str, ...]]:
        """Number of each eligible invoice that cannot post as it is, to its error keys."""
        found = ((i.number, i.obstacles(self.home_currency, linked_tax_rates)) for i in self.eligible)
        return {number: keys for number, keys in found if keys}

    def summary(self) -> dict[str, object]:
        """Counts and sums, ready for JSON; money as text."""
        eligible = self.eligible
        return {
            "workspace_id": self.workspace_id,
            "invoices": {standing.value: len(self.standing(standing)) for standing in Standing},
            "eligible": {
                "subtotal": str(_sum(i.subtotal for i in eligible)),
                "tax": str(_sum(i.tax_total for i in eligible)),
                "total": str(_sum(i.total for i in eligible)),
                "balance": str(_sum(i.balance for i in eligible)),
                "allocations": sum(i.allocations for i in eligible),
                "allocated": str(_sum(i.allocated for i in eligible)),
                "credit_notes": sum(i.credit_notes for i in eligible),
                "credited": str(_sum(i.credited for i in eligible)),
                "clients": len({i.client_id for i in eligible}),
            },
            "obstructed": self.obstructed(),
            "historical_paid_since": [i.number for i in self.historical_paid_since],
            "same_names": [list(ids) for ids in self.same_names],
        }


INVOICES = """
    SELECT i.id, i.number, i.client_id, i.status, i.currency, i.subtotal, i.tax_total, i.total, i.balance,
      CASE
        WHEN i.deleted_at IS NOT NULL THEN 'deleted'
        WHEN i.status IN ('draft', 'void') THEN i.status
        WHEN greatest(i.created_at, i.finalised_at) >= %(connected_at)s THEN 'eligible'
        ELSE 'historical'
      END AS standing,
      coalesce(l.lines, 0) AS line_count, coalesce(l.rates, '{}') AS tax_rate_ids,
      coalesce(a.live, 0) AS allocations, coalesce(a.amount, 0) AS allocated,
      coalesce(a.latest >= %(connected_at)s, false) AS paid_since_connected,
      coalesce(n.issued, 0) AS credit_notes, coalesce(n.total, 0) AS credited
    FROM caspen.invoice i
    LEFT JOIN (
      SELECT invoice_id, count(*) AS lines,
        array_agg(DISTINCT tax_rate_id) FILTER (WHERE tax_rate_id IS NOT NULL) AS rates
      FROM caspen.invoice_line GROUP BY invoice_id
    ) l ON l.invoice_id = i.id
    LEFT JOIN (
      SELECT invoice_id, count(*) AS live, sum(amount) AS amount, max(allocated_at) AS latest
      FROM caspen.payment_allocation WHERE deleted_at IS NULL GROUP BY invoice_id
    ) a ON a.invoice_id = i.id
    LEFT JOIN (
      SELECT invoice_id, count(*) AS issued, sum(total) AS total
      FROM caspen.credit_note WHERE status = 'issued' GROUP BY invoice_id
    ) n ON n.invoice_id = i.id
    WHERE i.workspace_id = %(workspace_id)s ORDER BY i.id
"""


def describe(dsn: str, workspace_id: int, first_connected_at: dt.datetime) -> PracticeFacts:
    """Read what should become of each invoice of a workspace. Changes nothing.

    :param first_connected_at: The historical line: when QuickBooks was connected for the first time.
    :raises LookupError: there is no such workspace.
    """
    with psycopg.connect(dsn) as connection:
        connection.isolation_level = (
            psycopg.IsolationLevel.REPEATABLE_READ
        )  # one picture, even while staff work
        connection.read_only = True
        found = connection.execute(
            "SELECT currency FROM caspen.workspace WHERE id = %s", [workspace_id]
        ).fetchone()
        if found is None:
            raise LookupError(f"workspace {workspace_id} not found; expected the id of one")
        parameters = {"workspace_id": workspace_id, "connected_at": first_connected_at}
        cursor = connection.cursor(row_factory=kwargs_row(_invoice_facts))
        invoices = tuple(cursor.execute(INVOICES, parameters))
        eligible = {i.client_id for i in invoices if i.standing is Standing.ELIGIBLE}
        clients = connection.cursor(row_factory=dict_row).execute(
            "SELECT id, first_name, last_name FROM caspen.client WHERE id = ANY(%s)", [sorted(eligible)]
        )
        same_names = defaultdict(list)
        for client in clients:
            name = " ".join((client["first_name"] + " " + (client["last_name"] or "")).split())
            same_names[name.casefold(), client["id"] % 100_000].append(client["id"])
    groups = tuple(tuple(sorted(ids)) for ids in same_names.values() if len(ids) > 1)
    return PracticeFacts(workspace_id, found[0], invoices, groups)


def _invoice_facts(*, standing: str, tax_rate_ids: list[int], **row: Any) -> InvoiceFacts:
    return InvoiceFacts(standing=Standing(standing), tax_rate_ids=tuple(tax_rate_ids), **row)


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal("0.00"))
