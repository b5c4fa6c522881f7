"""Each kind of clash: a year that has it, and one that just has not."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from sample_year import at, kinds, told, with_due, with_step, with_window, year

from ats.clashes import Neighbour

# -- teaching -----------------------------------------------------------------------------------


def test_a_window_without_a_day_of_teaching_is_told() -> None:
    summer = with_window(year("england"), "final-observation", "2027-06-28", "2027-07-09")

    assert told(summer, "window-without-teaching") == [
        (
            ("england",),
            (
                "Nobody teaches in the window for final-observation from Monday 28 June 2027 to "
                "Friday 9 July 2027: Teaching has ended in England."
            ),
            "Let the window last from Monday 14 June 2027 to Friday 25 June 2027.",
        )
    ]


@pytest.mark.parametrize(
    ("first", "last"), [("2027-06-25", "2027-07-09"), ("2027-08-23", "2027-09-06")]
)
def test_one_day_of_teaching_makes_a_window(first: str, last: str) -> None:
    assert kinds(with_window(year("england"), "final-observation", first, last)) == ["over-cap"]


def test_a_window_may_be_idle_in_one_nation_alone() -> None:
    easter = with_window(year(), "final-observation", "2027-04-12", "2027-04-16")

    assert told(easter, "window-without-teaching") == [
        (
            ("scotland",),
            (
                "Nobody teaches in the window for final-observation from Monday 12 April 2027 to "
                "Friday 16 April 2027: Easter break in Scotland."
            ),
            "Let the window last from Monday 19 April 2027 to Friday 23 April 2027.",
        )
    ]
    without_scots = year("england", "wales", "northern-ireland")
    easter = with_window(without_scots, "final-observation", "2027-04-12", "2027-04-16")
    assert told(easter, "window-without-teaching") == []


def test_a_window_that_is_over_is_told_no_more() -> None:
    summer = with_window(year("england"), "final-observation", "2027-06-28", "2027-07-09")

    assert len(told(replace(summer, now=at("2027-07-09")), "window-without-teaching")) == 1
    assert told(replace(summer, now=at("2027-07-10")), "window-without-teaching") == []


def test_a_deadline_on_a_day_without_teaching_is_told() -> None:
    assert told(with_due(year("england"), "project-impact", "2027-06-28"), DEADLINE) == [
        (
            ("england",),
            (
                "project-impact is due on Monday 28 June 2027, when nobody teaches: Teaching has "
                "ended in England."
            ),
            "Let project-impact be due on Friday 25 June 2027.",
        )
    ]
    assert told(with_due(year("england"), "project-impact", "2027-06-25"), DEADLINE) == []


def test_a_bank_holiday_of_one_nation_stops_a_deadline_there() -> None:
    everywhere = with_due(year(), "diary-and-coaching", "2027-03-17")
    assert [(who, proposal) for who, _, proposal in told(everywhere, DEADLINE)] == [
        (("northern-ireland",), "Let diary-and-coaching be due on Thursday 18 March 2027.")
    ]
    assert told(with_due(year("wales"), "diary-and-coaching", "2027-03-17"), DEADLINE) == []


DEADLINE = "deadline-without-teaching"


# -- webinars -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("day", "why"),
    [
        ("2026-10-30", "Autumn half-term in England"),
        ("2026-10-31", "weekend in England"),
        ("2026-12-25", "Christmas Day in England"),
        ("2027-01-04", "Christmas break in England"),
        ("2027-05-03", "May Day in England"),
    ],
)
def test_a_webinar_on_a_day_off_is_told(day: str, why: str) -> None:
    moved = year("england").with_webinar("q-and-a-1", at(day))

    ((who, text, _),) = told(moved, "webinar-on-day-off")

    assert (who, text) == (("england",), f"q-and-a-1 is on {moved.spoken(at(day))}: {why}.")


@pytest.mark.parametrize("day", ["2026-11-02", "2026-10-23", "2027-01-05", "2027-06-28"])
def test_a_webinar_beside_a_day_off_is_not(day: str) -> None:
    """In the weeks between lessons and summer people work, so that a webinar is no clash."""
    moved = year("england").with_webinar("q-and-a-1", at(day))

    assert told(moved, "webinar-on-day-off") == []


def test_a_webinar_concerns_the_nations_of_its_own_audience() -> None:
    mixed = year("england", mentors=["scotland"])
    scottish = at("2027-02-08")  # Scotland is away, England is not

    assert told(mixed.with_webinar("webinar-3", scottish), "webinar-on-day-off") == []
    assert told(mixed.with_webinar("mentor-webinar-2", scottish), "webinar-on-day-off") == [
        (
            ("scotland",),
            "mentor-webinar-2 is on Monday 8 February 2027, 16:30: February break in Scotland.",
            "Move mentor-webinar-2 to Friday 5 February 2027, 16:30.",
        )
    ]


def test_while_there_is_nobody_all_four_nations_are_present() -> None:
    moved = year().with_webinar("q-and-a-1", at("2026-11-30"))

    assert [who for who, _, _ in told(moved, "webinar-on-day-off")] == [("scotland",)]


def test_a_webinar_that_is_over_or_cancelled_is_told_no_more() -> None:
    moved = year("england").with_webinar("q-and-a-1", at("2026-10-30"))
    cohort = moved.timeline.cohort
    off = [replace(w, status="cancelled") if w.key == "q-and-a-1" else w for w in cohort.webinars]
    cancelled = replace(
        moved,
        timeline=type(moved.timeline)(
            moved.timeline.programme,
            replace(cohort, webinars=tuple(off)),
            moved.timeline.workdays,
        ),
    )

    assert told(cancelled, "webinar-on-day-off") == []
    assert told(replace(moved, now=at("2026-10-30", "16:30")), "webinar-on-day-off") == []
    assert len(told(replace(moved, now=at("2026-10-30", "16:29")), "webinar-on-day-off")) == 1


def test_a_webinar_that_ends_after_its_milestone_is_due_is_told() -> None:
    late = year("england").with_webinar("webinar-2", at("2027-01-15", "16:01"))

    assert told(late, "webinar-after-due") == [
        (
            ("england",),
            (
                "webinar-2 is on Friday 15 January 2027, 16:01, and ends after pdp, which it "
                "prepares for, is due on Friday 15 January 2027, 17:00."
            ),
            "Move webinar-2 to Thursday 14 January 2027, 16:01.",
        )
    ]
    assert kinds(year("england").with_webinar("webinar-2", at("2027-01-15", "16:00"))) == []


def test_a_webinar_is_proposed_for_a_day_before_its_milestone_is_due() -> None:
    late = year("england").with_webinar("webinar-3", at("2027-03-25"))

    ((_, _, proposal),) = told(late, "webinar-after-due")

    assert proposal == "Move webinar-3 to Thursday 18 March 2027, 16:30."


@pytest.mark.parametrize("time", ["02:15", "07:59", "19:30", "23:30"])
def test_a_webinar_outside_office_hours_is_told(time: str) -> None:
    late = year("england").with_webinar("q-and-a-1", at("2026-12-02", time))

    assert told(late, "webinar-at-odd-hour") == [
        (
            ("england",),
            f"q-and-a-1 is on Wednesday 2 December 2026, {time}, an unusual hour.",
            "Move q-and-a-1 to Wednesday 2 December 2026, 16:30.",
        )
    ]


@pytest.mark.parametrize("time", ["08:00", "19:00"])
def test_a_webinar_inside_office_hours_is_not(time: str) -> None:
    moved = year("england").with_webinar("q-and-a-1", at("2026-12-02", time))

    assert told(moved, "webinar-at-odd-hour") == []


def test_two_webinars_on_one_day_are_told_once() -> None:
    twice = year("england").with_webinar("q-and-a-1", at("2026-11-18", "12:00"))

    assert told(twice, "webinars-together") == [
        (
            ("england",),
            (
                "q-and-a-1 and webinar-2 are both for participants on one day: Wednesday "
                "18 November 2026, 12:00 and 16:30."
            ),
            "Move webinar-2 to Thursday 19 November 2026, 16:30.",
        )
    ]
    apart = year("england").with_webinar("q-and-a-1", at("2026-11-17", "12:00"))
    assert told(apart, "webinars-together") == []


def test_webinars_of_both_audiences_may_share_a_day_but_no_hour() -> None:
    def beside(time: str) -> list[str]:
        moved = year("england").with_webinar("mentor-webinar-2", at("2027-01-27", time))
        return [text for _, text, _ in told(moved, "webinars-together")]

    assert beside("17:30") == []
    assert beside("17:29") == [
        (
            "webinar-3 and mentor-webinar-2 are at one time: Wednesday 27 January 2027, 16:30 and "
            "17:29."
        )
    ]


# -- e-mails ------------------------------------------------------------------------------------


def test_a_tip_on_the_day_of_a_chaser_makes_two_e_mails() -> None:
    """England's PDP is due on Friday 15 January: its first reminder goes on Wednesday the 20th."""
    moved = with_due(year("england"), "pdp", "2027-01-14")

    assert told(moved, "two-on-one-day") == [
        (
            ("england",),
            (
                "milestone-reminder-1 (pdp) and diary-habit go on Tuesday 19 January 2027, in two "
                "e-mails, to participants in England who are being chased."
            ),
            "“Let diary-habit go on Tuesday 12 January 2027” ends this, too.",  # and a full week
        )
    ]
    assert told(with_due(year("england"), "pdp", "2027-01-15"), "two-on-one-day") == []


def test_a_tip_moves_only_where_it_clashes() -> None:
    assert told(year(), "two-on-one-day") == [
        (
            ("northern-ireland",),
            (
                "milestone-reminder-2 (diary-and-coaching) and golden-thread-and-observation go "
                "on Tuesday 13 April 2027, in two e-mails, to participants in Northern Ireland who "
                "are being chased."
            ),
            "Let golden-thread-and-observation go on Tuesday 20 April 2027 in Northern Ireland.",
        )
    ]


def test_a_week_above_the_cap_is_told_and_what_becomes_of_it() -> None:
    busy = year("england").with_webinar("webinar-2", at("2026-11-19"))
    assert told(busy, "over-cap") == []  # its reminder shares an e-mail with the nudge
    assert told(year("england"), "over-cap") == [
        (
            ("england",),
            (
                "The week of Monday 9 November 2026 holds three counted e-mails for participants "
                "in England who are being chased: mentor-none-named on Tuesday 10 November, "
                "webinar-week-ahead (webinar-2) on Wednesday 11 November and milestone-nudge "
                "(first-observation) on Thursday 12 November. The cap is 2; milestone-nudge "
                "(first-observation) waits until Tuesday 17 November 2026."
            ),
            "Move webinar-2 to Thursday 19 November 2026, 16:30.",
        )
    ]


def test_a_week_with_a_deadline_is_exempt_from_the_cap() -> None:
    assert told(with_due(year("england"), "mentor-named", "2026-11-06"), "over-cap") != []
    exempt = year("england")
    milestone = exempt.timeline.programme.milestone("diary-and-coaching")
    due = exempt.moment_on(dt.date(2026, 11, 13), dt.time(17))
    exempt = exempt.with_milestone(milestone, milestone.model_copy(update={"due": due}))

    assert [text for _, text, _ in told(exempt, "over-cap") if "9 November" in text] == []


def test_a_tip_after_submission_reaches_nobody_who_has_submitted() -> None:
    (late,) = told(with_step(year("england"), "impact-tip", "2027-10-12"), "never-fires")

    assert late == (
        ("england",),
        (
            "impact-tip goes to participants in England on Tuesday 12 October 2027, after "
            "submission: nobody who has submitted gets it."
        ),
        "Let impact-tip go on Tuesday 5 October 2027.",
    )
    on_the_day = with_step(year("england"), "impact-tip", "2027-10-05")
    assert told(on_the_day, "never-fires") == []


# -- cohorts ------------------------------------------------------------------------------------


IN_ITS_PLACE = (
    "{} is launched and keeps its start, but is in trial: leave it there, and launch another in "
    "its place under another code, with its start on {}."
)


def beside(
    starts: str, ends: str, programme: str = "ats", status: str = "trial"
) -> list[tuple[str, str | None]]:
    first, last = map(dt.date.fromisoformat, (starts, ends))
    other = Neighbour("other", programme, first, last, status)
    found = replace(year("england"), neighbours=(other,))
    return [(text, proposal) for _, text, proposal in told(found, "cohorts-meet")]


def test_a_cohort_that_starts_on_this_ones_last_day_is_told() -> None:
    assert beside("2027-10-06", "2028-10-11") == [
        (
            "other starts on Wednesday 6 October 2027, the day of submission of 2026-10.",
            IN_ITS_PLACE.format("other", "Monday 11 October 2027"),
        )
    ]
    assert beside("2027-10-06", "2028-10-11", status="live") == [
        (
            "other starts on Wednesday 6 October 2027, the day of submission of 2026-10.",
            "other keeps its start; see that somebody has time for both on that day.",
        )
    ]
    assert beside("2027-10-05", "2028-10-04") == []
    assert beside("2027-10-07", "2028-10-04") == []


def test_a_cohort_whose_last_day_is_this_ones_first_is_told() -> None:
    assert beside("2025-10-06", "2026-10-05") == [
        (
            "2026-10 starts on Monday 5 October 2026, the day of submission of other.",
            IN_ITS_PLACE.format("2026-10", "Monday 12 October 2026"),
        )
    ]
    assert beside("2025-10-06", "2026-10-06") == []


def test_a_cohort_launched_twice_is_told() -> None:
    assert beside("2026-10-05", "2027-10-06") == [
        (
            (
                "other starts on the same day, Monday 5 October 2026, with the same programme as "
                "2026-10."
            ),
            IN_ITS_PLACE.format("other", "Monday 12 October 2026"),
        )
    ]
    assert beside("2026-10-05", "2027-10-06", programme="qtls") == []
    assert beside("2026-10-06", "2027-10-07") == []
