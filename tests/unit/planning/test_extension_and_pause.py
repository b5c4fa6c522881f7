"""Deadlines that move for one person: extensions, and pauses with and without a return."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fact_changes import becomes, exports
from in_memory_year import InMemoryYear
from people import (
    ASKED,
    at,
    cohort,
    complete,
    day,
    mentor,
    participant,
    planned,
    rungs,
    started,
    timeline,
    told,
    verdict,
    verdicts,
)

from ats.planning.facts import Participant, PastRow, Pause

MENTOR = mentor(request_sent_at=ASKED, accepted_at=at("Mon 12 Oct 2026 15:40"))
ADA = participant(mentorships=(MENTOR,))
PUBLISHED = {key: told(due) for key, due in timeline().deadlines(ADA).items()}


def moved(person: Participant) -> dict[str, str]:
    """Return what is planned at another moment than for Ada, by recipient and name."""
    usual = planned(ADA)
    return {
        f"{to} {name}": moment
        for to, names in planned(person).items()
        for name, moment in names.items()
        if usual[to].get(name) != moment
    }


# -- extensions --------------------------------------------------------------------------------


def test_an_extension_moves_the_named_deadline_only() -> None:
    extended = replace(ADA, extensions={"pdp": at("Fri 12 Feb 2027 17:00")})
    dues = {key: told(due) for key, due in timeline().deadlines(extended).items()}
    assert dues == {**PUBLISHED, "pdp": "Fri 12 Feb 2027 17:00"}


def test_the_rungs_of_an_extended_milestone_count_from_its_new_date() -> None:
    extended = replace(ADA, extensions={"pdp": at("Fri 12 Feb 2027 17:00")})
    assert moved(extended) == {
        "P0001 chase-milestone pdp/minus-6/1": "Thu 4 Feb 2027 09:00",
        "pxm chase-milestone pdp/two-overdue/1": "Mon 22 Feb 2027 09:00",  # after half-term
        "P0001 chase-milestone pdp/plus-3/1": "Wed 24 Feb 2027 09:00",
        "P0001 chase-milestone pdp/plus-8/1": "Wed 3 Mar 2027 09:00",
        "pxm chase-milestone pdp/plus-8-red/1": "Wed 3 Mar 2027 09:00",
        "operations chase-milestone pdp/plus-13/1": "Wed 10 Mar 2027 09:00",
        "pxm chase-milestone pdp/plus-18/1": "Wed 17 Mar 2027 09:00",
    }


def test_an_extended_submission_takes_sign_off_and_all_that_counts_from_it_along() -> None:
    extended = replace(ADA, extensions={"submission": at("Wed 1 Dec 2027 17:00")})
    assert moved(extended) == {
        "M0001 mentor-sign-off-request 1": "Fri 5 Nov 2027 09:00",
        "M0001 chase-sign-off M0001/minus-11/1": "Tue 16 Nov 2027 09:00",
        "M0001 chase-sign-off M0001/minus-9/1": "Thu 18 Nov 2027 09:00",
        "operations chase-sign-off M0001/minus-5/1": "Wed 24 Nov 2027 09:00",
        "pxm chase-sign-off M0001/minus-4/1": "Thu 25 Nov 2027 09:00",
        "pxm chase-mentor-named no-mentor/1": "Fri 5 Nov 2027 09:00",
        "P0001 chase-submission minus-5/1": "Wed 24 Nov 2027 09:00",
        "P0001 chase-submission minus-1/1": "Tue 30 Nov 2027 09:00",
        "pxm chase-submission plus-1/1": "Thu 2 Dec 2027 09:00",
        "P0001 deadline-passed 1": "Thu 2 Dec 2027 10:00",
        "M0001 mentor-thanks 1": "Wed 8 Dec 2027 09:00",
        "M0001 register-invitation 1": "Wed 15 Dec 2027 09:00",
        # no longer on or after the day of submission:
        "operations chase-milestone final-observation/plus-13/1": "Wed 6 Oct 2027 09:00",
        "pxm chase-milestone final-observation/plus-18/1": "Wed 13 Oct 2027 09:00",
    }
    assert told(timeline().deadlines(extended)["mentor-sign-off"]) == "Tue 23 Nov 2027 17:00"


def test_an_extension_entered_after_the_deadline_repeats_nothing_and_chases_from_the_new_date() -> (
    None
):
    bea = participant(sections=complete("first-observation") | started("reflective-diary"))
    granted = becomes(
        at("Fri 22 Jan 2027 11:00"), "P0001", extensions={"pdp": at("Fri 12 Feb 2027 17:00")}
    )
    changes = [*exports("Mon 12 Oct 2026", "Mon 8 Mar 2027", moving=True), granted]
    year = InMemoryYear({"P0001": bea}, cohort(), changes)
    year.at_ten_minutes(at("Mon 4 Jan 2027 09:00"), at("Mon 15 Mar 2027 18:00"))
    story = year.story("chase-milestone")
    assert {name: what for name, what in story.items() if name.startswith("pdp/")} == {
        "pdp/minus-6/1": "sent Thu 7 Jan 2027 09:00",
        "pdp/two-overdue/1": "skipped: condition-unmet",
        "pdp/plus-3/1": "sent Wed 20 Jan 2027 09:00",
        "pdp/plus-8/1": "sent Wed 3 Mar 2027 09:00",
        "pdp/plus-8-red/1": "skipped: condition-unmet",
        "pdp/plus-13/1": "case-opened Wed 10 Mar 2027 09:00",
    }


def test_a_row_that_waits_is_dated_anew_when_its_deadline_moves_on() -> None:
    waiting = PastRow(
        "held",
        due_at=at("Fri 11 Dec 2026 09:00"),
        reason="window",
        until=at("Tue 15 Dec 2026 09:00"),
    )
    reminder = ("chase-milestone", "first-observation/plus-3/1", "P0001")
    dues = {"first-observation": at("Fri 29 Jan 2027 17:00")}
    extended = participant(past={reminder: waiting}, extensions=dues)
    assert verdict(
        extended, "chase-milestone first-observation/plus-3/1", "Mon 14 Dec 2026 10:00"
    ) == ("held window until Wed 3 Feb 2027 09:00")


def test_a_row_that_was_moved_on_and_back_goes_when_it_was_due() -> None:
    moved_on = PastRow(
        "held",
        due_at=at("Wed 24 Feb 2027 09:00"),
        reason="window",
        until=at("Wed 24 Feb 2027 09:00"),
    )
    revoked = participant(past={("chase-milestone", "pdp/plus-3/1", "P0001"): moved_on})
    assert verdict(revoked, "chase-milestone pdp/plus-3/1", "Wed 20 Jan 2027 09:00") == "queued"


# -- pauses ------------------------------------------------------------------------------------

AWAY = Pause(day("Mon 26 Apr 2027"), day("Mon 10 May 2027"))  # fourteen days
OPEN = Pause(day("Mon 26 Apr 2027"))


def test_a_pause_adds_its_days_to_every_deadline_after_its_start() -> None:
    dues = timeline().deadlines(replace(ADA, pauses=(AWAY,)))
    assert {key: told(due) for key, due in dues.items()} == {
        **PUBLISHED,
        "project-impact": "Fri 9 Jul 2027 17:00",
        "final-observation": "Fri 1 Oct 2027 17:00",
        "mentor-sign-off": "Tue 12 Oct 2027 17:00",
        "submission": "Wed 20 Oct 2027 17:00",
    }


def test_a_moved_deadline_rolls_forward_to_a_working_day() -> None:
    one_day = Pause(day("Mon 26 Apr 2027"), day("Tue 27 Apr 2027"))
    due = timeline().due("project-impact", replace(ADA, pauses=(one_day,)))  # Sat 26 June
    assert due == at("Mon 28 Jun 2027 17:00")


def test_two_pauses_add_up() -> None:
    second = Pause(day("Mon 5 Jul 2027"), day("Mon 12 Jul 2027"))
    dues = timeline().deadlines(replace(ADA, pauses=(second, AWAY)))
    assert (told(dues["project-impact"]), told(dues["submission"])) == (
        "Fri 16 Jul 2027 17:00",  # the first pause brought it past the second one's start
        "Wed 27 Oct 2027 17:00",
    )


def test_a_pause_leaves_webinars_and_dated_steps_where_they_are() -> None:
    kept = ("webinar-", "impact-tip", "summer-note", "autumn-return", "portfolio-issued")
    shifted = [
        name for name in moved(replace(ADA, pauses=(AWAY,))) if name.split()[1].startswith(kept)
    ]
    assert shifted == []


@pytest.mark.parametrize(
    ("name", "now", "expected"),
    [
        ("webinar-week-ahead webinar-4/1", "Thu 22 Apr 2027 09:00", "queued"),
        ("webinar-tomorrow webinar-4/1", "Wed 28 Apr 2027 09:00", "skipped paused-out"),
        ("impact-tip 1", "Tue 11 May 2027 09:00", "queued"),  # the day after the return
    ],
)
@pytest.mark.parametrize("pause", [AWAY, OPEN], ids=["closed", "open"])
def test_what_falls_due_within_a_pause_is_skipped(
    name: str, now: str, expected: str, pause: Pause
) -> None:
    if pause is OPEN and name == "impact-tip 1":
        expected = "skipped paused-out"
    assert verdict(replace(ADA, pauses=(pause,)), name, now) == expected


def test_while_a_pause_is_open_later_deadlines_are_not_known() -> None:
    dues = timeline().deadlines(replace(ADA, pauses=(OPEN,)))
    assert list(dues) == [
        "mentor-named",
        "first-observation",
        "mentor-accepted",
        "pdp",
        "diary-and-coaching",
    ]


def test_while_a_pause_is_open_nothing_that_counts_from_those_deadlines_is_planned() -> None:
    open_ended = planned(replace(ADA, pauses=(OPEN,)))
    gone = {
        f"{to} {name}"
        for to, names in planned(ADA).items()
        for name in names
        if name not in open_ended.get(to, {})
    }
    counted = ("project-impact/", "final-observation/", "chase-sign-off", "chase-submission")
    named = {name for name in gone if any(part in name for part in counted)}
    assert gone - named == {
        "M0001 mentor-sign-off-request 1",
        "M0001 mentor-thanks 1",
        "M0001 register-invitation 1",
        "P0001 deadline-passed 1",
        "pxm chase-mentor-named no-mentor/1",
    }


def test_after_the_return_the_year_goes_on_with_the_days_added() -> None:
    ready = replace(ADA, sections=started("reflective-diary", "coaching") | complete("pdp"))
    returns = becomes(at("Fri 7 May 2027 10:00"), "P0001", pauses=(AWAY,))
    leaves = becomes(at("Fri 23 Apr 2027 10:00"), "P0001", pauses=(OPEN,))
    changes = [*exports("Mon 12 Apr 2027", "Mon 19 Jul 2027", moving=True), leaves, returns]
    year = InMemoryYear({"P0001": ready}, cohort(), changes)
    year.at_ten_minutes(at("Mon 19 Apr 2027 09:00"), at("Fri 9 Jul 2027 18:00"))
    story = year.story("chase-milestone")
    assert story["project-impact/minus-6/1"] == "sent Thu 1 Jul 2027 09:00"
    assert rungs(year.people["P0001"], "chase-submission") == {
        "minus-5": "Wed 13 Oct 2027 09:00",
        "minus-1": "Tue 19 Oct 2027 09:00",
        "plus-1": "Thu 21 Oct 2027 09:00",
    }


@pytest.mark.parametrize(
    ("pause", "expected"),
    [
        (Pause(day("Wed 25 Nov 2026"), day("Mon 30 Nov 2026")), "Mon 30 Nov 2026 09:00"),
        (Pause(day("Wed 25 Nov 2026")), None),
    ],
)
def test_what_fell_due_before_a_pause_and_has_not_gone_waits_for_the_return(
    pause: Pause, expected: str | None
) -> None:
    paused = replace(ADA, pauses=(pause,))
    until = f" until {expected}" if expected else ""
    assert verdict(paused, "pdp-tip 1", "Thu 26 Nov 2026 09:00") == f"held paused{until}"


def test_nothing_goes_to_or_about_somebody_whom_an_undone_import_left_behind() -> None:
    parked = replace(
        ADA, parked=True, mentorships=(mentor(accepted_at=at("Mon 12 Oct 2026 09:00")),)
    )
    now = "Wed 25 Nov 2026 09:00"
    still = {what for what in verdicts(parked, now).values() if what in ("queued", "case-opened")}
    assert (still, verdict(parked, "pdp-tip 1", now)) == (set(), "held parked")


# -- both --------------------------------------------------------------------------------------


def test_an_extension_is_moved_by_the_breaks_that_were_agreed_after_it() -> None:
    """The day that staff gave took the breaks into account that they knew of."""
    extended = replace(
        ADA,
        extensions={"pdp": at("Fri 12 Feb 2027 17:00")},
        extended_at={"pdp": at("Fri 8 Jan 2027 10:00")},
    )
    span = day("Mon 18 Jan 2027"), day("Mon 8 Feb 2027")
    known, later = (
        Pause(*span, agreed_at=at(moment))
        for moment in ("Thu 7 Jan 2027 10:00", "Mon 11 Jan 2027 10:00")
    )

    dues = [timeline().due("pdp", replace(extended, pauses=(one,))) for one in (known, later)]

    assert [told(due) for due in dues if due] == ["Fri 12 Feb 2027 17:00", "Fri 5 Mar 2027 17:00"]


def test_an_open_break_agreed_later_hides_an_extended_day() -> None:
    extended = replace(
        ADA,
        extensions={"pdp": at("Fri 12 Feb 2027 17:00")},
        extended_at={"pdp": at("Fri 8 Jan 2027 10:00")},
        pauses=(Pause(day("Mon 18 Jan 2027"), agreed_at=at("Mon 11 Jan 2027 10:00")),),
    )

    assert timeline().due("pdp", extended) is None
