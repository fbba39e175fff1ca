"""When a morning mail may be sent, and to whom: by the practice's own clock, whatever it does."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from caspen_qbo.core.monitoring.mail_wishes import (
    ADDRESSES_MAX,
    WishError,
    Wishes,
    check_wishes,
    decide_day,
    read_addresses,
    read_time,
    read_weekday,
)

SYDNEY, ADELAIDE, LORD_HOWE = map(ZoneInfo, ("Australia/Sydney", "Australia/Adelaide", "Australia/Lord_Howe"))
EVERY_DAY = Wishes(weekends=True)
AT_ANY_HOUR = replace(EVERY_DAY, quiet_from=time(0), quiet_to=time(0))
TUESDAY = date(2026, 11, 24)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("wishes", "local", "may"),
    [
        (Wishes(), "06:59", False),
        (Wishes(), "07:00", True),
        (Wishes(), "17:59", True),
        (Wishes(), "18:00", False),  # quiet hours over midnight
        (Wishes(), "23:59", False),
        (Wishes(), "00:00", False),
        (replace(Wishes(), quiet_from=time(0), quiet_to=time(6)), "23:59", True),
        (replace(Wishes(), quiet_from=time(12), quiet_to=time(14)), "12:00", False),
        (replace(Wishes(), quiet_from=time(12), quiet_to=time(14)), "14:00", True),
        (replace(Wishes(), quiet_from=time(5), quiet_to=time(5)), "23:59", True),  # none
        (replace(Wishes(), send_at=time(9, 30)), "09:29", False),
        (replace(Wishes(), send_at=time(9, 30)), "09:30", True),
    ],
)
def test_it_is_sent_from_its_hour_until_the_quiet_hours(wishes: Wishes, local: str, may: bool) -> None:
    now = datetime.combine(TUESDAY, time.fromisoformat(local), ADELAIDE)
    assert decide_day(wishes, ADELAIDE, now) == (TUESDAY if may else None)
    assert decide_day(wishes, ADELAIDE, now.astimezone(UTC)) == (TUESDAY if may else None)


@pytest.mark.parametrize("day", range(22, 29))
def test_weekends_are_quiet_unless_asked_for(day: int) -> None:
    now = datetime(2026, 11, day, 9, tzinfo=SYDNEY)
    assert (decide_day(Wishes(), SYDNEY, now) is not None) == (now.isoweekday() < 6)
    assert decide_day(EVERY_DAY, SYDNEY, now) == now.date()


def test_a_zone_on_the_half_hour_has_its_own_morning() -> None:
    """10:30 ahead of UTC in summer, 9:30 in winter."""
    for before, at in (("2026-11-23T20:29", "2026-11-23T20:30"), ("2026-06-22T21:29", "2026-06-22T21:30")):
        assert decide_day(Wishes(), ADELAIDE, utc(before)) is None
        assert decide_day(Wishes(), ADELAIDE, utc(at)) == utc(at).astimezone(ADELAIDE).date()


CHANGES = [
    (SYDNEY, date(2026, 10, 4)),  # forward
    (SYDNEY, date(2026, 4, 5)),  # back
    (ADELAIDE, date(2026, 10, 4)),
    (ADELAIDE, date(2026, 4, 5)),
    (LORD_HOWE, date(2026, 10, 4)),  # by half an hour
    (LORD_HOWE, date(2026, 4, 5)),
]


@pytest.mark.parametrize(("zone", "day"), CHANGES)
@pytest.mark.parametrize("send_at", ["00:30", "01:45", "02:00", "02:15", "02:30", "03:00", "07:00"])
def test_every_day_has_one_morning_also_where_the_clock_is_changed(
    zone: ZoneInfo, day: date, send_at: str
) -> None:
    """Looked at every quarter of an hour, round three days: each day is named, and its mail begins at its
    hour or, where the clock leaps over that, as soon as it has leapt.
    """
    wishes = replace(AT_ANY_HOUR, send_at=time.fromisoformat(send_at))
    first = datetime.combine(day - timedelta(days=1), time(0), zone).astimezone(UTC)
    found: dict[date, datetime] = {}
    for quarter in range(3 * 96):
        now = first + timedelta(minutes=15 * quarter)
        if named := decide_day(wishes, zone, now):
            found.setdefault(named, now)
    assert [day + timedelta(days=ahead) for ahead in (-1, 0, 1)] == sorted(found)[:3]
    for named, now in found.items():
        late = now.astimezone(zone).replace(tzinfo=None) - datetime.combine(named, wishes.send_at)
        leapt = timedelta(hours=1) if named == day and day.month == 10 else timedelta(0)
        assert timedelta(0) <= late < timedelta(minutes=15) + leapt, named


@pytest.mark.parametrize(
    ("wishes", "words"),
    [
        (replace(Wishes(), send_at=time(6)), "within the quiet hours from 18:00 to 07:00"),
        (replace(Wishes(), send_at=time(22)), "within the quiet hours"),
        (replace(Wishes(), send_at=time(17, 45)), "at least 30 minutes"),
        (replace(AT_ANY_HOUR, send_at=time(23, 45)), "at least 30 minutes"),
        (replace(Wishes(), weekly=7), "asked for on a Sunday"),
        (replace(Wishes(), weekly=6), "asked for on a Saturday"),
    ],
)
def test_wishes_that_contradict_each_other_are_refused_in_a_sentence(wishes: Wishes, words: str) -> None:
    with pytest.raises(WishError, match=words):
        check_wishes(wishes)


def test_wishes_that_can_be_kept() -> None:
    for wishes in (
        Wishes(),
        AT_ANY_HOUR,
        replace(EVERY_DAY, weekly=7),
        replace(Wishes(), send_at=time(17, 30)),
    ):
        check_wishes(wishes)


@pytest.mark.parametrize(
    "text",
    [
        "a@b.au",
        "first.last+books@mail.example.com",
        "o'neil@example.com",
        "=cmd@example.com",
        f"{'l' * 64}@example.com",
        "x@xn--bcher-kva.example",
    ],
)
def test_an_address(text: str) -> None:
    assert read_addresses([f"  {text} "]) == (text,)


@pytest.mark.parametrize(
    "text",
    [
        "nobody",
        "@example.com",
        "a@",
        "a@b",
        "a@@example.com",
        "a b@example.com",
        "a@exa mple.com",
        "a@example.com, b@example.com",
        "a@example.com\r\nBcc: all@example.com",
        "a@example.com\nb@example.com",
        "Ann <a@example.com>",
        '"a b"@example.com',
        "a..b@example.com",
        ".a@example.com",
        "a@-example.com",
        "a@example..com",
        "a@127.0.0.1",
        "a@[127.0.0.1]",
        "ä@example.com",
        "a@bücher.example",
        "a\u202e@example.com",
        "a@example.com\0",
        f"{'l' * 65}@example.com",
        f"a@{'d' * 64}.com",
        f"a@{'.'.join(['d' * 60] * 5)}.com",
    ],
)
def test_what_is_no_address_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(WishError, match="is no address that mail can be sent to") as refused:
        read_addresses([text])
    assert str(refused.value).isprintable()
    assert len(str(refused.value)) < 600


def test_an_address_counts_once_and_there_is_an_end() -> None:
    assert read_addresses(["", "A@Example.com", "b@example.com", "a@example.COM", " "]) == (
        "A@Example.com",
        "b@example.com",
    )
    with pytest.raises(WishError, match=f"{ADDRESSES_MAX} at most"):
        read_addresses([f"a{number}@example.com" for number in range(ADDRESSES_MAX + 1)])


def test_times_and_days_as_written() -> None:
    assert read_time(" 07:05 ") == time(7, 5)
    assert [read_weekday(text) for text in ("monday", "Sunday", "", "none")] == [1, 7, None, None]
    for text in ("7:05", "24:00", "07:60", "", "noon", "07:05:00", "\u0660\u0667:\u0660\u0665"):
        with pytest.raises(WishError):
            read_time(text)
    with pytest.raises(WishError):
        read_weekday("mon\nday")
