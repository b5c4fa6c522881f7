"""Days on which mail to somebody does not get through, and what goes again afterwards."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from people import at, cohort, mentor, participant, timeline

from ats.planning.again import as_arrived, original, times
from ats.planning.facts import Outage, PastRow
from ats.planning.planner import Planner

ASKED = at("Wed 7 Oct 2026 09:00")
ADA = participant(mentorships=(mentor(request_sent_at=ASKED),))
RUNGS = {
    "plus-5": "Wed 14 Oct 09:00",
    "plus-10": "Wed 21 Oct 09:00",
    "plus-12": "Fri 23 Oct 09:00",
}


def rungs(*outages: Outage, down: dt.datetime | None = None) -> dict[str, str]:
    """Return when the first rungs about Ada's mentor are due."""
    suppressed = {"M0001": down} if down else {}
    person = replace(ADA, mended={"M0001": outages}, suppressed=suppressed)
    return {
        str(o.rule.rung): f"{o.due_at:%a} {o.due_at.day} {o.due_at:%b %H:%M}"
        for o in timeline().occurrences(person)
        if o.rule.step == "chase-mentor-request" and o.rule.rung in RUNGS
    }


@pytest.mark.parametrize(
    ("begins", "ends", "moved"),
    [
        ("Thu 15 Oct 2026 10:00", "Thu 15 Oct 2026 16:00", {}),  # the same day
        ("Sat 17 Oct 2026 10:00", "Mon 19 Oct 2026 08:00", {}),  # a weekend
        ("Wed 23 Sep 2026 10:00", "Wed 7 Oct 2026 08:00", {}),  # before it was sent
        ("Mon 9 Nov 2026 10:00", "Mon 16 Nov 2026 08:00", {}),  # after all of it
        (
            "Thu 15 Oct 2026 10:00",
            "Mon 19 Oct 2026 08:00",
            {"plus-10": "Fri 23 Oct 09:00", "plus-12": "Tue 3 Nov 09:00"},
        ),
        (
            "Wed 21 Oct 2026 10:00",  # an hour after that rung fell due
            "Fri 23 Oct 2026 08:00",
            {"plus-12": "Tue 3 Nov 09:00"},
        ),
    ],
)
def test_working_days_of_an_outage_do_not_count(
    begins: str, ends: str, moved: dict[str, str]
) -> None:
    assert rungs((at(begins), at(ends))) == RUNGS | moved


def test_two_outages_that_overlap_count_once() -> None:
    first = (at("Thu 15 Oct 2026 10:00"), at("Tue 20 Oct 2026 08:00"))
    second = (at("Fri 16 Oct 2026 10:00"), at("Tue 20 Oct 2026 08:00"))
    assert rungs(first, second) == rungs(first)


def test_while_mail_does_not_get_through_no_further_rung_is_planned() -> None:
    assert list(rungs(down=at("Thu 15 Oct 2026 10:00"))) == ["plus-5"]


def test_what_fell_due_before_waits_and_says_nothing_meanwhile() -> None:
    down = at("Fri 23 Oct 2026 12:00")
    key = ("chase-mentor-request", "M0001/plus-12/1", "P0001")
    person = replace(ADA, suppressed={"M0001": down})
    now = at("Tue 3 Nov 2026 10:00")
    decision = Planner(timeline(cohort()), now=now).decisions(person, key[0])[key]
    assert (decision.verdict.outcome, decision.verdict.reason) == ("held", "parked")


def test_a_name_tells_what_it_repeats_and_how_often() -> None:
    assert [(original(name), times(name)) for name in ("M0001/1", "M0001/1/again-2")] == [
        ("M0001/1", 0),
        ("M0001/1", 2),
    ]


def test_what_goes_again_had_not_arrived() -> None:
    sent, waits = PastRow("sent", ASKED), PastRow("held", reason="window")
    steps = ("1", "1/again-1", "1/again-2")
    past = {("agenda-published", name, "P0001"): sent for name in steps[:2]}
    past |= {("agenda-published", steps[2], "P0001"): waits, ("make-room", "1", "P0001"): sent}

    left = as_arrived(replace(ADA, past=past)).past

    assert set(left) == {("agenda-published", "1/again-2", "P0001"), ("make-room", "1", "P0001")}
