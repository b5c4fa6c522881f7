"""The ladders of ats.yaml, and the days of their rungs for the cohort of 5 October 2026."""

from __future__ import annotations

import datetime as dt

import pytest

from ats.planning.workdays import Workdays
from config.closures import load_closures
from config.programme import NATIONS, Ladder, Moment
from config.programme_file import find_programme, load_programme

SUBMISSION = dt.date(2027, 10, 6)
ATS = load_programme(find_programme("ats"))
DAYS = {nation: Workdays(load_closures(nation, range(2026, 2028))) for nation in NATIONS}


def ladder(key: str) -> Ladder:
    return next(ladder for ladder in ATS.ladders if ladder.key == key)


LADDERS = {
    "chase-mentor-named": (
        dt.date(2026, 11, 6),
        ["Tue 3 Nov 2026", "Tue 10 Nov 2026", "Tue 17 Nov 2026", "Tue 24 Nov 2026"],
    ),
    "chase-sign-off": (
        SUBMISSION,
        ["Tue 21 Sep 2027", "Thu 23 Sep 2027", "Wed 29 Sep 2027", "Thu 30 Sep 2027"],
    ),
    "chase-submission": (SUBMISSION, ["Wed 29 Sep 2027", "Tue 5 Oct 2027", "Thu 7 Oct 2027"]),
}


@pytest.mark.parametrize("nation", NATIONS)
@pytest.mark.parametrize(("key", "due_and_days"), LADDERS.items(), ids=LADDERS.keys())
def test_a_ladders_rungs_fall_on_the_same_days_in_every_nation(
    key: str, due_and_days: tuple[dt.date, list[str]], nation: str
) -> None:
    due, days = due_and_days
    rungs = [r.workdays for r in ladder(key).rungs if r.workdays is not None and not r.by_phone]
    assert [f"{DAYS[nation].shift(due, n):%a %-d %b %Y}" for n in rungs] == days


def test_the_milestone_ladder_grows_in_weight() -> None:
    assert [
        (r.key, r.workdays, r.to, r.send or r.open_case, [(c.name, c.value) for c in r.only_if])
        for r in sorted(ladder("chase-milestone").rungs, key=lambda r: r.workdays or 0)
        if not r.by_phone
    ] == [
        ("minus-6", -6, "participant", "milestone-nudge", []),
        (
            "two-overdue",
            1,
            "pxm",
            "stalled-portfolio",
            [("milestones-overdue", 2), ("stood-still", 15)],
        ),
        ("plus-3", 3, "participant", "milestone-reminder-1", []),
        ("plus-8", 8, "participant", "milestone-reminder-2", []),
        ("plus-8-red", 8, "pxm", "stalled-portfolio", [("stood-still", 30)]),
        ("plus-13", 13, "operations", "call-participant", []),
        ("plus-18", 18, "pxm", "stalled-portfolio", [("stood-still", 15)]),
    ]


@pytest.mark.parametrize("key", ["chase-milestone", "chase-mentor-named"])
def test_a_call_takes_the_place_of_the_first_reminder(key: str) -> None:
    rungs = ladder(key).rungs
    (call,) = (rung for rung in rungs if rung.by_phone)
    reminders = [r.workdays for r in rungs if r.send and r.send != "milestone-nudge"]
    assert (call.to, call.workdays) == ("operations", reminders[0])


def test_the_request_ladder_counts_from_the_request_and_is_about_one_mentor() -> None:
    request = ladder("chase-mentor-request")
    assert (request.from_, request.subject, request.until.name) == (
        "request-sent",
        "mentor",
        "mentor-accepted",
    )
    assert [(r.workdays, r.to, r.send or r.open_case) for r in request.rungs] == [
        (5, "mentor", "mentor-request-reminder"),
        (10, "mentor", "mentor-request-reminder"),
        (12, "participant", "mentor-waiting"),
        (15, "operations", "call-mentor"),
        (20, "pxm", "replace-mentor"),
    ]


def test_nobody_is_left_without_a_mentor_eighteen_working_days_before_submission() -> None:
    rung = ladder("chase-mentor-named").rungs[-1]
    assert (rung.key, rung.at, rung.to, rung.open_case) == (
        "no-mentor",
        Moment.model_validate({"from": "submission", "workdays": -18, "time": "09:00"}),
        "pxm",
        "sign-off-missing",
    )
