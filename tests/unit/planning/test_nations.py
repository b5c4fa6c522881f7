"""What differs between the nations: their bank holidays, half-terms and Easters, by hand."""

from __future__ import annotations

from dataclasses import replace

import pytest
from people import at, cohort, mentor, participant, planned, rungs, timeline, verdict

ASKED = at("Wed 7 Oct 2026 09:00")


def year(nation: str) -> dict[str, str]:
    """Return `recipient step occurrence` → moment for somebody whose mentor is of their nation."""
    ada = participant(nation=nation, mentorships=(mentor(nation=nation, request_sent_at=ASKED),))
    return {
        f"{who} {what}": at for who, names in planned(ada).items() for what, at in names.items()
    }


def differences(nation: str) -> dict[str, str]:
    """Return the moments of a nation's year that are not as in England."""
    england = year("england")
    return {name: moment for name, moment in year(nation).items() if england[name] != moment}


SCOTLAND = {
    # Easter lasts until 16 April there
    "P0001 golden-thread-and-observation 1": "Tue 20 Apr 2027 09:00",
    # The October break, 12 to 16 October, and England's half-term, 26 to 30 October
    "M0001 chase-mentor-request M0001/plus-5/1": "Wed 21 Oct 2026 09:00",
    "M0001 chase-mentor-request M0001/plus-10/1": "Wed 4 Nov 2026 09:00",
    "P0001 chase-mentor-request M0001/plus-12/1": "Fri 6 Nov 2026 09:00",
    "operations chase-mentor-request M0001/plus-15/1": "Wed 11 Nov 2026 09:00",
    "pxm chase-mentor-request M0001/plus-20/1": "Wed 18 Nov 2026 09:00",
    # Saint Andrew's Day, Monday 30 November
    "P0001 chase-milestone first-observation/plus-8/1": "Thu 3 Dec 2026 09:00",
    "pxm chase-milestone first-observation/plus-8-red/1": "Thu 3 Dec 2026 09:00",
    "operations chase-milestone first-observation/plus-13/1": "Thu 10 Dec 2026 09:00",
    "pxm chase-milestone first-observation/plus-18/1": "Thu 17 Dec 2026 09:00",
    # The February break, 8 to 17 February
    "pxm chase-milestone pdp/plus-18/1": "Mon 22 Feb 2027 09:00",
    # Easter, 26 March to 16 April, and May Day
    "P0001 chase-milestone diary-and-coaching/plus-8/1": "Thu 22 Apr 2027 09:00",
    "pxm chase-milestone diary-and-coaching/plus-8-red/1": "Thu 22 Apr 2027 09:00",
    "operations chase-milestone diary-and-coaching/plus-13/1": "Thu 29 Apr 2027 09:00",
    "pxm chase-milestone diary-and-coaching/plus-18/1": "Fri 7 May 2027 09:00",
}
WALES = {
    # The February half-term, 8 to 12 February
    "pxm chase-milestone pdp/plus-18/1": "Wed 17 Feb 2027 09:00",
    # Easter, 20 March to 4 April
    "pxm chase-milestone diary-and-coaching/two-overdue/1": "Mon 5 Apr 2027 09:00",
    "P0001 chase-milestone diary-and-coaching/plus-3/1": "Wed 7 Apr 2027 09:00",
    "P0001 chase-milestone diary-and-coaching/plus-8/1": "Wed 14 Apr 2027 09:00",
    "pxm chase-milestone diary-and-coaching/plus-8-red/1": "Wed 14 Apr 2027 09:00",
    "operations chase-milestone diary-and-coaching/plus-13/1": "Wed 21 Apr 2027 09:00",
    "pxm chase-milestone diary-and-coaching/plus-18/1": "Wed 28 Apr 2027 09:00",
}
NORTHERN_IRELAND = {
    # Saint Patrick's Day, Wednesday 17 March
    "P0001 chase-milestone diary-and-coaching/minus-6/1": "Wed 10 Mar 2027 09:00",
    # Easter, 25 March to 2 April
    "P0001 chase-milestone diary-and-coaching/plus-8/1": "Fri 9 Apr 2027 09:00",
    "pxm chase-milestone diary-and-coaching/plus-8-red/1": "Fri 9 Apr 2027 09:00",
    "operations chase-milestone diary-and-coaching/plus-13/1": "Fri 16 Apr 2027 09:00",
    "pxm chase-milestone diary-and-coaching/plus-18/1": "Fri 23 Apr 2027 09:00",
}


@pytest.mark.parametrize(
    ("nation", "expected"),
    [("scotland", SCOTLAND), ("wales", WALES), ("northern-ireland", NORTHERN_IRELAND)],
)
def test_a_nations_year_is_englands_but_for_its_own_days_off(
    nation: str, expected: dict[str, str]
) -> None:
    assert differences(nation) == expected


def test_a_deadline_is_counted_in_the_participants_days_even_to_a_mentor_elsewhere() -> None:
    scots_mentor = mentor(nation="scotland", request_sent_at=ASKED)
    english = participant(mentorships=(scots_mentor,))
    assert rungs(english, "chase-mentor-request") == rungs(
        replace(english, mentorships=(replace(scots_mentor, nation="england"),)),
        "chase-mentor-request",
    )


@pytest.mark.parametrize(
    ("mentors_nation", "expected"),
    [
        ("england", "queued"),
        ("scotland", "held away until Tue 20 Oct 2026 09:00"),  # the Scottish October break
    ],
)
def test_sending_follows_the_recipients_days(mentors_nation: str, expected: str) -> None:
    ada = participant(mentorships=(mentor(nation=mentors_nation, request_sent_at=ASKED),))
    reminder = "chase-mentor-request M0001/plus-5/1"
    assert verdict(ada, reminder, "Wed 14 Oct 2026 09:00") == expected


def test_a_scottish_tip_of_the_october_break_goes_on_the_tuesday_after_it() -> None:
    scot = participant(nation="scotland")
    assert verdict(scot, "make-room 1", "Tue 13 Oct 2026 09:00") == (
        "held away until Tue 20 Oct 2026 09:00"
    )


def test_webinar_mail_goes_in_a_break_but_not_on_a_bank_holiday() -> None:
    moved_to = at("Tue 1 Dec 2026 16:30")  # the day after Saint Andrew's Day
    webinars = tuple(
        replace(w, starts_at=moved_to) if w.key == "q-and-a-1" else w for w in cohort().webinars
    )
    facts = cohort(webinars=webinars)
    tomorrow = "webinar-tomorrow q-and-a-1/1"
    assert {
        nation: planned(participant(nation=nation), facts)["P0001"][tomorrow]
        for nation in ("england", "scotland")
    } == {"england": "Mon 30 Nov 2026 09:00", "scotland": "Fri 27 Nov 2026 09:00"}


@pytest.mark.parametrize(
    ("starts", "week_ahead"),
    [
        ("Mon 7 Dec 2026", {"england": "Mon 30 Nov 2026", "scotland": "Fri 27 Nov 2026"}),
        ("Mon 4 Jan 2027", {"england": "Thu 24 Dec 2026", "scotland": "Thu 24 Dec 2026"}),
        ("Wed 4 Nov 2026", {"england": "Wed 28 Oct 2026", "scotland": "Wed 28 Oct 2026"}),
    ],
)
def test_a_week_ahead_on_a_closed_day_goes_on_the_working_day_before(
    starts: str, week_ahead: dict[str, str]
) -> None:
    facts = cohort(
        webinars=tuple(
            replace(w, starts_at=at(f"{starts} 16:30")) if w.key == "q-and-a-1" else w
            for w in cohort().webinars
        )
    )
    assert {
        nation: planned(participant(nation=nation), facts)["P0001"][
            "webinar-week-ahead q-and-a-1/1"
        ]
        for nation in week_ahead
    } == {nation: f"{date} 09:00" for nation, date in week_ahead.items()}


def test_all_four_nations_submit_and_sign_off_on_the_same_days() -> None:
    assert {
        nation: timeline().due("mentor-sign-off", participant(nation=nation))
        for nation in ("england", "wales", "scotland", "northern-ireland")
    } == dict.fromkeys(
        ("england", "wales", "scotland", "northern-ireland"), at("Tue 28 Sep 2027 17:00")
    )
