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
