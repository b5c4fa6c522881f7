"""A webinar changes while some are away: what staff are shown of them is what happens."""

from __future__ import annotations

from prologue import prologue
from small_cohort import ADA, BEN, CAT, CODE, DOT, GRACE, NIA, ZONE, SmallCohort, at, read

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.people.story import story
from ats.records import models as m
from ats.webinars import changes as webinar_changes
from ats.webinars.changes import Change

CHANGED, NEW = "2026-10-06 11:03", "2026-10-09 16:30"


@prologue
def told(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, Ben, Cat and Dot know all dates; webinar-1 is on Thu 8 October at 16:30."""
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + NIA, DOT)
    cohort.join_links()
    cohort.go_live_unchecked()
    for moment in ("2026-09-03 09:00", "2026-10-01 09:00", "2026-10-05 10:00"):
        cohort.tick(moment)
    mailbox.received.clear()


def away(cohort: SmallCohort, ref: str, **until: str) -> None:
    cohort.overlay(ref, "pause", now="2026-10-05 12:00", from_on="2026-10-05", **until)


def move(cohort: SmallCohort, key: str = "webinar-1", to: str = NEW) -> Change:
    return webinar_changes.move(
        cohort.office, CODE, key, to=at(to), now=at(CHANGED), by="Jo", apply=True
    )


def outlook(change: Change) -> dict[str, str]:
    """Return what is said of each: when an e-mail goes, or why none does."""
    return {
        one.ref: f"no: {one.why_not}" if one.why_not else one.waits or "at once"
        for one in change.concerned
    }


def noticed(mailbox: InMemoryMailbox) -> list[str]:
    """Return who got the notice, and empty the mailbox."""
    found = sorted(
        one.recipient for one in mailbox.received if str(read(one)["Subject"]).startswith("New ti")
    )
    mailbox.received.clear()
    return found


def test_on_a_break_they_hear_on_the_morning_of_their_return(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    away(told, "P0001", until_on="2026-10-09")
    away(told, "P0002", until_on="2026-10-12")
    away(told, "P0003")
    change = move(told)

    assert outlook(change) == {
        "P0001": "on Friday 9 October 2026, 09:00, when their break ends",
        "P0002": "no: they are on a break until after it",
        "P0003": "when their break ends",
        "P0004": "at once",
    }
    assert (change.to_be_told, change.times, change.told_later) == (3, ((None, 1),), 2)
    told.tick("2026-10-06 11:10")
    assert noticed(mailbox) == ["dot@harbour.example"]
    told.tick("2026-10-09 00:10")
    assert noticed(mailbox) == []
    told.tick("2026-10-09 09:00")
    assert noticed(mailbox) == ["ada@harbour.example"]
    told.tick("2026-10-09 16:30")
    told.tick("2026-10-12 09:00")
    assert noticed(mailbox) == []
    assert told.outcomes("webinar-moved") == {
        "webinar-1/1 to P0001": "sent",
        "webinar-1/1 to P0002": "expired",
        "webinar-1/1 to P0003": "expired",
        "webinar-1/1 to P0004": "sent",
    }


def waiting_for(cohort: SmallCohort, now: str) -> str:
    """Return why the notice to Ada waits, in words."""
    told = story(cohort.office, "P0001", step="webinar-moved", now=at(now), zone=ZONE)["story"]
    (text,) = (entry["text"] for entry in told if entry["outcome"] == "held")
    return str(text).partition(" because ")[2]


def test_the_story_tells_a_break_from_a_pause_of_the_cohort(told: SmallCohort) -> None:
    away(told, "P0001", until_on="2026-10-08")
    move(told)
    told.tick("2026-10-06 11:10")
    on_a_break = waiting_for(told, "2026-10-06 12:00")
    told.pause("2026-10-06 12:00")

    assert on_a_break == "they are on a break that was agreed with them."
    assert waiting_for(told, "2026-10-06 12:10") == "all sending to this cohort is paused."


def test_who_is_parked_gets_it_when_they_are_no_more(told: SmallCohort) -> None:
    told.overlay("P0001", "parked", now="2026-10-05 12:00")

    assert outlook(move(told))["P0001"] == "when a roster names them again"


def test_of_a_mentor_it_says_what_their_mentee_did(told: SmallCohort) -> None:
    for ref in ("P0001", "P0002", "P0003"):
        mentors.accept(told.store, ref, now=at("2026-10-06 10:00"), by="Jo")
    told.tick("2026-10-06 10:10")
    with told.store.write() as session:
        cat = session.get_one(m.Enrolment, told.enrolments()["P0003"].id)
        cat.status, cat.left_at = "withdrawn", at("2026-10-06 10:30")

    change = move(told, "mentor-webinar-1", "2026-11-13 16:30")

    assert outlook(change) == {"M0001": "at once", "M0002": "no: their mentee has withdrawn"}


def test_the_mentor_of_somebody_on_a_break_hears_at_once(
    told: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mentors.accept(told.store, "P0003", now=at("2026-10-05 11:00"), by="Jo")
    told.tick("2026-10-05 11:10")
    away(told, "P0003", until_on="2026-12-01")
    mailbox.received.clear()

    change = move(told, "mentor-webinar-1", "2026-11-13 16:30")
    told.tick("2026-10-06 11:10")

    assert outlook(change) == {"M0002": "at once"}
    assert noticed(mailbox) == ["nia@valley.example"]
