"""What of an invitation is pinned, and what calendars read out of its bytes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import icalendar
import pytest
import vobject
from hypothesis import given
from hypothesis import strategies as st

from ats.outbox.address import BadAddress
from ats.outbox.compose import Line
from ats.outbox.invitation import entry, pinned
from ats.planning.facts import Participant, PastRow, WebinarChange, WebinarFact
from ats.planning.timeline import Occurrence, Timeline
from tests.unit.planning.people import WEBINARS, at, cohort, mentor, participant, timeline

SENDER = "ATS programme team <ats@programme.example>"
NOW = at("Mon 2 Nov 2026 12:05")
CHOSEN = at("Mon 2 Nov 2026 12:00")
REVISED = at("Tue 1 Sep 2026 10:00")
#: On both sides of both clock changes.
STARTS = [
    at("Sat 24 Oct 2026 16:30"),
    at("Mon 26 Oct 2026 16:30"),
    at("Wed 27 Jan 2027 16:30"),
    at("Sat 27 Mar 2027 16:30"),
    at("Mon 29 Mar 2027 16:30"),
    at("Wed 9 Jun 2027 16:30"),
]
JOIN = "https://meet.example/j/1?pwd=a;b,c"


def webinar(**changes: Any) -> WebinarFact:
    """Return webinar 3 as a cohort has it."""
    usual = next(one for one in WEBINARS if one.key == "webinar-3")
    facts = {"uid": "5f0c@programme.example", "revised_at": REVISED, "join_url": JOIN, **changes}
    return replace(usual, **facts)


def line(step: str, about: WebinarFact, person: Participant) -> tuple[Line, Timeline]:
    """Return the line of a step about this webinar to a participant, and the cohort's year."""
    year = timeline(cohort(webinars=(about,)))
    (rule,) = (r for r in year.rules if (r.step, r.to) == (step, "participant"))
    occurrence = Occurrence(
        rule=rule,
        occurrence=f"{about.key}/1",
        recipient=person.ref,
        role="participant",
        nation="england",
        due_at=NOW,
        subject=about.key,
    )
    return Line(occurrence, person), year


def held(
    step: str, about: WebinarFact, *, trial: bool = False, **person: Any
) -> dict[str, Any] | None:
    """Return the entry of an e-mail of this step, as the records keep it."""
    ada = participant(**{"invited_since": CHOSEN, **person})
    one, year = line(step, about, ada)
    found = entry([one], year, now=NOW, trial=trial)
    return json.loads(json.dumps(found)) if found else None


def calendar(found: Mapping[str, Any] | None, to: str = "ada@harbour.example") -> Any:
    assert found is not None
    return icalendar.Calendar.from_ical(pinned(found, sender=SENDER, attendee=to)["text"])


def event(found: Mapping[str, Any] | None, to: str = "ada@harbour.example") -> Any:
    (one,) = calendar(found, to).walk("VEVENT")
    return one


@pytest.mark.parametrize("starts_at", STARTS)
def test_two_readers_see_the_moments_of_the_records(starts_at: Any) -> None:
    found = held("webinar-invitation", webinar(starts_at=starts_at, minutes=60))
    assert found is not None
    text = pinned(found, sender=SENDER, attendee="ada@harbour.example")["text"]

    read = vobject.readOne(text)
    ours = event(found)

    seen = (ours.decoded("DTSTART"), ours.decoded("DTEND"))
    assert [moment.timestamp() for moment in seen] == [
        starts_at.timestamp(),
        starts_at.timestamp() + 3600,
    ]
    assert read.vevent.dtstart.value.timestamp() == starts_at.timestamp()
    assert read.vevent.dtend.value.timestamp() == starts_at.timestamp() + 3600
    assert (read.method.value, read.vevent.uid.value) == ("REQUEST", "5f0c@programme.example")
    assert len(read.vevent.organizer_list) == len(read.vevent.attendee_list) == 1


def test_an_invitation_says_what_a_calendar_needs_and_nothing_else() -> None:
    found = calendar(held("webinar-invitation", webinar(sequence=3)))
    (one,) = found.walk("VEVENT")

    assert (str(found["METHOD"]), "X-WR-CALNAME" in found, "UID" in found) == (
        "REQUEST",
        False,
        False,
    )
    assert str(one["ORGANIZER"]) == "mailto:ats@programme.example"
    assert str(one["ATTENDEE"]) == "mailto:ada@harbour.example"
    assert dict(one["ATTENDEE"].params) == {
        "CUTYPE": "INDIVIDUAL",
        "ROLE": "OPT-PARTICIPANT",
        "PARTSTAT": "NEEDS-ACTION",
        "RSVP": "FALSE",
    }
    assert (one["SEQUENCE"], one["STATUS"], str(one["LOCATION"])) == (3, "CONFIRMED", JOIN)
    assert (one["DTSTAMP"].dt, one["LAST-MODIFIED"].dt) == (NOW, REVISED)


def test_lines_are_short_and_end_as_calendars_want_them() -> None:
    found = held("webinar-invitation", webinar(join_url="https://meet.example/" + "é" * 300))
    assert found is not None
    data = pinned(found, sender=SENDER, attendee="ada@harbour.example")["text"].encode()

    assert data.count(b"\r\n") == data.count(b"\n") == data.count(b"\r")
    assert max(map(len, data.split(b"\r\n"))) <= 75


def test_a_cancellation_has_the_method_and_the_type_of_one() -> None:
    found = held("webinar-cancelled", webinar(status="cancelled", sequence=2))
    assert found is not None
    part = pinned(found, sender=SENDER, attendee="ada@harbour.example")

    assert part["type"] == "text/calendar; charset=utf-8; method=CANCEL"
    assert str(calendar(found)["METHOD"]) == "CANCEL"
    one = event(found)
    assert (one["STATUS"], one["SEQUENCE"], one["TRANSP"]) == ("CANCELLED", 2, "TRANSPARENT")
    assert str(one["SUMMARY"]).startswith("CANCELLED: ATS webinar: ")
    assert "CONFERENCE" not in one


@pytest.mark.parametrize("step", ["webinar-week-ahead", "webinar-recording"])
def test_other_mail_about_webinars_holds_no_entry(step: str) -> None:
    assert held(step, webinar()) is None


@pytest.mark.parametrize("step", ["webinar-moved", "webinar-cancelled", "webinar-tomorrow"])
def test_who_subscribes_gets_no_entry_with_any_mail(step: str) -> None:
    assert held(step, webinar(), invited_since=None) is None


def past(*, sent: str) -> dict[Any, PastRow]:
    return {("webinar-invitation", "webinar-3/1", "P0001"): PastRow("sent", at(sent))}


@pytest.mark.parametrize(
    ("sent", "revised", "holds"),
    [
        ("Mon 2 Nov 2026 12:05", "Tue 1 Sep 2026 10:00", False),
        ("Mon 2 Nov 2026 12:05", "Mon 18 Jan 2027 10:00", True),
        ("Mon 2 Nov 2026 12:05", "Mon 2 Nov 2026 12:05", True),  # which came first is not known
        ("Mon 12 Oct 2026 12:05", "Tue 1 Sep 2026 10:00", True),  # of an earlier choice
    ],
)
def test_the_reminder_holds_an_entry_where_the_calendars_is_older_than_the_webinar(
    sent: str, revised: str, holds: bool
) -> None:
    found = held("webinar-tomorrow", webinar(revised_at=at(revised)), past=past(sent=sent))

    assert (found is not None) is holds


def test_in_a_trial_the_title_says_so() -> None:
    title = str(event(held("webinar-invitation", webinar(), trial=True))["SUMMARY"])

    assert title.startswith("TRIAL: ATS webinar: ")


def test_an_email_about_two_webinars_holds_no_entry() -> None:
    """A mail program would take one of them; the programme check keeps invitations apart."""
    first, _ = line("webinar-invitation", webinar(), participant(invited_since=CHOSEN))
    other, _ = line(
        "webinar-invitation", webinar(key="webinar-4"), participant(invited_since=CHOSEN)
    )
    year = timeline(cohort(webinars=(webinar(), webinar(key="webinar-4", uid="other"))))

    assert entry([first, other], year, now=NOW, trial=False) is None


@pytest.mark.parametrize(
    ("address", "written"),
    [
        ("ada+ats@harbour.example", "mailto:ada+ats@harbour.example"),
        ("o'brien@harbour.example", "mailto:o'brien@harbour.example"),
        ("a?b%c#d@harbour.example", "mailto:a%3Fb%25c%23d@harbour.example"),
        ("żółw@bücher.example", "mailto:%C5%BC%C3%B3%C5%82w@xn--bcher-kva.example"),
    ],
)
def test_the_invited_address_is_written_as_an_address_of_the_web(
    address: str, written: str
) -> None:
    assert str(event(held("webinar-invitation", webinar()), address)["ATTENDEE"]) == written


def test_an_address_that_is_none_is_refused() -> None:
    found = held("webinar-invitation", webinar())
    assert found is not None
    with pytest.raises(BadAddress):
        pinned(found, sender=SENDER, attendee="ada\r\nATTENDEE:mailto:eve@example.org")


@given(url=st.text(st.characters(exclude_categories=["C", "Z"]), min_size=1, max_size=200))
def test_no_text_makes_another_line(url: str) -> None:
    one = event(held("webinar-invitation", webinar(join_url=f"https://meet.example/{url}")))

    assert sorted(one.keys()) == sorted(event(held("webinar-invitation", webinar())).keys())


def test_the_same_pin_gives_the_same_bytes() -> None:
    found = [held("webinar-invitation", webinar()) for _ in range(2)]
    assert found[0] is not None
    assert found[1] is not None
    texts = [pinned(one, sender=SENDER, attendee="ada@harbour.example") for one in found if one]

    assert texts[0] == texts[1]


def test_a_mentor_is_invited_by_their_own_choice() -> None:
    """That of the participant whom they mentor is not theirs."""
    grace = mentor(accepted_at=at("Thu 8 Oct 2026 15:00"))
    ada = participant(invited_since=CHOSEN, mentorships=(grace,))
    about = webinar(audience="mentors", changes=(WebinarChange(NOW, NOW, NOW),))
    one, year = line("webinar-moved", about, ada)
    to_grace = replace(one, occurrence=replace(one.occurrence, recipient="M0001", role="mentor"))

    assert entry([to_grace], year, now=NOW, trial=False) is None
    chosen = replace(ada, mentorships=(replace(grace, invited_since=CHOSEN),))
    assert entry([replace(to_grace, person=chosen)], year, now=NOW, trial=False) is not None
