"""Keeping the state in a file between runs."""

from __future__ import annotations

import json
from base64 import b64decode, b64encode
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qbo_emulator.store.company import Company, Tombstone
from qbo_emulator.store.service_faults import Unreadable

if TYPE_CHECKING:
    from qbo_emulator.state.world import World

VERSION = 1


def write_snapshot(world: World, path: str | Path) -> Path:
    """Write companies and connections to a file, replacing it whole or not at all.

    Not kept: limits, stored answers of request ids, recorded requests, the fault plan, the clock.
    """
    target = Path(path)
    state = {
        "version": VERSION,
        "companies": [_company_state(company) for company in world.companies.values()],
        "grants": [
            {
                "realm": g.realm,
                "scope": g.scope,
                "hard_expires_at": g.hard_expires_at,
                "refresh_token": g.refresh_token,
                "refresh_issued_at": g.refresh_issued_at,
                "refresh_expires_at": g.refresh_expires_at,
            }
            for token, g in world.authority.refresh.items()
            if g.alive and g.refresh_token == token
        ],
    }
    draft = target.with_name(target.name + ".draft")
    draft.write_text(json.dumps(state), encoding="utf-8")
    return draft.replace(target)


def read_snapshot(world: World, path: str | Path) -> bool:
    """Take the state over from a file; False when there is none yet.

    :raises ValueError: the file is not a snapshot of this version.
    """
    source = Path(path)
    if not source.exists():
        return False
    state = json.loads(source.read_text(encoding="utf-8"))
    if state.get("version") != VERSION:
        raise ValueError(
            f"snapshot {source} has version {state.get('version')}, expected {VERSION}; delete it"
        )
    for saved in state["companies"]:
        _restore(world.reset_company(saved["realm"]), saved)
    for saved in state["grants"]:
        grant = world.authority.connect(saved["realm"], saved["scope"])
        del world.authority.refresh[grant.refresh_token]
        for name, value in saved.items():
            setattr(grant, name, value)
        world.authority.refresh[grant.refresh_token] = grant
    return True


def _company_state(company: Company) -> dict[str, Any]:
    return {
        "realm": company.realm,
        "switches": company.switches.as_dict(),
        "sequences": company.sequences,
        "numbers": company.numbers,
        "books_closed_through": company.books_closed_through,
        "subscription_active": company.subscription_active,
        "exchange_rates": company.exchange_rates,
        "files": {row_id: b64encode(data).decode() for row_id, data in company.files.items()},
        "feed": company.feed.as_dict(),
        "unreadable": [[r.entity, r.row_id, r.how] for r in company.unreadable.values()],
        "connected": company.connected,
        "tombstones": [[stone.entity, stone.row_id, stone.at] for stone in company.tombstones],
        "rows": {entity: list(table.rows.values()) for entity, table in company.tables.items()},
    }


def _restore(company: Company, saved: dict[str, Any]) -> None:
    company.switches.change(saved["switches"])
    company.sequences, company.numbers = saved["sequences"], saved["numbers"]
    company.books_closed_through = saved["books_closed_through"]
    company.subscription_active, company.connected = saved["subscription_active"], saved["connected"]
    company.files = {row_id: b64decode(data) for row_id, data in saved.get("files", {}).items()}
    company.feed.change(saved.get("feed", {}))
    found = [Unreadable(*record) for record in saved.get("unreadable", [])]
    company.unreadable = {(record.entity, record.row_id): record for record in found}
    rates = saved.get("exchange_rates", {})
    company.exchange_rates = {code: [(day, rate) for day, rate in known] for code, known in rates.items()}
    company.tombstones = [Tombstone(*stone) for stone in saved["tombstones"]]
    for entity, rows in saved["rows"].items():
        table = company.table(entity)
        for row_id in list(table.rows):
            table.remove(row_id)
        table.load(rows)
    company.info = company.table("CompanyInfo").rows["1"]
    company.preferences = company.table("Preferences").rows["1"]
