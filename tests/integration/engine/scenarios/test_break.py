"""A break: its days are added to what is due after its start; what falls into it is left out."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, GRACE, SmallCohort, at
from two_cohorts import said, texts, tick

from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, participants
from ats.people.changing import Changed, Decision

NOW = "2027-01-11 10:00"
BEGINS, RETURNS = dt.date(2027, 2, 1), dt.date(2027, 4, 26)  # twelve weeks
DATES = "Your ATS dates have changed: please see inside"
PROJECT = (
    "Tomorrow, 16:30: Your improvement project, its impact and the golden thread, with your link"
)
CHECK_IN = "Before you return: what would help?"


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose mentor has agreed, and Ben, in January."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live_unchecked()
    mentors.accept(cohort.store, "P0001", now=at("2026-10-09 10:00"), by="Jo")
    cohort.tick(NOW)
    mailbox.received.clear()


def pause(
    year: SmallCohort,
    begins: dt.date = BEGINS,
    returns: dt.date | None = RETURNS,
    *,
    now: str = NOW,
    by: str = "Jo",
) -> Changed:
    decision = Decision(at(now), by, "caring")
    return participants.pause(year.office, "P0001", begins, returns, decision, preview=False)


def resume(year: SmallCohort, on: dt.date, *, now: str) -> Changed:
    decision = Decision(at(now), "Jo", "caring")
    return participants.resume(year.office, "P0001", on, decision, preview=False)


def moved(done: Changed) -> dict[str, str | None]:
    return {
        one.milestone: one.after and f"{one.after:%a %-d %b %Y}" for one in done.effect.deadlines
    }


def test_its_days_are_added_to_every_deadline_after_its_start_submission_included(
    year: SmallCohort,
) -> None:
    assert moved(pause(year)) == {
        "diary-and-coaching": "Fri 11 Jun 2027",
        "project-impact": "Fri 17 Sep 2027",
        "final-observation": "Fri 10 Dec 2027",
        "mentor-sign-off": "Mon 13 Dec 2027",
        "submission": "Wed 29 Dec 2027",
    }


def told(mailbox: InMemoryMailbox) -> list[str]:
    """Return the subjects of what Ada was told of webinars and of her dates, and forget it."""
    found = (subject for _, subject in said(mailbox, "ada"))
    return [one for one in found if "16:30" in one or one in (DATES, CHECK_IN)]


def test_webinars_stay_and_what_falls_into_it_is_left_out(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    pause(year)
    for moment in ("2027-01-11 10:10", "2027-01-20 10:00", "2027-01-26 10:00"):
        tick(year, moment)
    assert told(mailbox)[0] == DATES
    for step in ("webinar-week-ahead", "webinar-tomorrow"):  # before it begins
        assert year.outcomes(step, about="P0001")["webinar-3/1 to P0001"] in ("sent", "merged")

    for moment in ("2027-02-02 10:00", "2027-02-23 10:00", "2027-03-09 10:00", "2027-04-22 10:00"):
        tick(year, moment)
    assert told(mailbox) == [CHECK_IN]
    left_out = ("research-tip", "coaching-tip", "towards-march", "golden-thread-and-observation")
    assert [year.outcomes(step, about="P0001") for step in left_out] == [
        {"1 to P0001": "skipped: paused-out"}
    ] * 4
    assert year.outcomes("webinar-week-ahead", about="P0001")["webinar-4/1 to P0001"] == (
        "skipped: paused-out"
    )

    tick(year, "2027-04-28 10:00")
    assert told(mailbox) == [
        PROJECT,
    ]


def test_the_dates_are_told_at_its_begin_and_not_again_at_a_return_as_planned(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    pause(year)
    tick(year, "2027-01-11 10:10")
    (told,) = texts(mailbox, "ada")
    assert "from Monday 1 February 2027 until you return on Monday 26 April 2027" in told
    assert "Diary and coaching: Friday 11 June 2027, 17:00 (no longer Friday 19 March" in told
    assert "Personal Development Plan: Friday 15 January 2027" in told  # before it, and stays

    for moment in ("2027-03-29 10:00", "2027-04-26 10:00", "2027-04-27 10:00"):
        tick(year, moment)
    assert [subject for _, subject in said(mailbox, "ada")].count(DATES) == 0


def test_a_return_on_another_day_than_planned_is_told_with_its_dates(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    pause(year)
    tick(year, "2027-01-11 10:10")
    mailbox.received.clear()
    done = resume(year, dt.date(2027, 3, 1), now="2027-03-01 10:00")
    tick(year, "2027-03-01 10:10")
    tick(year, "2027-03-30 10:00")

    assert moved(done)["diary-and-coaching"] == "Fri 16 Apr 2027"
    told = texts(mailbox, "ada")
    assert "Welcome back. Your break has ended" in told[0]
    assert "Diary and coaching: Friday 16 April 2027" in told[0]
    assert not any("your break ends" in one for one in told)  # nobody returns twice


def test_a_break_that_was_over_before_it_could_be_told_is_told_as_a_return(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    pause(year, dt.date(2027, 1, 12), dt.date(2027, 1, 19))
    year.pause("2027-01-11 10:05")
    year.tick("2027-01-11 10:10")
    year.resume("2027-01-21 10:00")

    assert year.tick("2027-01-21 10:10").errors == []
    (told,) = (text for text in texts(mailbox, "ada") if "dates" in text)
    assert "Welcome back. Your break has ended" in told
    assert "Friday 22 January 2027, 17:00 (no longer Friday 15 January 2027)" in told


def test_an_open_break_knows_no_dates_until_the_return_is_known(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    assert set(moved(pause(year, returns=None)).values()) == {None}
    tick(year, "2027-01-11 10:10")
    (told,) = texts(mailbox, "ada")
    assert "for as long as you need" in told
    assert "Submission: counted from the day you return" in told

    resume(year, RETURNS, now="2027-03-01 10:00")
    tick(year, "2027-03-01 10:10")
    (told,) = texts(mailbox, "ada")
    assert "until you return on Monday 26 April 2027" in told
    tick(year, "2027-03-29 10:00")
    tick(year, "2027-03-30 10:00")
    assert said(mailbox, "ada") == [("ada", CHECK_IN)]


def test_a_break_ahead_that_is_called_off_leaves_every_date_as_it_was(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    pause(year)
    tick(year, "2027-01-11 10:10")
    mailbox.received.clear()
    done = resume(year, dt.date(2027, 1, 18), now="2027-01-18 10:00")
    tick(year, "2027-01-18 10:10")

    assert moved(done)["submission"] == "Wed 6 Oct 2027"
    (told,) = texts(mailbox, "ada")
    assert "your break does not take place" in told
    assert "Submission: Wednesday 6 October 2027, 17:00" in told
    assert "What has a new date" not in told


def test_to_return_from_one_break_does_not_call_off_the_next(year: SmallCohort) -> None:
    pause(year, dt.date(2027, 1, 11), dt.date(2027, 1, 25))
    pause(year, dt.date(2027, 5, 3), dt.date(2027, 5, 17), now="2027-01-11 10:05")
    resume(year, dt.date(2027, 1, 18), now="2027-01-18 10:00")

    done = resume(year, dt.date(2027, 5, 10), now="2027-05-10 10:00")
    assert moved(done)["submission"] == "Wed 20 Oct 2027"  # one week each


def refusals(year: SmallCohort) -> dict[str, tuple[Callable[[], object], str]]:
    day = dt.date
    return {
        "ends before it begins": (
            lambda: pause(year, returns=BEGINS),
            "The break would end on Monday 1 February 2027, no later than it begins",
        ),
        "lies in the past": (
            lambda: pause(year, day(2026, 11, 2), day(2026, 11, 16)),
            "Monday 16 November 2026 has passed",
        ),
        "no break to end": (
            lambda: resume(year, day(2027, 1, 12), now=NOW),
            "P0001 is on no break, so there is none to end",
        ),
    }


@pytest.mark.parametrize("name", ["ends before it begins", "lies in the past", "no break to end"])
def test_what_makes_no_sense_is_refused(year: SmallCohort, name: str) -> None:
    action, why = refusals(year)[name]
    with pytest.raises(Refused, match=why):
        action()
    assert (year.audit("pause"), year.audit("resume")) == ([], [])


@pytest.mark.parametrize(
    ("begins", "returns"),
    [
        (BEGINS, RETURNS),
        (dt.date(2027, 3, 1), None),
        (dt.date(2027, 1, 18), dt.date(2027, 2, 2)),
        (dt.date(2027, 1, 18), None),
    ],
)
def test_a_break_within_a_break_is_refused(
    year: SmallCohort, begins: dt.date, returns: dt.date | None
) -> None:
    pause(year)
    with pytest.raises(Refused, match="P0001 is on a break from Monday 1 February 2027 until Mon"):
        pause(year, begins, returns)
    assert len(year.audit("pause")) == 1


def test_a_return_before_the_break_or_into_the_next_is_refused(year: SmallCohort) -> None:
    pause(year, dt.date(2027, 1, 11), dt.date(2027, 1, 25))
    pause(year)
    with pytest.raises(Refused, match="The break began on Monday 11 January 2027"):
        resume(year, dt.date(2027, 1, 8), now="2027-01-12 10:00")
    with pytest.raises(Refused, match="Another break begins on Monday 1 February 2027"):
        resume(year, dt.date(2027, 3, 1), now="2027-01-12 10:00")
    assert year.audit("resume") == []


def test_of_two_who_enter_it_at_once_the_second_sees_the_first(year: SmallCohort) -> None:
    start = threading.Barrier(2)
    ends: list[str] = []

    def enter(by: str) -> None:
        start.wait(20)
        try:
            pause(year, by=by)
            ends.append("done")
        except Refused as refusal:
            ends.append(str(refusal).split(";")[0])

    both = [threading.Thread(target=enter, args=(by,)) for by in ("Jo", "Kim")]
    for one in both:
        one.start()
    for one in both:
        one.join(60)

    assert sorted(ends) == [
        "P0001 is on a break from Monday 1 February 2027 until Monday 26 April 2027 already",
        "done",
    ]
    assert len(year.audit("pause")) == 1
