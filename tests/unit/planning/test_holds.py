"""What waits for something to happen: trial, a stopped cohort, a join link, a release."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fact_changes import becomes
from in_memory_year import InMemoryYear
from people import ASKED, WEBINARS, at, cohort, mentor, participant, timeline, verdict

from ats.planning.facts import PastRow
from ats.planning.planner import Planner

AGREED = mentor(request_sent_at=ASKED, accepted_at=ASKED)
ADA = participant(mentorships=(AGREED,))


@pytest.mark.parametrize(
    ("status", "expected"), [("trial", "held trial"), ("paused", "held paused"), ("live", "queued")]
)
def test_mail_waits_while_a_cohort_is_in_trial_or_stopped(status: str, expected: str) -> None:
    assert verdict(ADA, "pdp-tip 1", "Tue 24 Nov 2026 09:00", cohort(status=status)) == expected


def test_in_trial_mail_goes_to_those_on_the_list() -> None:
    now = at("Tue 24 Nov 2026 09:00")
    planner = Planner(
        timeline(cohort(status="trial")),
        now=now,
        reachable_in_trial=lambda o: o.recipient == "P0001",
    )
    outcomes = {
        d.occurrence.key: (d.verdict.outcome, d.verdict.reason)
        for d in planner.judge(ADA).decisions
        if d.occurrence.due_at == now or d.occurrence.rule.step == "mentor-welcome"
    }
    assert outcomes == {
        ("pdp-tip", "1", "P0001"): ("queued", None),
        ("chase-mentor-named", "plus-12/1", "pxm"): ("skipped", "condition-met"),
        ("mentor-welcome", "M0001/1", "M0001"): ("held", "trial"),
    }


def test_cases_wait_while_a_cohort_is_in_trial() -> None:
    rung = "chase-mentor-named plus-12/1"
    trial = cohort(status="trial")
    assert verdict(participant(), rung, "Tue 24 Nov 2026 09:00", trial) == "held trial"


def test_held_mail_goes_when_the_cohort_goes_live_but_not_what_is_past_its_use() -> None:
    live = becomes(at("Wed 28 Oct 2026 11:00"), None, status="live")
    year = InMemoryYear({"P0001": participant()}, cohort(status="trial"), [live])
    year.at_ten_minutes(at("Wed 2 Sep 2026 12:00"), at("Fri 30 Oct 2026 18:00"))
    assert {key[1][0]: row.said for key, row in year.ledger.items()} == {
        "agenda-published": "sent",
        "portfolio-issued": "sent",
        "catch-up": "skipped: condition-unmet",
        "make-room": "expired",
        "about-you-and-mentor": "held: away",  # until Tuesday 3 November, its last day of use
        "webinar-week-ahead": "expired",
        "webinar-tomorrow": "expired",
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("webinar-tomorrow webinar-2/1", "held join-link"),
        ("webinar-week-ahead webinar-2/1", "queued"),  # needs no link
    ],
)
def test_a_reminder_waits_for_its_join_link(name: str, expected: str) -> None:
    unlinked = cohort(webinars=tuple(replace(w, join_url=None) for w in WEBINARS))
    assert verdict(ADA, name, "Tue 17 Nov 2026 09:00", unlinked) == expected


def test_a_reminder_goes_as_soon_as_the_link_is_there_and_never_after_the_start() -> None:
    unlinked = tuple(replace(w, join_url=None) for w in WEBINARS)
    linked = tuple(w if w.key == "webinar-2" else replace(w, join_url=None) for w in WEBINARS)
    change = becomes(at("Wed 18 Nov 2026 10:00"), None, webinars=linked)
    year = InMemoryYear({"P0001": ADA}, cohort(webinars=unlinked), [change])
    year.at_ten_minutes(at("Mon 12 Oct 2026 09:00"), at("Fri 11 Dec 2026 18:00"))
    assert year.story("webinar-tomorrow") == {
        "webinar-1/1": "expired",
        "mentor-webinar-1/1": "expired",
        "webinar-2/1": "sent Wed 18 Nov 2026 10:00",
        "q-and-a-1/1": "expired",
    }


WAITS = PastRow("held", due_at=at("Thu 7 Oct 2027 10:00"), reason="release")
QUEUED = PastRow("queued", due_at=at("Thu 7 Oct 2027 10:00"))
SHUT = PastRow("held", due_at=at("Thu 7 Oct 2027 10:00"), reason="window")


@pytest.mark.parametrize("row", [None, WAITS, QUEUED, SHUT], ids=["new", "held", "queued", "shut"])
@pytest.mark.parametrize(
    ("released", "expected"), [((), "held release"), (("submission",), "queued")]
)
def test_bad_news_waits_for_the_pxm(
    released: tuple[str, ...], expected: str, row: PastRow | None
) -> None:
    past = {("deadline-passed", "1", "P0001"): row} if row else {}
    ada = replace(ADA, past=past, released=frozenset(released))
    assert verdict(ada, "deadline-passed 1", "Thu 7 Oct 2027 10:00") == expected


def test_what_was_released_on_the_last_afternoon_still_goes() -> None:
    """Ten working days after the Thursday it would lapse; the window opens after that."""
    ada = replace(ADA, released=frozenset({"submission"}))
    assert verdict(ADA, "deadline-passed 1", "Thu 21 Oct 2027 10:00") == "expired"
    assert verdict(ada, "deadline-passed 1", "Thu 21 Oct 2027 10:00") == "queued"


def test_bad_news_is_not_sent_to_who_was_given_more_time() -> None:
    extended = replace(ADA, extensions={"submission": at("Wed 20 Oct 2027 17:00")})
    assert verdict(extended, "deadline-passed 1", "Thu 21 Oct 2027 10:00") == (
        "skipped condition-met"
    )


def test_a_sign_off_request_waits_for_the_mentors_first_answer() -> None:
    asked = participant(mentorships=(mentor(request_sent_at=ASKED),))
    assert verdict(asked, "mentor-sign-off-request 1", "Fri 10 Sep 2027 09:00") == "held parked"


def test_a_row_that_is_planned_no_longer_is_cancelled() -> None:
    waiting = PastRow("held", due_at=at("Wed 14 Oct 2026 09:00"), reason="window")
    key = ("mentor-first-discussion", "1", "M0001")
    replaced = participant(
        mentorships=(
            replace(AGREED, ended_at=at("Thu 15 Oct 2026 10:00")),
            mentor(ref="M0002", named_at=at("Thu 15 Oct 2026 10:00")),
        ),
        past={key: waiting},
    )
    plan = Planner(timeline(), now=at("Thu 15 Oct 2026 11:00")).judge(replaced)
    assert plan.cancelled == [key]
