"""The control API, ``/_sandbox/...``: everything QuickBooks itself does not offer and a test needs.

Answers are plain JSON. A request that makes no sense gets 422 with ``{"error": "..."}`` in words; what
QuickBooks' own rules refuse gets 400 with its ``Fault``.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from qbo_emulator.seed.bulk import load_invoices
from qbo_emulator.service.person import ACTIONS, BadRequest, change_switches, set_connected
from qbo_emulator.state.oauth import Rotation
from qbo_emulator.state.world import World
from qbo_emulator.store import Company
from qbo_emulator.store.service_faults import FeedFaults, Unreadable
from qbo_emulator.store.snapshot import write_snapshot
from qbo_emulator.values.faults import ApplicationFault

Handler = Callable[[World, dict[str, Any], Request], Any]
ROTATIONS: tuple[Rotation, ...] = ("daily", "every_refresh", "never")


def endpoint(handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint of the control API: body in, JSON out, mistakes in words."""

    async def endpoint(request: Request) -> Response:
        world: World = request.app.state.world
        text = await request.body()
        try:
            asked = json.loads(text) if text else {}
            if not isinstance(asked, dict):
                raise BadRequest("the body must be a JSON object")
            result = handler(world, asked, request)
        except ApplicationFault as fault:
            return JSONResponse({"Fault": fault.body()}, 400)
        except (ValueError, KeyError, TypeError) as error:
            return JSONResponse({"error": str(error)}, 422)
        world.webhooks.collect(world.companies.values())
        return JSONResponse(result)

    return endpoint


def _company(world: World, request: Request) -> Company:
    realm = request.path_params["realm"]
    if realm not in world.companies:
        raise BadRequest(f"realm {realm} is unknown; realms are {', '.join(world.realms)}")
    return world.companies[realm]


def status(world: World, asked: dict[str, Any], request: Request) -> Any:
    """The sandbox at a glance: what to connect to, and how it stands."""
    base = str(request.base_url).rstrip("/")
    return {
        "api_url": base,
        "discovery_url": f"{base}/.well-known/openid_configuration",
        "client_id": world.authority.client_id,
        "client_secret": world.authority.client_secret,
        "webhook_verifier_token": world.webhooks.verifier_token,
        "now": world.clock.now().isoformat(),
        "companies": [
            {
                "realm": c.realm,
                "country": c.country,
                "name": c.info["CompanyName"],
                "currency": c.home_currency,
                "connected": c.connected,
                "subscription_active": c.subscription_active,
                "books_closed_through": c.books_closed_through,
                "rows": {name: len(t) for name, t in c.tables.items()},
                "switches": c.switches.as_dict(),
            }
            for c in world.companies.values()
        ],
    }


def reset(world: World, asked: dict[str, Any], request: Request) -> Any:
    """Everything to its first day, or one company with ``realm`` (its tokens keep working)."""
    if "realm" in asked:
        if asked["realm"] not in world.companies:
            raise BadRequest(f"realm {asked['realm']} is unknown; realms are {', '.join(world.realms)}")
        world.reset_company(asked["realm"])
    else:
        world.reset()
    return {"reset": asked.get("realm", "all")}


def companies(world: World, asked: dict[str, Any], request: Request) -> Any:
    """``number`` more companies of a ``country`` (AU), new, with ``switches``; gone with the next reset of
    all. ``connected``: a token pair for each, too, in their order.
    """
    country, number = asked.get("country", "AU"), int(asked.get("number", 1))
    if country not in {company.country for company in world.companies.values()}:
        raise BadRequest(f"country {country!r} is unknown")
    realms = world.add_companies(country, number)
    if switches := asked.get("switches"):
        for realm in realms:
            change_switches(world.companies[realm], switches)
    if not asked.get("connected"):
        return {"realms": realms}
    minted = (world.authority.mint(realm) for realm in realms)
    return {"realms": realms, "tokens": [world.authority.token_answer(*pair) for pair in minted]}


def mint_token(world: World, asked: dict[str, Any], request: Request) -> Any:
    """A token pair for ``realm`` (default: the first), without the consent page."""
    realm = asked.get("realm", world.realms[0])
    if realm not in world.companies:
        raise BadRequest(f"realm {realm} is unknown; realms are {', '.join(world.realms)}")
    access, grant = world.authority.mint(realm)
    return {**world.authority.token_answer(access, grant), "realm": realm}


def expire_tokens(world: World, asked: dict[str, Any], request: Request) -> Any:
    """Let access tokens expire now: all, or those of ``realm``."""
    return {"expired": world.authority.expire_access_tokens(asked.get("realm"))}


def oauth_settings(world: World, asked: dict[str, Any], request: Request) -> Any:
    """``rotation`` (daily, every_refresh, never), ``reuse_kills_grant``, ``refresh_seconds``,
    ``redirect_uris``.
    """
    rotation = asked.get("rotation", world.authority.rotation)
    if rotation not in ROTATIONS:
        raise BadRequest(f"rotation is {rotation!r}; it is one of {', '.join(ROTATIONS)}")
    uris = asked.get("redirect_uris", list(world.authority.redirect_uris))
    if not isinstance(uris, list) or not all(isinstance(uri, str) for uri in uris):
        raise BadRequest("redirect_uris is a list of addresses; empty: https anywhere, http on this machine")
    world.authority.rotation = rotation
    world.authority.redirect_uris = tuple(uris)
    world.authority.reuse_kills_grant = bool(
        asked.get("reuse_kills_grant", world.authority.reuse_kills_grant)
    )
    world.authority.refresh_seconds = float(asked.get("refresh_seconds", world.authority.refresh_seconds))
    return {
        "rotation": rotation,
        "reuse_kills_grant": world.authority.reuse_kills_grant,
        "refresh_seconds": world.authority.refresh_seconds,
        "redirect_uris": list(world.authority.redirect_uris),
    }


def fail_next(world: World, asked: dict[str, Any], request: Request) -> Any:
    """One fault for the next request that matches: a rule as in the plan, once unless ``times`` says more."""
    rule = world.plan.add({"times": 1, **asked})
    return {"added": rule.kind, "times": rule.times}


def fault_plan(world: World, asked: dict[str, Any], request: Request) -> Any:
    """POST replaces the plan (``rules``, ``seed``); GET shows it with what each rule saw and struck."""
    if request.method == "POST":
        world.plan.replace(asked.get("rules", []), int(asked.get("seed", 0)))
    elif request.method == "DELETE":
        world.plan.replace([])
    return {
        "seed": world.plan.seed,
        "rules": [
            {name: getattr(rule, name) for name in rule.__slots__ if getattr(rule, name) is not None}
            for rule in world.plan.rules
        ],
    }


def clock(world: World, asked: dict[str, Any], request: Request) -> Any:
    """``now`` (ISO, with offset), ``advance_seconds``, ``speed`` (0 stops it), ``reset``."""
    if asked.get("reset"):
        world.clock.reset()
    if "now" in asked:
        moment = datetime.fromisoformat(str(asked["now"]))
        world.clock.set(moment if moment.tzinfo else moment.replace(tzinfo=UTC))
    if "advance_seconds" in asked:
        world.clock.advance(float(asked["advance_seconds"]))
    if "speed" in asked:
        world.clock.set_speed(float(asked["speed"]))
    return {"now": world.clock.now().isoformat(), "speed": world.clock.speed}


def latency(world: World, asked: dict[str, Any], request: Request) -> Any:
    """``seconds`` (real) added to every API answer."""
    world.latency_seconds = float(asked.get("seconds", world.latency_seconds))
    return {"seconds": world.latency_seconds}


def requests(world: World, asked: dict[str, Any], request: Request) -> Any:
    """Recorded requests after number ``since``, of ``realm``, at most ``limit`` (1,000)."""
    params = request.query_params
    if request.method == "DELETE":
        world.recorder.reset()
    return {
        "requests": world.recorder.listing(
            int(params.get("since", 0)), params.get("realm"), int(params.get("limit", 1000))
        )
    }


def counters(world: World, asked: dict[str, Any], request: Request) -> Any:
    """Counters since the last reset, and the sliding peaks and quota of each company."""
    sliding = {
        realm: {
            "requests_per_minute": limits.minute.peak,
            "requests_per_second": limits.second.peak,
            "batches_per_minute": limits.our_batches.peak,
            "core_plus_used": limits.quota_used,
        }
        for realm, limits in world.limits.items()
    }
    return {**world.recorder.counters(), "peaks": sliding}


def webhook(world: World, asked: dict[str, Any], request: Request) -> Any:
    """``url``, ``verifier_token``, ``format`` (cloudevents, legacy), ``duplicate``, ``shuffle``,
    ``paused``.
    """
    hooks = world.webhooks
    if request.method == "POST":
        if asked.get("format", hooks.format) not in ("cloudevents", "legacy"):
            raise BadRequest("format is cloudevents or legacy")
        for name in ("url", "verifier_token", "format", "duplicate", "shuffle", "paused"):
            if name in asked:
                setattr(hooks, name, asked[name])
    return hooks.state()


def switches(world: World, asked: dict[str, Any], request: Request) -> Any:
    """POST sets the company's switches named in the body; GET shows all."""
    company = _company(world, request)
    if request.method == "POST":
        change_switches(company, asked)
    return company.switches.as_dict()


def feed(world: World, asked: dict[str, Any], request: Request) -> Any:
    """POST sets how the company's CDC errs; DELETE ends it; GET shows it."""
    company = _company(world, request)
    if request.method == "DELETE":
        company.feed = FeedFaults()
    else:
        company.feed.change(asked)
    return company.feed.as_dict()


def unreadable(world: World, asked: dict[str, Any], request: Request) -> Any:
    """POST makes ``entity`` ``id`` unreadable (``how``: 500, 610, hidden); DELETE ends it, for one or all."""
    company = _company(world, request)
    if request.method == "DELETE" and not asked:
        company.unreadable.clear()
    elif request.method != "GET":
        entity, row_id = str(asked.get("entity")), str(asked.get("id"))
        if entity not in company.tables or company.get(entity, row_id) is None:
            raise BadRequest(f"there is no {entity} {row_id}")
        company.unreadable.pop((entity, row_id), None)
        if request.method == "POST":
            record = Unreadable(entity, row_id, str(asked.get("how", "500")))  # type: ignore[arg-type]
            company.unreadable[(entity, row_id)] = record
    found = company.unreadable.values()
    return {"unreadable": [{"entity": r.entity, "id": r.row_id, "how": r.how} for r in found]}


def act(world: World, asked: dict[str, Any], request: Request) -> Any:
    """A person's action in a company."""
    company, name = _company(world, request), request.path_params["action"]
    if name in ("disconnect", "reconnect"):
        return set_connected(company, world.authority, name == "reconnect")
    if name not in ACTIONS:
        raise BadRequest(
            f"action {name} is unknown; actions are {', '.join((*ACTIONS, 'disconnect', 'reconnect'))}"
        )
    return ACTIONS[name](company, asked)


def other_traffic(world: World, asked: dict[str, Any], request: Request) -> Any:
    """Traffic of the company's other apps: ``requests`` and ``batches`` just now."""
    company = _company(world, request)
    world.limits[company.realm].other_apps(int(asked.get("requests", 0)), int(asked.get("batches", 0)))
    return {"counted": True}


def rows(world: World, asked: dict[str, Any], request: Request) -> Any:
    """All rows of an entity, inactive ones too: the truth, for tests. ``limit`` (1,000), ``offset``."""
    company, entity = _company(world, request), request.path_params["entity"]
    if entity not in company.tables:
        raise BadRequest(f"entity is {entity!r}; it is one of {', '.join(company.tables)}")
    offset, limit = (int(request.query_params.get(n, d)) for n, d in (("offset", 0), ("limit", 1000)))
    found = list(company.table(entity).rows.values())
    return {"total": len(found), "rows": found[offset : offset + limit]}


def bulk(world: World, asked: dict[str, Any], request: Request) -> Any:
    """A large company's past: ``invoices`` (number), ``customers``, ``from`` and ``to`` dates."""
    company = _company(world, request)
    return load_invoices(
        company,
        int(asked.get("invoices", 1000)),
        int(asked.get("customers", 500)),
        asked.get("from", "2024-07-01"),
        asked.get("to", "2026-06-30"),
    )


def snapshot(world: World, asked: dict[str, Any], request: Request) -> Any:
    """Write the state to ``file``, or to the one given at start."""
    path = asked.get("file") or world.settings.snapshot
    if not path:
        raise BadRequest("snapshot wants file, since the sandbox was started without --snapshot")
    return {"written": str(write_snapshot(world, path))}


ROUTES = [
    Route("/_sandbox/status", endpoint(status)),
    Route("/_sandbox/reset", endpoint(reset), methods=["POST"]),
    Route("/_sandbox/companies", endpoint(companies), methods=["POST"]),
    Route("/_sandbox/token", endpoint(mint_token), methods=["POST"]),
    Route("/_sandbox/expire-tokens", endpoint(expire_tokens), methods=["POST"]),
    Route("/_sandbox/oauth", endpoint(oauth_settings), methods=["POST"]),
    Route("/_sandbox/fail-next", endpoint(fail_next), methods=["POST"]),
    Route("/_sandbox/faults", endpoint(fault_plan), methods=["GET", "POST", "DELETE"]),
    Route("/_sandbox/clock", endpoint(clock), methods=["GET", "POST"]),
    Route("/_sandbox/latency", endpoint(latency), methods=["GET", "POST"]),
    Route("/_sandbox/requests", endpoint(requests), methods=["GET", "DELETE"]),
    Route("/_sandbox/counters", endpoint(counters)),
    Route("/_sandbox/webhook", endpoint(webhook), methods=["GET", "POST"]),
    Route("/_sandbox/snapshot", endpoint(snapshot), methods=["POST"]),
    Route("/_sandbox/{realm}/switches", endpoint(switches), methods=["GET", "POST"]),
    Route("/_sandbox/{realm}/feed", endpoint(feed), methods=["GET", "POST", "DELETE"]),
    Route("/_sandbox/{realm}/unreadable", endpoint(unreadable), methods=["GET", "POST", "DELETE"]),
    Route("/_sandbox/{realm}/person/{action}", endpoint(act), methods=["POST"]),
    Route("/_sandbox/{realm}/other-traffic", endpoint(other_traffic), methods=["POST"]),
    Route("/_sandbox/{realm}/rows/{entity}", endpoint(rows)),
    Route("/_sandbox/{realm}/bulk", endpoint(bulk), methods=["POST"]),
]
