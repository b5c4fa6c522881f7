"""`next_due_at` hides nothing: whatever may make something due earlier resets it."""

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CAT, GRACE, SmallCohort, at
from sqlmodel import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.records.models import EPOCH, Cohort, Enrolment


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada with Grace as her mentor, and Ben; everything up to 8 October at 09:00 is done."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")
    cohort.tick("2026-10-08 09:00")


def test_after_a_tick_it_is_the_next_moment_at_which_something_falls_due(
    live: SmallCohort,
) -> None:
    # make-room on Tue 13 Oct; the digests of the next working day
    assert live.due_again() == {
        "P0001": at("2026-10-13 09:00"),
        "P0002": at("2026-10-13 09:00"),
        "staff": at("2026-10-08 14:00"),
    }


def test_nothing_that_is_not_due_is_looked_at_again(live: SmallCohort) -> None:
    before = live.ledger("key", "decided_at")

    live.tick("2026-10-08 10:00")
    live.tick("2026-10-12 18:00")

    assert [row for row in live.ledger("key", "decided_at") if "/-/" not in row[0]] == [
        row for row in before if "/-/" not in row[0]
    ]
    assert live.due_again()["P0001"] == at("2026-10-13 09:00")


def test_a_roster_import_resets_those_whom_it_changes(live: SmallCohort) -> None:
    live.enrol(ADA + GRACE, BEN + GRACE, CAT, now="2026-10-08 12:00")

    due = live.due_again()

    assert (due["P0002"], due["P0003"], due["staff"]) == (EPOCH, EPOCH, EPOCH)
    live.tick("2026-10-08 12:10")
    # Her agenda goes on the working day after her acceptance.
    assert live.due_again()["P0003"] == at("2026-10-09 09:00")


def test_a_progress_import_resets_everybody_for_what_waits_for_fresh_data(
    live: SmallCohort,
) -> None:
    live.export("2026-10-08", "P0001,about-you,complete,2026-10-07", now="2026-10-08 12:00")

    assert set(live.due_again().values()) == {EPOCH}


def test_a_mentor_who_agrees_resets_the_participant(live: SmallCohort) -> None:
    mentors.accept(live.store, "P0001", now=at("2026-10-08 15:00"), by="Jo")

    assert live.due_again()["P0001"] == EPOCH
    live.tick("2026-10-08 15:10")
    assert set(live.outcomes("mentor-welcome").values()) == {"sent"}
    assert set(live.outcomes("mentor-confirmed").values()) == {"sent"}


def test_a_mentor_who_declines_and_one_who_signs_off_reset_the_participant(
    live: SmallCohort,
) -> None:
    mentors.decline(live.store, "P0001", now=at("2026-10-08 15:00"), by="Jo")
    assert live.due_again()["P0001"] == EPOCH

    live.enrol(ADA + ",M0002,Nia,Morgan,nia@valley.example,wales", BEN, now="2026-10-09 10:00")
    mentors.accept(live.store, "P0001", now=at("2026-10-09 15:00"), by="Jo")
    live.tick("2026-10-09 15:10")
    mentors.sign_off(live.store, "P0001", now=at("2026-10-09 15:20"), by="Jo")
    assert live.due_again()["P0001"] == EPOCH


def test_a_join_link_resets_everybody(live: SmallCohort) -> None:
    live.join_link("webinar-2", url="https://meet.example/moved", now="2026-10-08 12:00")

    assert set(live.due_again().values()) == {EPOCH}


@pytest.mark.parametrize("act", ["pause", "resume", "go-live"])
def test_pause_resume_and_go_live_reset_everybody(cohort: SmallCohort, act: str) -> None:
    cohort.enrol(ADA + GRACE, BEN)
    if act == "resume":
        cohort.pause("2026-09-03 09:00")
    cohort.tick("2026-09-03 09:10")
    assert EPOCH not in cohort.due_again().values()

    {"pause": cohort.pause, "resume": cohort.resume, "go-live": cohort.go_live}[act](
        "2026-09-03 10:00"
    )

    assert set(cohort.due_again().values()) == {EPOCH}


def test_the_request_that_was_sent_starts_the_clock_of_its_ladder(live: SmallCohort) -> None:
    live.tick("2026-10-13 09:00")

    assert live.due_again()["P0001"] == at("2026-10-14 09:00")  # five working days after the 7th


def test_another_programme_file_or_calendar_resets_everybody(live: SmallCohort) -> None:
    with live.office.store.write() as session:  # as a version with other dates would have left it
        session.exec(select(Cohort)).one().planned_by = "other dates"
        for enrolment in session.exec(select(Enrolment)):
            enrolment.next_due_at = at("2027-01-01 09:00")

    live.tick("2026-10-13 09:00")

    assert live.outcomes("make-room") == {"1 to P0001": "sent", "1 to P0002": "sent"}


def test_a_submission_that_an_export_took_back_is_acknowledged_when_it_is_shown_again(
    live: SmallCohort,
) -> None:
    live.export("2026-10-08", "P0001,submission,complete,2026-10-07", now="2026-10-08 19:00")
    live.tick("2026-10-08 19:10")  # too late in the day to go
    live.export("2026-10-09", "P0001,submission,in-progress,2026-10-08", now="2026-10-09 08:00")
    live.tick("2026-10-09 09:00")
    assert live.outcomes("submission-received") == {}

    live.export("2026-10-12", "P0001,submission,complete,2026-10-11", now="2026-10-12 08:00")
    live.tick("2026-10-12 09:00")

    assert live.outcomes("submission-received") == {"1 to P0001": "sent"}
