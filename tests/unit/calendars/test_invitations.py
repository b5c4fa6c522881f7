"""Invitations: one event, one method, one organizer, one person."""

from __future__ import annotations

import datetime as dt

import pytest
from calendar_samples import TEAM, calendar, event, lines_of, values_of

from calendars.events import Event
from calendars.feeds import feed
from calendars.invitations import content_type, invitation, method_of

ADA = "ada@harbour.example"


@pytest.mark.parametrize(
    ("invited", "method"), [(event(), "REQUEST"), (event(status="cancelled"), "CANCEL")]
)
def test_body_and_content_type_name_the_same_method(invited: Event, method: str) -> None:
    data = invitation(invited, TEAM, attendee=ADA)

    assert values_of(data, "METHOD") == [method_of(invited)] == [method]
    assert content_type(invited) == f"text/calendar; charset=utf-8; method={method}"


def test_it_has_one_event_one_organizer_one_attendee_and_its_own_clock() -> None:
    data = invitation(event(), TEAM, attendee=ADA)

    lines = lines_of(data)
    assert lines.count("BEGIN:VEVENT") == lines.count("BEGIN:VTIMEZONE") == 1
    assert values_of(data, "ORGANIZER") == ["mailto:ats@provider.example"]
    assert values_of(data, "ATTENDEE") == [f"mailto:{ADA}"]
    assert [line for line in lines if line.startswith(("X-WR-", "NAME", "SOURCE"))] == []
    assert not data.replace(b"\r\n", b"").count(b"\n")


def test_it_tells_what_the_feed_tells_but_for_whom_it_invites() -> None:
    """The same UID and SEQUENCE: whoever changes from one to the other keeps one event."""
    one = event(sequence=3, description="About.", join_url="https://meet.example/1")

    invited = lines_of(invitation(one, TEAM, attendee=ADA))
    fed = lines_of(feed(calendar(one)))

    begins = invited.index("BEGIN:VTIMEZONE")
    told = [line for line in invited[begins:] if not line.startswith("ATTENDEE")]
    assert told == fed[fed.index("BEGIN:VTIMEZONE") :]


def test_the_same_invitation_is_the_same_bytes() -> None:
    later = event(alarms=(dt.timedelta(minutes=15),))

    assert invitation(later, TEAM, attendee=ADA) == invitation(later, TEAM, attendee=ADA)


@pytest.mark.parametrize("address", ["", "ada@harbour.example\r\nX-EVIL:1", "a b@x.example"])
def test_an_address_that_would_break_its_line_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="address"):
        invitation(event(), TEAM, attendee=address)
