"""A webinar is cancelled, or its recording is published: who is told, and what stops."""

from __future__ import annotations

from typing import Any

import pytest
from fact_changes import Change, becomes, moves, records
from in_memory_year import InMemoryYear
from people import at, cohort, complete, day, mentor, participant

from ats.planning.facts import Participant

BEGINS, ENDS = at("Wed 2 Sep 2026 12:00"), at("Mon 1 Mar 2027 18:00")
STOPPED = "cancelled: no-longer-planned"


def year(*changes: Change, people: dict[str, Participant] | None = None, **facts: Any) -> Any:
    """Return the year of P0001, at ten-minute ticks, in which these things happen."""
    known = people or {"P0001": participant(**facts)}
    story = InMemoryYear(known, cohort(as_of=day("Mon 6 Mar 2028")), list(changes))
    return story.at_ten_minutes(BEGINS, ENDS)


def about(step: str, one: InMemoryYear, webinar: str = "webinar-3", **who: str) -> dict[str, str]:
    """Return what became of a step about a webinar."""
    return {name: said for name, said in one.story(step, **who).items() if webinar in name}


def cancelled(when: str, webinar: str = "webinar-3") -> Change:
    return moves(at(when), webinar, None)


def test_whoever_knew_of_it_gets_one_notice_and_no_reminder() -> None:
    one = year(cancelled("Mon 25 Jan 2027 10:05"))

    assert about("webinar-cancelled", one) == {"webinar-3/1": "sent Mon 25 Jan 2027 10:10"}
    assert about("webinar-week-ahead", one) == {"webinar-3/1": "sent Wed 20 Jan 2027 09:00"}
    assert about("webinar-tomorrow", one) == {}


def test_a_reminder_that_waits_is_cancelled() -> None:
    """It was held while the cohort was paused."""
    paused = becomes(at("Tue 19 Jan 2027 10:05"), None, status="paused")
    resumed = becomes(at("Mon 25 Jan 2027 10:15"), None, status="live")

    one = year(paused, cancelled("Mon 25 Jan 2027 10:05"), resumed)

    assert about("webinar-week-ahead", one) == {"webinar-3/1": STOPPED}
    assert about("webinar-cancelled", one) == {"webinar-3/1": "sent Mon 25 Jan 2027 10:20"}


def test_a_move_that_nobody_was_told_is_not_told_after_the_cancellation() -> None:
    moved = moves(at("Mon 25 Jan 2027 10:01"), "webinar-3", at("Fri 29 Jan 2027 16:30"))

    one = year(moved, cancelled("Mon 25 Jan 2027 10:05"))

    assert about("webinar-moved", one) == {"webinar-3/1": "superseded"}
    assert about("webinar-cancelled", one) == {"webinar-3/1": "sent Mon 25 Jan 2027 10:10"}


def test_whoever_was_told_nothing_yet_is_not_told_that_it_is_cancelled() -> None:
    one = year(cancelled("Mon 12 Oct 2026 10:05"), joined_on=day("Mon 26 Oct 2026"))

    assert about("webinar-cancelled", one) == {"webinar-3/1": "skipped: late-joiner"}


def test_a_corrected_recording_goes_once_more_to_whoever_was_sent_the_old_address() -> None:
    """Its address is corrected on the Monday."""
    one = year(
        records(at("Fri 29 Jan 2027 10:05"), "webinar-3"),
        records(at("Mon 1 Feb 2027 10:05"), "webinar-3"),
    )

    assert one.story("webinar-recording") == {
        "webinar-3/1": "sent Fri 29 Jan 2027 10:10",
        "webinar-3/2": "sent Mon 1 Feb 2027 10:10",
    }


def test_corrected_before_it_went_a_recording_goes_once() -> None:
    """Published on a Saturday, corrected on the Sunday, and sent on the Monday."""
    one = year(
        records(at("Sat 30 Jan 2027 10:05"), "webinar-3"),
        records(at("Sun 31 Jan 2027 10:05"), "webinar-3"),
    )

    assert one.story("webinar-recording") == {"webinar-3/1": "sent Mon 1 Feb 2027 09:00"}


def test_an_address_that_is_corrected_and_taken_back_before_a_tick_is_told_to_nobody() -> None:
    old, new = "https://video.example/old", "https://video.example/new"
    one = year(
        records(at("Fri 29 Jan 2027 10:05"), "webinar-3", old),
        records(at("Mon 1 Feb 2027 10:05"), "webinar-3", new),
        records(at("Mon 1 Feb 2027 10:06"), "webinar-3", old),
    )

    assert one.story("webinar-recording") == {"webinar-3/1": "sent Fri 29 Jan 2027 10:10"}


def test_an_address_that_changes_twice_at_a_weekend_is_told_once() -> None:
    one = year(
        records(at("Fri 29 Jan 2027 10:05"), "webinar-3"),
        records(at("Sat 30 Jan 2027 10:05"), "webinar-3"),
        records(at("Sun 31 Jan 2027 10:05"), "webinar-3"),
    )

    assert one.story("webinar-recording") == {
        "webinar-3/1": "sent Fri 29 Jan 2027 10:10",
        "webinar-3/2": "cancelled: no-longer-planned",
        "webinar-3/3": "sent Mon 1 Feb 2027 09:00",
    }


@pytest.mark.parametrize(
    ("published", "said"),
    [
        ("Fri 29 Jan 2027 17:55", "sent Mon 1 Feb 2027 09:00"),
        ("Sat 30 Jan 2027 11:05", "sent Mon 1 Feb 2027 09:00"),
        ("Mon 15 Feb 2027 11:05", "sent Mon 15 Feb 2027 11:10"),  # half-term: people are away
    ],
)
def test_a_recording_goes_in_office_hours_and_in_half_term(published: str, said: str) -> None:
    one = year(records(at(published), "webinar-3"))

    assert one.story("webinar-recording") == {"webinar-3/1": said}


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"opted_out": frozenset({("P0001", "webinar")})}, "skipped: opted-out"),
        ({"sections": complete("submission")}, "skipped: submitted"),
        ({"joined_on": day("Mon 8 Feb 2027")}, "skipped: late-joiner"),
        ({"suppressed": {"P0001": at("Mon 5 Oct 2026 09:00")}}, "skipped: suppressed"),
    ],
    ids=("opted out", "submitted", "joined later", "no address"),
)
def test_who_gets_no_recording(facts: Any, said: str) -> None:
    """Who joins later finds it in the catch-up e-mail."""
    one = year(records(at("Fri 29 Jan 2027 10:05"), "webinar-3"), **facts)

    assert one.story("webinar-recording") == {"webinar-3/1": said}


def test_an_outage_of_ten_working_days_ends_the_use_of_a_recording() -> None:
    """Published on Fri 29 Jan 2027: Fri 12 Feb is the last of them."""
    known = InMemoryYear(
        {ref: participant(id=n, ref=ref) for n, ref in enumerate(("P0001", "P0002"), start=1)},
        cohort(as_of=day("Mon 6 Mar 2028")),
        [records(at("Fri 29 Jan 2027 10:05"), "webinar-3")],
    )
    known.at([BEGINS, at("Thu 28 Jan 2027 09:00"), at("Fri 12 Feb 2027 09:00")])
    late = InMemoryYear(known.people, known.cohort).at([at("Mon 15 Feb 2027 09:00")])

    assert known.story("webinar-recording") == {"webinar-3/1": "sent Fri 12 Feb 2027 09:00"}
    assert late.story("webinar-recording") == {"webinar-3/1": "expired"}


def test_a_mentor_of_two_gets_one_recording_and_one_who_has_not_agreed_none() -> None:
    agreed, silent = mentor(accepted_at=at("Mon 12 Oct 2026 08:00")), mentor(ref="M0002")
    mentors = {"P0001": agreed, "P0002": agreed, "P0003": silent}
    one = year(
        records(at("Fri 13 Nov 2026 10:05"), "mentor-webinar-1"),
        people={
            ref: participant(id=n, ref=ref, mentorships=(known,))
            for n, (ref, known) in enumerate(mentors.items(), start=1)
        },
    )

    recordings = [message for message in one.messages if "webinar-recording" in str(message.rows)]
    assert [(m.recipient, len(m.rows)) for m in recordings] == [("M0001", 2)]
    assert one.story("webinar-recording", ref="P0003") == {
        "mentor-webinar-1/1": "skipped: condition-unmet"
    }
