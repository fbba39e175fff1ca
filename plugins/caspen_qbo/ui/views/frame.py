"""What every page shows around its subject: menu, workspaces, a banner when the connection needs somebody."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from caspen_qbo.settings import CONNECTION_WARNING_DAYS
from caspen_qbo.ui import texts
from caspen_qbo.ui.access import Right
from caspen_qbo.ui.visit import Visit

MENU = (
    ("setup", "Set-up"),
    ("taxes", "Taxes"),
    ("unsynced", "Unsynced invoices"),
    ("reconciliation", "Reconciliation"),
    ("activity", "Activity"),
)


@dataclass(frozen=True, slots=True)
class MenuEntry:
    label: str
    url: str
    active: bool


@dataclass(frozen=True, slots=True)
class Banner:
    kind: str
    """problem or warning."""
    text: str
    link: str = ""
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    title: str
    practice: str
    zone: str
    username: str
    read_only: bool
    menu: tuple[MenuEntry, ...]
    switcher: tuple[MenuEntry, ...]
    """Every workspace of this user, empty when there is only one."""
    banner: Banner | None
    may_operate: bool
    may_configure: bool


def frame_of(visit: Visit, active: str, now: datetime) -> Frame:
    root = visit.url().removesuffix(f"/w/{visit.workspace_id}/")
    return Frame(
        title=next((label for key, label in MENU if key == active), "QuickBooks"),
        practice=visit.workspace.name,
        zone=visit.zone.key,
        username=visit.user.get_name(),
        read_only=not visit.may(Right.OPERATE),
        menu=tuple(MenuEntry(label, visit.url(key), key == active) for key, label in MENU),
        switcher=tuple(
            MenuEntry(each.name, f"{root}/w/{each.id}/{active}", each.id == visit.workspace_id)
            for each in visit.workspaces
        )
        if len(visit.workspaces) > 1
        else (),
        banner=_banner(visit, now),
        may_operate=visit.may(Right.OPERATE),
        may_configure=visit.may(Right.CONFIGURE),
    )


def _banner(visit: Visit, now: datetime) -> Banner | None:
    connection = visit.connection
    setup = visit.url("setup")
    if connection is None:
        return Banner(
            "warning", "This workspace is not connected to QuickBooks yet.", setup, "Connect it in Set-up"
        )
    if connection.status == "disconnected":
        return Banner("warning", "QuickBooks is disconnected. Nothing posts.", setup, "Reconnect in Set-up")
    # QuickBooks may refuse a connection whose tokens still look good: then what it held is listed.
    if connection.status == "needs_reconnect" or visit.store.pages.has_open("invalid_refresh_token"):
        return Banner(
            "problem",
            "The connection to QuickBooks was lost. Nothing posts until somebody reconnects; what waits then "
            "posts by itself.",
            setup,
            "Reconnect in Set-up",
        )
    ends = [
        at for at in (connection.refresh_expires_at, connection.refresh_hard_expires_at) if at is not None
    ]
    if ends and (left := (min(ends) - now).days) <= CONNECTION_WARNING_DAYS[0]:
        until = texts.day(min(ends).astimezone(visit.zone).date())
        text = f"The connection to QuickBooks ends in {texts.counted(left, 'day')}, on {until}."
        return Banner(
            "problem" if left <= CONNECTION_WARNING_DAYS[-1] else "warning",
            text,
            setup,
            "Reconnect in Set-up",
        )
    return None
