"""Scenario 2, the return: finished sections travel, history is only added to, one check-in."""

from __future__ import annotations

import datetime as dt
import threading
from typing import Any

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at
from sqlalchemy import select
from two_cohorts import (
    NEXT,
    PORTFOLIO,
    defer,
    enrolment_in,
    export,
    go_live,
    launch,
    restart,
    roster,
    rows,
    said,
    texts,
    tick,
)

from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, participants, restarts
from ats.people.changing import Decision
from ats.people.restarts import Into
from ats.people.waiting import waiting
from ats.planning import stall
from ats.records import gather
from ats.records import models as m

LEFT = "2026-11-23 10:00"
BACK = "2027-03-08 10:00"
IN_NEXT = "2027-10,P0001,Ada,Lovelace,ada@harbour.example,Harbour College,england"


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, deferred in November with two sections finished; the next cohort is live, empty."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.go_live_unchecked()
    mentors.accept(cohort.store, "P0001", now=at("2026-10-09 10:00"), by="Jo")
    cohort.export("2026-11-23", *PORTFOLIO, "P0001,submission,complete,2026-11-19")
    defer(cohort, LEFT)
    tick(cohort, "2026-11-23 10:10")
    launch(cohort, now="2027-03-01 10:00")
    go_live(cohort)
    mailbox.received.clear()


def recorded(year: SmallCohort, table: Any, code: str = NEXT) -> list[Any]:
    """Return the rows of a table that belong to Ada's enrolment in a cohort."""
    mine = table.enrolment_id == enrolment_in(year, code).id
    with year.store.read() as session:
        return list(session.execute(select(table).where(mine).order_by(table.id)).scalars())


def test_what_is_finished_travels_but_for_the_submission(year: SmallCohort) -> None:
    restart(year, BACK)

    assert [
        (one.section, one.status, one.updated_on, one.complete_seen_at)
        for one in recorded(year, m.Progress)
    ] == [
        ("about-you", "complete", dt.date(2026, 10, 20), at(BACK)),
        ("first-observation", "complete", dt.date(2026, 11, 17), at(BACK)),
    ]


def test_history_is_only_added_to(year: SmallCohort) -> None:
    before = enrolment_in(year, CODE)
    restart(year, BACK)
    old, new = enrolment_in(year, CODE), enrolment_in(year, NEXT)

    assert (old.status, old.left_at, old.joined_on) == ("deferred", at(LEFT), before.joined_on)
    assert (new.status, new.role_id, new.accepted_at) == ("active", old.role_id, at(BACK))
    assert [
        (one.kind, one.at, one.approved_by, one.other_id)
        for one in recorded(year, m.EnrolmentChange, CODE)
    ] == [("deferred", at(LEFT), "Sam", None), ("restarted", at(BACK), None, new.id)]
    (trail,) = year.audit("restart")
    assert trail.after == {
        "cohort": NEXT,
        "joined_on": "2027-10-04",
        "sections": ["about-you", "first-observation"],
        "mentor": None,
    }


def test_an_adjustment_that_was_agreed_travels(year: SmallCohort) -> None:
    with year.store.write() as session:
        session.add(
            m.Overlay(
                enrolment_id=enrolment_in(year, CODE).id or 0,
                kind="adjustment",
                adjustment="no-chasers",
                reason="access",
                recorded_at=at(LEFT),
                recorded_by="Jo",
            )
        )
    restart(year, BACK)

    assert [(one.adjustment, one.reason) for one in recorded(year, m.Overlay)] == [
        ("no-chasers", "access")
    ]


def test_sections_of_an_earlier_year_do_not_make_a_portfolio_stand_still(
    year: SmallCohort,
) -> None:
    restart(year, BACK)
    with year.store.read() as session:
        cohort = gather.cohort_named(session, NEXT)
        facts = gather.cohort_facts(session, cohort)
        (ada,) = gather.participants(session, [enrolment_in(year, NEXT).id or 0])
    timeline = year.office.timeline(year.office.programme_named("ats"), facts)

    assert stall.last_movement(timeline, ada) == dt.date(2027, 10, 4)


def test_a_mentor_who_stays_is_asked_again(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    restart(year, BACK, Into(NEXT, mentor_stays=True))
    tick(year, "2027-10-06 10:00")

    assert ("grace", "Ada Lovelace has asked you to be their ATS mentor") in said(mailbox)
    (standing,) = recorded(year, m.Mentorship)
    assert (standing.named_at, standing.accepted_at) == (at(BACK), None)


def test_into_a_running_cohort_they_come_late_and_catch_up_once(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = restart(year, "2027-11-01 10:00")
    tick(year, "2027-11-01 10:10")

    assert enrolment_in(year, NEXT).joined_on == dt.date(2027, 11, 1)
    (told,) = texts(mailbox, "ada")
    assert "Look at what you have finished: it counts here, too." in told
    assert 'Write "about you"' not in told
    assert not any(one.step == "return-check-in" for one in done.effect.comes)


def test_the_day_of_joining_may_be_given(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    restart(year, BACK, Into(NEXT, dt.date(2027, 11, 1)))
    tick(year, "2027-10-29 10:00")
    assert said(mailbox, "ada") == []

    tick(year, "2027-11-01 10:00")
    assert said(mailbox, "ada") == [("ada", "Welcome to ATS: where to begin")]


CHECK_INS = {
    "long before: four weeks before the start": (BACK, "2027-09-06 10:00", 1),
    "within the four weeks: at once": ("2027-09-20 10:00", "2027-09-20 10:10", 1),
    "more than a day before: still": ("2027-10-01 10:00", "2027-10-01 10:10", 1),
    "less than a day before: never": ("2027-10-03 12:00", "2027-10-04 08:00", 0),
}


@pytest.mark.parametrize("name", CHECK_INS)
def test_one_check_in_before_the_start_or_none(
    year: SmallCohort, mailbox: InMemoryMailbox, name: str
) -> None:
    restarted, ticked, count = CHECK_INS[name]
    restart(year, restarted)
    for moment in (ticked, ticked, "2027-10-04 10:00"):
        tick(year, moment)

    asked = [subject for to, subject in said(mailbox, "ada") if subject.startswith("Before you")]
    assert len(asked) == count
    assert rows(year, NEXT).count(("return-check-in", "1", "sent")) == count


def test_a_roster_that_names_them_later_changes_nothing(year: SmallCohort) -> None:
    restart(year, BACK)

    same = roster(year, NEXT, f"{IN_NEXT},2027-10-04", now="2027-05-03 10:00")
    other = roster(year, NEXT, f"{IN_NEXT},2027-10-11", now="2027-05-04 10:00")
    assert (same.tally.unchanged, other.tally.unchanged) == (1, 1)
    assert enrolment_in(year, NEXT).joined_on == dt.date(2027, 10, 4)
    assert len(recorded(year, m.Progress)) == 2


def test_a_roster_of_the_cohort_that_they_left_brings_nobody_back(year: SmallCohort) -> None:
    restart(year, BACK)
    roster(year, CODE, ADA + GRACE, BEN, now="2027-05-03 10:00")

    assert enrolment_in(year, CODE).status == "deferred"
    assert all(one.ended_at for one in recorded(year, m.Mentorship, CODE))


def test_who_was_on_the_new_roster_first_is_taken_over_with_their_sections(
    year: SmallCohort,
) -> None:
    roster(year, NEXT, f"{IN_NEXT},2027-10-04", now="2027-03-02 10:00")
    with year.store.read() as session:
        (waits,) = waiting(session)
    assert waits.enrolled_in == NEXT
    before = enrolment_in(year, NEXT)

    restart(year, BACK)
    after = enrolment_in(year, NEXT)
    assert (after.id, after.accepted_at) == (before.id, before.accepted_at)
    assert [one.section for one in recorded(year, m.Progress)] == ["about-you", "first-observation"]


@pytest.mark.parametrize(
    "lines",
    [
        ("P0001,about-you,complete,2026-10-20", "P0001,first-observation,complete,2026-11-17"),
        ("P0001,about-you,not-started,",),  # a portfolio that was opened anew
        ("P0002,about-you,in-progress,2027-10-06",),  # and Ada is not in it
    ],
)
def test_an_export_of_the_new_year_may_hold_what_travelled_or_not(
    year: SmallCohort, lines: tuple[str, ...]
) -> None:
    restart(year, BACK)
    roster(year, NEXT, BEN.replace(CODE, NEXT).replace("2026", "2027"), now="2027-05-03 10:00")

    found = export(year, NEXT, "2027-10-11", *lines)
    assert (found.problems, found.tally.missing, found.large_change) == ((), 0, None)


REFUSED: dict[str, tuple[str, Into, str]] = {
    "it runs no such cohort": (BACK, Into("2031-10"), "There is no cohort 2031-10"),
    "the one that they left": (BACK, Into(CODE), "Cohort 2026-10 is the one that P0001 leaves"),
    "before it starts": (
        BACK,
        Into(NEXT, dt.date(2027, 10, 1)),
        "starts on Monday 4 October 2027; give a day from then on",
    ),
    "too long after": ("2028-06-01 10:00", Into(NEXT), "is more than 26 weeks after the start"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_where_nobody_can_begin_is_refused(year: SmallCohort, name: str) -> None:
    now, into, why = REFUSED[name]
    with pytest.raises(Refused, match=why):
        restart(year, now, into)
    assert year.audit("restart") == []


def test_who_did_not_defer_does_not_restart(year: SmallCohort) -> None:
    def refused(ref: str) -> str:
        decision = Decision(at(BACK), "Jo", "own-request")
        with pytest.raises(Refused) as refusal:
            restarts.restart(year.office, ref, Into(NEXT), decision, preview=False)
        return str(refusal.value)

    assert "`ats participant defer P0002 --into 2027-10`" in refused("P0002")
    leaves = Decision(at(BACK), "Jo", "own-request", "Sam")
    participants.withdraw(year.office, "P0002", leaves, preview=False)
    assert "P0002 withdrew from cohort 2026-10; coming back is a new application" in refused(
        "P0002"
    )
    restart(year, BACK)
    assert refused("P0001") == "P0001 goes on in cohort 2027-10 already; nothing to do."


def test_a_mentor_who_had_not_agreed_cannot_stay(year: SmallCohort) -> None:
    leaves = Decision(at(LEFT), "Jo", "own-request", "Sam")
    with pytest.raises(Refused, match="P0002 had no mentor in cohort 2026-10 who had agreed"):
        participants.defer(
            year.office, "P0002", leaves, into=Into(NEXT, mentor_stays=True), preview=False
        )
    assert enrolment_in(year, CODE, "P0002").status == "active"


def test_of_two_who_do_it_at_once_one_does_it(year: SmallCohort) -> None:
    start = threading.Barrier(2)
    ends: list[str] = []

    def do() -> None:
        start.wait(20)
        try:
            restart(year, BACK)
            ends.append("done")
        except Refused as refusal:
            ends.append(str(refusal))

    both = [threading.Thread(target=do) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join(60)

    assert sorted(ends) == ["P0001 goes on in cohort 2027-10 already; nothing to do.", "done"]
    assert len(recorded(year, m.Progress)) == 2
