"""A sign-off taken back is asked for again only when staff reopen it; new addresses wait."""

from __future__ import annotations

import datetime as dt

import pytest
from prologue import prologue
from small_cohort import ADA, SmallCohort, at, read
from sqlalchemy import update

from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, sign_offs
from ats.people.answer_links import About, MentorLink
from ats.people.changing import Decision
from ats.people.confirmed import confirm_address
from ats.planning.facts import Participant
from ats.records import gather
from ats.records import models as m

GRACE = ",M0001,Grace,Hopper,grace@harbour.example,england"
MOVED = ",M0001,Grace,Hopper,grace@sea.example,england"
REQUEST, LADDER = "mentor-sign-off-request", "chase-sign-off"


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose mentor Grace has agreed, before the sign-off is asked for."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick("2027-09-09 09:00")
    mailbox.received.clear()


def ada(cohort: SmallCohort) -> Participant:
    with cohort.store.read() as session:
        enrolment = cohort.enrolments()["P0001"].id
        assert enrolment is not None
        (person,) = gather.participants(session, [enrolment])
        return person


def link(cohort: SmallCohort) -> MentorLink:
    standing = ada(cohort).mentorship
    assert standing is not None
    return MentorLink("M0001", (About("P0001", standing.id, standing.sign_off_round),))


def sign(cohort: SmallCohort, now: str) -> None:
    with cohort.store.write() as session:
        assert sign_offs.confirm(session, link(cohort), 0, "submission", now=at(now))


def take_back(cohort: SmallCohort, now: str) -> None:
    with cohort.store.write() as session:
        assert sign_offs.take_back(session, link(cohort), 0, "submission", now=at(now))


def reopened(cohort: SmallCohort, now: str) -> None:
    sign_offs.reopen(cohort.store, "P0001", Decision(at(now), "Jo", "own-request"))


def subjects(mailbox: InMemoryMailbox) -> list[str]:
    """Return the subjects of what came to Grace, and forget everything that came."""
    found = [str(read(one)["Subject"]) for one in mailbox.received if "grace" in one.recipient]
    mailbox.received.clear()
    return [one for one in found if "sign-off" in one]


def test_while_taken_back_nobody_is_asked_and_every_occurrence_is_accounted_for(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    year.tick_daily("2027-09-10", "2027-09-13")
    sign(year, "2027-09-13 10:00")
    take_back(year, "2027-09-14 10:00")
    assert len(subjects(mailbox)) == 1

    year.tick_daily("2027-09-14", "2027-10-01")

    assert subjects(mailbox) == []
    assert year.outcomes(REQUEST) == {"1 to M0001": "sent"}
    assert year.outcomes(LADDER) == {
        "M0001/minus-11/1 to M0001": "skipped: condition-met",
        "M0001/minus-9/1 to M0001": "skipped: condition-met",
        "M0001/minus-5/1 to operations": "skipped: condition-met",
        "M0001/minus-4/1 to pxm": "case-opened",  # it is missing all the same
    }
    assert ("P0001", "sign-off-revoked", "open") in year.cases()


def test_reopened_it_is_asked_for_again_with_what_is_left_of_its_ladder(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    year.tick_daily("2027-09-10", "2027-09-13")
    sign(year, "2027-09-13 10:00")
    take_back(year, "2027-09-14 10:00")
    year.tick_daily("2027-09-14", "2027-09-21")
    reopened(year, "2027-09-22 11:00")  # after the first reminder's day
    mailbox.received.clear()

    year.tick_daily("2027-09-22", "2027-10-01", time="12:00")

    assert subjects(mailbox) == [
        "ATS sign-off: please confirm by Tuesday 28 September",
        "ATS sign-off: Tuesday 28 September is the day",
    ]
    assert year.outcomes(REQUEST) == {"1 to M0001": "sent", "2 to M0001": "sent"}
    assert year.outcomes(LADDER) == {
        "M0001/minus-11/1 to M0001": "skipped: condition-met",
        "M0001/minus-9/2 to M0001": "sent",
        "M0001/minus-5/2 to operations": "case-opened",
        "M0001/minus-4/2 to pxm": "case-opened",
    }
    assert ("P0001", "sign-off-revoked", "closed") in year.cases()


def test_reopened_after_its_day_it_quotes_no_day_that_has_passed(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    year.tick_daily("2027-09-10", "2027-09-28")
    sign(year, "2027-09-28 16:00")
    take_back(year, "2027-09-30 10:00")
    reopened(year, "2027-10-01 10:00")
    mailbox.received.clear()

    year.tick("2027-10-01 11:00")

    (one,) = [one for one in mailbox.received if "grace" in one.recipient]
    text = " ".join(read(one).get_body(("plain",)).get_content().split())
    assert str(read(one)["Subject"]) == "ATS sign-off: your answer, either way"
    assert "it needs your sign-off as soon as you can." in text
    assert "28 September" not in text
    assert year.outcomes(LADDER)["M0001/minus-4/2 to pxm"] == "case-opened"  # time is short
    assert year.outcomes(REQUEST)["2 to M0001"] == "sent"


def test_only_a_sign_off_that_was_given_is_reopened(year: SmallCohort) -> None:
    with pytest.raises(Refused, match="so there is nothing to reopen"):
        reopened(year, "2027-09-13 09:00")
    assert year.audit("mentor-sign-off-reopened") == []


def test_staff_sign_off_after_it_was_taken_back_with_their_reason(year: SmallCohort) -> None:
    sign(year, "2027-09-13 10:00")
    take_back(year, "2027-09-14 10:00")

    mentors.sign_off(year.store, "P0001", now=at("2027-09-15 10:00"), by="Jo", reason="technical")

    assert ("P0001", "sign-off-revoked", "closed") in year.cases()
    assert [one.reason for one in year.audit("mentor-signed-off")] == ["own-request", "technical"]


# -- a new address ---------------------------------------------------------------------------


def test_no_link_goes_to_a_new_address_until_staff_confirm_it(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    year.enrol(ADA + MOVED, now="2027-09-09 15:00")
    year.tick_daily("2027-09-10", "2027-09-13")

    assert subjects(mailbox) == []
    assert year.outcomes(REQUEST) == {"1 to M0001": "held: release"}
    asked = ("P0001", "confirm-mentor-address", "open")
    assert [case for case in year.cases() if case[1] == asked[1]] == [asked]

    done = confirm_address(year.store, "M0001", now=at("2027-09-13 11:00"), by="Jo")
    year.tick("2027-09-13 11:10")

    assert len(done.cases_closed) == 1
    assert [one.recipient for one in mailbox.received if "grace" in one.recipient] == [
        "grace@sea.example"
    ]
    assert year.outcomes(REQUEST) == {"1 to M0001": "sent"}
    with pytest.raises(Refused, match="was confirmed on 13 September 2027"):
        confirm_address(year.store, "M0001", now=at("2027-09-13 12:00"), by="Jo")


def test_operations_are_asked_once_even_if_they_close_the_case(year: SmallCohort) -> None:
    year.enrol(ADA + MOVED, now="2027-09-09 15:00")
    year.tick("2027-09-10 09:00")
    with year.store.write() as session:
        session.execute(
            update(m.Case)
            .where(m.Case.kind == "confirm-mentor-address")
            .values(state="closed", closed_at=at("2027-09-10 10:00"))
        )
        session.execute(update(m.Enrolment).values(next_due_at=m.EPOCH))

    year.tick_daily("2027-09-13", "2027-09-15")

    about = [case for case in year.cases() if case[1] == "confirm-mentor-address"]
    assert about == [("P0001", "confirm-mentor-address", "closed")]


def test_after_six_weeks_an_address_is_new_no_more(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    changed = at("2027-09-10 09:00") - dt.timedelta(weeks=6)
    year.enrol(ADA + MOVED, now=f"{changed:%Y-%m-%d %H:%M}")

    year.tick("2027-09-10 09:00")

    assert year.outcomes(REQUEST) == {"1 to M0001": "sent"}


def test_a_first_roster_changes_no_address(year: SmallCohort) -> None:
    with pytest.raises(Refused, match="is the first we had; there is none to confirm"):
        confirm_address(year.store, "M0001", now=at("2027-09-09 12:00"), by="Jo")
