"""Two counted messages a week to one person and role, and 48 hours between chasers."""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from fact_changes import exports
from in_memory_year import InMemoryYear
from people import ASKED, at, cohort, complete, mentor, participant, said, started, timeline

from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.planning.timeline import Occurrence
from ats.planning.traffic import Inbox

AGREED = mentor(request_sent_at=ASKED, accepted_at=ASKED)
ADA = participant(
    mentorships=(AGREED,),
    sections=complete("first-observation") | started("pdp", on="Sun 17 Jan 2027"),
)


def planned_at(
    now: str, person: Participant = ADA, inboxes: Mapping[str, Inbox] | None = None
) -> dict[str, str]:
    """Return `step occurrence` → verdict of what is due on this day, cap and gap included.

    `inboxes` are what recipients have had; the others have had nothing.
    """
    known = dict(inboxes or {})

    def inbox_of(o: Occurrence) -> Inbox:
        return known.setdefault(o.recipient, Inbox())

    facts = cohort(as_of=at(now).date())
    (plan,) = Planner(timeline(facts), now=at(now)).plan([person], inbox_of)
    return {
        f"{d.occurrence.rule.step} {d.occurrence.occurrence}": said(d.verdict)
        for d in plan.decisions
    }


def of(found: Mapping[str, str], *names: str) -> dict[str, str]:
    return {name: found[name] for name in names}


# -- cap ---------------------------------------------------------------------------------------

CHASER = "chase-milestone pdp/plus-3/1"
WEBINAR = "webinar-week-ahead webinar-3/1"
TIP = "diary-habit 1"


@pytest.mark.parametrize(
    ("had", "chaser", "webinar", "tip"),
    [
        (0, "queued", "queued", "queued"),  # the webinar shares the chaser's message
        (1, "queued", "queued", "held cap until Tue 26 Jan 2027 09:00"),
        (
            2,
            "held cap until Tue 26 Jan 2027 09:00",
            "held cap until Mon 25 Jan 2027 09:00",
            "held cap until Tue 26 Jan 2027 09:00",
        ),
    ],
)
def test_chasers_go_before_webinars_and_those_before_tips(
    had: int, chaser: str, webinar: str, tip: str
) -> None:
    found = planned_at("Wed 20 Jan 2027 09:00", inboxes={"P0001": Inbox(counted=had)})
    assert of(found, CHASER, WEBINAR, TIP) == {CHASER: chaser, WEBINAR: webinar, TIP: tip}


def test_in_a_week_that_holds_one_of_their_deadlines_nothing_waits_for_the_cap() -> None:
    nobody = participant()
    full = {"P0001": Inbox(counted=2)}
    last_week, this_week = "Tue 10 Nov 2026 09:00", "Tue 17 Nov 2026 09:00"
    assert {
        last_week: planned_at(last_week, nobody, full)["chase-mentor-named plus-2/1"],
        this_week: planned_at(this_week, nobody, full)["chase-mentor-named plus-7/1"],
    } == {
        last_week: "held cap until Tue 17 Nov 2026 09:00",
        this_week: "queued",  # the first observation is due on Friday
    }


def test_the_deadlines_that_count_are_a_persons_own() -> None:
    extended = participant(extensions={"first-observation": at("Fri 27 Nov 2026 17:00")})
    full = {"P0001": Inbox(counted=2)}
    question = "chase-mentor-named plus-7/1"
    assert planned_at("Tue 17 Nov 2026 09:00", extended, full)[question] == (
        "held cap until Tue 24 Nov 2026 09:00"
    )


@pytest.mark.parametrize(
    ("name", "now", "expected"),
    [
        # the mentor's answer is due on Friday 20 November
        ("mentor-first-discussion 1", "Tue 17 Nov 2026 09:00", "queued"),
        ("mentor-midpoint 1", "Tue 23 Feb 2027 09:00", "held cap until Tue 2 Mar 2027 09:00"),
    ],
)
def test_a_mentors_weeks_are_those_of_the_mentors_deadlines(
    name: str, now: str, expected: str
) -> None:
    assert planned_at(now, inboxes={"M0001": Inbox(counted=2)})[name] == expected


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("webinar-tomorrow webinar-3/1", "Tue 26 Jan 2027 09:00"),
        ("before-christmas 1", "Tue 15 Dec 2026 09:00"),
        ("chase-submission minus-5/1", "Wed 29 Sep 2027 09:00"),
    ],
)
def test_essentials_and_the_reminder_of_tomorrow_never_wait_for_the_cap(
    name: str, now: str
) -> None:
    assert planned_at(now, inboxes={"P0001": Inbox(counted=2)})[name] == "queued"


def test_what_does_not_count_leaves_the_cap_as_it_is() -> None:
    inbox = Inbox()
    planned_at("Tue 26 Jan 2027 09:00", ADA, {"P0001": inbox})
    sent = [m for m in sorted(inbox.bundles) if m.startswith("webinar-tomorrow")]
    assert (sent, inbox.counted) == (["webinar-tomorrow/webinar-3"], 2)  # chaser and tip


def test_a_message_that_is_shared_counts_once() -> None:
    inbox = Inbox()
    found = planned_at("Wed 20 Jan 2027 09:00", inboxes={"P0001": inbox})
    assert of(found, CHASER, WEBINAR) == {CHASER: "queued", WEBINAR: "queued"}
    assert inbox.bundles["day"] == {"chaser", "webinar"}
    assert inbox.counted == 2  # that one, and the tip


def test_whoever_has_no_mentor_in_november_is_nudged_in_the_week_of_the_deadline() -> None:
    year = InMemoryYear(
        {"P0001": participant()}, cohort(), exports("Mon 12 Oct 2026", "Mon 30 Nov 2026")
    )
    year.at_ten_minutes(at("Wed 2 Sep 2026 12:00"), at("Fri 20 Nov 2026 18:00"))
    november = [(when, steps) for when, steps in year.sent_to("P0001") if "Nov" in when]
    assert november == [
        ("Tue 3 Nov 2026 09:00", ["chase-mentor-named"]),
        ("Tue 10 Nov 2026 09:00", ["chase-mentor-named"]),
        ("Wed 11 Nov 2026 09:00", ["webinar-week-ahead"]),  # the second of the week
        ("Tue 17 Nov 2026 09:00", ["chase-milestone", "chase-mentor-named"]),  # nudge of Thu 12
        ("Tue 17 Nov 2026 09:00", ["webinar-tomorrow"]),
    ]


# -- gap ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("last", "now", "expected"),
    [
        ("Tue 19 Jan 2027 09:00", "Wed 20 Jan 2027 09:00", "held gap until Thu 21 Jan 2027 09:00"),
        (
            "Tue 19 Jan 2027 09:00",
            "Thu 21 Jan 2027 08:50",
            "held window until Thu 21 Jan 2027 09:00",
        ),
        ("Tue 19 Jan 2027 09:00", "Thu 21 Jan 2027 09:00", "queued"),  # 48 hours to the minute
        ("Tue 19 Jan 2027 09:10", "Thu 21 Jan 2027 09:00", "held gap until Thu 21 Jan 2027 09:10"),
        ("Wed 20 Jan 2027 09:00", "Thu 21 Jan 2027 09:00", "held gap until Tue 26 Jan 2027 09:00"),
        ("Thu 14 Jan 2027 17:50", "Wed 20 Jan 2027 09:00", "queued"),
    ],
)
def test_chasers_to_one_person_are_48_hours_apart(last: str, now: str, expected: str) -> None:
    found = planned_at(now, inboxes={"P0001": Inbox(last_chaser=at(last))})
    assert found[CHASER] == expected


def test_the_gap_holds_chasers_only() -> None:
    chased = {"P0001": Inbox(last_chaser=at("Tue 19 Jan 2027 09:00"), counted=1)}
    found = planned_at("Wed 20 Jan 2027 09:00", inboxes=chased)
    assert of(found, WEBINAR, TIP) == {WEBINAR: "queued", TIP: "queued"}


def test_chasers_about_two_mentees_to_one_mentor_are_48_hours_apart_or_one_message() -> None:
    def asked(ref: str, number: int, on: str) -> Participant:
        return participant(id=number, ref=ref, mentorships=(mentor(request_sent_at=at(on)),))

    people = {
        "P0001": asked("P0001", 1, "Tue 6 Oct 2026 09:00"),
        "P0002": asked("P0002", 2, "Wed 7 Oct 2026 09:00"),
        "P0003": asked("P0003", 3, "Thu 8 Oct 2026 09:00"),
    }
    year = InMemoryYear(people, cohort())
    year.at_ten_minutes(at("Mon 12 Oct 2026 09:00"), at("Fri 16 Oct 2026 18:00"))
    reminders = [m for m in year.messages if m.recipient == "M0001" and "chaser" in m.classes]
    assert [(f"{m.at:%a}", [ref for ref, _ in m.rows]) for m in reminders] == [
        ("Tue", ["P0001"]),
        ("Thu", ["P0002", "P0003"]),
    ]
