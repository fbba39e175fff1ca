"""Practices of the real system, each connected to a company of its own in the sandbox."""

from __future__ import annotations

import json
from collections.abc import Mapping

import psycopg

from caspen_qbo import wiring
from caspen_qbo.hooks.store.connection.cipher import encrypt
from caspen_seed import NewLine, Staff, create_workspace
from caspen_seed.scale import add_practices
from tests.support.flow import REALM, WORKSPACE, Flow

AT_A_TIME = 500
"""Companies asked of the sandbox in one request: it makes some three hundred a second."""
SWITCHES = {"limits": False, "auto_apply_credit": False}

# A row of the first practice's for each other one, with these columns changed.
LIKE_THE_FIRST = """
INSERT INTO qbo_sync.{table}
SELECT made.* FROM qbo_sync.{table} first,
  jsonb_array_elements(%(changes)s::jsonb) change,
  jsonb_populate_record(first, change) made
WHERE first.{key} = %(first)s
"""


class Crowd:
    """Practices that are connected and set up as the first one is."""

    def __init__(self, flow: Flow, number: int) -> None:
        self.flow = flow
        self.staff = {WORKSPACE: flow.staff}
        self.clients = {WORKSPACE: flow.client_id}
        self.rates = {WORKSPACE: flow.rates["GST"]}
        realms = flow.door("companies", number=number - 1)["realms"]
        with wiring.open_session(WORKSPACE, "set-up") as session:
            choices, links = session.store.setup.fetch_choices(), session.store.setup.fetch_tax_links()
            assert choices, "the first practice is set up"
            code = session.reference().tax_codes[links[flow.rates["GST"]].tax_code_id]
        with wiring.open_connector() as connector, wiring.open_store() as store:
            for id_, realm in enumerate(realms, start=WORKSPACE + 1):
                create_workspace(flow.caspen, id_, f"Practice {id_}")
                staff = self.staff[id_] = Staff(flow.caspen, id_)
                flow.door(f"{realm}/switches", limits=False, auto_apply_credit=False)
                connector.adopt(id_, realm, flow.door("token", realm=realm)["refresh_token"])
                self.clients[id_] = staff.create_client("Ann", "O'Neil", email=f"ann{id_}@example.com")
                self.rates[id_] = staff.create_tax_rate("GST", "10")
                with wiring.open_billing() as billing:
                    rate = billing.fetch_tax_rates(id_)[self.rates[id_]]
                setup = store.for_workspace(id_).setup
                setup.record_choices(choices, "bench")
                setup.record_tax_link(rate, code, "bench")

    def finalise(self, id_: int, invoices: int = 1) -> None:
        for _ in range(invoices):
            line = NewLine("service", "Consultation", "120.00", tax_rate_id=self.rates[id_])
            self.staff[id_].finalise(self.staff[id_].draft_invoice(self.clients[id_], [line]))


def connect_many(flow: Flow, caspen_uri: str, number: int) -> None:
    """So many practices altogether, connected and set up as the first one is: their rows are the first one's
    with ids and tokens of their own. Its lists have been read.
    """
    realms, tokens = [], []
    for begun in range(0, number - 1, AT_A_TIME):
        made = flow.door(
            "companies", number=min(AT_A_TIME, number - 1 - begun), switches=SWITCHES, connected=True
        )
        realms += made["realms"]
        tokens += made["tokens"]
    ids = range(WORKSPACE + 1, WORKSPACE + number)
    add_practices(caspen_uri, ids.start, len(ids))
    rates = dict(
        flow.caspen_rows("SELECT workspace_id, min(id) FROM caspen.tax_rate WHERE rate = 10 GROUP BY 1")
    )
    pairs = list(zip(ids, realms, tokens, strict=True))
    of_id = [{"workspace_id": id_, "realm_id": realm} for id_, realm, _ in pairs]
    connected = [
        {**of, "company_name": f"Company {id_}", **_encrypted(pair)}
        for of, (id_, _, pair) in zip(of_id, pairs, strict=True)
    ]
    linked = [{"workspace_id": id_, "tax_rate_id": rates[id_]} for id_ in ids]
    with psycopg.connect(flow.sync.uri) as sync:
        sync.execute("DELETE FROM qbo_sync.tax_link WHERE tax_rate_id <> %s", [rates[WORKSPACE]])
        for table, key, first, changes in (
            ("connection", "workspace_id", WORKSPACE, connected),
            ("settings", "workspace_id", WORKSPACE, of_id),
            ("tax_link", "workspace_id", WORKSPACE, linked),
            ("reference_cache", "realm_id", REALM, of_id),
        ):
            statement = LIKE_THE_FIRST.format(table=table, key=key)
            sync.execute(statement.encode(), {"changes": json.dumps(changes), "first": first})
        sync.execute("UPDATE qbo_sync.reference_cache SET read_at = now()")


def _encrypted(pair: Mapping[str, str]) -> Mapping[str, str]:
    """As the database writes bytes."""
    return {name: rf"\x{encrypt(pair[name]).hex()}" for name in ("access_token", "refresh_token")}
