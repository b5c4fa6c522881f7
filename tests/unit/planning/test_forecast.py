"""What the forecast counts, and what it says apart: e-mails that wait for a person."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from people import ASKED, at, cohort, day, mentor, participant, timeline

from ats.planning.facts import Participant, PastRow, Pause
from ats.planning.forecast import forecast

AGREED = mentor(request_sent_at=ASKED, accepted_at=ASKED)
ADA = participant(mentorships=(AGREED,))
BEN = participant(id=2, ref="P0002", mentorships=(AGREED,))
TIP = ("Tue 24 Nov 2026", "pdp-tip", "participant")


def expected(
    *people: Participant, now: str, until: str, reachable: tuple[str, ...] = (), **facts: Any
) -> dict[tuple[str, str, str, str], int]:
    """Return (day, step, role, what it waits for) → e-mails."""
    found = forecast(
        timeline(cohort(**facts)), people, now=at(now), until=at(until), reachable=reachable
    )
    return {(f"{one.date:%a %-d %b %Y}", one.step, one.to, one.waits): one.count for one in found}


def tips(*people: Participant, **facts: Any) -> dict[tuple[str, str, str, str], int]:
    found = expected(*people, now="Mon 23 Nov 2026 09:00", until="Fri 27 Nov 2026 09:00", **facts)
    return {place: count for place, count in found.items() if place[1] == "pdp-tip"}


def test_a_mentor_of_two_gets_one_e_mail_of_a_step() -> None:
    found = expected(ADA, BEN, now="Mon 16 Nov 2026 09:00", until="Wed 18 Nov 2026 09:00")

    assert found["Tue 17 Nov 2026", "mentor-first-discussion", "mentor", ""] == 1
    assert tips(ADA, BEN) == {(*TIP, ""): 2}


@pytest.mark.parametrize("status", ["trial", "paused"])
def test_what_a_cohort_holds_back_is_not_promised(status: str) -> None:
    assert tips(ADA, BEN, status=status) == {(*TIP, status): 2}


def test_who_is_on_the_allow_list_gets_it_in_a_trial() -> None:
    found = tips(ADA, BEN, status="trial", reachable=("P0002",))

    assert found == {(*TIP, ""): 1, (*TIP, "trial"): 1}


def test_what_waits_for_a_person_is_said_apart() -> None:
    assert tips(replace(ADA, parked=True), BEN) == {(*TIP, "parked"): 1, (*TIP, ""): 1}


def test_bad_news_waits_for_its_release_and_then_goes() -> None:
    held = PastRow("held", due_at=at("Thu 7 Oct 2027 10:00"), reason="release")
    key = ("deadline-passed", "1", "P0001")
    week = {"now": "Fri 8 Oct 2027 14:00", "until": "Mon 18 Oct 2027 00:00"}
    waiting = expected(replace(ADA, past={key: held}), **week)
    ada = replace(ADA, past={key: held}, released=frozenset({"submission"}))
    released = expected(ada, **week)

    assert waiting["Mon 11 Oct 2027", "deadline-passed", "participant", "release"] == 1
    assert released["Mon 11 Oct 2027", "deadline-passed", "participant", ""] == 1


def test_held_by_a_persons_pause_it_goes_on_the_day_of_return() -> None:
    """What fell due before the pause and is still open then; a row of a chaser, say."""
    pause = Pause(day("Wed 11 Nov 2026"), day("Wed 25 Nov 2026"))
    held = PastRow("held", due_at=at("Tue 10 Nov 2026 09:00"), reason="gap")
    key = ("chase-mentor-named", "plus-2/1", "P0001")
    nobody = participant(past={key: held}, pauses=(pause,))
    found = expected(nobody, now="Thu 12 Nov 2026 09:00", until="Fri 4 Dec 2026 09:00")

    days = {place[0]: place[3] for place in found if place[1] == "chase-mentor-named"}
    assert all(waits == "" for waits in days.values())
    assert "Thu 12 Nov 2026" not in days
