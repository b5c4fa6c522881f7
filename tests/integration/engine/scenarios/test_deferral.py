"""Scenario 2, deferral: what waits is cancelled, what is done is kept, and nobody is lost."""

from __future__ import annotations

import datetime as dt

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at
from two_cohorts import (
    NEXT,
    PORTFOLIO,
    defer,
    enrolment_in,
    go_live,
    launch,
    restart,
    rows,
    said,
    texts,
    tick,
    tick_daily,
)

from ats import cohorts
from ats.errors import Refused
from ats.feeds.composing import Feeds
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, participants
from ats.people.changing import Decision
from ats.people.restarts import Into
from ats.people.waiting import waiting, waiting_for
from ats.records import gather

AGREED = "2026-11-23 10:00"
TOLD = "2026-11-23 10:10"


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose mentor Grace has agreed, and Ben, in November; Ada has finished two sections."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-10-05", "2026-10-08")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-09 10:00"), by="Jo")
    cohort.tick_daily("2026-11-16", "2026-11-20")
    cohort.export("2026-11-23", *PORTFOLIO)
    mailbox.received.clear()


def test_the_whole_story_from_leaving_to_the_new_start(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    defer(year, AGREED)
    tick(year, TOLD)
    assert said(mailbox) == [
        ("ada", "Confirming what we agreed"),
        ("grace", "Your mentoring has come to an end: thank you"),
    ]

    tick_daily(year, "2026-11-24", "2026-12-18")
    assert {to for to, _ in said(mailbox)} == {"ben"}
    assert ("pdp-tip", "1", "skipped: deferred") in rows(year, CODE)

    launch(year, now="2027-03-01 10:00")
    go_live(year)
    restart(year, "2027-03-08 10:00")
    for moment in ("2027-03-09 09:00", "2027-08-31 09:00"):
        tick(year, moment)
    assert said(mailbox, "ada", "grace") == [
        ("ada", "Your ATS year: all the dates, and one link for your calendar")
    ]

    tick_daily(year, "2027-09-03", "2027-10-29")
    assert said(mailbox, "ada", "grace") == [
        ("ada", "Before you return: what would help?"),
        ("ada", "Thursday 7 October, 16:30: Getting started and your self-assessment"),
        ("ada", "Your ATS portfolio is open: three things for this week"),
        ("ada", "One conversation that makes the year easier"),
        ("ada", "Choosing your mentor: whom to ask, and how"),
    ]
    assert rows(year, NEXT) == [
        ("agenda-published", "1", "sent"),
        ("return-check-in", "1", "sent"),
        ("webinar-week-ahead", "webinar-1/1", "sent"),
        ("catch-up", "1", "skipped: condition-unmet"),
        ("portfolio-issued", "1", "sent"),
        ("webinar-tomorrow", "webinar-1/1", "expired"),  # nobody has set its link
        ("make-room", "1", "sent"),
        ("about-you-and-mentor", "1", "sent"),
    ]


def test_the_confirmation_says_what_stops_and_what_stays(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    defer(year, AGREED)
    tick(year, TOLD)

    (told,) = texts(mailbox, "ada")
    assert "Your place in cohort 2026-10 ended on Monday 23 November 2026." in told
    assert "We write to Grace Hopper to say thank you, without a reason." in told
    assert "You are on our list for a later cohort" in told
    assert "parental" not in told.casefold()


def test_a_mentor_who_never_heard_of_it_is_not_thanked(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    decision = Decision(at(AGREED), "Jo", "own-request", "Sam")
    participants.defer(year.office, "P0002", decision, preview=False)
    tick(year, TOLD)

    (told,) = texts(mailbox, "ben")
    assert "say thank you" not in told


def test_with_a_cohort_to_go_on_in_it_is_named_and_the_year_there_begins(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    launch(year, now="2026-11-02 10:00")
    done = defer(year, AGREED, Into(NEXT))
    tick(year, TOLD)

    (told,) = texts(mailbox, "ada")
    assert "cohort 2027-10, where you begin on Monday 4 October 2027" in told
    assert "with all the dates of the new cohort" in told
    assert done.next is not None
    assert done.next.document()["cohort"] == NEXT
    assert (enrolment_in(year, CODE).status, enrolment_in(year, NEXT).status) == (
        "deferred",
        "active",
    )
    assert rows(year, NEXT) == []  # in trial, and nothing is due yet
    tick(year, "2026-11-24 10:00")
    assert rows(year, NEXT) == [("agenda-published", "1", "held: trial")]


def test_a_preview_changes_nothing_in_either_cohort(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    launch(year, now="2026-11-02 10:00")
    looked = defer(year, AGREED, Into(NEXT), preview=True)
    tick(year, TOLD)

    assert looked.next is not None
    assert (looked.applied, looked.next.applied) == (False, False)
    assert looked.next.effect.comes
    assert (enrolment_in(year, CODE).status, said(mailbox)) == ("active", [])
    with pytest.raises(StopIteration):
        enrolment_in(year, NEXT)


def test_who_waits_stands_on_a_list_until_they_begin_again(year: SmallCohort) -> None:
    defer(year, AGREED)
    with year.store.read() as session:
        (waits,) = waiting(session)
        assert waiting(session, cohort="2025-10") == []
    assert (waits.ref, waits.cohort, waits.since) == ("P0001", CODE, at(AGREED))
    assert (waits.sections, waits.later) == (("about-you", "first-observation"), ())

    launch(year, now="2027-03-01 10:00")
    with year.store.read() as session:
        (waits,) = waiting_for(session, gather.cohort_named(session, NEXT))
    assert waits.later == (NEXT,)

    restart(year, "2027-03-08 10:00")
    with year.store.read() as session:
        assert waiting(session) == []


def test_nothing_ahead_stays_in_the_calendar_and_what_was_stays(year: SmallCohort) -> None:
    defer(year, AGREED)
    now = at(TOLD)

    with year.store.read() as session:
        events = Feeds(year.office, session, now=now).of_person("P0001").events
        mentor = Feeds(year.office, session, now=now).of_person("M0001").events
    assert events
    assert max(event.starts_at for event in (*events, *mentor)) <= now


REFUSED = {
    "an unknown cohort": ("2031-10", "There is no cohort 2031-10; the records hold: 2026-10, 2027"),
    "the same": (CODE, "Cohort 2026-10 is the one that P0001 leaves; give 2027-10"),
    "an earlier one": ("2025-10", "starts on Monday 6 October 2025, no later than cohort 2026-10"),
    "a closed one": ("2028-10", "Cohort 2028-10 is closed; give 2027-10"),
    "another programme": ("qtls-2027", "Cohort qtls-2027 runs qtls, cohort 2026-10 ats; give"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_cohort_in_which_they_cannot_go_on_is_refused_and_nothing_is_done(
    year: SmallCohort, name: str
) -> None:
    code, why = REFUSED[name]
    launch(year, now="2026-11-02 10:00")
    if code == "2025-10":
        launch(year, code, dt.date(2025, 10, 6), now="2026-11-02 10:00")
    if code == "2028-10":
        launch(year, code, dt.date(2028, 10, 2), now="2026-11-02 10:00")
        with year.store.write() as session:
            gather.cohort_named(session, code).status = "closed"
    if code == "qtls-2027":
        starts = dt.date(2027, 10, 4)
        cohorts.launch(year.office, code, starts=starts, programme="qtls", now=at(AGREED), by="Jo")

    with pytest.raises(Refused, match=why):
        defer(year, AGREED, Into(code))
    assert enrolment_in(year, CODE).status == "active"
    assert year.audit("deferred") == []


@pytest.mark.parametrize(
    ("reason", "approver", "why"),
    [
        ("illness", None, "A deferral needs the name of whoever approves it"),
        ("illness", " jo ", "asks for this and cannot approve it"),
        ("tired", "Sam", 'There is no reason "tired"; give one of'),
    ],
)
def test_a_decision_that_is_none_is_refused(
    year: SmallCohort, reason: str, approver: str | None, why: str
) -> None:
    def decide() -> None:
        decision = Decision(at(AGREED), "Jo", reason, approver)
        participants.defer(year.office, "P0001", decision, preview=False)

    with pytest.raises(Refused, match=why):
        decide()
    assert enrolment_in(year, CODE).status == "active"


@pytest.mark.parametrize("left", ["deferred", "withdrawn"])
def test_who_has_left_cannot_be_deferred_again(year: SmallCohort, left: str) -> None:
    decision = Decision(at(AGREED), "Jo", "illness", "Sam")
    leave = {"deferred": participants.defer, "withdrawn": participants.withdraw}[left]
    leave(year.office, "P0001", decision, preview=False)

    with pytest.raises(Refused, match=f"in cohort 2026-10 is {left}"):
        defer(year, "2026-11-24 10:00")
