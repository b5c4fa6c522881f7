"""Who chose invitations is due one for each webinar ahead, and none besides."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from people import WEBINARS, at, cohort, mentor, participant, planned, verdict, verdicts

from ats.planning.facts import CohortFacts, Participant, PastRow, WebinarChange

CHOSEN = "Wed 25 Nov 2026 10:00"
OFF = "skipped opted-out"
AGREED = mentor(accepted_at=at("Mon 12 Oct 2026 15:40"))


def invited(**changes: Any) -> Participant:
    return participant(**{"invited_since": at(CHOSEN), **changes})


def due(person: Participant, ref: str = "P0001", facts: CohortFacts | None = None) -> Any:
    """Return occurrence → due moment of somebody's invitations."""
    found = planned(person, facts).get(ref, {})
    return {
        name.partition(" ")[2]: moment
        for name, moment in found.items()
        if name.startswith("webinar-invitation ")
    }


def with_webinar(key: str, **changes: Any) -> CohortFacts:
    """Return the cohort with one webinar changed, and an export of that day."""
    webinars = tuple(replace(w, **changes) if w.key == key else w for w in WEBINARS)
    return cohort(webinars=webinars, as_of=at(CHOSEN).date())


def sent(*occurrences: str, on: str, step: str = "webinar-invitation", to: str = "P0001") -> Any:
    return {(step, one, to): PastRow("sent", at(on)) for one in occurrences}


def test_one_is_due_for_each_webinar_ahead_as_soon_as_they_are_chosen() -> None:
    ahead = ("q-and-a-1/1", "webinar-3/1", "webinar-4/1", "webinar-5/1", "q-and-a-2/1")
    assert due(invited()) == dict.fromkeys(ahead, CHOSEN)


def test_who_subscribes_is_due_none_nor_is_their_mentor() -> None:
    person = invited(invited_since=None, mentorships=(AGREED,))
    assert (due(person), due(person, "M0001")) == ({}, {})


def test_what_is_planned_and_what_is_open_are_the_same() -> None:
    person = invited(mentorships=(replace(AGREED, invited_since=at(CHOSEN)),))
    rows = set(due(person)) | set(due(person, "M0001"))
    found = verdicts(person, CHOSEN)
    assert {name for name in found if "invitation" in name} == {
        f"webinar-invitation {row}" for row in rows
    }
    assert len(rows) == 7


def test_a_mentor_is_invited_from_when_they_agreed_if_they_had_chosen_before() -> None:
    grace = replace(AGREED, invited_since=at("Thu 1 Oct 2026 10:00"))
    assert due(invited(invited_since=None, mentorships=(grace,)), "M0001") == dict.fromkeys(
        ("mentor-webinar-1/1", "mentor-webinar-2/1", "mentor-webinar-3/1"),
        "Mon 12 Oct 2026 15:40",
    )
    asked = replace(grace, accepted_at=None)
    assert due(invited(invited_since=None, mentorships=(asked,)), "M0001") == {}


def test_nobody_is_invited_to_what_is_cancelled() -> None:
    facts = with_webinar("webinar-3", status="cancelled")
    assert "webinar-3/1" not in due(invited(), facts=facts)
    assert "webinar-4/1" in due(invited(), facts=facts)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("Wed 25 Nov 2026 10:00", "queued"),
        ("Wed 25 Nov 2026 19:00", "held window until Thu 26 Nov 2026 09:00"),
        ("Sat 28 Nov 2026 10:00", "held closed until Mon 30 Nov 2026 09:00"),
        ("Thu 10 Dec 2026 16:30", "expired"),
    ],
)
def test_it_waits_for_the_hours_and_no_longer_than_the_webinar(now: str, expected: str) -> None:
    assert verdict(invited(), "webinar-invitation q-and-a-1/1", now) == expected


def test_it_goes_to_those_who_switched_other_mail_about_webinars_off() -> None:
    off = invited(opted_out=frozenset({("P0001", "webinar")}))
    assert verdict(off, "webinar-invitation q-and-a-1/1", CHOSEN) == "queued"


EVE = "Tue 26 Jan 2027 09:00"  # of webinar-3
REMINDER = "webinar-tomorrow webinar-3/1"
NO_REMINDERS = frozenset({("P0001", "webinar"), ("P0001", "tip")})


@pytest.mark.parametrize(
    ("revised", "url", "expected"),
    [
        ("Wed 20 Jan 2027 10:00", "https://meet.example/3", "queued"),
        ("Wed 25 Nov 2026 10:30", "https://meet.example/3", "queued"),
        ("Wed 25 Nov 2026 10:00", "https://meet.example/3", OFF),
        ("Tue 1 Sep 2026 10:00", None, "held join-link"),
    ],
    ids=("a link since", "since the invitation", "nothing new", "no link yet"),
)
def test_a_reminder_that_brings_the_link_into_the_entry_goes_though_reminders_are_off(
    revised: str, url: str | None, expected: str
) -> None:
    facts = with_webinar("webinar-3", revised_at=at(revised), join_url=url)
    past = sent("webinar-3/1", on="Wed 25 Nov 2026 10:05")
    off = invited(opted_out=NO_REMINDERS, past=past)
    assert verdict(off, REMINDER, EVE, facts) == expected
    assert verdict(replace(off, invited_since=None), REMINDER, EVE, facts) == OFF


def test_reminders_without_an_entry_recordings_and_tips_stay_off() -> None:
    off = invited(opted_out=NO_REMINDERS)
    published = {
        "recorded_at": at("Tue 26 Jan 2027 08:00"),
        "recording_url": "https://watch.example",
    }
    facts = with_webinar("q-and-a-1", **published)
    assert verdict(off, "webinar-week-ahead webinar-3/1", "Wed 20 Jan 2027 09:00") == OFF
    assert verdict(off, "webinar-recording q-and-a-1/1", "Tue 26 Jan 2027 09:00", facts) == OFF
    assert verdict(off, "pdp-tip 1", "Wed 25 Nov 2026 10:00") == OFF


def test_a_mentor_who_switched_reminders_off_is_brought_the_link_too() -> None:
    grace = replace(AGREED, invited_since=at("Tue 13 Oct 2026 10:00"))
    off = invited(
        invited_since=None, mentorships=(grace,), opted_out=frozenset({("M0001", "webinar")})
    )
    name, now = "webinar-tomorrow mentor-webinar-2/1", "Wed 3 Mar 2027 09:00"
    facts = with_webinar("mentor-webinar-2", join_url=None)
    assert verdict(off, name, now, facts) == "held join-link"
    assert verdict(replace(off, mentorships=(AGREED,)), name, now, facts) == OFF


def test_who_was_invited_before_they_chose_anew_is_invited_again_and_only_once() -> None:
    before = sent("q-and-a-1/1", "webinar-3/1", on="Mon 2 Nov 2026 12:05")
    found = verdicts(invited(past=before), CHOSEN)
    about = {name: said for name, said in found.items() if "q-and-a-1" in name}
    assert about == {"webinar-invitation q-and-a-1/2": "queued"}

    again = before | sent("q-and-a-1/2", on="Wed 25 Nov 2026 10:05")
    later = verdicts(invited(past=again), "Wed 25 Nov 2026 10:10")
    assert [name for name in later if "q-and-a-1" in name] == []


@pytest.mark.parametrize(
    ("step", "occurrence", "on", "expected"),
    [
        ("webinar-moved", "webinar-3/1", "Wed 25 Nov 2026 10:05", "skipped in-notice"),
        ("webinar-moved", "webinar-3/1", "Wed 25 Nov 2026 09:55", "queued"),  # a subscriber's
        ("webinar-moved", "webinar-4/1", "Wed 25 Nov 2026 10:05", "queued"),
        ("webinar-week-ahead", "webinar-3/1", "Wed 25 Nov 2026 10:05", "queued"),
    ],
)
def test_no_second_entry_follows_the_one_in_a_notice(
    step: str, occurrence: str, on: str, expected: str
) -> None:
    person = invited(past=sent(occurrence, on=on, step=step))
    name, now = "webinar-invitation webinar-3/1", "Wed 25 Nov 2026 10:10"
    assert verdict(person, name, now) == expected


def test_a_notice_that_goes_at_the_same_time_is_the_invitation() -> None:
    was, to = at("Wed 27 Jan 2027 16:30"), at("Thu 28 Jan 2027 15:00")
    change = WebinarChange(at("Wed 25 Nov 2026 09:00"), was, to)
    facts = with_webinar("webinar-3", starts_at=to, changes=(change,))
    told = sent("1", on="Fri 4 Sep 2026 09:00", step="agenda-published")
    name = "webinar-invitation webinar-3/1"
    assert verdict(invited(past=told), name, CHOSEN, facts) == "skipped in-notice"
    assert verdict(invited(), name, CHOSEN, facts) == "queued"  # nobody told them another time
    failed = {("webinar-moved", "webinar-3/1", "P0001"): PastRow("failed")}
    assert verdict(invited(past=told | failed), name, CHOSEN, facts) == "queued"


def test_what_a_mentor_was_sent_about_another_mentee_is_not_sent_again() -> None:
    grace = replace(AGREED, invited_since=at("Tue 13 Oct 2026 10:00"))
    entered = {("webinar-invitation", "mentor-webinar-2/1", "M0001"): at("Tue 13 Oct 2026 10:05")}
    person = invited(invited_since=None, mentorships=(grace,), beside=entered)
    found = verdicts(person, "Wed 14 Oct 2026 10:00")
    assert {name: said for name, said in found.items() if "invitation" in name} == {
        "webinar-invitation mentor-webinar-1/1": "queued",
        "webinar-invitation mentor-webinar-2/1": "skipped in-notice",
        "webinar-invitation mentor-webinar-3/1": "queued",
    }
