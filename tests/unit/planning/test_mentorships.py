"""Mentors: named with the application or later, agreeing, declining, replaced."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fact_changes import becomes
from in_memory_year import InMemoryYear
from people import (
    ASKED,
    at,
    cohort,
    day,
    mentor,
    participant,
    planned,
    rungs,
    verdict,
    verdicts,
)

from ats.planning.facts import Participant, PastRow, Pause

SENT = PastRow("sent", sent_at=ASKED)


def about_mentors(person: Participant, now: str) -> dict[str, str]:
    """Return the verdicts on the request, its ladder and what follows the answer."""
    about = ("mentor-request", "chase-mentor-request", "mentor-welcome", "mentor-confirmed")
    return {
        name: what
        for name, what in verdicts(person, now).items()
        if name.startswith((*about, "mentor-none-named", "mentor-waiting"))
    }


# -- asked -------------------------------------------------------------------------------------


def test_a_mentor_named_before_the_start_is_asked_on_wednesday_of_the_first_week() -> None:
    ada = participant(mentorships=(mentor(),))
    assert planned(ada)["M0001"]["mentor-request M0001/1"] == "Wed 7 Oct 2026 09:00"


def test_a_mentor_named_later_is_asked_at_once_within_office_hours() -> None:
    named = at("Fri 30 Oct 2026 19:20")
    ada = participant(mentorships=(mentor(named_at=named),))
    assert about_mentors(ada, "Fri 30 Oct 2026 19:20") == {
        "mentor-request M0001/1": "held window until Mon 2 Nov 2026 09:00"
    }


def test_the_ladder_runs_only_once_the_mail_server_took_the_request() -> None:
    ada = participant(mentorships=(mentor(),))
    assert rungs(ada, "chase-mentor-request") == {}


def test_the_ladder_counts_from_the_moment_of_the_request() -> None:
    ada = participant(mentorships=(mentor(),))
    year = InMemoryYear({"P0001": ada}, cohort())
    year.at([at("Thu 8 Oct 2026 11:10")])  # a tick that came a day late
    assert rungs(year.people["P0001"], "chase-mentor-request") == {
        "plus-5": "Thu 15 Oct 2026 09:00",
        "plus-10": "Thu 22 Oct 2026 09:00",
        "plus-12": "Mon 2 Nov 2026 09:00",  # half-term from 26 to 30 October
        "plus-15": "Thu 5 Nov 2026 09:00",
        "plus-20": "Thu 12 Nov 2026 09:00",
    }


def test_a_mentor_who_never_answers_is_reminded_twice_then_people_act() -> None:
    year = InMemoryYear({"P0001": participant(mentorships=(mentor(),))}, cohort())
    year.at_ten_minutes(at("Wed 7 Oct 2026 09:00"), at("Fri 20 Nov 2026 18:00"))
    assert year.story("chase-mentor-request") == {
        "M0001/plus-5/1": "sent Wed 14 Oct 2026 09:00",
        "M0001/plus-10/1": "sent Wed 21 Oct 2026 09:00",
        "M0001/plus-12/1": "sent Tue 3 Nov 2026 09:00",  # Friday 23 October, then half-term
        "M0001/plus-15/1": "case-opened Wed 4 Nov 2026 09:00",
        "M0001/plus-20/1": "case-opened Wed 11 Nov 2026 09:00",
    }


def test_nobody_named_means_no_request_and_three_questions_then_the_pxm() -> None:
    year = InMemoryYear({"P0001": participant()}, cohort())
    year.at_ten_minutes(at("Wed 7 Oct 2026 09:00"), at("Fri 10 Sep 2027 18:00"))
    assert year.story("chase-mentor-named") == {
        "minus-3/1": "sent Tue 3 Nov 2026 09:00",
        "plus-2/1": "sent Tue 10 Nov 2026 09:00",
        "plus-7/1": "sent Tue 17 Nov 2026 09:00",
        "plus-12/1": "case-opened Tue 24 Nov 2026 09:00",
        "no-mentor/1": "case-opened Fri 10 Sep 2027 09:00",
    }


def test_the_questions_stop_the_moment_somebody_is_named() -> None:
    named = at("Mon 9 Nov 2026 10:00")
    change = becomes(named, "P0001", mentorships=(mentor(named_at=named),))
    year = InMemoryYear({"P0001": participant()}, cohort(), [change])
    year.at_ten_minutes(at("Wed 7 Oct 2026 09:00"), at("Wed 25 Nov 2026 18:00"))
    assert year.story("chase-mentor-named") == {
        "minus-3/1": "sent Tue 3 Nov 2026 09:00",
        "plus-2/1": "skipped: condition-met",
        "plus-7/1": "skipped: condition-met",
        "plus-12/1": "skipped: condition-met",
    }


# -- answered ----------------------------------------------------------------------------------


def test_when_the_mentor_agrees_both_hear_of_it_and_the_ladder_stops() -> None:
    agreed = mentor(request_sent_at=ASKED, accepted_at=at("Thu 15 Oct 2026 11:00"))
    ada = participant(mentorships=(agreed,))
    assert about_mentors(ada, "Thu 22 Oct 2026 09:00") == {
        "mentor-request M0001/1": "skipped condition-met",
        "mentor-welcome M0001/1": "queued",
        "mentor-confirmed M0001/1": "queued",
        "chase-mentor-request M0001/plus-5/1": "skipped condition-met",
        "chase-mentor-request M0001/plus-10/1": "skipped condition-met",
    }


def test_mentors_hear_of_webinars_and_tips_only_once_they_have_agreed() -> None:
    asked, agreed = mentor(request_sent_at=ASKED), mentor(accepted_at=ASKED)
    names = ("mentor-first-discussion 1", "webinar-tomorrow mentor-webinar-1/1")
    now = {names[0]: "Tue 17 Nov 2026 09:00", names[1]: "Wed 11 Nov 2026 09:00"}
    assert {
        (name, said): verdict(participant(mentorships=(whose,)), name, now[name])
        for name in names
        for said, whose in (("asked", asked), ("agreed", agreed))
    } == {
        (names[0], "asked"): "skipped condition-unmet",
        (names[0], "agreed"): "queued",
        (names[1], "asked"): "skipped condition-unmet",
        (names[1], "agreed"): "queued",
    }


def declined(on: str) -> Participant:
    no = mentor(request_sent_at=ASKED, declined_at=at(on), ended_at=at(on))
    return participant(mentorships=(no,), past={("mentor-request", "M0001/1", "M0001"): SENT})


def test_when_the_mentor_declines_the_participant_is_asked_for_another_name() -> None:
    assert about_mentors(declined("Wed 14 Oct 2026 08:00"), "Wed 14 Oct 2026 09:00") == {
        "mentor-none-named M0001/1": "queued"
    }


def test_the_question_after_a_refusal_waits_for_tuesday_to_thursday() -> None:
    assert about_mentors(declined("Fri 16 Oct 2026 10:00"), "Fri 16 Oct 2026 10:00") == {
        "mentor-none-named M0001/1": "held window until Tue 20 Oct 2026 09:00",
        "chase-mentor-request M0001/plus-5/1": "skipped mentor-ended",
    }


def test_the_question_after_a_refusal_is_not_put_if_somebody_else_is_named_by_then() -> None:
    gone = declined("Fri 16 Oct 2026 10:00")
    other = mentor(ref="M0002", named_at=at("Mon 19 Oct 2026 10:00"))
    named = replace(gone, mentorships=(*gone.mentorships, other))
    assert about_mentors(named, "Tue 20 Oct 2026 09:00")["mentor-none-named M0001/1"] == (
        "skipped condition-met"
    )


# -- replaced ----------------------------------------------------------------------------------

REPLACED_AT = at("Mon 26 Oct 2026 10:00")


def replaced(**old: object) -> Participant:
    """Return somebody whose first mentor was replaced on 26 October by a second."""
    first = mentor(request_sent_at=ASKED, ended_at=REPLACED_AT, **old)
    second = mentor(ref="M0002", named_at=REPLACED_AT)
    return participant(mentorships=(first, second))


def test_the_new_mentor_is_asked_in_their_own_name() -> None:
    second = {
        name: moment
        for name, moment in planned(replaced())["M0002"].items()
        if name.startswith("mentor-request")
    }
    assert second == {"mentor-request M0002/1": "Mon 26 Oct 2026 10:00"}


def test_nothing_of_the_first_mentors_year_is_planned_after_the_replacement() -> None:
    assert planned(replaced())["M0001"] == {
        "mentor-request M0001/1": "Wed 7 Oct 2026 09:00",
        "chase-mentor-request M0001/plus-5/1": "Wed 14 Oct 2026 09:00",
        "chase-mentor-request M0001/plus-10/1": "Wed 21 Oct 2026 09:00",
    }


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("mentor-request M0001/1", "Mon 26 Oct 2026 10:00"),
        ("chase-mentor-request M0001/plus-5/1", "Tue 3 Nov 2026 09:00"),
        ("chase-mentor-request M0001/plus-10/1", "Tue 3 Nov 2026 09:00"),
        ("chase-mentor-request M0001/plus-12/1", "Tue 3 Nov 2026 09:00"),
    ],
)
def test_what_was_due_to_or_about_the_first_mentor_and_waited_never_goes(
    name: str, now: str
) -> None:
    assert verdict(replaced(), name, now) == "skipped mentor-ended"


def test_a_welcome_that_waited_over_the_weekend_does_not_go_to_who_left_on_sunday() -> None:
    left = mentor(
        request_sent_at=ASKED,
        accepted_at=at("Sat 10 Oct 2026 20:00"),
        ended_at=at("Sun 11 Oct 2026 15:00"),
    )
    assert about_mentors(participant(mentorships=(left,)), "Mon 12 Oct 2026 09:00") == {
        "mentor-request M0001/1": "skipped mentor-ended",
        "mentor-welcome M0001/1": "skipped mentor-ended",
        "mentor-confirmed M0001/1": "skipped mentor-ended",
    }


def test_a_new_mentor_gets_only_what_is_still_of_use() -> None:
    named = at("Mon 1 Mar 2027 10:00")
    late = mentor(ref="M0002", named_at=named, accepted_at=at("Mon 1 Mar 2027 11:00"))
    first = mentor(request_sent_at=ASKED, accepted_at=ASKED, ended_at=named)
    year = InMemoryYear({"P0001": participant(mentorships=(first, late))}, cohort())
    year.at_ten_minutes(at("Mon 1 Mar 2027 11:00"), at("Fri 12 Mar 2027 18:00"))
    assert year.sent_to("M0002") == [
        ("Mon 1 Mar 2027 11:00", ["webinar-week-ahead"]),  # of 25 Feb, about 4 Mar
        ("Mon 1 Mar 2027 11:00", ["mentor-hand-over"]),  # instead of mentor-midpoint of 23 Feb
        ("Wed 3 Mar 2027 09:00", ["webinar-tomorrow"]),
    ]


def test_a_mentor_named_anew_after_another_is_asked_anew() -> None:
    first = mentor(ended_at=at("Mon 12 Oct 2026 09:00"))
    other = mentor(ref="M0002", ended_at=at("Wed 14 Oct 2026 09:00"))
    again = mentor(named_at=at("Wed 14 Oct 2026 09:00"))
    ada = participant(
        mentorships=(first, other, again),
        past={
            ("mentor-request", "M0001/1", "M0001"): PastRow("skipped"),
            ("mentor-request", "M0002/1", "M0002"): PastRow("skipped"),
        },
    )
    requests = {
        name: what
        for name, what in verdicts(ada, "Thu 15 Oct 2026 09:00").items()
        if name.startswith("mentor-request")
    }
    assert requests == {"mentor-request M0001/2": "queued"}


def test_the_first_naming_of_a_mentor_who_was_named_anew_asks_nobody_twice() -> None:
    first = mentor(ended_at=at("Mon 12 Oct 2026 09:00"))
    again = mentor(named_at=at("Wed 14 Oct 2026 09:00"))
    ada = participant(mentorships=(first, again))
    assert verdict(ada, "mentor-request M0001/1", "Thu 15 Oct 2026 09:00") == "skipped mentor-ended"


# -- lost --------------------------------------------------------------------------------------


def lost(on: str, because: str = "resigned", **changes: object) -> Participant:
    """Return somebody whose mentor had agreed and was lost on this day, 11:00."""
    gone = mentor(
        request_sent_at=ASKED, accepted_at=ASKED, ended_at=at(f"{on} 11:00"), ended_because=because
    )
    return participant(mentorships=(gone,), **changes)


def after_the_loss(person: Participant) -> dict[str, str]:
    """Return what is planned about the loss, but for what the mentor gets."""
    about = ("mentor-none-named M0001", "chase-new-mentor")
    everything = planned(person).values()
    return {n: t for names in everything for n, t in names.items() if n.startswith(about)}


@pytest.mark.parametrize("because", ["resigned", "replaced"])
def test_who_has_lost_a_mentor_is_asked_at_once_and_the_pxm_after_ten_working_days(
    because: str,
) -> None:
    assert after_the_loss(lost("Mon 1 Mar 2027", because)) == {
        "mentor-none-named M0001/1": "Mon 1 Mar 2027 11:00",
        "chase-new-mentor M0001/plus-10/1": "Mon 15 Mar 2027 09:00",
        "chase-new-mentor M0001/last-weeks/1": "Wed 25 Aug 2027 09:00",
    }


def test_in_the_last_six_weeks_the_pxm_has_it_at_once() -> None:
    ada = lost("Mon 13 Sep 2027")
    rungs_due = verdicts(ada, "Mon 13 Sep 2027 11:00")
    assert rungs_due["chase-new-mentor M0001/last-weeks/1"] == "case-opened"


@pytest.mark.parametrize("because", ["withdrawn", "deferred", "silenced"])
def test_other_ends_of_a_mentorship_leave_nobody_to_look(because: str) -> None:
    assert after_the_loss(lost("Mon 1 Mar 2027", because)) == {}


def test_on_a_break_the_question_and_the_clock_wait_for_the_return() -> None:
    away = Pause(day("Mon 22 Feb 2027"), day("Mon 12 Apr 2027"))
    planned_then = after_the_loss(lost("Mon 1 Mar 2027", pauses=(away,)))
    assert planned_then["mentor-none-named M0001/1"] == "Mon 12 Apr 2027 09:00"
    assert planned_then["chase-new-mentor M0001/plus-10/1"] == "Mon 26 Apr 2027 09:00"

    open_end = Pause(day("Mon 22 Feb 2027"))
    assert after_the_loss(lost("Mon 1 Mar 2027", pauses=(open_end,))) == {}


def test_a_sign_off_outlives_the_mentor() -> None:
    signed = mentor(
        request_sent_at=ASKED,
        accepted_at=ASKED,
        signed_off_at=at("Mon 6 Sep 2027 10:00"),
        ended_at=at("Mon 13 Sep 2027 11:00"),
        ended_because="resigned",
    )
    told_then = verdicts(participant(mentorships=(signed,)), "Tue 14 Sep 2027 11:00")
    assert told_then["mentor-none-named M0001/1"] == "skipped condition-met"
    assert told_then["chase-new-mentor M0001/last-weeks/1"] == "skipped condition-met"
