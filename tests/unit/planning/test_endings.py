"""What stops: people who are silenced or gone, things that are done early, an early submission."""

from __future__ import annotations

from dataclasses import replace

import pytest
from fact_changes import becomes, exports
from in_memory_year import InMemoryYear
from people import (
    ALL_BUT_SUBMISSION,
    ASKED,
    at,
    cohort,
    complete,
    mentor,
    participant,
    started,
    verdict,
    verdicts,
)

from ats.planning.facts import PastRow

AGREED = mentor(request_sent_at=ASKED, accepted_at=at("Mon 12 Oct 2026 15:40"))
ADA = participant(mentorships=(AGREED,))

# -- silenced, withdrawn, deferred -------------------------------------------------------------

GONE = {
    "silenced": {"silenced": True},
    "withdrawn": {"status": "withdrawn"},
    "deferred": {"status": "deferred"},
}


@pytest.mark.parametrize("reason", GONE)
def test_what_falls_due_about_somebody_who_is_gone_is_skipped_with_that_reason(reason: str) -> None:
    gone = replace(ADA, **GONE[reason])
    assert set(verdicts(gone, "Wed 24 Nov 2027 09:00").values()) == {f"skipped {reason}"}


@pytest.mark.parametrize("reason", GONE)
def test_what_waits_about_somebody_who_is_gone_is_cancelled_with_that_reason(reason: str) -> None:
    waiting = PastRow("held", due_at=at("Wed 20 Jan 2027 09:00"), reason="stale-data")
    gone = replace(
        ADA, past={("chase-milestone", "pdp/plus-3/1", "P0001"): waiting}, **GONE[reason]
    )
    assert verdict(gone, "chase-milestone pdp/plus-3/1", "Thu 21 Jan 2027 10:00") == (
        f"cancelled {reason}"
    )


@pytest.mark.parametrize("reason", GONE)
def test_what_waits_and_was_moved_on_is_cancelled_at_once_too(reason: str) -> None:
    waiting = PastRow(
        "held",
        due_at=at("Wed 24 Feb 2027 09:00"),
        reason="window",
        until=at("Wed 24 Feb 2027 09:00"),
    )
    gone = replace(
        ADA,
        extensions={"pdp": at("Fri 12 Feb 2027 17:00")},
        past={("chase-milestone", "pdp/plus-3/1", "P0001"): waiting},
        **GONE[reason],
    )
    assert verdict(gone, "chase-milestone pdp/plus-3/1", "Thu 21 Jan 2027 10:00") == (
        f"cancelled {reason}"
    )


@pytest.mark.parametrize("reason", GONE)
def test_mail_that_is_queued_already_does_not_go_after_all(reason: str) -> None:
    queued = {("pdp-tip", "1", "P0001"): PastRow("queued", due_at=at("Tue 24 Nov 2026 09:00"))}
    gone = replace(ADA, past=queued, **GONE[reason])
    assert verdict(gone, "pdp-tip 1", "Tue 24 Nov 2026 09:00") == f"cancelled {reason}"


@pytest.mark.parametrize("reason", GONE)
def test_from_that_moment_nobody_hears_anything_of_them_again(reason: str) -> None:
    leaves = becomes(at("Mon 11 Jan 2027 10:00"), "P0001", **GONE[reason])
    changes = [*exports("Mon 12 Oct 2026", "Mon 6 Dec 2027"), leaves]
    year = InMemoryYear({"P0001": ADA}, cohort(), changes)
    year.at_ten_minutes(at("Wed 2 Sep 2026 12:00"), at("Fri 10 Dec 2027 18:00"))
    after = [row for row in year.ledger.values() if row.decided_at >= leaves.at]
    assert {row.said for row in after} == {f"skipped: {reason}"}
    assert max(message.at for message in year.messages) < leaves.at


# -- done early --------------------------------------------------------------------------------


def test_a_finished_pdp_needs_no_tip() -> None:
    done = participant(sections=complete("pdp", on="Mon 16 Nov 2026"))
    assert verdict(done, "pdp-tip 1", "Tue 24 Nov 2026 09:00") == "skipped condition-met"


PDP = ("about-you", "self-assessment", "pdp")


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        (complete(*PDP), "skipped condition-met"),
        (complete(*PDP[:2]) | started("pdp"), "queued"),  # started is not complete
        (complete(*PDP[1:]), "queued"),
        ({}, "queued"),
    ],
)
def test_a_milestone_is_met_by_all_its_sections_and_no_fewer(
    sections: dict[str, object], expected: str
) -> None:
    ada = participant(sections=sections)
    assert verdict(ada, "chase-milestone pdp/minus-6/1", "Thu 7 Jan 2027 09:00") == expected


@pytest.mark.parametrize(
    ("sections", "expected"),
    [
        (started("reflective-diary", "coaching"), "skipped condition-met"),
        (complete("reflective-diary", "coaching"), "skipped condition-met"),
        (started("reflective-diary"), "queued"),
    ],
)
def test_diary_and_coaching_need_only_to_be_under_way(
    sections: dict[str, object], expected: str
) -> None:
    ada = participant(sections=sections)
    reminder = "chase-milestone diary-and-coaching/minus-6/1"
    assert verdict(ada, reminder, "Thu 11 Mar 2027 09:00") == expected


def test_every_rung_of_a_ladder_that_has_stopped_still_gets_its_row() -> None:
    done = replace(ADA, sections=complete("first-observation"))
    year = InMemoryYear({"P0001": done}, cohort(as_of=at("Wed 16 Dec 2026 09:00").date()))
    year.at_ten_minutes(at("Wed 11 Nov 2026 09:00"), at("Fri 18 Dec 2026 18:00"))
    assert year.story("chase-milestone") == dict.fromkeys(
        (
            "first-observation/minus-6/1",
            "first-observation/two-overdue/1",
            "first-observation/plus-3/1",
            "first-observation/plus-8/1",
            "first-observation/plus-8-red/1",
            "first-observation/plus-13/1",
            "first-observation/plus-18/1",
        ),
        "skipped: condition-met",
    )


# -- submitted early ---------------------------------------------------------------------------

EARLY = participant(
    mentorships=(replace(AGREED, signed_off_at=at("Mon 28 Jun 2027 12:00")),),
    sections=complete(*ALL_BUT_SUBMISSION, "submission", on="Mon 5 Jul 2027"),
)
SUBMITTED = {
    "webinar-week-ahead q-and-a-2/1": "Thu 2 Sep 2027 09:00",
    "webinar-tomorrow q-and-a-2/1": "Wed 8 Sep 2027 09:00",
    "autumn-return 1": "Tue 7 Sep 2027 09:00",
    "chase-submission minus-5/1": "Wed 29 Sep 2027 09:00",
    "chase-submission minus-1/1": "Tue 5 Oct 2027 09:00",
    "chase-submission plus-1/1": "Thu 7 Oct 2027 09:00",
    "deadline-passed 1": "Thu 7 Oct 2027 10:00",
}


@pytest.mark.parametrize(("name", "now"), SUBMITTED.items())
def test_who_has_submitted_gets_no_more_webinars_and_no_reminder_of_it(name: str, now: str) -> None:
    assert verdict(EARLY, name, now) == "skipped submitted"


def test_who_has_submitted_gets_no_more_tips() -> None:
    very_early = replace(EARLY, sections=complete("submission", on="Mon 3 May 2027"))
    assert verdict(very_early, "impact-tip 1", "Tue 11 May 2027 09:00") == "skipped submitted"


def test_a_submission_is_answered_the_next_morning_at_the_latest() -> None:
    assert verdict(EARLY, "submission-received 1", "Mon 5 Jul 2027 07:30") == (
        "held window until Mon 5 Jul 2027 09:00"
    )
    assert verdict(EARLY, "submission-received 1", "Mon 5 Jul 2027 09:00") == "queued"


def test_the_mentor_of_who_has_submitted_is_thanked_all_the_same() -> None:
    assert verdict(EARLY, "mentor-thanks 1", "Wed 13 Oct 2027 09:00") == "queued"
