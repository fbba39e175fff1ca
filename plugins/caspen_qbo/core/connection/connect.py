"""Connecting a workspace to a company: who may finish a sign-in, and which company a workspace may have."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

STATE_LIFETIME_SECONDS = 900


@dataclass(frozen=True, slots=True)
class TokenPair:
    """What Intuit hands out. Times are UTC, counted from before the request was sent."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)
    access_expires_at: datetime
    refresh_expires_at: datetime | None
    """Moves ahead with each refresh; about 100 days."""
    refresh_hard_expires_at: datetime | None
    """Never moves; five years after the consent. None when Intuit does not say."""


@dataclass(frozen=True, slots=True)
class CompanyOf:
    """What QuickBooks says about a company; None where it does not."""

    company_name: str | None
    country_code: str | None
    home_currency: str | None
    """An ISO code."""


@dataclass(frozen=True, slots=True)
class Connected:
    """What connecting came to."""

    workspace_id: int
    realm_id: str
    company_name: str | None
    first: bool
    """Nothing was sent to the company before, so that another may still be chosen."""


@dataclass(frozen=True, slots=True)
class Consent:
    workspace_id: int
    username: str
    expired: bool


def is_realm(text: str) -> bool:
    """Whether it can be the id of a company: digits of ASCII."""
    return text.isascii() and text.isdecimal()


def hash_state(state: str) -> str:
    """Only the hash is stored: someone who can read the table cannot finish another user's sign-in."""
    return hashlib.sha256(state.encode()).hexdigest()


def decide_consent(consent: Consent | None, username: str, realm_id: str) -> Consent | str:
    """The consent, or why it connects nothing: only its user, within its time. None: unknown, or used."""
    if consent is None or consent.expired or consent.username != username:
        return "This sign-in link is invalid, already used, or expired. Press Connect again."
    if not is_realm(realm_id):
        return "Intuit named no company (realmId). Press Connect again and choose one."
    return consent


def decide_company(
    workspace_id: int, present: str | None, realm_id: str, *, bound: bool = True
) -> str | None:
    """Why a workspace may not be connected to a company; None: it may.

    :param present: The company it is or was connected to.
    :param bound: It is still connected to it, or something of it was chosen, linked or sent there.
    """
    if present in (None, realm_id) or not bound:
        return None
    return (
        f"workspace {workspace_id} belongs to company {present}, not {realm_id}: its "
        "documents are linked there. Sign in to that company at Intuit."
    )
