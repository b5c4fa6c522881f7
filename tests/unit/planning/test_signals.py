"""The signals that somebody needs to be looked at: from when each is given, and when not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from people import at, cohort, complete, day, mentor, participant, started, timeline

from ats.planning import stall
from ats.planning.facts import Participant, Pause
from ats.planning.stall import Standing

#: Everything that is due by the end of January.
BY_JANUARY = ("first-observation", "about-you", "self-assessment", "pdp")
AS_OF = "Tue 2 Feb 2027"
#: On which a portfolio that has moved last stands still for so many working days on AS_OF.
MOVED = {14: "Tue 12 Jan 2027", 15: "Mon 11 Jan 2027", 29: "Mon 7 Dec 2026", 30: "Fri 4 Dec 2026"}


def look(
    person: Participant, now: str = "Wed 3 Feb 2027 09:00", as_of: str | None = AS_OF
) -> Standing:
    facts = cohort(as_of=day(as_of) if as_of else None)
    return stall.standing(timeline(facts), person, at(now))


def told(found: Standing) -> list[tuple[Any, ...]]:
    """Return (kind, level, since, subject) of each signal."""
    return [
        (one.kind, one.level, f"{one.since:%a} {one.since.day} {one.since:%b %Y}", one.subject)
        for one in found.signals
    ]


def behind(still: int, **changes: Any) -> Participant:
    """Return somebody whose PDP is open and who has stood still for so many working days."""
    sections = complete("first-observation", "about-you", "self-assessment", on=MOVED[still])
    return participant(sections=sections, **changes)


@pytest.mark.parametrize(
    ("still", "state"), [(14, "amber"), (15, "amber"), (29, "amber"), (30, "red")]
)
def test_standing_still_begins_at_fifteen_working_days_and_is_red_at_thirty(
    still: int, state: str
) -> None:
    found = look(behind(still))

    assert found.state == state
    assert [one.workdays for one in found.signals if one.kind == "standing-still"] == (
        [] if still == 14 else [still]
    )
    assert ("milestone-overdue", "amber", "Fri 15 Jan 2027", "pdp") in told(found)
    assert found.as_of == day(AS_OF)


def test_who_has_everything_due_is_green_however_long_nothing_moved() -> None:
    assert look(participant(sections=complete(*BY_JANUARY, on=MOVED[30]))) == Standing(
        "green", as_of=day(AS_OF)
    )


def test_two_overdue_weigh_more_once_nothing_moves() -> None:
    moved, still = (participant(sections=started("pdp", on=MOVED[n])) for n in (14, 15))

    two = "two-overdue", "Fri 15 Jan 2027", "pdp"
    assert [
        [(level, since, key) for kind, level, since, key in told(look(one)) if kind == two[0]]
        for one in (moved, still)
    ] == [[("amber", *two[1:])], [("red", *two[1:])]]
    assert look(still).state == "red"


@pytest.mark.parametrize(
    ("now", "state"),
    [("Tue 16 Feb 2027 09:00", "amber"), ("Wed 17 Feb 2027 09:00", "unknown")],
)
def test_on_data_older_than_ten_working_days_nothing_is_said_of_a_portfolio(
    now: str, state: str
) -> None:
    found = look(behind(15, suppressed={"P0001": at("Mon 1 Feb 2027 12:00")}), now)

    assert found.state == state
    kinds = [kind for kind, *_ in told(found)]
    assert kinds[-1:] == ["address-failing"]
    assert ("standing-still" in kinds) == (state == "amber")


def test_before_the_first_export_nobody_is_known() -> None:
    assert look(participant(), "Tue 6 Oct 2026 09:00", None).state == "unknown"


def test_a_break_silences_everything() -> None:
    pause = (Pause(day("Mon 1 Feb 2027"), day("Mon 1 Mar 2027")),)

    assert look(behind(30, pauses=pause)) == Standing("paused", as_of=day(AS_OF))
    assert (
        look(behind(30, pauses=pause), "Mon 1 Mar 2027 09:00", "Mon 1 Mar 2027").state != "paused"
    )


def test_the_days_of_a_break_do_not_count() -> None:
    pause = (Pause(day("Mon 18 Jan 2027"), day("Mon 25 Jan 2027")),)

    kinds = [one.kind for one in look(behind(15, pauses=pause)).signals]

    assert "standing-still" not in kinds


@pytest.mark.parametrize(("nation", "still"), [("england", 10), ("scotland", 7)])
def test_away_days_are_those_of_the_persons_nation(nation: str, still: int) -> None:
    person = participant(nation=nation, sections=started("pdp", on="Fri 5 Feb 2027"))
    facts = cohort(as_of=day("Mon 1 Mar 2027"))

    assert stall.days_still(timeline(facts), person) == still


def test_an_open_case_keeps_its_signal_until_it_closes() -> None:
    """A holiday announced late takes a day off the count: the state does not flap over that."""
    case = {"stalled-portfolio": at("Mon 1 Feb 2027 10:00")}

    kinds = [one.kind for one in look(behind(14, cases=case)).signals]

    assert "standing-still" in kinds


@pytest.mark.parametrize(
    ("now", "level"),
    [
        ("Tue 20 Oct 2026 23:00", None),  # the ninth working day
        ("Wed 21 Oct 2026 00:00", "amber"),
        ("Tue 10 Nov 2026 23:00", "amber"),  # half-term does not count
        ("Wed 11 Nov 2026 00:00", "red"),
    ],
)
def test_a_mentor_is_silent_from_the_tenth_working_day(now: str, level: str | None) -> None:
    asked = mentor(request_sent_at=at("Wed 7 Oct 2026 09:00"))
    person = participant(mentorships=(asked,))

    found = [one for one in told(look(person, now, None)) if one[0] == "mentor-silent"]

    assert found == ([("mentor-silent", level, "Wed 7 Oct 2026", "M0001")] if level else [])


def test_a_mentor_who_could_not_be_reached_is_not_silent() -> None:
    asked = mentor(request_sent_at=at("Wed 7 Oct 2026 09:00"))
    person = participant(mentorships=(asked,), suppressed={"M0001": at("Wed 7 Oct 2026 09:00")})

    found = told(look(person, "Mon 16 Nov 2026 09:00", None))

    assert found == [("address-failing", "amber", "Wed 7 Oct 2026", "M0001")]


@pytest.mark.parametrize(
    ("now", "level"),
    [
        ("Tue 28 Sep 2027 23:00", None),
        ("Wed 29 Sep 2027 09:00", "amber"),
        ("Thu 30 Sep 2027 09:00", "red"),
    ],
)
def test_a_sign_off_is_missed_from_five_working_days_before_the_submission(
    now: str, level: str | None
) -> None:
    agreed = mentor(accepted_at=at("Mon 12 Oct 2026 15:00"))
    signed = replace(agreed, signed_off_at=at("Mon 20 Sep 2027 15:00"))

    found = [
        [one[1] for one in told(look(participant(mentorships=(who,)), now, None))
         if one[0] == "sign-off-missing"]
        for who in (agreed, signed)
    ]  # fmt: skip

    assert found == [[level] if level else [], []]


@pytest.mark.parametrize(
    ("now", "given"), [("Wed 6 Oct 2027 17:00", False), ("Wed 6 Oct 2027 17:01", True)]
)
def test_who_has_not_submitted_by_the_hour_is_red(now: str, *, given: bool) -> None:
    everything = complete(*BY_JANUARY, "submission", on="Mon 4 Oct 2027")

    kinds = [
        [one.kind for one in look(person, now, "Tue 5 Oct 2027").signals]
        for person in (participant(), participant(sections=everything))
    ]

    assert ["not-submitted" in one for one in kinds] == [given, False]


def test_an_extended_submission_moves_the_signals_about_it() -> None:
    later = {"submission": at("Wed 1 Dec 2027 17:00")}

    found = look(participant(extensions=later), "Thu 7 Oct 2027 09:00", "Tue 5 Oct 2027")

    assert not {"not-submitted", "sign-off-missing"} & {one.kind for one in found.signals}


def test_the_state_says_since_when() -> None:
    found = look(behind(30))

    assert (found.state, found.since) == ("red", day(MOVED[30]))
    assert isinstance(found.since, dt.date)
