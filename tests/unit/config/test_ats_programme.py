"""The year of the cohort that starts on Monday 5 October 2026, as ats.yaml gives it."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ats.planning.workdays import Workdays, local_moment, week_day
from config.closures import load_closures
from config.programme import NATIONS, Moment, Step
from config.programme_file import find_programme, load_programme

STARTS = dt.date(2026, 10, 5)
SUBMISSION = dt.date(2027, 10, 6)
ATS = load_programme(find_programme("ats"))
DAYS = {nation: Workdays(load_closures(nation, range(2026, 2028))) for nation in NATIONS}


def published(moment: Moment) -> str:
    """Return a moment of the cohort's weeks as people write it."""
    assert moment.week is not None
    assert moment.day is not None
    assert moment.time is not None
    day = week_day(STARTS, moment.week, moment.day)
    return local_moment(day, moment.time, ZoneInfo(ATS.timezone)).strftime("%a %d %b %Y %H:%M %Z")


def step(key: str) -> Step:
    return next(step for step in ATS.steps if step.key == key)


def test_the_milestones_are_due_on_the_published_days() -> None:
    dues = {m.key: published(m.due) for m in ATS.milestones if m.key != "mentor-sign-off"}
    assert dues == {
        "mentor-named": "Fri 06 Nov 2026 17:00 GMT",
        "first-observation": "Fri 20 Nov 2026 17:00 GMT",
        "mentor-accepted": "Fri 20 Nov 2026 17:00 GMT",
        "pdp": "Fri 15 Jan 2027 17:00 GMT",
        "diary-and-coaching": "Fri 19 Mar 2027 17:00 GMT",
        "project-impact": "Fri 25 Jun 2027 17:00 BST",
        "final-observation": "Fri 17 Sep 2027 17:00 BST",
        "submission": "Wed 06 Oct 2027 17:00 BST",
    }


@pytest.mark.parametrize("nation", NATIONS)
def test_the_mentor_signs_off_six_working_days_before_submission(nation: str) -> None:
    due = ATS.milestone("mentor-sign-off").due
    assert (due.from_, due.time) == ("submission", dt.time(17))
    assert DAYS[nation].shift(SUBMISSION, due.workdays or 0) == dt.date(2027, 9, 28)


def test_the_milestones_are_met_by_the_published_sections() -> None:
    assert {m.key: (m.complete, m.started, m.mentor) for m in ATS.milestones} == {
        "mentor-named": ((), (), "named"),
        "first-observation": (("first-observation",), (), None),
        "mentor-accepted": ((), (), "accepted"),
        "pdp": (("about-you", "self-assessment", "pdp"), (), None),
        "diary-and-coaching": ((), ("reflective-diary", "coaching"), None),
        "project-impact": (("impact-project", "cpd-log"), (), None),
        "final-observation": (("final-observation",), (), None),
        "mentor-sign-off": ((), (), "signed-off"),
        "submission": (("submission",), (), None),
    }


def test_late_joiners_have_two_dates_of_their_own() -> None:
    own = {m.key: m.after_joining for m in ATS.milestones if m.after_joining}
    assert own == {
        "first-observation": Moment.model_validate({"from": "joined", "weeks": 6}),
        "pdp": Moment.model_validate({"from": "joined", "weeks": 15}),
    }


def test_four_milestones_have_only_their_own_ladders() -> None:
    assert {m.key: m.ladder for m in ATS.milestones if m.ladder} == {
        "mentor-named": "chase-mentor-named",
        "mentor-accepted": "chase-mentor-request",
        "mentor-sign-off": "chase-sign-off",
        "submission": "chase-submission",
    }


def test_the_final_observation_has_two_windows() -> None:
    windows = [
        (
            week_day(STARTS, window.from_.week or 0, window.from_.day or "sunday"),
            week_day(STARTS, window.to.week or 0, window.to.day or "sunday"),
        )
        for window in ATS.milestone("final-observation").windows
    ]
    assert windows == [
        (dt.date(2027, 4, 19), dt.date(2027, 6, 25)),
        (dt.date(2027, 9, 6), dt.date(2027, 9, 17)),
    ]


def test_the_webinars_are_on_the_published_days() -> None:
    assert [(w.key, published(w.at), w.milestone, w.audience) for w in ATS.webinars] == [
        ("webinar-1", "Thu 08 Oct 2026 16:30 BST", "pdp", "participants"),
        ("mentor-webinar-1", "Thu 12 Nov 2026 16:30 GMT", None, "mentors"),
        ("webinar-2", "Wed 18 Nov 2026 16:30 GMT", "pdp", "participants"),
        ("q-and-a-1", "Thu 10 Dec 2026 16:30 GMT", None, "participants"),
        ("webinar-3", "Wed 27 Jan 2027 16:30 GMT", "diary-and-coaching", "participants"),
        ("mentor-webinar-2", "Thu 04 Mar 2027 16:30 GMT", None, "mentors"),
        ("webinar-4", "Thu 29 Apr 2027 16:30 BST", "project-impact", "participants"),
        ("webinar-5", "Wed 09 Jun 2027 16:30 BST", "submission", "participants"),
        ("mentor-webinar-3", "Thu 17 Jun 2027 16:30 BST", None, "mentors"),
        ("q-and-a-2", "Thu 09 Sep 2027 16:30 BST", None, "participants"),
    ]
    assert {w.minutes for w in ATS.webinars} == {60}


def test_the_tips_and_notes_go_on_the_published_days() -> None:
    dated = {s.key: published(s.at) for s in ATS.steps if s.at and s.at.week is not None}
    assert dated == {
        "make-room": "Tue 13 Oct 2026 09:00 BST",
        "about-you-and-mentor": "Tue 20 Oct 2026 09:00 BST",
        "mentor-first-discussion": "Tue 17 Nov 2026 09:00 GMT",
        "pdp-tip": "Tue 24 Nov 2026 09:00 GMT",
        "before-christmas": "Tue 15 Dec 2026 09:00 GMT",
        "diary-habit": "Tue 19 Jan 2027 09:00 GMT",
        "research-tip": "Tue 02 Feb 2027 09:00 GMT",
        "coaching-tip": "Tue 23 Feb 2027 09:00 GMT",
        "mentor-midpoint": "Tue 23 Feb 2027 09:00 GMT",
        "towards-march": "Tue 09 Mar 2027 09:00 GMT",
        "golden-thread-and-observation": "Tue 13 Apr 2027 09:00 BST",
        "impact-tip": "Tue 11 May 2027 09:00 BST",
        "summer-note": "Tue 29 Jun 2027 09:00 BST",
        "autumn-return": "Tue 07 Sep 2027 09:00 BST",
    }


def test_scotland_has_the_tip_of_april_a_week_later() -> None:
    at_for = step("golden-thread-and-observation").at_for
    assert {nation: published(at) for nation, at in at_for.items()} == {
        "scotland": "Tue 20 Apr 2027 09:00 BST"
    }


def test_only_one_tip_of_the_year_falls_into_a_break_and_waits() -> None:
    waiting = [
        (nation, s.key)
        for nation, days in DAYS.items()
        for s in ATS.steps
        if s.class_ == "tip" and (at := s.at_for.get(nation, s.at)) and at.week is not None
        if not days.is_working(week_day(STARTS, at.week, at.day or "sunday"))
    ]
    assert waiting == [("scotland", "make-room")]


def test_no_published_deadline_falls_on_a_closed_or_away_day() -> None:
    missed = [
        (nation, m.key)
        for nation, days in DAYS.items()
        for m in ATS.milestones
        if m.due.week is not None
        if not days.is_working(week_day(STARTS, m.due.week, m.due.day or "sunday"))
    ]
    assert missed == []


def test_no_webinar_falls_on_a_closed_or_away_day() -> None:
    missed = [
        (nation, w.key)
        for nation, days in DAYS.items()
        for w in ATS.webinars
        if not days.is_working(week_day(STARTS, w.at.week or 0, w.at.day or "sunday"))
    ]
    assert missed == []


def test_the_request_to_the_mentor_waits_for_wednesday_of_the_first_week() -> None:
    at = step("mentor-request").at
    assert at is not None
    assert at.not_before is not None
    assert (at.from_, published(at.not_before)) == ("mentor-named", "Wed 07 Oct 2026 09:00 BST")


@pytest.mark.parametrize("nation", NATIONS)
def test_the_sign_off_is_asked_for_eighteen_working_days_before_at_the_latest(nation: str) -> None:
    at = step("mentor-sign-off-request").at
    assert at is not None
    assert at.not_after is not None
    assert (at.from_, at.sections, at.not_after.from_) == ("sections-complete", None, "submission")
    assert DAYS[nation].shift(SUBMISSION, at.not_after.workdays or 0) == dt.date(2027, 9, 10)
