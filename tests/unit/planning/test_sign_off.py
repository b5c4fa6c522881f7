"""The mentor's sign-off: when it is asked for, what it waits for, who is reminded."""

from __future__ import annotations

from dataclasses import replace

import pytest
from people import (
    ALL_BUT_SUBMISSION,
    ASKED,
    at,
    complete,
    mentor,
    participant,
    planned,
    verdict,
    verdicts,
)

from ats.planning.facts import PastRow

AGREED = mentor(request_sent_at=ASKED, accepted_at=at("Mon 12 Oct 2026 15:40"))


def test_the_sign_off_is_asked_for_as_soon_as_every_section_but_submission_is_complete() -> None:
    ready = participant(
        mentorships=(AGREED,),
        sections=complete(*ALL_BUT_SUBMISSION[:-1], on="Mon 7 Jun 2027")
        | complete("final-action-plan", on="Mon 28 Jun 2027"),
    )
    assert planned(ready)["M0001"]["mentor-sign-off-request 1"] == "Mon 28 Jun 2027 07:30"


@pytest.mark.parametrize(
    ("case", "expected"), [("stalled-portfolio", "held parked"), ("call-participant", "queued")]
)
def test_the_sign_off_is_not_asked_for_while_a_stalled_portfolio_is_with_the_pxm(
    case: str, expected: str
) -> None:
    stuck = participant(mentorships=(AGREED,), cases={case: at("Wed 16 Dec 2026 09:00")})
    assert verdict(stuck, "mentor-sign-off-request 1", "Fri 10 Sep 2027 09:00") == expected


@pytest.mark.parametrize(
    ("rung", "now", "outcome"),
    [
        ("minus-11", "Tue 21 Sep 2027 09:00", "queued"),  # the mentor is reminded
        ("minus-5", "Wed 29 Sep 2027 09:00", "case-opened"),  # operations ring
    ],
)
def test_nobody_is_chased_for_a_sign_off_that_was_never_asked_for(
    rung: str, now: str, outcome: str
) -> None:
    request = ("mentor-sign-off-request", "1", "M0001")
    name = f"chase-sign-off M0001/{rung}/1"
    asked = participant(
        mentorships=(AGREED,), past={request: PastRow("sent", at("Fri 10 Sep 2027 09:00"))}
    )
    assert (verdict(asked, name, now), verdict(replace(asked, past={}), name, now)) == (
        outcome,
        "skipped condition-unmet",
    )


def test_a_sign_off_stops_the_reminders_and_the_cases() -> None:
    signed = replace(AGREED, signed_off_at=at("Mon 20 Sep 2027 12:00"))
    ladder = {
        name: what
        for name, what in verdicts(
            participant(mentorships=(signed,)), "Thu 30 Sep 2027 09:00"
        ).items()
        if name.startswith(("chase-sign-off", "mentor-sign-off"))
    }
    assert ladder == dict.fromkeys(
        (
            "mentor-sign-off-request 1",
            "chase-sign-off M0001/minus-11/1",
            "chase-sign-off M0001/minus-9/1",
            "chase-sign-off M0001/minus-5/1",
            "chase-sign-off M0001/minus-4/1",
        ),
        "skipped condition-met",
    )


REOPENED = replace(AGREED, sign_off_round=2, sign_off_reopened_at=at("Wed 22 Sep 2027 11:00"))


def test_a_sign_off_that_was_taken_back_is_asked_for_by_nobody_until_it_is_reopened() -> None:
    back = replace(AGREED, sign_off_revoked_at=at("Mon 20 Sep 2027 12:00"))
    ladder = {
        name: what
        for name, what in verdicts(
            participant(mentorships=(back,)), "Thu 30 Sep 2027 09:00"
        ).items()
        if name.startswith(("chase-sign-off", "mentor-sign-off"))
    }
    assert ladder == dict.fromkeys(
        (
            "mentor-sign-off-request 1",
            "chase-sign-off M0001/minus-11/1",
            "chase-sign-off M0001/minus-9/1",
            "chase-sign-off M0001/minus-5/1",
        ),
        "skipped condition-met",
    ) | {"chase-sign-off M0001/minus-4/1": "case-opened"}


def test_reopened_it_is_asked_for_at_once_under_a_new_number_and_nobody_is_reminded_before() -> (
    None
):
    year = planned(participant(mentorships=(REOPENED,)))
    mine = {
        name: due
        for told in year.values()
        for name, due in told.items()
        if name.startswith(("chase-sign-off", "mentor-sign-off"))
    }
    assert mine == {
        "mentor-sign-off-request 2": "Wed 22 Sep 2027 11:00",
        "chase-sign-off M0001/minus-9/2": "Thu 23 Sep 2027 09:00",
        "chase-sign-off M0001/minus-5/2": "Wed 29 Sep 2027 09:00",
        "chase-sign-off M0001/minus-4/2": "Thu 30 Sep 2027 09:00",
    }


def test_the_same_mentor_named_again_counts_on_from_the_rounds_before() -> None:
    left = replace(REOPENED, ended_at=at("Thu 23 Sep 2027 12:00"))
    again = replace(AGREED, named_at=at("Fri 24 Sep 2027 09:00"))
    names = planned(participant(mentorships=(left, again)))
    assert {"mentor-sign-off-request 3", "chase-sign-off M0001/minus-9/2"} <= set(names["M0001"])
    assert "chase-sign-off M0001/minus-5/3" in names["operations"]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ("Fri 30 Jul 2027 09:00", "queued"),  # six weeks before
        ("Sat 31 Jul 2027 09:00", "held release until Sat 11 Sep 2027 09:00"),
        ("Thu 9 Sep 2027 15:00", "held release until Thu 21 Oct 2027 15:00"),
    ],
)
def test_no_sign_off_link_goes_to_an_address_that_is_new_and_unconfirmed(
    changed: str, expected: str
) -> None:
    moved = participant(mentorships=(replace(AGREED, address_changed_at=at(changed)),))
    assert verdict(moved, "mentor-sign-off-request 1", "Fri 10 Sep 2027 09:00") == expected


def test_other_mail_goes_to_a_new_address_at_once() -> None:
    moved = participant(mentorships=(mentor(address_changed_at=at("Tue 6 Oct 2026 12:00")),))
    assert verdict(moved, "mentor-request M0001/1", "Wed 7 Oct 2026 09:00") == "queued"
