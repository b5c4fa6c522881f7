"""How long a late message is of use: tips, nudges, reminders; and what never expires."""

from __future__ import annotations

from dataclasses import replace

import pytest
from people import ASKED, WEBINARS, at, cohort, mentor, participant, verdict

from ats.planning.facts import PastRow
from config.programme import NATIONS

AGREED = mentor(request_sent_at=ASKED, accepted_at=ASKED)
ADA = participant(mentorships=(AGREED,))


@pytest.mark.parametrize(
    ("name", "now", "expected"),
    [
        # five working days after Tuesday 24 November end with Tuesday 1 December
        ("pdp-tip 1", "Tue 1 Dec 2026 17:59", "queued"),
        ("pdp-tip 1", "Wed 2 Dec 2026 00:00", "expired"),
        # Tuesday 20 October: 21, 22, 23 October, then half-term, 2 and 3 November
        ("about-you-and-mentor 1", "Tue 3 Nov 2026 09:00", "queued"),
        ("about-you-and-mentor 1", "Wed 4 Nov 2026 09:00", "expired"),
        ("mentor-first-discussion 1", "Tue 24 Nov 2026 09:00", "queued"),
        ("mentor-first-discussion 1", "Wed 25 Nov 2026 09:00", "expired"),
    ],
)
def test_a_tip_is_of_use_for_five_working_days(name: str, now: str, expected: str) -> None:
    assert verdict(ADA, name, now) == expected


def test_the_working_days_of_use_are_the_recipients() -> None:
    scots_mentor = replace(AGREED, nation="scotland")
    ada = participant(mentorships=(scots_mentor,))
    assert verdict(ada, "mentor-midpoint 1", "Tue 2 Mar 2027 09:00") == "queued"
    scot = participant(nation="scotland")
    # Tuesday 13 October lies in the Scottish break; five working days end with Friday 23 October
    assert verdict(scot, "make-room 1", "Fri 23 Oct 2026 09:00") == "queued"
    assert verdict(scot, "make-room 1", "Sat 24 Oct 2026 09:00") == "expired"


@pytest.mark.parametrize(
    ("now", "expected"),
    [("Thu 14 Jan 2027 09:00", "queued"), ("Fri 15 Jan 2027 17:00", "expired")],
)
def test_a_nudge_is_of_use_until_the_due_moment(now: str, expected: str) -> None:
    assert verdict(ADA, "chase-milestone pdp/minus-6/1", now) == expected


def test_a_nudge_that_could_only_go_after_the_due_moment_waits_for_it_and_expires() -> None:
    nudge = "chase-milestone pdp/minus-6/1"
    assert verdict(ADA, nudge, "Fri 15 Jan 2027 16:50") == "held window until Tue 19 Jan 2027 09:00"
    waiting = PastRow(
        "held",
        due_at=at("Thu 7 Jan 2027 09:00"),
        reason="window",
        until=at("Tue 19 Jan 2027 09:00"),
    )
    held = replace(ADA, past={("chase-milestone", "pdp/minus-6/1", "P0001"): waiting})
    assert verdict(held, nudge, "Fri 15 Jan 2027 17:00") == "expired"


@pytest.mark.parametrize(
    ("name", "now", "expected"),
    [
        ("webinar-week-ahead webinar-2/1", "Wed 18 Nov 2026 16:20", "queued"),
        ("webinar-week-ahead webinar-2/1", "Wed 18 Nov 2026 16:30", "expired"),
        ("webinar-tomorrow webinar-2/1", "Wed 18 Nov 2026 16:20", "queued"),
        ("webinar-tomorrow webinar-2/1", "Wed 18 Nov 2026 16:30", "expired"),
        ("webinar-tomorrow mentor-webinar-1/1", "Thu 12 Nov 2026 16:30", "expired"),
    ],
)
def test_a_webinars_reminder_is_of_use_until_the_start(name: str, now: str, expected: str) -> None:
    assert verdict(ADA, name, now) == expected


@pytest.mark.parametrize(
    ("name", "now", "expected"),
    [
        ("chase-submission minus-1/1", "Wed 6 Oct 2027 16:50", "queued"),
        ("chase-submission minus-1/1", "Wed 6 Oct 2027 17:00", "expired"),
    ],
)
def test_a_deadline_is_not_announced_once_it_has_passed(name: str, now: str, expected: str) -> None:
    assert verdict(ADA, name, now) == expected


@pytest.mark.parametrize("name", ["agenda-published 1", "portfolio-issued 1"])
def test_essentials_never_expire(name: str) -> None:
    assert verdict(ADA, name, "Wed 24 Nov 2027 10:00") == "queued"


@pytest.mark.parametrize("nation", NATIONS)
@pytest.mark.parametrize(
    ("name", "now", "expected"),
    [
        ("before-christmas 1", "Fri 18 Dec 2026 17:59", "queued"),
        ("before-christmas 1", "Mon 21 Dec 2026 09:00", "expired"),  # the break has begun
        ("before-christmas 1", "Wed 6 Jan 2027 09:00", "expired"),
        ("summer-note 1", "Fri 9 Jul 2027 17:59", "queued"),
        ("summer-note 1", "Mon 12 Jul 2027 09:00", "expired"),  # the break has begun
        ("summer-note 1", "Mon 6 Sep 2027 09:00", "expired"),
        ("towards-march 1", "Fri 19 Mar 2027 16:59", "queued"),
        ("towards-march 1", "Fri 19 Mar 2027 17:00", "expired"),
        ("autumn-return 1", "Wed 6 Oct 2027 16:59", "queued"),
        ("autumn-return 1", "Wed 6 Oct 2027 17:00", "expired"),
    ],
)
def test_an_essential_about_a_break_or_a_date_is_of_use_until_then(
    name: str, nation: str, now: str, expected: str
) -> None:
    assert verdict(participant(nation=nation), name, now) == expected


@pytest.mark.parametrize(
    ("now", "expected"),
    [("Tue 28 Sep 2027 16:50", "queued"), ("Tue 28 Sep 2027 17:00", "expired")],
)
def test_a_sign_off_is_not_asked_for_by_a_day_that_has_passed(now: str, expected: str) -> None:
    assert verdict(ADA, "mentor-sign-off-request 1", now) == expected


def test_reminders_after_the_due_moment_never_expire() -> None:
    asked = participant(mentorships=(mentor(request_sent_at=ASKED),))
    assert {
        name: verdict(asked, name, "Wed 10 Nov 2027 10:00")
        for name in (
            "chase-milestone pdp/plus-8/1",
            "chase-mentor-request M0001/plus-10/1",
            "chase-mentor-request M0001/plus-20/1",
        )
    } == {
        "chase-milestone pdp/plus-8/1": "queued",
        "chase-mentor-request M0001/plus-10/1": "queued",
        "chase-mentor-request M0001/plus-20/1": "case-opened",
    }


@pytest.mark.parametrize(
    ("now", "expected"),
    [("Thu 21 Oct 2027 09:50", "held release"), ("Thu 21 Oct 2027 10:00", "expired")],
)
def test_what_waits_for_release_expires_after_ten_working_days(now: str, expected: str) -> None:
    assert verdict(ADA, "deadline-passed 1", now) == expected


def test_what_waited_for_the_cap_until_it_was_of_no_use_is_told_from_what_came_late() -> None:
    capped = PastRow(
        "held",
        due_at=at("Tue 24 Nov 2026 09:00"),
        reason="cap",
        until=at("Tue 1 Dec 2026 09:00"),
    )
    ada = replace(ADA, past={("pdp-tip", "1", "P0001"): capped})
    assert verdict(ada, "pdp-tip 1", "Wed 2 Dec 2026 09:00") == "skipped capped"


# -- moved and cancelled webinars --------------------------------------------------------------


def webinar_2(**changes: object) -> object:
    """Return the cohort with one webinar changed."""
    return cohort(
        webinars=tuple(replace(w, **changes) if w.key == "webinar-2" else w for w in WEBINARS)
    )


def test_a_moved_webinar_re_plans_what_is_unsent_and_repeats_nothing() -> None:
    sent = PastRow("sent", sent_at=at("Wed 11 Nov 2026 09:00"))
    ada = replace(ADA, past={("webinar-week-ahead", "webinar-2/1", "P0001"): sent})
    moved = webinar_2(starts_at=at("Wed 25 Nov 2026 16:30"))
    now = "Tue 24 Nov 2026 09:00"
    assert {
        name: verdict(ada, f"{name} webinar-2/1", now, moved)
        for name in ("webinar-week-ahead", "webinar-tomorrow")
    } == {"webinar-week-ahead": None, "webinar-tomorrow": "queued"}


def test_a_reminder_that_waits_for_the_cap_follows_its_webinar() -> None:
    capped = PastRow(
        "held",
        due_at=at("Wed 11 Nov 2026 09:00"),
        reason="cap",
        until=at("Mon 16 Nov 2026 09:00"),
    )
    ada = replace(ADA, past={("webinar-week-ahead", "webinar-2/1", "P0001"): capped})
    earlier = webinar_2(starts_at=at("Fri 13 Nov 2026 16:30"))
    reminder = "webinar-week-ahead webinar-2/1"
    assert verdict(ada, reminder, "Thu 12 Nov 2026 10:00", earlier) == "queued"


def test_a_cancelled_webinar_takes_its_waiting_reminders_with_it() -> None:
    assert verdict(ADA, "webinar-tomorrow webinar-2/1", "Tue 17 Nov 2026 09:00", webinar_2()) == (
        "queued"
    )
    cancelled = webinar_2(status="cancelled")
    now = "Tue 17 Nov 2026 09:00"
    assert verdict(ADA, "webinar-tomorrow webinar-2/1", now, cancelled) is None
