"""Faults on demand: rules that pick requests, and what then goes wrong.

Instead of the work: ``throttled``, ``throttled_xml``, ``server_error``, ``bad_gateway``, ``unavailable``,
``ok_with_fault``, ``transient``, ``inventory_lock``, ``drop``, ``token_expired``, ``not_authorised`` (403,
code 3100), and ``refuse``: any fault of QuickBooks', given by its ``errors`` (``code``, ``message``,
``detail``, ``element``) and ``status``. With ``commit`` set the same happens after the work was done, and the
client cannot know: carried out, then refused.

To the finished answer: ``delay`` (``seconds``), ``truncate``; of a batch, ``batch_partial`` (``items``)
leaves the later items out, ``batch_transient`` answers every item with the transient 6000, undone, and
``refuse`` without a ``status`` refuses the first item with the first error, and so on, and does the others.

The token endpoint fails only by rules that name it, with ``drop``, ``delay``, ``server_error``,
``bad_gateway``, ``unavailable``, ``throttled`` or ``invalid_grant``. A drop after commit loses a rotated
refresh token for good.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Any

KINDS = (
    "throttled",
    "throttled_xml",
    "server_error",
    "bad_gateway",
    "unavailable",
    "ok_with_fault",
    "transient",
    "inventory_lock",
    "drop",
    "token_expired",
    "not_authorised",
    "invalid_grant",
    "delay",
    "truncate",
    "batch_partial",
    "batch_transient",
    "refuse",
)


TOKEN_ENDPOINT = "oauth"
"""Endpoint name of the token endpoint, for rules; its operation is the grant type."""


@dataclass(slots=True)
class Rule:
    """One line of the plan. Conditions left out match everything."""

    kind: str
    commit: bool = False
    """The fault strikes after the work was done: the client cannot know."""
    endpoint: str | None = None
    """Resource in the URL: ``invoice``, ``query``, ``batch``, ``cdc``; ``oauth`` for the token endpoint."""
    method: str | None = None
    entity: str | None = None
    operation: str | None = None
    """create, update, delete, void, read, query, batch, cdc."""
    realm: str | None = None
    nth: int | None = None
    """Only the nth matching request, from 1."""
    every: int | None = None
    """Each so many matching requests."""
    probability: float | None = None
    """Chance per matching request, from the plan's seed."""
    times: int | None = None
    """At most so often."""
    seconds: float = 0.0
    """Real seconds, for ``delay``."""
    items: int = 0
    """Items still answered, for ``batch_partial``."""
    errors: list[dict[str, str]] = field(default_factory=list)
    """For ``refuse``: ``code``, ``message``, ``detail`` and ``element`` of each error; left out is empty."""
    status: int | None = None
    """For ``refuse``: HTTP status of a refusal of the whole request, 400 where it is no batch."""
    seen: int = 0
    struck: int = 0


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a rule looks at."""

    endpoint: str
    method: str
    entity: str | None
    operation: str | None
    realm: str | None


@dataclass
class FaultPlan:
    """Rules in order; the first that strikes wins. The same seed and requests give the same faults."""

    rules: list[Rule] = field(default_factory=list)
    seed: int = 0

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)

    def replace(self, rules: Iterable[dict[str, Any]], seed: int = 0) -> None:
        """:raises ValueError: a rule is not understood; the text says what is."""
        self.rules = [parse_rule(rule) for rule in rules]
        self.seed, self._random = seed, random.Random(seed)

    def add(self, rule: dict[str, Any]) -> Rule:
        """One more rule, before all others."""
        parsed = parse_rule(rule)
        self.rules.insert(0, parsed)
        return parsed

    def strike(self, occasion: Occasion) -> Rule | None:
        """The rule that hits this request, if any; counts it."""
        for rule in self.rules:
            if self._hits(rule, occasion):
                rule.struck += 1
                return rule
        return None

    def _hits(self, rule: Rule, occasion: Occasion) -> bool:
        if occasion.endpoint == TOKEN_ENDPOINT and rule.endpoint != TOKEN_ENDPOINT:
            return False  # a plan for the API must not cut off the tokens unless it says so
        for name in ("endpoint", "method", "entity", "operation", "realm"):
            wanted, met = getattr(rule, name), getattr(occasion, name)
            if wanted is not None and str(wanted).casefold() != str(met).casefold():
                return False
        rule.seen += 1
        if rule.times is not None and rule.struck >= rule.times:
            return False
        if rule.nth is not None and rule.seen != rule.nth:
            return False
        if rule.every is not None and rule.seen % rule.every:
            return False
        return rule.probability is None or self._random.random() < rule.probability


def parse_rule(rule: dict[str, Any]) -> Rule:
    """:raises ValueError: unknown kind or condition."""
    known = {f.name for f in fields(Rule)} - {"seen", "struck"}
    unknown = set(rule) - known
    if unknown:
        raise ValueError(f"fault rule has {', '.join(sorted(unknown))}; it takes {', '.join(sorted(known))}")
    if rule.get("kind") not in KINDS:
        raise ValueError(f"fault kind {rule.get('kind')!r} is unknown; kinds are {', '.join(KINDS)}")
    return Rule(**rule)
