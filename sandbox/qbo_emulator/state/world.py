"""Everything the sandbox holds: companies, tokens, limits, answers, plan, records."""

from __future__ import annotations

from dataclasses import replace

from qbo_emulator.seed import COUNTRIES, seed_company
from qbo_emulator.settings import Settings
from qbo_emulator.state.fault_plan import FaultPlan
from qbo_emulator.state.idempotency import AnswerStore
from qbo_emulator.state.limits import Limits
from qbo_emulator.state.oauth import Authority
from qbo_emulator.state.recorder import Recorder
from qbo_emulator.state.webhooks import Webhooks
from qbo_emulator.store import Company
from qbo_emulator.values.clock import Clock


class World:
    """One sandbox. ``reset`` brings it back to its first day."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock = Clock()
        self.authority = Authority(
            self.clock, settings.client_id, settings.client_secret, settings.redirect_uris
        )
        self.recorder = Recorder()
        self.plan = FaultPlan()
        self.webhooks = Webhooks(self.clock, settings.webhook_url, settings.webhook_verifier)
        self.latency_seconds = 0.0
        """Real seconds added to every API answer."""
        self.companies: dict[str, Company] = {}
        self.limits: dict[str, Limits] = {}
        self.answers: dict[str, AnswerStore] = {}
        self.reset()

    def reset(self) -> None:
        """Fresh companies, no tokens, no faults, no records, real time. The webhook address stays."""
        self.clock.reset()
        self.authority.reset()
        self.recorder.reset()
        self.plan.replace([])
        self.webhooks.reset()
        self.latency_seconds = 0.0
        for held in (self.companies, self.limits, self.answers):
            held.clear()
        for seed in COUNTRIES:
            self.add_company(seed_company(seed, self.clock))

    def reset_company(self, realm: str) -> Company:
        """One company back to its first day; tokens for it keep working."""
        country = self.companies[realm].country
        seed = next((seed for seed in COUNTRIES if seed.realm == realm), None) or next(
            seed for seed in COUNTRIES if seed.country == country
        )
        return self.add_company(seed_company(replace(seed, realm=realm), self.clock))

    def add_companies(self, country: str, number: int) -> list[str]:
        """So many more of that country, on their first day; their realms."""
        seed = next(seed for seed in COUNTRIES if seed.country == country)
        start = max(map(int, self.companies)) + 1
        realms = [str(start + n) for n in range(number)]
        for realm in realms:
            self.add_company(seed_company(replace(seed, realm=realm), self.clock))
        return realms

    def add_company(self, company: Company) -> Company:
        """Take a company in, with fresh limits and no stored answers."""
        company.switches.limits = self.settings.limits
        self.companies[company.realm] = company
        self.limits[company.realm] = Limits(self.clock)
        self.answers[company.realm] = AnswerStore(self.clock)
        return company

    @property
    def realms(self) -> list[str]:
        """Realm Ids, in order."""
        return list(self.companies)
