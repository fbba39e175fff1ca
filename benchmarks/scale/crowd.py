"""Practices of the real system, each connected to a company of its own in the sandbox."""

from __future__ import annotations

from caspen_qbo import wiring
from caspen_seed import NewLine, Staff, create_workspace
from tests.support.flow import WORKSPACE, Flow


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
