"""The bytes of a feed: what calendars are told, in a form that all of them read."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from calendar_samples import LONDON, REVISED, calendar, event, lines_of, values_of

from calendars.components import component
from calendars.events import Organizer
from calendars.feeds import CONTENT_TYPE, feed

ROOT = Path(__file__).parents[3]
URL = "https://meet.example/1"
WHOLE = """\
BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//ATS engine//Calendars//EN
CALSCALE:GREGORIAN
DESCRIPTION:The webinars of cohort 2026-10.
X-WR-CALDESC:The webinars of cohort 2026-10.
NAME:ATS webinars\\, 2026-10
X-WR-CALNAME:ATS webinars\\, 2026-10
REFRESH-INTERVAL;VALUE=DURATION:PT1H
X-PUBLISHED-TTL:PT1H
SOURCE;VALUE=URI:https://ats.example/calendars/x.ics
BEGIN:VTIMEZONE
TZID:Europe/London
BEGIN:DAYLIGHT
DTSTART:19700329T010000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
TZNAME:BST
TZOFFSETFROM:+0000
TZOFFSETTO:+0100
END:DAYLIGHT
BEGIN:STANDARD
DTSTART:19701025T020000
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
TZNAME:GMT
TZOFFSETFROM:+0100
TZOFFSETTO:+0000
END:STANDARD
END:VTIMEZONE
BEGIN:VEVENT
SUMMARY:ATS webinar: Welcome
DTSTART;TZID=Europe/London:20261014T163000
DTEND;TZID=Europe/London:20261014T173000
DTSTAMP:20260901T090000Z
UID:6f1c
SEQUENCE:2
CATEGORIES:ATS,Webinar
CONFERENCE;FEATURE=VIDEO;LABEL=Join the webinar;VALUE=URI:https://meet.example/1
DESCRIPTION:What it is about.\\n\\nJoin: https://meet.example/1
LAST-MODIFIED:20260901T090000Z
LOCATION:https://meet.example/1
ORGANIZER;CN="ATS programme team":mailto:ats@provider.example
STATUS:CONFIRMED
TRANSP:OPAQUE
URL:https://meet.example/1
END:VEVENT
END:VCALENDAR
"""


def test_a_feed_says_this_and_nothing_else() -> None:
    about = f"What it is about.\n\nJoin: {URL}"
    webinar = event(sequence=2, description=about, location=URL, url=URL, join_url=URL)

    data = feed(calendar(webinar))

    assert "\n".join(lines_of(data)) + "\n" == WHOLE
    assert CONTENT_TYPE == "text/calendar; charset=utf-8"


def test_every_line_ends_with_crlf_and_is_folded_at_75_octets_between_characters() -> None:
    title = "Bewußt · " * 30
    data = feed(
        calendar(event(title=title, description="☃" * 400), source="https://x/" + "y" * 300)
    )

    assert data.endswith(b"END:VCALENDAR\r\n")
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert max(len(line) for line in data.split(b"\r\n")) <= 75
    for line in data.split(b"\r\n"):
        line.decode("utf-8")  # no character is broken in two
    assert values_of(data, "SUMMARY") == [title]
    assert values_of(data, "SOURCE") == ["https://x/" + "y" * 300]


def test_the_same_calendar_gives_the_same_bytes_in_whatever_order_its_events_come() -> None:
    first, second = event("a"), event("b", starts_at=event().starts_at - dt.timedelta(days=1))

    assert feed(calendar(first, second)) == feed(calendar(second, first))
    assert values_of(feed(calendar(first, second)), "UID") == ["b", "a"]


@pytest.mark.parametrize("seed", ["0", "1", "4711"])
def test_the_same_calendar_gives_the_same_bytes_in_another_process(seed: str) -> None:
    code = (
        "import sys; sys.path.insert(0, 'tests/unit/calendars');"
        "from test_feed_bytes import sample; sys.stdout.buffer.write(sample())"
    )
    environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": "Asia/Tokyo", "LC_ALL": "C"}
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, check=True
    )
    assert ran.stdout == sample()


def sample() -> bytes:
    """A feed with something of everything in it."""
    alarms = (dt.timedelta(days=7), dt.timedelta(days=1))
    deadline = event("b", ends_at=None, is_busy=False, alarms=alarms, title="PDP — ø")
    return feed(
        calendar(event("a", join_url=URL, url=URL), deadline, event("c", status="cancelled"))
    )


def test_an_event_that_was_written_before_is_written_as_if_it_were_the_first() -> None:
    """What events have in common is remembered: nothing of another one may show."""
    one, other = event("one", join_url=URL), event("other", join_url=URL)
    odd = event("odd,uid;" + "x" * 100)

    for each in (one, other, odd, replace(one, title="Another"), one):
        alone = component(each, calendar().organizer).to_ical()
        assert feed(calendar(each)).partition(b"END:VTIMEZONE\r\n")[2].startswith(alone)


def test_a_moved_address_of_the_organizer_shows_in_events_that_were_written_before() -> None:
    feed(calendar(event()))
    data = feed(calendar(event(), organizer=Organizer("Another", "another@provider.example")))

    assert values_of(data, "ORGANIZER") == ["mailto:another@provider.example"]


def test_a_feed_is_no_invitation_and_no_single_item() -> None:
    data = feed(calendar(event("a"), event("b")))
    before_events = lines_of(data.partition(b"BEGIN:VEVENT")[0])

    assert [line for line in before_events if line.startswith(("UID", "METHOD", "DTSTAMP"))] == []
    assert values_of(data, "METHOD") == values_of(data, "ATTENDEE") == []
    assert values_of(data, "ORGANIZER") == ["mailto:ats@provider.example"] * 2


def test_an_empty_feed_is_a_calendar_all_the_same() -> None:
    assert lines_of(feed(calendar()))[-2:] == ["END:VTIMEZONE", "END:VCALENDAR"]


def test_a_cancelled_event_is_told_by_status_title_and_no_alarm() -> None:
    """Some calendars know no status, and would show it as if it took place."""
    alarms = (dt.timedelta(minutes=15),)
    data = feed(calendar(event(status="cancelled", sequence=1, alarms=alarms, join_url=URL)))

    assert values_of(data, "STATUS") == ["CANCELLED"]
    assert values_of(data, "SUMMARY") == ["CANCELLED: ATS webinar: Welcome"]
    assert values_of(data, "TRANSP") == ["TRANSPARENT"]
    assert values_of(data, "TRIGGER") == values_of(data, "CONFERENCE") == []


def test_an_undecided_event_is_tentative() -> None:
    data = feed(calendar(event(status="tentative")))

    assert (values_of(data, "STATUS"), values_of(data, "TRANSP")) == (["TENTATIVE"], ["OPAQUE"])


def test_alarms_ring_that_long_before() -> None:
    alarms = (dt.timedelta(days=7), dt.timedelta(minutes=15))
    data = feed(calendar(event(alarms=alarms)))

    assert values_of(data, "TRIGGER") == ["-P7D", "-PT15M"]
    assert values_of(data, "ACTION") == ["DISPLAY", "DISPLAY"]
    assert values_of(feed(calendar(event())), "TRIGGER") == []


def test_a_deadline_is_a_moment_that_takes_no_time() -> None:
    data = feed(calendar(event(ends_at=None, is_busy=False)))

    assert (values_of(data, "DTEND"), values_of(data, "TRANSP")) == ([], ["TRANSPARENT"])


@pytest.mark.parametrize("fold", [0, 1])
def test_in_the_hour_that_autumn_repeats_times_are_told_in_utc(fold: int) -> None:
    """Programs disagree on which of the two half past one is meant."""
    begins = dt.datetime(2026, 10, 25, 1, 30, tzinfo=LONDON, fold=fold)
    ends = begins.astimezone(dt.UTC) + dt.timedelta(hours=1)
    data = feed(calendar(event(starts_at=begins, ends_at=ends)))

    assert values_of(data, "DTSTART")[2:] == [["20261025T003000Z", "20261025T013000Z"][fold]]


@pytest.mark.parametrize(
    "values",
    [
        {"starts_at": dt.datetime(2026, 10, 14, 16, 30)},  # noqa: DTZ001 (that is the fault)
        {"revised_at": dt.datetime(2026, 9, 1)},  # noqa: DTZ001
        {"ends_at": REVISED},
        {"url": "https://meet.example/1\r\nX-EVIL:1"},
        {"url": ""},
        {"join_url": "https://meet.example/a b"},
        {"uid": "a\r\nX-EVIL:1"},
        {"uid": ""},
    ],
)
def test_what_no_calendar_could_read_is_refused(values: dict[str, object]) -> None:
    uid = str(values.pop("uid", "6f1c"))
    with pytest.raises(ValueError, match="event"):
        event(uid, **values)


def test_two_events_with_one_uid_are_refused() -> None:
    with pytest.raises(ValueError, match="same UID"):
        calendar(event("a"), event("a", title="Another"))
