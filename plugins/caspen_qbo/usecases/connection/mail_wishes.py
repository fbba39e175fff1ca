"""Who gets a practice's morning mail and when, as a person chose it; ops' mail is that of workspace 0."""

from __future__ import annotations

import logging
from dataclasses import replace
from zoneinfo import ZoneInfo, available_timezones

from caspen_qbo.core.monitoring.mail_wishes import OPS, WishError, Wishes, check_wishes, read_addresses
from caspen_qbo.errors import ConfigurationError
from caspen_qbo.hooks.store import Store

log = logging.getLogger(__name__)

OPS_ZONE = "Australia/Sydney"
"""Of ops' mail until another is chosen; the nightly reconciliation's."""


def read_wishes(store: Store, workspace_id: int) -> Wishes:
    """As kept; what is offered first where none were made."""
    kept = store.mails.fetch_wishes(workspace_id) or Wishes()
    return replace(kept, time_zone=kept.time_zone or OPS_ZONE) if workspace_id == OPS else kept


def save_wishes(store: Store, workspace_id: int, wishes: Wishes, *, who: str) -> Wishes:
    """As they are kept from now on: the next round goes by them. Safe to repeat.

    :raises ConfigurationError: they cannot be kept; nothing was changed.
    """
    try:
        addresses = read_addresses(wishes.addresses)
        check_wishes(wishes)
    except WishError as error:
        raise ConfigurationError(str(error)) from error
    zone = wishes.time_zone if workspace_id == OPS else ""
    if workspace_id == OPS and (zone not in available_timezones() or not ZoneInfo(zone)):
        raise ConfigurationError(f"{zone[:60]!a} is no time zone; one is written like {OPS_ZONE}.")
    kept = replace(wishes, addresses=addresses, time_zone=zone)
    store.mails.save_wishes(workspace_id, kept, who)
    log.info("mail wishes workspace=%d addresses=%d by=%s", workspace_id, len(addresses), who)
    return kept
