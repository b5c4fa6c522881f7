"""Chasers about the portfolio go only on data that are young enough and know enough."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fact_changes import becomes, exports
from in_memory_year import InMemoryYear
from people import ASKED, at, cohort, day, mentor, participant, started, verdict

from ats.planning.facts import PastRow

ADA = participant(
    mentorships=(mentor(request_sent_at=ASKED, accepted_at=ASKED),),
    sections=started("pdp", on="Sun 10 Jan 2027"),
)
NUDGE, REMINDER_1, REMINDER_2 = (
    f"chase-milestone pdp/{rung}/1" for rung in ("minus-6", "plus-3", "plus-8")
)


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        (None, "held stale-data"),
        ("Thu 7 Jan 2027", "queued"),
        ("Mon 4 Jan 2027", "queued"),  # three working days old: 5, 6, 7 January
        # Christmas counts: 21 December is 10 working days old, and away days are among them
        ("Mon 21 Dec 2026", "held stale-data"),
        ("Fri 18 Dec 2026", "held stale-data"),
        ("Fri 1 Jan 2027", "held stale-data"),  # four: 4 to 7 January
        ("Sun 3 Jan 2027", "held stale-data"),
    ],
)
def test_a_nudge_needs_data_at_most_three_working_days_old(
    as_of: str | None, expected: str
) -> None:
    facts = cohort(as_of=day(as_of) if as_of else None)
    assert verdict(ADA, NUDGE, "Thu 7 Jan 2027 09:00", facts) == expected


@pytest.mark.parametrize(
    ("nation", "expected"),
    [("scotland", "queued"), ("england", "held stale-data")],  # 30 November is a holiday there
)
def test_closed_days_do_not_age_the_data_of_who_lives_there(nation: str, expected: str) -> None:
    ada = replace(ADA, nation=nation)
    facts = cohort(as_of=day("Wed 25 Nov 2026"))
    rung = "chase-milestone first-observation/plus-3/1"
    assert verdict(ada, rung, "Tue 1 Dec 2026 09:00", facts) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("Fri 15 Jan 2027", "held stale-data"),  # 00:00 of the day it was due at 17:00
        ("Sat 16 Jan 2027", "queued"),
        ("Mon 18 Jan 2027", "queued"),
    ],
)
def test_a_rung_after_the_due_moment_needs_data_from_after_it(as_of: str, expected: str) -> None:
    facts = cohort(as_of=day(as_of))
    assert verdict(ADA, REMINDER_1, "Wed 20 Jan 2027 09:00", facts) == expected


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("Wed 27 Jan 2027", "held stale-data"),  # 00:00 of the day on which the last one went
        ("Thu 28 Jan 2027", "queued"),
    ],
)
@pytest.mark.parametrize("outcome", ["sent", "merged"])
def test_a_rung_needs_data_from_after_the_ladders_previous_message(
    as_of: str, expected: str, outcome: str
) -> None:
    went = PastRow(outcome, sent_at=at("Wed 27 Jan 2027 09:00"))
    ada = replace(ADA, past={("chase-milestone", "pdp/plus-3/1", "P0001"): went})
    facts = cohort(as_of=day(as_of))
    assert verdict(ada, REMINDER_2, "Thu 28 Jan 2027 09:00", facts) == expected


def test_a_message_about_another_milestone_asks_for_no_newer_data() -> None:
    went = PastRow("sent", sent_at=at("Tue 26 Jan 2027 09:00"))
    ada = replace(ADA, past={("chase-milestone", "first-observation/plus-8/1", "P0001"): went})
    facts = cohort(as_of=day("Mon 25 Jan 2027"))
    assert verdict(ada, REMINDER_2, "Wed 27 Jan 2027 09:00", facts) == "queued"


def test_a_reminder_that_waited_for_data_goes_on_the_next_chasers_day_after_the_import() -> None:
    late_import = becomes(at("Fri 22 Jan 2027 11:00"), None, as_of=day("Fri 22 Jan 2027"))
    changes = [*exports("Mon 12 Oct 2026", "Mon 11 Jan 2027"), late_import]
    year = InMemoryYear({"P0001": ADA}, cohort(), changes)
    year.at_ten_minutes(at("Mon 4 Jan 2027 09:00"), at("Wed 27 Jan 2027 18:00"))
    story = year.story("chase-milestone")
    assert {rung: story[f"pdp/{rung}/1"] for rung in ("minus-6", "plus-3")} == {
        "minus-6": "sent Thu 7 Jan 2027 09:00",
        "plus-3": "sent Tue 26 Jan 2027 09:00",
    }


def test_what_the_newest_import_shows_as_done_is_not_chased_however_old_it_is() -> None:
    done = replace(
        ADA,
        sections={
            key: replace(ADA.sections["pdp"], complete=True)
            for key in ("about-you", "self-assessment", "pdp")
        },
    )
    facts = cohort(as_of=day("Mon 4 Jan 2027"))
    assert verdict(done, REMINDER_2, "Wed 27 Jan 2027 09:00", facts) == "skipped condition-met"


def test_cases_about_the_portfolio_wait_for_fresh_data_too() -> None:
    facts = cohort(as_of=day("Mon 18 Jan 2027"))
    rung = "chase-milestone pdp/plus-13/1"
    assert verdict(ADA, rung, "Wed 3 Feb 2027 09:00", facts) == "held stale-data"


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("chase-submission minus-5/1", "Wed 29 Sep 2027 09:00"),
        ("chase-submission minus-1/1", "Tue 5 Oct 2027 09:00"),
    ],
)
def test_a_deadline_near_is_never_held_for_stale_data(name: str, now: str) -> None:
    facts = cohort(as_of=day("Mon 12 Jul 2027"))
    assert verdict(ADA, name, now, facts) == "queued"


@pytest.mark.parametrize(
    ("as_of", "expected"),
    [
        ("Mon 4 Oct 2027", "held stale-data"),
        ("Wed 6 Oct 2027", "held stale-data"),  # 00:00 of the day itself
        ("Thu 7 Oct 2027", "case-opened"),
    ],
)
def test_nobody_is_a_case_over_a_submission_that_no_export_can_have_shown(
    as_of: str, expected: str
) -> None:
    facts = cohort(as_of=day(as_of))
    rung = "chase-submission plus-1/1"
    assert verdict(ADA, rung, "Thu 7 Oct 2027 09:00", facts) == expected


def test_reminders_to_and_about_mentors_need_no_export() -> None:
    asked = participant(mentorships=(mentor(request_sent_at=ASKED),))
    names = ("chase-mentor-request M0001/plus-5/1", "chase-mentor-named minus-3/1")
    whose = {names[0]: asked, names[1]: participant()}
    now = {names[0]: "Wed 14 Oct 2026 09:00", names[1]: "Tue 3 Nov 2026 09:00"}
    assert {name: verdict(whose[name], name, now[name], cohort()) for name in names} == (
        dict.fromkeys(names, "queued")
    )
