"""Scenario 6, a webinar moves at two days' notice: who was told hears at once, and once."""

from __future__ import annotations

from typing import Any

import pytest
from inviting import calendar_parts, cancel, choose, mails, move, vevent
from prologue import prologue
from small_cohort import ADA, BEN, CAT, CODE, GRACE, SmallCohort, at
from story import story, walk

from ats.errors import Refused
from ats.feeds.composing import Feeds
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.webinars import changes as webinars

OLD, NEW = "2026-11-18 16:30", "2026-12-03 16:30"  # webinar-2: a Wednesday, then a Thursday
DECIDED = "2026-11-16 14:02"  # on the Monday
ADAS, BENS = "ada@harbour.example", "ben@harbour.example"


@prologue
def year(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada subscribes to the calendar, Ben gets invitations; both had the week-ahead e-mail."""
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    choose(cohort, "P0002", "invitations", now="2026-09-10 12:00")
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-09-10 12:00"), by="Jo")
    for moment in ("2026-09-11 09:00", "2026-10-05 10:00", "2026-11-11 09:00", "2026-11-16 14:00"):
        cohort.tick(moment)


def about_it(cohort: SmallCohort, ref: str) -> list[str]:
    return [line for line in story(cohort, ref) if " webinar-2/" in line]


def event(cohort: SmallCohort, now: str) -> Any:
    """Return webinar-2 as the cohort's calendar has it."""
    uid = cohort.webinar("webinar-2").uid
    with cohort.store.read() as session:
        events = Feeds(cohort.office, session, now=at(now)).of_cohort(CODE, "participants").events
    (found,) = (one for one in events if one.uid == uid)
    return found


def test_staff_see_first_whom_it_concerns_and_nothing_has_happened(year: SmallCohort) -> None:
    before = about_it(year, "P0001")
    looked = webinars.move(
        year.office, CODE, "webinar-2", to=at(NEW), now=at(DECIDED), by="Jo", apply=False
    )

    assert [(one.ref, one.told, one.why_not) for one in looked.concerned] == [
        ("P0001", at(OLD), None),
        ("P0002", at(OLD), None),
    ]
    year.tick("2026-11-16 14:10")
    assert about_it(year, "P0001") == before
    assert year.webinar("webinar-2").starts_at == at(OLD)


def test_the_whole_story_of_who_subscribes(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    year.enrol(
        ADA + GRACE, BEN + GRACE, CAT, now="2026-11-16 14:01"
    )  # she was never told the old time
    move(year, "webinar-2", NEW, now=DECIDED)
    walk(year, "2026-11-16 14:10", "2026-12-04 18:00")

    assert about_it(year, "P0001") == [
        "2026-11-11 09:00 webinar-week-ahead webinar-2/1 sent",
        "2026-11-16 14:10 webinar-moved webinar-2/1 sent",
        "2026-11-26 09:00 webinar-week-ahead webinar-2/2 sent",
        "2026-12-02 09:00 webinar-tomorrow webinar-2/1 sent",
    ]
    (told,) = mails(mailbox, ADAS, "New time")
    text = " ".join(told.get_body(("plain",)).get_content().split())
    assert "New: Thursday 3 December 2026, 16:30 UK time, 60 minutes" in text
    assert "No longer: Wednesday 18 November 2026, 16:30" in text
    assert calendar_parts(told) == []
    assert "webinar-moved" not in " ".join(
        line for line in about_it(year, "P0003") if line.endswith(" sent")
    )
    shown = event(year, "2026-11-16 14:10")
    assert (shown.starts_at, shown.sequence, shown.status) == (at(NEW), 1, "confirmed")


def test_the_whole_story_of_who_gets_invitations(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    uid = year.webinar("webinar-2").uid
    (invited,) = (
        one
        for mail in mails(mailbox, BENS)
        for one in map(vevent, calendar_parts(mail)[:1])
        if str(one["UID"]).startswith(uid)
    )
    move(year, "webinar-2", NEW, now=DECIDED)
    walk(year, "2026-11-16 14:10", "2026-12-04 18:00")

    assert about_it(year, "P0002") == [
        "2026-09-11 09:00 webinar-invitation webinar-2/1 sent",
        "2026-11-11 09:00 webinar-week-ahead webinar-2/1 sent",
        "2026-11-16 14:10 webinar-moved webinar-2/1 sent",
        "2026-11-26 09:00 webinar-week-ahead webinar-2/2 sent",
        "2026-12-02 09:00 webinar-tomorrow webinar-2/1 sent",
    ]
    (told,) = mails(mailbox, BENS, "New time")
    moved = vevent(calendar_parts(told)[0])
    assert moved["UID"] == invited["UID"]
    assert (int(invited["SEQUENCE"]), int(moved["SEQUENCE"])) == (0, 1)
    assert moved.decoded("DTSTART") == at(NEW)


def test_cancelled_is_not_moved(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    cancel(year, "webinar-2", now=DECIDED)
    walk(year, "2026-11-16 14:10", "2026-12-04 18:00")

    assert about_it(year, "P0001") == [
        "2026-11-11 09:00 webinar-week-ahead webinar-2/1 sent",
        "2026-11-16 14:10 webinar-cancelled webinar-2/1 sent",
    ]
    assert event(year, "2026-11-16 14:10").status == "cancelled"
    with pytest.raises(Refused, match="cancelled"):
        move(year, "webinar-2", NEW, now="2026-11-16 15:00")
    (told,) = mails(mailbox, BENS, "Not taking place")
    assert "METHOD:CANCEL" in calendar_parts(told)[0].decode()
