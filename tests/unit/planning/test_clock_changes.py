"""09:00 and 17:00 stay what the clock shows across 25 October 2026 and 28 March 2027."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from in_memory_year import InMemoryYear
from people import ASKED, at, cohort, day, mentor, participant, timeline

from ats.planning.facts import Participant, Pause
from ats.planning.planner import Planner

ADA = participant(mentorships=(mentor(request_sent_at=ASKED, accepted_at=ASKED),))


def utc(moment: dt.datetime | None) -> str:
    assert moment is not None
    return f"{moment.astimezone(dt.UTC):%a %-d %b %Y %H:%M}"


def due(person: Participant, step: str, occurrence: str) -> str:
    """Return in UTC when something is due."""
    return next(
        utc(o.due_at)
        for o in timeline().occurrences(person)
        if (o.rule.step, o.occurrence) == (step, occurrence)
    )


@pytest.mark.parametrize(
    ("step", "occurrence", "expected"),
    [
        ("about-you-and-mentor", "1", "Tue 20 Oct 2026 08:00"),
        ("chase-mentor-request", "M0001/plus-12/1", "Fri 23 Oct 2026 08:00"),
        ("chase-mentor-request", "M0001/plus-15/1", "Wed 4 Nov 2026 09:00"),
        ("pdp-tip", "1", "Tue 24 Nov 2026 09:00"),
        ("chase-milestone", "diary-and-coaching/plus-3/1", "Wed 24 Mar 2027 09:00"),
        ("chase-milestone", "diary-and-coaching/plus-8/1", "Thu 15 Apr 2027 08:00"),
        ("golden-thread-and-observation", "1", "Tue 13 Apr 2027 08:00"),
        ("webinar-tomorrow", "webinar-4/1", "Wed 28 Apr 2027 08:00"),
        ("deadline-passed", "1", "Thu 7 Oct 2027 09:00"),
    ],
)
def test_what_is_due_at_nine_is_due_at_nine_on_the_clock(
    step: str, occurrence: str, expected: str
) -> None:
    assert due(ADA, step, occurrence) == expected


def test_deadlines_are_at_five_on_the_clock() -> None:
    assert {key: utc(due) for key, due in timeline().deadlines(ADA).items()} == {
        "mentor-named": "Fri 6 Nov 2026 17:00",
        "first-observation": "Fri 20 Nov 2026 17:00",
        "mentor-accepted": "Fri 20 Nov 2026 17:00",
        "pdp": "Fri 15 Jan 2027 17:00",
        "diary-and-coaching": "Fri 19 Mar 2027 17:00",
        "project-impact": "Fri 25 Jun 2027 16:00",
        "final-observation": "Fri 17 Sep 2027 16:00",
        "mentor-sign-off": "Tue 28 Sep 2027 16:00",
        "submission": "Wed 6 Oct 2027 16:00",
    }


def test_deadlines_that_move_across_a_change_stay_at_five() -> None:
    spring = participant(joined_on=day("Wed 3 Mar 2027"))
    paused = replace(ADA, pauses=(Pause(day("Mon 1 Mar 2027"), day("Mon 29 Mar 2027")),))
    assert {
        "six weeks after Wed 3 Mar": utc(timeline().due("first-observation", spring)),
        "four weeks after Fri 19 Mar": utc(timeline().due("diary-and-coaching", paused)),
        "four weeks after Wed 6 Oct": utc(timeline().due("submission", paused)),
    } == {
        "six weeks after Wed 3 Mar": "Wed 14 Apr 2027 16:00",
        "four weeks after Fri 19 Mar": "Fri 16 Apr 2027 16:00",
        "four weeks after Wed 6 Oct": "Wed 3 Nov 2027 17:00",
    }


@pytest.mark.parametrize(
    ("accepted", "welcomed"),
    [
        ("Sat 24 Oct 2026 12:00", "Mon 26 Oct 2026 09:00"),
        ("Sun 25 Oct 2026 01:30", "Mon 26 Oct 2026 09:00"),
        ("Fri 23 Oct 2026 08:00", "Fri 23 Oct 2026 08:00"),  # 09:00 in summer time
        ("Sat 27 Mar 2027 12:00", "Tue 30 Mar 2027 08:00"),
        ("Thu 25 Mar 2027 08:00", "Thu 25 Mar 2027 09:00"),
    ],
)
def test_what_waited_over_a_change_goes_at_nine_on_the_clock(accepted: str, welcomed: str) -> None:
    agreed = mentor(request_sent_at=ASKED, accepted_at=at(accepted))
    year = InMemoryYear({"P0001": participant(mentorships=(agreed,))}, cohort())
    year.at_ten_minutes(at(accepted), at(accepted) + dt.timedelta(days=6))
    sent = [utc(m.at) for m in year.messages for _, o in m.rows if o.rule.step == "mentor-welcome"]
    assert sent == [welcomed]


@pytest.mark.parametrize(
    ("last", "first_not"),
    [
        ("Thu 22 Oct 2026 16:59", "Thu 22 Oct 2026 17:00"),
        ("Tue 3 Nov 2026 17:59", "Tue 3 Nov 2026 18:00"),
        ("Wed 24 Mar 2027 17:59", "Wed 24 Mar 2027 18:00"),
        ("Thu 15 Apr 2027 16:59", "Thu 15 Apr 2027 17:00"),
    ],
)
def test_the_window_shuts_at_six_on_the_clock(last: str, first_not: str) -> None:
    ada = participant(mentorships=(mentor(request_sent_at=ASKED),))

    def goes(text: str) -> str:
        now = dt.datetime.strptime(f"{text} +0000", "%a %d %b %Y %H:%M %z")
        decisions = Planner(timeline(), now=now).judge(ada).decisions
        reminder = ("chase-mentor-request", "M0001/plus-10/1", "M0001")
        return next(d.verdict.outcome for d in decisions if d.occurrence.key == reminder)

    assert (goes(last), goes(first_not)) == ("queued", "held")
