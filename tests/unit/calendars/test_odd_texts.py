"""Whatever a text holds, a calendar is read back with just that text in it."""

from __future__ import annotations

import datetime as dt
import re

import icalendar
import vobject
from calendar_samples import calendar, event, lines_of, values_of
from hypothesis import example, given
from hypothesis import strategies as st

from calendars.components import plain
from calendars.events import Organizer
from calendars.feeds import feed
from calendars.invitations import invitation

#: Any text, and more often what means something in a calendar.
TEXTS = st.text(max_size=90) | st.text(alphabet='\\,;:"^\r\nnN \t☃é\u2028BEGIN:VEVENT', max_size=90)
MOMENTS = st.integers(0, 10 * 366 * 24 * 60).map(
    lambda minutes: dt.datetime(2025, 1, 1, tzinfo=dt.UTC) + dt.timedelta(minutes=minutes)
)
CONTROL = re.compile(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]")


def check_lines(data: bytes) -> None:
    """Check what every program relies on, whatever stands in the lines."""
    assert data.count(b"\n") == data.count(b"\r\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 75
    assert CONTROL.search(data) is None
    for part in data.split(b"\r\n"):
        part.decode("utf-8")  # no character is broken in two


@given(title=TEXTS, about=TEXTS, place=TEXTS, kind=TEXTS)
@example(title=r"\N", about=r"C:\North\n", place=r"\\N\\\N", kind=r"a\Nb")
def test_texts_are_read_back_as_they_were(title: str, about: str, place: str, kind: str) -> None:
    made = event(title=title, description=about, location=place, categories=(kind,))

    data = feed(calendar(made, name=title, description=about))

    check_lines(data)
    (found,) = icalendar.Calendar.from_ical(data).events
    assert str(found["SUMMARY"]) == plain(title)
    assert str(found.get("DESCRIPTION", "")) == plain(about)
    assert str(found.get("LOCATION", "")) == plain(place)
    assert [str(one) for one in found["CATEGORIES"].cats] == [plain(kind)]
    assert values_of(data, "NAME") == values_of(data, "X-WR-CALNAME") == values_of(data, "SUMMARY")


@given(title=TEXTS, name=TEXTS)
def test_no_text_adds_a_line(title: str, name: str) -> None:
    team = Organizer(name, "ats@provider.example")
    usual = [line.partition(":")[0].partition(";")[0] for line in lines_of(feed(calendar(event())))]

    data = feed(calendar(event(title=title), organizer=team))

    check_lines(data)
    told = [line.partition(":")[0].partition(";")[0] for line in lines_of(data)]
    assert told == usual
    check_lines(invitation(event(title=title), team, attendee="ada@harbour.example"))


@given(starts_at=MOMENTS, minutes=st.integers(1, 600))
def test_any_moment_is_read_back_as_it_was(starts_at: dt.datetime, minutes: int) -> None:
    ends_at = starts_at + dt.timedelta(minutes=minutes)

    data = feed(calendar(event(starts_at=starts_at, ends_at=ends_at)))

    (found,) = icalendar.Calendar.from_ical(data).events
    other = vobject.readOne(data.decode()).vevent
    assert (found.start.astimezone(dt.UTC), found.end.astimezone(dt.UTC)) == (starts_at, ends_at)
    assert other.dtstart.value.astimezone(dt.UTC) == starts_at
    assert other.dtend.value.astimezone(dt.UTC) == ends_at
