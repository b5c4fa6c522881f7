"""When each class of mail goes: hours, weekdays, breaks, and no bad news before one."""

from __future__ import annotations

from dataclasses import replace

import pytest
from people import ASKED, at, cohort, mentor, participant, planned, verdict

from ats.planning.facts import Participant, PastRow

ASKED_PERSON = participant(mentorships=(mentor(request_sent_at=ASKED),))


def asked(on: str) -> Participant:
    return participant(mentorships=(mentor(request_sent_at=at(on)),))


# -- chasers -----------------------------------------------------------------------------------

REMINDER = "chase-mentor-request M0001/plus-5/1"


@pytest.mark.parametrize(
    ("request_sent", "due", "expected"),
    [
        (
            "Mon 12 Oct 2026 09:00",
            "Mon 19 Oct 2026 09:00",
            "held window until Tue 20 Oct 2026 09:00",
        ),
        ("Tue 13 Oct 2026 09:00", "Tue 20 Oct 2026 09:00", "queued"),
        ("Wed 14 Oct 2026 09:00", "Wed 21 Oct 2026 09:00", "queued"),
        ("Thu 15 Oct 2026 09:00", "Thu 22 Oct 2026 09:00", "queued"),
        # the Tuesday after it lies in the half-term
        (
            "Fri 16 Oct 2026 09:00",
            "Fri 23 Oct 2026 09:00",
            "held window until Tue 3 Nov 2026 09:00",
        ),
    ],
)
def test_chasers_wait_forwards_to_tuesday_to_thursday(
    request_sent: str, due: str, expected: str
) -> None:
    ada = asked(request_sent)
    assert planned(ada)["M0001"][REMINDER] == due
    assert verdict(ada, REMINDER, due) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("Wed 14 Oct 2026 09:00", "queued"),
        ("Wed 14 Oct 2026 17:59", "queued"),
        ("Wed 14 Oct 2026 18:00", "held window until Thu 15 Oct 2026 09:00"),
        ("Thu 15 Oct 2026 08:59", "held window until Thu 15 Oct 2026 09:00"),
        ("Thu 15 Oct 2026 18:00", "held window until Tue 20 Oct 2026 09:00"),
        ("Sat 17 Oct 2026 12:00", "held closed until Tue 20 Oct 2026 09:00"),
    ],
)
def test_nothing_goes_before_nine_or_from_six_in_the_evening(now: str, expected: str) -> None:
    assert verdict(ASKED_PERSON, REMINDER, now) == expected


# -- tips --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("Tue 13 Oct 2026 09:00", "held away until Tue 20 Oct 2026 09:00"),
        ("Mon 19 Oct 2026 09:00", "held away until Tue 20 Oct 2026 09:00"),
        ("Tue 20 Oct 2026 09:00", "queued"),
    ],
)
def test_a_tip_that_waited_goes_on_the_next_tuesday(now: str, expected: str) -> None:
    row = PastRow(
        "held",
        due_at=at("Tue 13 Oct 2026 09:00"),
        reason="away",
        until=at("Tue 20 Oct 2026 09:00"),
    )
    past = {("make-room", "1", "P0001"): row} if now != "Tue 13 Oct 2026 09:00" else {}
    scot = participant(nation="scotland", past=past)  # on holiday from 12 to 16 October
    assert verdict(scot, "make-room 1", now) == expected


# -- essentials and webinars -------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("Sat 19 Dec 2026 10:00", "held closed until Mon 21 Dec 2026 09:00"),
        ("Mon 21 Dec 2026 09:00", "queued"),  # in the Christmas break
        ("Fri 25 Dec 2026 10:00", "held closed until Tue 29 Dec 2026 09:00"),
        ("Mon 28 Dec 2026 10:00", "held closed until Tue 29 Dec 2026 09:00"),
        ("Thu 31 Dec 2026 17:59", "queued"),
        ("Thu 31 Dec 2026 18:00", "held window until Mon 4 Jan 2027 09:00"),
    ],
)
def test_essentials_go_in_breaks_but_not_on_closed_days(now: str, expected: str) -> None:
    agreed = mentor(accepted_at=at("Fri 18 Dec 2026 20:00"))
    assert verdict(participant(mentorships=(agreed,)), "mentor-welcome M0001/1", now) == expected


@pytest.mark.parametrize(
    ("name", "now"),
    [
        ("webinar-week-ahead webinar-5/1", "Wed 2 Jun 2027 09:00"),
        ("webinar-week-ahead q-and-a-2/1", "Thu 2 Sep 2027 09:00"),
    ],
)
def test_webinar_mail_goes_in_breaks(name: str, now: str) -> None:
    assert verdict(participant(), name, now) == "queued"


# -- escalation --------------------------------------------------------------------------------

CASE = "chase-mentor-request M0001/plus-20/1"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("Wed 11 Nov 2026 09:00", "case-opened"),
        ("Mon 16 Nov 2026 16:00", "case-opened"),
        ("Fri 13 Nov 2026 11:59", "case-opened"),
        ("Fri 13 Nov 2026 12:00", "held window until Mon 16 Nov 2026 09:00"),
        ("Sat 14 Nov 2026 10:00", "held closed until Mon 16 Nov 2026 09:00"),
        ("Thu 12 Nov 2026 18:00", "held window until Fri 13 Nov 2026 09:00"),
        ("Fri 18 Dec 2026 10:00", "held window until Tue 5 Jan 2027 09:00"),  # before Christmas
        ("Thu 31 Dec 2026 10:00", "held away until Tue 5 Jan 2027 09:00"),
        ("Fri 12 Feb 2027 10:00", "held window until Mon 22 Feb 2027 09:00"),  # before half-term
        ("Thu 25 Mar 2027 10:00", "held window until Mon 12 Apr 2027 09:00"),  # before Good Friday
        ("Fri 30 Apr 2027 10:00", "held window until Tue 4 May 2027 09:00"),  # before May Day
        ("Fri 28 May 2027 10:00", "held window until Mon 7 Jun 2027 09:00"),
        ("Thu 27 May 2027 16:00", "case-opened"),
        ("Fri 9 Jul 2027 10:00", "held window until Mon 6 Sep 2027 09:00"),  # before the summer
    ],
)
def test_no_escalation_after_friday_noon_before_a_break_or_in_one(now: str, expected: str) -> None:
    assert verdict(ASKED_PERSON, CASE, now) == expected


@pytest.mark.parametrize(
    ("nation", "now", "expected"),
    [
        ("scotland", "Fri 27 Nov 2026 10:00", "held window until Tue 1 Dec 2026 09:00"),
        ("england", "Fri 27 Nov 2026 10:00", "case-opened"),
        ("northern-ireland", "Tue 16 Mar 2027 10:00", "held window until Thu 18 Mar 2027 09:00"),
        ("england", "Tue 16 Mar 2027 10:00", "case-opened"),
        ("wales", "Fri 19 Mar 2027 10:00", "held window until Mon 5 Apr 2027 09:00"),
    ],
)
def test_the_breaks_are_those_of_the_participants_nation(
    nation: str, now: str, expected: str
) -> None:
    assert verdict(replace(ASKED_PERSON, nation=nation), CASE, now) == expected


def test_chasers_may_go_on_the_day_before_a_break() -> None:
    thursday = asked("Thu 18 Mar 2027 09:00")  # five days later is Thursday 25 March
    assert verdict(thursday, REMINDER, "Thu 25 Mar 2027 09:00") == "queued"


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("Thu 7 Oct 2027 10:00", "queued"),
        ("Fri 8 Oct 2027 11:59", "queued"),
        ("Fri 8 Oct 2027 12:00", "held window until Mon 11 Oct 2027 09:00"),
    ],
)
def test_bad_news_that_was_released_does_not_go_on_friday_afternoon(
    now: str, expected: str
) -> None:
    ada = participant(released=frozenset({"submission"}))
    assert verdict(ada, "deadline-passed 1", now, cohort()) == expected
