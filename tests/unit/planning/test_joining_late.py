"""Somebody who joins on Tuesday 27 October 2026, in England's half-term."""

from __future__ import annotations

import pytest
from in_memory_year import InMemoryYear
from people import at, cohort, day, mentor, participant, planned, rungs, timeline, told, verdicts

MENTOR = mentor(named_at=at("Wed 21 Oct 2026 11:00"))
LEE = participant(joined_on=day("Tue 27 Oct 2026"), mentorships=(MENTOR,))
ON_TIME = participant(mentorships=(MENTOR,))


def test_who_joins_on_the_day_of_the_start_is_no_late_joiner() -> None:
    joined = {
        text: participant(joined_on=day(text)) for text in ("Mon 5 Oct 2026", "Tue 6 Oct 2026")
    }
    assert {text: timeline().is_late_joiner(person) for text, person in joined.items()} == {
        "Mon 5 Oct 2026": False,
        "Tue 6 Oct 2026": True,
    }


def test_two_dates_are_their_own_and_the_others_as_published() -> None:
    assert {key: told(due) for key, due in timeline().deadlines(LEE).items()} == {
        "mentor-named": "Fri 6 Nov 2026 17:00",
        "first-observation": "Tue 8 Dec 2026 17:00",  # joined + 6 weeks
        "mentor-accepted": "Fri 20 Nov 2026 17:00",
        "pdp": "Tue 9 Feb 2027 17:00",  # joined + 15 weeks
        "diary-and-coaching": "Fri 19 Mar 2027 17:00",
        "project-impact": "Fri 25 Jun 2027 17:00",
        "final-observation": "Fri 17 Sep 2027 17:00",
        "mentor-sign-off": "Tue 28 Sep 2027 17:00",
        "submission": "Wed 6 Oct 2027 17:00",
    }


def test_own_dates_roll_forward_to_a_working_day() -> None:
    saturdays_child = participant(joined_on=day("Sat 24 Oct 2026"))
    dues = timeline().deadlines(saturdays_child)
    assert (told(dues["first-observation"]), told(dues["pdp"])) == (
        "Mon 7 Dec 2026 17:00",  # Saturday 5 December
        "Mon 8 Feb 2027 17:00",  # Saturday 6 February
    )


def test_the_ladders_of_own_dates_count_from_them() -> None:
    assert rungs(LEE, "chase-milestone", "first-observation") == {
        "minus-6": "Mon 30 Nov 2026 09:00",
        "two-overdue": "Wed 9 Dec 2026 09:00",
        "plus-3": "Fri 11 Dec 2026 09:00",
        "plus-8": "Fri 18 Dec 2026 09:00",
        "plus-8-red": "Fri 18 Dec 2026 09:00",
        "plus-13": "Mon 11 Jan 2027 09:00",  # Christmas counts no day
        "plus-18": "Mon 18 Jan 2027 09:00",
    }
    assert rungs(LEE, "chase-milestone", "pdp") == {
        "minus-6": "Mon 1 Feb 2027 09:00",
        "two-overdue": "Wed 10 Feb 2027 09:00",
        "plus-3": "Fri 12 Feb 2027 09:00",
        "plus-8": "Fri 26 Feb 2027 09:00",  # half-term from 15 to 19 February
        "plus-8-red": "Fri 26 Feb 2027 09:00",
        "plus-13": "Fri 5 Mar 2027 09:00",
        "plus-18": "Fri 12 Mar 2027 09:00",
    }


def test_everything_else_of_the_year_is_as_for_the_others() -> None:
    theirs, others = planned(LEE), planned(ON_TIME)
    own = ("chase-milestone first-observation/", "chase-milestone pdp/")
    differing = {
        name: theirs[to][name]
        for to, names in others.items()
        for name, moment in names.items()
        if theirs[to][name] != moment and not name.startswith(own)
    }
    assert differing == {
        "catch-up 1": "Tue 27 Oct 2026 09:00",
        "mentor-request M0001/1": "Tue 27 Oct 2026 09:00",  # named before, asked on day one
    }


def test_on_the_first_day_one_catch_up_goes_instead_of_a_replay() -> None:
    assert verdicts(LEE, "Tue 27 Oct 2026 09:00") == {
        "catch-up 1": "queued",
        "mentor-request M0001/1": "queued",
        **dict.fromkeys(
            (
                "agenda-published 1",
                "portfolio-issued 1",
                "make-room 1",
                "about-you-and-mentor 1",
                "webinar-week-ahead webinar-1/1",
                "webinar-tomorrow webinar-1/1",
            ),
            "skipped late-joiner",
        ),
    }


def test_nobody_hears_from_us_before_they_belong() -> None:
    days = [at(f"{d} 16:00") for d in ("Mon 5 Oct 2026", "Wed 14 Oct 2026", "Mon 26 Oct 2026")]
    year = InMemoryYear({"P0001": LEE}, cohort()).at([*days, at("Tue 27 Oct 2026 09:00")])
    assert [(m.recipient, told(m.at)) for m in year.messages] == [
        ("P0001", "Tue 27 Oct 2026 09:00"),
        ("M0001", "Tue 27 Oct 2026 09:00"),
    ]


def test_who_joins_at_a_weekend_hears_from_us_on_monday() -> None:
    year = InMemoryYear({"P0001": participant(joined_on=day("Sat 24 Oct 2026"))}, cohort())
    year.at_ten_minutes(at("Wed 2 Sep 2026 12:00"), at("Fri 30 Oct 2026 23:50"))
    assert year.sent_to("P0001") == [("Mon 26 Oct 2026 09:00", ["catch-up"])]


def test_who_was_there_from_the_start_gets_no_catch_up() -> None:
    assert verdicts(ON_TIME, "Mon 5 Oct 2026 10:00")["catch-up 1"] == "skipped condition-unmet"


@pytest.mark.parametrize("now", ["Thu 1 Apr 2027 09:00", "Fri 30 Apr 2027 09:00"])
def test_a_milestone_that_was_due_before_they_joined_is_never_chased(now: str) -> None:
    spring = participant(joined_on=day("Thu 1 Apr 2027"))
    chased = {
        name: verdict
        for name, verdict in verdicts(spring, now).items()
        if name.startswith("chase-milestone diary-and-coaching/")
    }
    assert set(chased.values()) == {"skipped late-joiner"}
