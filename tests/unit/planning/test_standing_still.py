"""Who counts as stalled: working days without movement, counted to the newest export."""

from __future__ import annotations

from dataclasses import replace

import pytest
from people import at, cohort, complete, day, participant, started, timeline

from ats.planning import stall
from ats.planning.facts import Participant, Pause


def moved(on: str, **changes: object) -> Participant:
    """Return somebody whose portfolio last moved on a day."""
    return participant(sections=started("pdp", on=on), **changes)


def still(person: Participant, as_of: str) -> int:
    return stall.days_still(timeline(cohort(as_of=day(as_of))), person)


@pytest.mark.parametrize(
    ("last", "as_of", "days"),
    [
        ("Mon 11 Jan 2027", "Mon 11 Jan 2027", 0),
        ("Mon 11 Jan 2027", "Tue 12 Jan 2027", 0),  # known up to the night before
        ("Mon 11 Jan 2027", "Wed 13 Jan 2027", 1),
        ("Fri 15 Jan 2027", "Mon 18 Jan 2027", 0),  # a weekend
        ("Mon 11 Jan 2027", "Mon 1 Feb 2027", 14),
        ("Mon 11 Jan 2027", "Tue 2 Feb 2027", 15),
        ("Fri 18 Dec 2026", "Tue 5 Jan 2027", 0),  # Christmas
        ("Thu 17 Dec 2026", "Wed 6 Jan 2027", 2),
        ("Fri 12 Feb 2027", "Mon 22 Feb 2027", 0),  # half-term
        ("Fri 9 Jul 2027", "Mon 6 Sep 2027", 0),  # the summer
    ],
)
def test_only_whole_working_days_between_movement_and_export_count(
    last: str, as_of: str, days: int
) -> None:
    assert still(moved(last), as_of) == days


@pytest.mark.parametrize(
    ("nation", "days"), [("england", 10), ("wales", 10), ("scotland", 7), ("northern-ireland", 13)]
)
def test_the_working_days_are_those_of_the_persons_nation(nation: str, days: int) -> None:
    # Friday 5 to Monday 1 March: England 15–19, Wales 8–12, Scotland 8–17, NI 11–12 February
    assert still(moved("Fri 5 Feb 2027", nation=nation), "Mon 1 Mar 2027") == days


def test_it_is_counted_to_the_export_and_never_to_now() -> None:
    facts = cohort(as_of=day("Tue 2 Feb 2027"))
    ada = moved("Mon 11 Jan 2027")
    assert [
        stall.stands_still(timeline(facts), ada, 15, day(today))
        for today in ("Tue 2 Feb 2027", "Tue 9 Feb 2027")
    ] == [True, True]
    assert not stall.stands_still(timeline(facts), ada, 16, day("Tue 9 Feb 2027"))


def test_who_never_began_is_counted_from_the_start_or_from_joining_if_that_was_later() -> None:
    late, early = day("Tue 3 Nov 2026"), day("Wed 2 Sep 2026")
    assert [
        still(participant(joined_on=joined), "Mon 16 Nov 2026") for joined in (early, late)
    ] == [24, 8]


@pytest.mark.parametrize(
    ("workdays", "last", "expected"),
    [
        (15, "Tue 12 Jan 2027", False),  # 14
        (15, "Mon 11 Jan 2027", True),  # 15
        (30, "Mon 7 Dec 2026", False),  # 29
        (30, "Fri 4 Dec 2026", True),  # 30
    ],
)
def test_amber_is_fifteen_days_and_red_thirty(workdays: int, last: str, expected: bool) -> None:
    facts = cohort(as_of=day("Tue 2 Feb 2027"))
    ada = moved(last)
    assert stall.stands_still(timeline(facts), ada, workdays, day("Wed 3 Feb 2027")) == expected


def test_nobody_is_stalled_while_everything_due_so_far_is_complete() -> None:
    done = complete("first-observation", "about-you", "self-assessment", "pdp", on="Fri 4 Dec 2026")
    facts = cohort(as_of=day("Mon 1 Mar 2027"))
    today = day("Tue 2 Mar 2027")
    assert [
        stall.stands_still(timeline(facts), participant(sections=sections), 15, today)
        for sections in (done, {**done, **started("pdp", on="Fri 4 Dec 2026")})
    ] == [False, True]


@pytest.mark.parametrize(
    ("as_of", "overdue"),
    [
        ("Fri 15 Jan 2027", ["first-observation"]),  # 00:00 of the day on which the PDP is due
        ("Sat 16 Jan 2027", ["first-observation", "pdp"]),
        ("Wed 6 Oct 2027", ["first-observation", "pdp", "diary-and-coaching", "project-impact",
                            "final-observation"]),
    ],
)  # fmt: skip
def test_what_is_overdue_is_judged_at_the_export_and_leaves_mentors_and_submission_out(
    as_of: str, overdue: list[str]
) -> None:
    assert stall.overdue(timeline(cohort(as_of=day(as_of))), participant()) == overdue


def test_a_late_joiner_is_never_late_for_what_was_due_before_they_came() -> None:
    spring = participant(joined_on=day("Thu 1 Apr 2027"))
    assert stall.overdue(timeline(cohort(as_of=day("Mon 3 May 2027"))), spring) == []


def test_an_extension_counts() -> None:
    extended = participant(extensions={"first-observation": at("Fri 26 Feb 2027 17:00")})
    assert stall.overdue(timeline(cohort(as_of=day("Mon 22 Feb 2027"))), extended) == ["pdp"]


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        ("Mon 15 Mar 2027", True),  # ten working days after Monday 1 March
        ("Tue 16 Mar 2027", False),  # the state is unknown
    ],
)
def test_on_old_data_nobodys_state_is_known(today: str, expected: bool) -> None:
    facts = cohort(as_of=day("Mon 1 Mar 2027"))
    ada = moved("Mon 11 Jan 2027")
    assert stall.stands_still(timeline(facts), ada, 15, day(today)) == expected


def test_without_any_export_nobody_stands_still() -> None:
    facts = timeline(cohort())
    ada = participant()
    assert stall.days_still(facts, ada) == 0
    assert not stall.stands_still(facts, ada, 15, day("Mon 15 Mar 2027"))


@pytest.mark.parametrize(
    ("pause", "days"),
    [
        (Pause(day("Mon 18 Jan 2027"), day("Mon 25 Jan 2027")), 10),  # five days less
        (Pause(day("Mon 25 Jan 2027")), 9),  # it lasts to the export: 25 January to 1 February
        (Pause(day("Sat 23 Jan 2027"), day("Mon 25 Jan 2027")), 15),  # a weekend
        (Pause(day("Mon 4 Jan 2027"), day("Wed 13 Jan 2027")), 14),  # begun before the movement
        (Pause(day("Mon 8 Feb 2027"), day("Mon 15 Feb 2027")), 15),  # yet to come
    ],
)
def test_days_within_a_pause_do_not_count(pause: Pause, days: int) -> None:
    paused = replace(moved("Mon 11 Jan 2027"), pauses=(pause,))
    assert still(paused, "Tue 2 Feb 2027") == days
