"""Another practice in the same tables, so alike that only its workspace distinguishes its rows."""

from __future__ import annotations

import datetime as dt

from psycopg import Connection

from caspen_seed.practice.names import AWKWARD_NAMES
from caspen_seed.records import NewLine
from caspen_seed.staff import Staff, create_workspace

NEIGHBOUR_OFFSET = 1000
"""Added to the sample practice's workspace id."""


def open_neighbour(connection: Connection, workspace_id: int, now: dt.datetime) -> int:
    """Write the neighbour: clients of the same names, invoices with the same numbers as the sample
    practice's.

    :return: Its workspace id.
    """
    opened = now - dt.timedelta(days=30)
    create_workspace(
        connection,
        workspace_id,
        "Bay Podiatry",
        country_code="NZ",
        currency="NZD",
        time_zone="Pacific/Auckland",
        tax_mode="inclusive",
        at=opened,
    )
    staff = Staff(connection, workspace_id)
    gst = staff.create_tax_rate("GST", 15, at=opened)
    for n, name in enumerate(AWKWARD_NAMES[:6], start=1):
        at = opened + dt.timedelta(days=n)
        client = staff.create_client(*name, at=at)
        line = NewLine("service", "Podiatry", "92.50", tax_rate_id=gst)
        invoice = staff.draft_invoice(client, [line], number=f"INV-{n:04d}", at=at)
        staff.finalise(invoice, at=at)
        if n % 2:
            staff.pay(client, {invoice: "92.50"}, number=f"PAY-{n:04d}", at=at)
        elif n == 4:
            staff.credit(invoice, number=f"CN-{n:04d}", at=at)
    return workspace_id
