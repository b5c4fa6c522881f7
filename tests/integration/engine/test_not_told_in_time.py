"""No tick comes between a change of a webinar and its start: operations hear of it, once."""

from __future__ import annotations

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CAT, CODE, GRACE, NIA, SmallCohort, at, read

from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.untold import Untold
from ats.webinars import changes as webinar_changes

OPERATIONS = "operations@provider.example"
OLD, NEW, AFTER = "2026-10-08 16:30", "2026-10-08 17:30", "2026-10-08 18:10"


@prologue
def told(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, Ben and Cat know that webinar-1 is on Thu 8 October at 16:30; the last tick is past."""
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + NIA)
    cohort.join_links()
    cohort.go_live_unchecked()
    for moment in ("2026-09-03 09:00", "2026-10-01 09:00", "2026-10-05 10:00", "2026-10-06 11:00"):
        cohort.tick(moment)
    mailbox.received.clear()


def move(cohort: SmallCohort, to: str, *, now: str = "2026-10-06 11:03") -> None:
    webinar_changes.move(
        cohort.office, CODE, "webinar-1", to=at(to), now=at(now), by="Jo", apply=True
    )


def asked(mailbox: InMemoryMailbox) -> list[str]:
    """Return the texts of what operations are asked to do, each on one line."""
    mails = [read(one) for one in mailbox.received if one.recipient == OPERATIONS]
    bodies = (one.get_body(("plain",)) for one in mails if "needs you" in str(one["Subject"]))
    return [" ".join(body.get_content().split()) for body in bodies if body is not None]


def test_operations_are_asked_to_write_to_whoever_was_not_told(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    told.overlay(
        "P0003", "pause", now="2026-10-06 11:01", from_on="2026-10-06", until_on="2026-10-20"
    )
    move(told, NEW)
    told.tick(AFTER)
    told.tick("2026-10-08 18:20")
    told.tick_daily("2026-10-09", "2026-10-10")

    (text,) = asked(mailbox)
    assert (
        "2 people were not told in time that Getting started and your self-assessment (webinar-1) "
        "moved: it began on Thursday 8 October 2026, 17:30." in text
    )
    assert "P0001 expected it on Thursday 8 October 2026, 16:30" in text
    assert "P0002 expected it" in text
    assert "P0003" not in text  # they are on a break, and expect no e-mail
    assert "Ada" not in text
    assert set(told.outcomes("webinar-moved").values()) == {"expired"}


def test_reminders_do_not_count_on_a_notice_that_never_went(told: SmallCohort) -> None:
    move(told, NEW)
    told.tick(AFTER)

    for step in ("webinar-week-ahead", "webinar-tomorrow"):
        said = told.outcomes(step, recipient="P0001").values()
        assert "skipped: in-notice" not in said
        assert "expired" in said


def test_of_a_cancellation_operations_hear_too(told: SmallCohort, mailbox: InMemoryMailbox) -> None:
    webinar_changes.cancel(
        told.office, CODE, "webinar-1", now=at("2026-10-08 16:00"), by="Jo", apply=True
    )
    told.tick(AFTER)

    (text,) = asked(mailbox)
    assert "is off: it was to be on Thursday 8 October 2026, 16:30." in text


def test_brought_forward_they_hear_while_they_expect_it_and_operations_that_it_was_late(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    move(told, "2026-10-08 10:00")
    told.tick("2026-10-08 11:10")

    assert set(told.outcomes("webinar-moved").values()) == {"sent"}
    assert set(told.outcomes("webinar-tomorrow").values()) == {"expired"}
    (text,) = asked(mailbox)
    assert (
        "P0001 expects it on Thursday 8 October 2026, 16:30, and our e-mail goes only now" in text
    )


def test_told_in_time_operations_hear_nothing(told: SmallCohort, mailbox: InMemoryMailbox) -> None:
    move(told, NEW)
    told.tick("2026-10-06 11:10")
    told.tick_daily("2026-10-07", "2026-10-10", "18:10")

    assert asked(mailbox) == []


def test_what_fails_is_tried_again(
    told: SmallCohort, mailbox: InMemoryMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(_: Untold) -> None:
        raise RuntimeError

    move(told, NEW)
    with monkeypatch.context() as patch:
        patch.setattr(Untold, "stage", fails)
        tally = told.tick(AFTER)
    assert len(tally.errors) == 1
    assert asked(mailbox) == []

    told.tick("2026-10-08 18:20")
    assert len(asked(mailbox)) == 1


def test_a_tick_killed_after_the_notices_expired_leaves_the_question_to_the_next(
    told: SmallCohort, mailbox: InMemoryMailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: object) -> None:
        raise KeyboardInterrupt

    move(told, NEW)
    with monkeypatch.context() as patch:
        patch.setattr("ats.engine._CohortTick._plan_staff", killed)
        with pytest.raises(KeyboardInterrupt):
            told.tick(AFTER)
    assert set(told.outcomes("webinar-moved").values()) == {"expired"}

    told.tick("2026-10-08 18:20")
    assert len(asked(mailbox)) == 1
