"""A webinar moves: one notice to whoever was told the old time, and reminders for the new one.

Webinar 3 is on Wed 27 Jan 2027 at 16:30; its reminders go on Wed 20 Jan and Tue 26 Jan at 09:00.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from fact_changes import Change, becomes, moves
from in_memory_year import InMemoryYear
from people import (
    WEBINARS,
    at,
    cohort,
    complete,
    day,
    mentor,
    participant,
    timeline,
    verdict,
)

from ats.planning.facts import Participant, PastRow, Pause

BEGINS, ENDS = at("Wed 2 Sep 2026 12:00"), at("Mon 1 Mar 2027 18:00")
OLD, NEW, LATER = "Wed 27 Jan 2027 16:30", "Fri 29 Jan 2027 16:30", "Wed 10 Feb 2027 16:30"
SENT_BOTH = {
    "webinar-3/1": "sent Wed 20 Jan 2027 09:00",
    "webinar-3/2": "sent Wed 3 Feb 2027 09:00",
}


def moved(when: str, to: str) -> Change:
    return moves(at(when), "webinar-3", at(to))


def year(*changes: Change, people: dict[str, Participant] | None = None, **facts: Any) -> Any:
    """Return the year of P0001, at ten-minute ticks, in which these things happen."""
    known = people or {"P0001": participant(**facts)}
    story = InMemoryYear(known, cohort(as_of=day("Mon 6 Mar 2028")), list(changes))
    return story.at_ten_minutes(BEGINS, ENDS)


def about(step: str, one: InMemoryYear, webinar: str = "webinar-3", **who: str) -> dict[str, str]:
    """Return what became of a step about a webinar."""
    return {name: said for name, said in one.story(step, **who).items() if webinar in name}


def test_two_days_before_one_notice_goes_and_the_link_comes_the_day_before() -> None:
    one = year(moved("Mon 25 Jan 2027 10:05", NEW))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Mon 25 Jan 2027 10:10"}
    assert about("webinar-week-ahead", one) == {
        "webinar-3/1": "sent Wed 20 Jan 2027 09:00",
        "webinar-3/2": "skipped: in-notice",  # due on the 22nd, before the move
    }
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "sent Thu 28 Jan 2027 09:00"}


def test_a_reminder_that_went_is_repeated_once_for_a_date_far_ahead() -> None:
    one = year(moved("Mon 25 Jan 2027 10:05", LATER))

    assert about("webinar-week-ahead", one) == SENT_BOTH
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "sent Tue 9 Feb 2027 09:00"}


def test_reminders_that_had_not_gone_go_for_the_new_date_only() -> None:
    one = year(moved("Mon 12 Oct 2026 10:05", LATER))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Mon 12 Oct 2026 10:10"}
    assert about("webinar-week-ahead", one) == {"webinar-3/1": "sent Wed 3 Feb 2027 09:00"}
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "sent Tue 9 Feb 2027 09:00"}


def test_within_a_day_the_notice_is_the_reminder() -> None:
    one = year(moved("Wed 27 Jan 2027 10:05", "Thu 28 Jan 2027 09:30"))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Wed 27 Jan 2027 10:10"}
    assert about("webinar-week-ahead", one)["webinar-3/2"] == "skipped: in-notice"
    assert about("webinar-tomorrow", one)["webinar-3/2"] == "skipped: in-notice"


def test_a_day_and_more_before_the_start_the_reminder_still_goes() -> None:
    one = year(moved("Wed 27 Jan 2027 15:55", NEW))

    assert about("webinar-tomorrow", one) == {
        "webinar-3/1": "sent Tue 26 Jan 2027 09:00",
        "webinar-3/2": "sent Thu 28 Jan 2027 09:00",
    }


def test_a_reminder_due_after_the_notice_but_within_the_day_does_not_go() -> None:
    one = year(moved("Tue 26 Jan 2027 08:35", "Wed 27 Jan 2027 08:30"))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Tue 26 Jan 2027 08:40"}
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "skipped: in-notice"}


def test_the_notice_is_no_reminder_where_the_link_is_missing_still() -> None:
    """Otherwise the link would never come."""
    nowhere = tuple(replace(w, join_url=None) for w in WEBINARS)
    given = Change(
        at("Wed 27 Jan 2027 15:05"),
        None,
        lambda facts: replace(
            facts,
            webinars=tuple(replace(w, join_url="https://meet.example/3") for w in facts.webinars),
        ),
    )
    story = InMemoryYear(
        {"P0001": participant()},
        cohort(as_of=day("Mon 6 Mar 2028"), webinars=nowhere),
        [moved("Wed 27 Jan 2027 10:05", "Wed 27 Jan 2027 17:30"), given],
    ).at_ten_minutes(BEGINS, ENDS)

    assert about("webinar-moved", story) == {"webinar-3/1": "sent Wed 27 Jan 2027 10:10"}
    assert about("webinar-tomorrow", story) == {"webinar-3/1": "sent Wed 27 Jan 2027 15:10"}


def test_moved_twice_before_anybody_was_told_one_notice_goes_about_the_last() -> None:
    one = year(moved("Mon 25 Jan 2027 10:01", NEW), moved("Mon 25 Jan 2027 10:05", LATER))

    assert about("webinar-moved", one) == {
        "webinar-3/1": "superseded",
        "webinar-3/2": "sent Mon 25 Jan 2027 10:10",
    }
    assert about("webinar-week-ahead", one) == SENT_BOTH


def test_moved_again_after_the_notice_another_goes() -> None:
    one = year(moved("Mon 25 Jan 2027 10:01", NEW), moved("Mon 25 Jan 2027 10:55", LATER))

    assert about("webinar-moved", one) == {
        "webinar-3/1": "sent Mon 25 Jan 2027 10:10",
        "webinar-3/2": "sent Mon 25 Jan 2027 11:00",
    }
    assert about("webinar-week-ahead", one) == {
        "webinar-3/1": "sent Wed 20 Jan 2027 09:00",
        "webinar-3/2": "skipped: in-notice",
        "webinar-3/3": "sent Wed 3 Feb 2027 09:00",
    }


def test_moved_back_before_anybody_was_told_nobody_is_told() -> None:
    one = year(moved("Mon 25 Jan 2027 10:01", NEW), moved("Mon 25 Jan 2027 10:05", OLD))

    assert about("webinar-moved", one) == {
        "webinar-3/1": "superseded",
        "webinar-3/2": "skipped: condition-unmet",
    }
    assert about("webinar-week-ahead", one) == {"webinar-3/1": "sent Wed 20 Jan 2027 09:00"}
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "sent Tue 26 Jan 2027 09:00"}


def test_moved_back_after_they_were_told_they_are_told_again() -> None:
    one = year(moved("Mon 25 Jan 2027 10:01", NEW), moved("Mon 25 Jan 2027 11:05", OLD))

    assert list(about("webinar-moved", one).values()) == [
        "sent Mon 25 Jan 2027 10:10",
        "sent Mon 25 Jan 2027 11:10",
    ]
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "sent Tue 26 Jan 2027 09:00"}


def test_a_notice_goes_in_the_night_and_on_a_bank_holiday() -> None:
    one = year(
        moved("Fri 25 Dec 2026 22:05", NEW), moves(at("Sun 17 Jan 2027 03:05"), "webinar-3", None)
    )

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Fri 25 Dec 2026 22:10"}
    assert about("webinar-cancelled", one) == {"webinar-3/1": "sent Sun 17 Jan 2027 03:10"}


def test_one_who_was_told_nothing_yet_gets_no_notice() -> None:
    """The agenda goes on the next working day, and gives the new time."""
    one = year(moved("Wed 2 Sep 2026 13:05", NEW))

    assert about("webinar-moved", one) == {"webinar-3/1": "skipped: condition-unmet"}
    assert about("webinar-week-ahead", one) == {"webinar-3/1": "sent Fri 22 Jan 2027 09:00"}


def test_who_joined_after_the_move_is_told_the_new_time_only() -> None:
    one = year(moved("Mon 12 Oct 2026 10:05", NEW), joined_on=day("Mon 26 Oct 2026"))

    assert about("webinar-moved", one) == {"webinar-3/1": "skipped: late-joiner"}
    assert about("webinar-week-ahead", one) == {"webinar-3/1": "sent Fri 22 Jan 2027 09:00"}


def test_who_joined_before_the_move_knows_the_old_time_by_the_catch_up() -> None:
    one = year(moved("Mon 9 Nov 2026 10:05", NEW), joined_on=day("Mon 26 Oct 2026"))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Mon 9 Nov 2026 10:10"}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"opted_out": frozenset({("P0001", "webinar")})}, "sent Mon 25 Jan 2027 10:10"),
        ({"sections": complete("submission")}, "sent Mon 25 Jan 2027 10:10"),
        ({"silenced": True}, "skipped: silenced"),
        ({"status": "withdrawn"}, "skipped: withdrawn"),
        ({"suppressed": {"P0001": at("Mon 5 Oct 2026 09:00")}}, "skipped: suppressed"),
        ({"parked": True}, "expired"),  # as the webinar begins
        ({"pauses": (Pause(day("Mon 18 Jan 2027"), day("Mon 8 Feb 2027")),)}, "expired"),
        ({"pauses": (Pause(day("Mon 18 Jan 2027")),)}, "expired"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_who_gets_a_notice_though_they_get_little_else(facts: Any, said: str) -> None:
    """Whoever switched e-mails about webinars off, or has submitted, still holds the old time."""
    first = becomes(at("Thu 14 Jan 2027 08:00"), "P0001", **facts)

    one = year(first, moved("Mon 25 Jan 2027 10:05", NEW))

    assert about("webinar-moved", one) == {"webinar-3/1": said}


def test_reminders_count_on_no_notice_that_waits_and_expires() -> None:
    parked = becomes(at("Thu 21 Jan 2027 08:00"), "P0001", parked=True)

    one = year(parked, moved("Mon 25 Jan 2027 10:05", "Wed 27 Jan 2027 17:30"))

    assert about("webinar-moved", one) == {"webinar-3/1": "expired"}
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "expired"}


def test_in_trial_and_in_a_pause_the_notice_waits() -> None:
    paused = becomes(at("Thu 21 Jan 2027 08:00"), None, status="paused")
    resumed = becomes(at("Tue 26 Jan 2027 10:05"), None, status="live")

    one = year(paused, moved("Mon 25 Jan 2027 10:05", LATER), resumed)

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Tue 26 Jan 2027 10:10"}


def back_on(when: str) -> Change:
    """Return the break of P0001 from Mon 18 January to this day, agreed on before."""
    away = Pause(day("Mon 18 Jan 2027"), day(when))
    return becomes(at("Thu 14 Jan 2027 08:00"), "P0001", pauses=(away,))


def test_in_a_break_the_notice_waits_for_the_morning_of_return_and_reminders_follow() -> None:
    one = year(back_on("Thu 28 Jan 2027"), moved("Mon 25 Jan 2027 10:05", LATER))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Thu 28 Jan 2027 09:00"}
    assert about("webinar-week-ahead", one) == {
        "webinar-3/1": "skipped: paused-out",
        "webinar-3/2": "sent Wed 3 Feb 2027 09:00",
    }
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "sent Tue 9 Feb 2027 09:00"}


def test_of_several_moves_in_a_break_the_last_is_told_and_none_if_it_is_back_where_it_was() -> None:
    moves_twice = (moved("Mon 25 Jan 2027 10:05", LATER), moved("Tue 26 Jan 2027 10:05", NEW))
    back_again = (moved("Mon 25 Jan 2027 10:05", LATER), moved("Tue 26 Jan 2027 10:05", OLD))

    assert about("webinar-moved", year(back_on("Thu 28 Jan 2027"), *moves_twice)) == {
        "webinar-3/1": "superseded",
        "webinar-3/2": "sent Thu 28 Jan 2027 09:00",
    }
    assert about("webinar-moved", year(back_on("Wed 27 Jan 2027"), *back_again)) == {
        "webinar-3/1": "superseded",
        "webinar-3/2": "skipped: condition-unmet",
    }


def test_in_a_break_that_a_person_ends_the_notice_waits_until_then() -> None:
    one = year(
        becomes(at("Thu 14 Jan 2027 08:00"), "P0001", pauses=(Pause(day("Mon 18 Jan 2027")),)),
        moved("Mon 25 Jan 2027 10:05", NEW),
        back_on("Thu 28 Jan 2027"),
    )

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Thu 28 Jan 2027 09:00"}


def test_a_cancellation_waits_for_the_end_of_a_break_too() -> None:
    gone = moves(at("Thu 21 Jan 2027 22:05"), "webinar-3", None)

    in_time = year(back_on("Mon 25 Jan 2027"), gone)
    too_late = year(back_on("Thu 28 Jan 2027"), gone)

    assert about("webinar-cancelled", in_time) == {"webinar-3/1": "sent Mon 25 Jan 2027 09:00"}
    assert about("webinar-cancelled", too_late) == {"webinar-3/1": "expired"}


def test_moved_forward_whoever_is_back_in_between_still_hears_of_it() -> None:
    """The time that they know is ahead, though nothing is there any more."""
    one = year(back_on("Tue 26 Jan 2027"), moved("Wed 20 Jan 2027 10:05", "Mon 25 Jan 2027 16:30"))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Tue 26 Jan 2027 09:00"}
    assert set(about("webinar-tomorrow", one).values()) == {"skipped: paused-out"}


def test_a_notice_held_by_a_break_says_until_when_even_in_the_night_of_return() -> None:
    facts = moves(at("Mon 25 Jan 2027 10:05"), "webinar-3", at(LATER)).apply(cohort())
    person = participant(
        pauses=(
            Pause(day("Mon 18 Jan 2027"), day("Tue 26 Jan 2027")),
            Pause(day("Tue 26 Jan 2027"), day("Thu 28 Jan 2027")),
        ),
        past={("agenda-published", "1", "P0001"): PastRow("sent", at("Thu 3 Sep 2026 09:00"))},
    )

    waits = "held paused until Thu 28 Jan 2027 09:00"
    for now in ("Mon 25 Jan 2027 10:10", "Tue 26 Jan 2027 12:00", "Thu 28 Jan 2027 00:10"):
        assert verdict(person, "webinar-moved webinar-3/1", now, facts) == waits
    assert verdict(person, "webinar-moved webinar-3/1", "Thu 28 Jan 2027 09:00", facts) == "queued"


def test_a_mentor_hears_at_once_though_their_mentee_is_on_a_break() -> None:
    away = Pause(day("Mon 26 Oct 2026"), day("Mon 30 Nov 2026"))
    known = participant(
        mentorships=(mentor(accepted_at=at("Mon 12 Oct 2026 08:00")),), pauses=(away,)
    )
    one = year(
        moves(at("Mon 2 Nov 2026 10:05"), "mentor-webinar-1", at("Tue 17 Nov 2026 16:30")),
        people={"P0001": known},
    )

    assert about("webinar-moved", one, webinar="mentor-webinar-1") == {
        "mentor-webinar-1/1": "sent Mon 2 Nov 2026 10:10"
    }


def test_a_reminder_in_a_break_does_not_make_somebody_think_it_moved() -> None:
    """It does not go; the next move, before they are back, quotes the time that they know."""
    one = year(
        back_on("Tue 2 Feb 2027"),
        moved("Mon 25 Jan 2027 10:05", LATER),
        moved("Mon 1 Feb 2027 10:05", "Thu 11 Feb 2027 16:30"),
    )

    assert about("webinar-moved", one) == {
        "webinar-3/1": "superseded",
        "webinar-3/2": "sent Tue 2 Feb 2027 09:00",
    }
    assert about("webinar-week-ahead", one) == {
        "webinar-3/1": "skipped: paused-out",
        "webinar-3/2": "sent Thu 4 Feb 2027 09:00",
    }


def test_a_mentor_of_two_gets_one_notice() -> None:
    known = {
        ref: participant(id=n, ref=ref, mentorships=(mentor(accepted_at=at(accepted)),))
        for n, (ref, accepted) in enumerate(
            {"P0001": "Mon 12 Oct 2026 08:00", "P0002": "Mon 9 Nov 2026 08:00"}.items(), start=1
        )
    }
    one = year(
        moves(at("Mon 2 Nov 2026 10:05"), "mentor-webinar-1", at("Tue 17 Nov 2026 16:30")),
        moves(at("Fri 13 Nov 2026 10:05"), "mentor-webinar-1", at("Thu 19 Nov 2026 16:30")),
        people=known,
    )

    notices = [message for message in one.sent_to("M0001") if "webinar-moved" in message[1]]
    assert notices == [
        ("Mon 2 Nov 2026 10:10", ["webinar-moved"]),
        ("Fri 13 Nov 2026 10:10", ["webinar-moved", "webinar-moved"]),
    ]


def test_participants_hear_nothing_of_a_mentor_webinar() -> None:
    one = year(moves(at("Mon 2 Nov 2026 10:05"), "mentor-webinar-1", at("Tue 17 Nov 2026 16:30")))

    assert one.story("webinar-moved") == {}


def test_who_is_back_within_a_day_of_the_new_time_has_the_notice_for_a_reminder() -> None:
    one = year(back_on("Thu 28 Jan 2027"), moved("Mon 25 Jan 2027 10:05", "Fri 29 Jan 2027 08:00"))

    assert about("webinar-moved", one) == {"webinar-3/1": "sent Thu 28 Jan 2027 09:00"}
    assert about("webinar-tomorrow", one) == {"webinar-3/1": "skipped: in-notice"}


def test_a_reminder_that_went_before_a_delayed_notice_does_not_replace_it() -> None:
    """The mail server put the notice off; the reminder gave the new time, and not that it moved."""
    facts = moves(at("Mon 25 Jan 2027 10:05"), "webinar-3", at(NEW)).apply(cohort())
    past = {
        ("agenda-published", "1", "P0001"): PastRow("sent", at("Thu 3 Sep 2026 09:00")),
        ("webinar-moved", "webinar-3/1", "P0001"): PastRow("queued"),
        ("webinar-tomorrow", "webinar-3/1", "P0001"): PastRow("sent", at("Thu 28 Jan 2027 09:00")),
    }
    person, webinar = participant(past=past), timeline(facts).webinars["webinar-3"]

    assert verdict(person, "webinar-moved webinar-3/1", "Thu 28 Jan 2027 09:10", facts) == "queued"
    assert timeline(facts).tellings.told_start(person, "P0001", webinar) == at(OLD)


@pytest.mark.parametrize(
    ("in_message", "said"),
    [(True, "held parked until Mon 25 Jan 2027 10:20"), (False, "skipped condition-unmet")],
)
def test_a_notice_waits_for_what_is_on_its_way_with_the_old_time(
    in_message: bool, said: str
) -> None:
    facts = moves(at("Mon 25 Jan 2027 10:05"), "webinar-3", at(NEW)).apply(cohort())
    agenda = PastRow("queued", in_message=in_message)
    person = participant(past={("agenda-published", "1", "P0001"): agenda})

    assert verdict(person, "webinar-moved webinar-3/1", "Mon 25 Jan 2027 10:10", facts) == said
