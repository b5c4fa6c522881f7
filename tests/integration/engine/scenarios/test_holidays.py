"""Scenario 7, days off: what is sent rolls, what was published stays, 17:00 stays 17:00."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from prologue import prologue
from quiet_office import without_staff_letters
from small_cohort import ADA, CODE, STARTS, SmallCohort
from story import story, walk

from ats import cohorts
from ats.office import Calendars, Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.planning.workdays import Workdays

IONA = "2026-10,P0002,Iona,Reid,iona@glen.example,Glen College,scotland,2026-10-05"
CAT = "2026-10,P0003,Cat,Owen,cat@valley.example,Valley College,wales,2026-10-05"


@pytest.fixture
def example_office(example_office: Office) -> Office:
    return without_staff_letters(example_office)


@prologue
def year(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada in England, Iona in Scotland and Cat in Wales, who name no mentor and write nothing."""
    cohort.enrol(ADA, IONA, CAT)
    cohort.join_links()
    cohort.go_live_unchecked()


def went(cohort: SmallCohort, ref: str, *, since: str, to: str) -> list[str]:
    """Return what went to and about somebody in these days."""
    lines = (line for line in story(cohort, ref, since=since) if line < to)
    return [line for line in lines if line.endswith((" sent", " merged", " case-opened"))]


def announced(cohort: SmallCohort, *days: str) -> None:
    """Let a version with more bank holidays for England take over, as an update would."""
    calendars = Calendars(range(2025, 2030))
    closed = {dt.date.fromisoformat(day): "National mourning" for day in days}
    england = calendars["england"].closures
    calendars["england"] = Workdays(replace(england, closed={**england.closed, **closed}))
    cohort.office = replace(
        cohort.office, _workdays={STARTS.year: calendars}, _timelines={}, _fingerprints={}
    )


def test_each_nation_has_its_own_october(year: SmallCohort) -> None:
    """Scotland is away from 12 to 16 October, the others from 26 to 30."""
    walk(year, "2026-10-05 09:00", "2026-11-05 18:00", portfolio=[])
    autumn = [
        "2026-10-13 09:00 make-room sent",
        "2026-10-20 09:00 about-you-and-mentor sent",
        "2026-11-03 09:00 chase-mentor-named minus-3/1 sent",
    ]

    assert went(year, "P0001", since="2026-10-08", to="2026-11-06") == autumn
    assert went(year, "P0003", since="2026-10-08", to="2026-11-06") == autumn
    assert went(year, "P0002", since="2026-10-08", to="2026-11-06") == [
        "2026-10-20 09:00 about-you-and-mentor merged",  # the tip that waited goes first
        "2026-10-20 09:00 make-room sent",
        "2026-11-03 09:00 chase-mentor-named minus-3/1 sent",
    ]


def test_easter_ends_a_week_later_in_scotland_and_chasers_and_tips_wait_for_it(
    year: SmallCohort,
) -> None:
    done = [f"{ref},first-observation,complete,2026-11-17" for ref in ("P0001", "P0002", "P0003")]
    written = [
        f"{ref},{section},complete,2027-03-{day}"
        for ref in ("P0001", "P0002", "P0003")
        for section, day in (("about-you", "01"), ("self-assessment", "02"), ("pdp", "03"))
    ]
    walk(year, "2027-03-08 09:00", "2027-05-12 18:00", portfolio=[*done, *written])

    spring = {"since": "2027-03-17", "to": "2027-05-13"}
    assert went(year, "P0001", **spring) == ENGLAND.split("\n")
    assert went(year, "P0002", **spring) == SCOTLAND.split("\n")
    assert went(year, "P0003", **spring) == WALES.split("\n")


ENGLAND = """\
2027-03-24 09:00 chase-milestone diary-and-coaching/plus-3/1 sent
2027-04-13 09:00 golden-thread-and-observation sent
2027-04-15 09:00 chase-milestone diary-and-coaching/plus-8/1 sent
2027-04-22 09:00 chase-milestone diary-and-coaching/plus-13/1 to operations case-opened
2027-04-22 09:00 webinar-week-ahead webinar-4/1 sent
2027-04-28 09:00 webinar-tomorrow webinar-4/1 sent
2027-04-29 09:00 chase-milestone diary-and-coaching/plus-18/1 to pxm case-opened
2027-05-11 09:00 impact-tip sent"""
SCOTLAND = """\
2027-03-24 09:00 chase-milestone diary-and-coaching/plus-3/1 sent
2027-04-20 09:00 golden-thread-and-observation sent
2027-04-22 09:00 chase-milestone diary-and-coaching/plus-8/1 sent
2027-04-22 09:00 webinar-week-ahead webinar-4/1 merged
2027-04-28 09:00 webinar-tomorrow webinar-4/1 sent
2027-04-29 09:00 chase-milestone diary-and-coaching/plus-13/1 to operations case-opened
2027-05-07 09:00 chase-milestone diary-and-coaching/plus-18/1 to pxm case-opened
2027-05-11 09:00 impact-tip sent"""
WALES = """\
2027-04-07 09:00 chase-milestone diary-and-coaching/plus-3/1 sent
2027-04-13 09:00 golden-thread-and-observation sent
2027-04-14 09:00 chase-milestone diary-and-coaching/plus-8/1 sent
2027-04-21 09:00 chase-milestone diary-and-coaching/plus-13/1 to operations case-opened
2027-04-22 09:00 webinar-week-ahead webinar-4/1 sent
2027-04-28 09:00 chase-milestone diary-and-coaching/plus-18/1 to pxm case-opened
2027-04-28 09:00 webinar-tomorrow webinar-4/1 sent
2027-05-11 09:00 impact-tip sent"""


def test_a_holiday_announced_late_moves_what_is_unsent_and_no_published_date(
    year: SmallCohort,
) -> None:
    walk(year, "2026-10-05 09:00", "2026-11-13 18:00", portfolio=[])
    before = went(year, "P0001", since="2026-10-05", to="2026-11-13 19:00")
    announced(year, "2026-11-17", "2026-11-20", "2026-11-24")
    walk(year, "2026-11-13 18:10", "2026-12-02 18:00", portfolio=[])

    assert went(year, "P0001", since="2026-10-05", to="2026-11-13 19:00") == before
    assert went(year, "P0001", since="2026-11-13 19:00", to="2026-12-03") == LATE.split("\n")
    due = {one["key"]: one["due"] for one in cohorts.document(year.office, CODE)["milestones"]}
    assert due["first-observation"] == "2026-11-20T17:00:00+00:00"


LATE = """\
2026-11-16 09:00 webinar-tomorrow webinar-2/1 sent
2026-11-18 09:00 chase-mentor-named plus-7/1 merged
2026-11-18 09:00 chase-milestone first-observation/minus-6/1 sent
2026-11-26 09:00 chase-milestone first-observation/plus-3/1 sent
2026-11-27 09:00 chase-mentor-named plus-12/1 to pxm case-opened
2026-12-01 09:00 pdp-tip sent"""


def test_nine_and_five_o_clock_are_the_same_on_both_sides_of_a_clock_change(
    year: SmallCohort,
) -> None:
    due = {one["key"]: one["due"] for one in cohorts.document(year.office, CODE)["milestones"]}
    assert (due["pdp"], due["project-impact"]) == (
        "2027-01-15T17:00:00+00:00",
        "2027-06-25T17:00:00+01:00",
    )
    walk(year, "2026-10-19 09:00", "2026-11-26 18:00", portfolio=[])
    hours = {line.split()[1] for line in went(year, "P0001", since="2026-10-20", to="2026-11-27")}
    assert hours == {"09:00"}
