"""Ladders grow: superseded rungs, cases, and what an open case stops."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fact_changes import becomes, exports
from in_memory_year import InMemoryYear
from people import ASKED, at, cohort, complete, day, mentor, participant, started, verdict, verdicts

from ats.planning.facts import PastRow

AGREED = mentor(request_sent_at=ASKED, accepted_at=ASKED)
NEW = participant(mentorships=(AGREED,))  # nothing done
ADA = replace(NEW, sections=complete("about-you", on="Mon 2 Nov 2026"))


def pdp(person: object, now: str, **facts: object) -> dict[str, str]:
    """Return rung → verdict of the PDP's ladder."""
    found = verdicts(person, now, cohort(**facts) if facts else None)
    return {name.split("/")[1]: what for name, what in found.items() if " pdp/" in name}


# -- superseding -------------------------------------------------------------------------------


def test_of_several_overdue_rungs_to_one_recipient_only_the_latest_acts() -> None:
    moving = participant(sections=started("pdp", on="Tue 2 Feb 2027"))
    assert pdp(moving, "Thu 11 Feb 2027 09:00") == {
        "minus-6": "expired",  # a nudge is of no use after the due moment
        "two-overdue": "skipped condition-unmet",
        "plus-3": "superseded",
        "plus-8": "queued",
        "plus-8-red": "skipped condition-unmet",
        "plus-13": "case-opened",
        "plus-18": "skipped condition-unmet",
    }


def test_of_several_overdue_cases_of_one_ladder_only_the_latest_is_opened() -> None:
    assert pdp(ADA, "Thu 11 Feb 2027 09:00") == {
        "minus-6": "expired",
        "two-overdue": "superseded",
        "plus-3": "superseded",
        "plus-8": "queued",
        "plus-8-red": "superseded",
        "plus-13": "case-opened",
        "plus-18": "case-opened",
    }


def test_a_case_rung_whose_condition_fails_supersedes_nothing() -> None:
    fifteen_days = participant(sections=started("pdp", on="Fri 18 Dec 2026"))  # by 27 January: 16
    assert pdp(fifteen_days, "Wed 27 Jan 2027 09:00") == {
        "minus-6": "expired",
        "two-overdue": "case-opened",
        "plus-3": "superseded",
        "plus-8": "queued",
        "plus-8-red": "skipped condition-unmet",
    }


def test_a_case_rung_whose_condition_cannot_be_tested_yet_supersedes_nothing() -> None:
    old = {"as_of": day("Mon 11 Jan 2027")}
    assert pdp(ADA, "Wed 27 Jan 2027 09:00", **old) == {
        "minus-6": "expired",
        "two-overdue": "held stale-data",
        "plus-3": "superseded",
        "plus-8": "held stale-data",
        "plus-8-red": "held stale-data",
    }


def test_the_last_word_before_submission_supersedes_the_one_before() -> None:
    found = verdicts(participant(), "Tue 5 Oct 2027 09:00")
    assert {name: what for name, what in found.items() if name.startswith("chase-submission")} == {
        "chase-submission minus-5/1": "superseded",
        "chase-submission minus-1/1": "queued",
    }


def test_rungs_about_different_milestones_do_not_supersede_each_other() -> None:
    found = verdicts(participant(), "Tue 20 Apr 2027 09:00")
    assert {
        name: what
        for name, what in found.items()
        if name.endswith("plus-8/1") and name.startswith("chase-milestone")
    } == {
        "chase-milestone first-observation/plus-8/1": "queued",
        "chase-milestone pdp/plus-8/1": "queued",
        "chase-milestone diary-and-coaching/plus-8/1": "queued",
    }


# -- stalled portfolios ------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        # by Monday 18 January 2027 (first observation and PDP are overdue) …
        (started("pdp", on="Thu 10 Dec 2026"), "case-opened"),  # … 15 days without movement
        (started("pdp", on="Fri 11 Dec 2026"), "skipped condition-unmet"),  # … 14
        (
            started("pdp", on="Tue 1 Dec 2026")
            | complete("first-observation", on="Mon 7 Dec 2026"),
            "skipped condition-unmet",  # only one milestone is overdue
        ),
    ],
)
def test_two_overdue_milestones_and_three_still_weeks_are_a_case_on_the_next_day(
    sections: dict[str, object], expected: str
) -> None:
    ada = participant(sections=sections)
    rung = "chase-milestone pdp/two-overdue/1"
    assert verdict(ada, rung, "Mon 18 Jan 2027 09:00") == expected


def test_fifteen_still_days_are_a_case_at_plus_18() -> None:
    year = InMemoryYear({"P0001": ADA}, cohort(), exports("Mon 12 Oct 2026", "Mon 1 Mar 2027"))
    year.at_ten_minutes(at("Mon 9 Nov 2026 09:00"), at("Fri 18 Dec 2026 18:00"))
    assert year.story("chase-milestone") == {
        "first-observation/minus-6/1": "sent Thu 12 Nov 2026 09:00",
        "first-observation/two-overdue/1": "skipped: condition-unmet",
        "first-observation/plus-3/1": "sent Wed 25 Nov 2026 09:00",
        "first-observation/plus-8/1": "sent Wed 2 Dec 2026 09:00",
        "first-observation/plus-8-red/1": "skipped: condition-unmet",  # 19 days by 30 November
        "first-observation/plus-13/1": "case-opened Wed 9 Dec 2026 09:00",
        "first-observation/plus-18/1": "case-opened Wed 16 Dec 2026 09:00",  # 29 by 14 December
    }


def test_thirty_still_days_are_a_case_at_plus_8_and_reminder_2_still_goes() -> None:
    year = InMemoryYear({"P0001": NEW}, cohort(), exports("Mon 12 Oct 2026", "Mon 1 Mar 2027"))
    year.at_ten_minutes(at("Mon 9 Nov 2026 09:00"), at("Wed 10 Feb 2027 18:00"))
    assert year.story("chase-milestone") == {
        "first-observation/minus-6/1": "sent Thu 12 Nov 2026 09:00",
        "first-observation/two-overdue/1": "skipped: condition-unmet",
        "first-observation/plus-3/1": "sent Wed 25 Nov 2026 09:00",
        "first-observation/plus-8/1": "sent Wed 2 Dec 2026 09:00",
        "first-observation/plus-8-red/1": "case-opened Wed 2 Dec 2026 09:00",  # 34 by 30 Nov
        **dict.fromkeys(
            (
                "first-observation/plus-13/1",
                "first-observation/plus-18/1",
                "pdp/minus-6/1",
                "pdp/two-overdue/1",
                "pdp/plus-3/1",
                "pdp/plus-8/1",
                "pdp/plus-8-red/1",
                "pdp/plus-13/1",
                "pdp/plus-18/1",
            ),
            "skipped: case-open",
        ),
    }


STUCK = replace(NEW, cases={"stalled-portfolio": at("Wed 2 Dec 2026 09:00")})


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("webinar-week-ahead q-and-a-1/1", "Thu 3 Dec 2026 09:00"),
        ("before-christmas 1", "Tue 15 Dec 2026 09:00"),
        ("diary-habit 1", "Tue 19 Jan 2027 09:00"),
        ("chase-submission minus-5/1", "Wed 29 Sep 2027 09:00"),
    ],
)
def test_while_the_pxm_has_the_case_webinars_tips_and_essentials_go_on(name: str, now: str) -> None:
    assert verdict(STUCK, name, now) == "queued"


def test_when_work_resumes_the_case_closes_and_the_ladder_goes_on() -> None:
    resumes = becomes(
        at("Mon 11 Jan 2027 07:30"), "P0001", sections=started("pdp", on="Sun 10 Jan 2027")
    )
    changes = [*exports("Mon 12 Oct 2026", "Mon 1 Mar 2027"), resumes]
    year = InMemoryYear({"P0001": NEW}, cohort(), changes)
    year.at_ten_minutes(at("Mon 30 Nov 2026 09:00"), at("Wed 20 Jan 2027 18:00"))
    assert year.people["P0001"].cases == {}
    assert year.story("chase-milestone")["pdp/plus-3/1"] == "sent Wed 20 Jan 2027 09:00"


def test_a_second_rung_that_meets_an_open_case_of_its_kind_opens_none() -> None:
    called = replace(ADA, cases={"call-participant": at("Wed 9 Dec 2026 09:00")})
    assert verdict(called, "chase-milestone pdp/plus-13/1", "Wed 3 Feb 2027 09:00") == (
        "skipped case-open"
    )


def test_who_has_not_submitted_always_is_a_case_of_its_own() -> None:
    stuck = replace(STUCK, cases={**STUCK.cases, "call-participant": at("Wed 9 Dec 2026 09:00")})
    assert verdict(stuck, "chase-submission plus-1/1", "Thu 7 Oct 2027 09:00") == "case-opened"


def test_reminder_2_goes_beside_the_case_that_its_own_day_opened() -> None:
    stuck = replace(
        ADA,
        cases={"stalled-portfolio": at("Wed 27 Jan 2027 09:00")},
        past={("chase-milestone", "pdp/plus-8-red/1", "pxm"): PastRow("case-opened")},
    )
    found = pdp(stuck, "Wed 27 Jan 2027 09:00", as_of=day("Tue 26 Jan 2027"))
    assert found["plus-8"] == "queued"


def test_what_waits_when_a_case_opens_is_stopped_by_it() -> None:
    """On a Monday the case opens at once; the reminder would have waited for Tuesday."""
    two_overdue = started("pdp", on="Thu 10 Dec 2026")
    year = InMemoryYear(
        {"P0001": replace(NEW, sections=two_overdue)}, cohort(as_of=day("Mon 25 Jan 2027"))
    )
    year.tick(at("Mon 25 Jan 2027 09:00"))
    story = year.story("chase-milestone")
    assert story["first-observation/plus-18/1"] == "case-opened Mon 25 Jan 2027 09:00"
    assert story["pdp/plus-3/1"] == "skipped: case-open"


@pytest.mark.parametrize(
    ("opener", "expected"),
    [("pdp/plus-8-red/1", "queued"), ("first-observation/plus-18/1", "skipped case-open")],
)
def test_of_what_waited_only_the_twin_of_the_rung_that_opened_the_case_still_goes(
    opener: str, expected: str
) -> None:
    due = at("Wed 27 Jan 2027 09:00")
    stuck = replace(
        ADA,
        cases={"stalled-portfolio": due},
        past={
            ("chase-milestone", opener, "pxm"): PastRow("case-opened"),
            ("chase-milestone", "pdp/plus-8/1", "P0001"): PastRow("held", None, due, "gap", due),
        },
    )
    found = pdp(stuck, "Thu 28 Jan 2027 09:00", as_of=day("Wed 27 Jan 2027"))
    assert found["plus-8"] == expected


def test_a_rung_whose_condition_fails_adds_no_signal_to_an_open_case() -> None:
    moved = participant(
        sections=started("pdp", on="Tue 19 Jan 2027"),
        cases={"stalled-portfolio": at("Tue 12 Jan 2027 09:00")},
    )
    found = pdp(moved, "Wed 27 Jan 2027 09:00", as_of=day("Tue 26 Jan 2027"))
    assert found["plus-8-red"] == "skipped condition-unmet"
