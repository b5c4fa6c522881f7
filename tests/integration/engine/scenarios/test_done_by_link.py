"""“I have done this”: its chasers wait for an export taken on a later day, which decides."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at, read
from sqlalchemy import select

from ats.errors import NotFound, Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import done, participants
from ats.people.changing import Decision
from ats.records import models as m

OPEN = (
    "P0001,about-you,complete,2026-10-20",
    "P0001,first-observation,complete,2026-11-17",
    "P0001,cpd-log,in-progress,2027-01-11",
    "P0002,first-observation,complete,2026-11-17",
    "P0002,cpd-log,in-progress,2027-01-11",
)
DONE = (
    *OPEN,
    "P0001,self-assessment,complete,2027-01-19",
    "P0001,pdp,complete,2027-01-19",
)
ABOUT = (CODE, "P0001", "pdp")
CLICK = "2027-01-19 10:00"  # a Tuesday; the PDP was due on Fri 15, reminder 1 falls due on Wed 20


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose PDP is a day overdue, as an export of that Monday shows."""
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.export("2027-01-18", *OPEN)
    cohort.tick("2027-01-18 10:00")
    mailbox.received.clear()


def click(year: SmallCohort, now: str = CLICK) -> done.Matter:
    return done.say_done(year.office, ABOUT, now=at(now))


def pdp(year: SmallCohort) -> dict[str, str]:
    """Return what became of the reminders about the PDP."""
    found = year.outcomes("chase-milestone", about="P0001")
    return {name.split("/")[1]: said for name, said in found.items() if name[:9] == "pdp/plus-"}


def said(year: SmallCohort) -> list[tuple[str | None, str]]:
    with year.store.read() as session:
        query = select(m.Overlay).where(m.Overlay.kind == "done").order_by(m.Overlay.id)
        return [(one.milestone, one.recorded_by) for one in session.execute(query).scalars()]


def test_an_export_that_shows_it_complete_ends_the_ladder(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    assert click(year).state == "said"
    year.tick("2027-01-20 10:00")
    assert pdp(year) == {"plus-3": "held: stale-data"}

    year.export("2027-01-25", *DONE)
    year.tick_daily("2027-01-25", "2027-02-12", "10:00")

    assert set(pdp(year).values()) == {"skipped: condition-met"}
    assert reminders(mailbox) == []


def test_an_export_as_of_the_day_of_the_click_decides_nothing(year: SmallCohort) -> None:
    click(year)
    year.export("2027-01-19", *OPEN, now="2027-01-20 07:30")
    year.tick("2027-01-20 10:00")

    assert pdp(year) == {"plus-3": "held: stale-data"}


def test_a_later_export_that_shows_it_open_resumes_the_ladder(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    click(year)
    year.tick("2027-01-20 10:00")
    year.export("2027-01-20", *OPEN, now="2027-01-20 11:00")
    year.tick("2027-01-20 11:10")

    assert pdp(year) == {"plus-3": "sent"}
    assert "Wednesday 20 January" in text(mailbox)


def test_of_rungs_that_fell_due_meanwhile_the_latest_acts(year: SmallCohort) -> None:
    click(year)
    year.tick_daily("2027-01-20", "2027-01-27", "10:00")
    year.export("2027-01-28", *OPEN)
    year.tick("2027-01-28 10:00")

    assert pdp(year) == {
        "plus-3": "superseded",
        "plus-8": "sent",
        "plus-8-red": "skipped: condition-unmet",
    }


def test_a_word_of_the_past_blocks_no_later_chase_and_may_be_given_again(
    year: SmallCohort,
) -> None:
    click(year)
    year.export("2027-01-20", *OPEN)
    year.tick("2027-01-20 10:00")
    assert click(year, "2027-01-21 10:00").state == "said"
    year.tick("2027-01-27 10:00")
    assert pdp(year)["plus-8"] == "held: stale-data"

    year.export("2027-01-28", *OPEN)
    year.tick("2027-01-28 10:00")

    assert pdp(year)["plus-8"] == "sent"
    assert said(year) == [("pdp", done.BY)] * 2


def test_a_reminder_that_is_queued_at_the_click_does_not_go(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    address, year.address = year.address, type(year.address)("127.0.0.1", 9)
    year.tick("2027-01-20 09:00")
    assert pdp(year) == {"plus-3": "queued"}

    click(year, "2027-01-20 09:05")
    year.address = address
    year.tick("2027-01-20 09:40")

    assert pdp(year) == {"plus-3": "held: stale-data"}
    assert reminders(mailbox) == []


def test_a_second_click_is_the_same_and_leaves_no_second_trace(year: SmallCohort) -> None:
    assert (click(year).state, click(year, "2027-01-19 10:01").state) == ("said", "said")

    assert said(year) == [("pdp", done.BY)]
    (line,) = year.audit("done")
    assert (line.by, line.subject, line.after) == (done.BY, "P0001", {"milestone": "pdp"})


def test_other_milestones_and_other_people_are_chased_as_before(year: SmallCohort) -> None:
    click(year)
    year.tick("2027-01-20 10:00")

    assert year.outcomes("chase-milestone", about="P0002")["pdp/plus-3/1 to P0002"] == "sent"


def test_what_is_complete_or_over_is_told_apart(year: SmallCohort) -> None:
    year.export("2027-01-25", *DONE)
    assert click(year, "2027-01-25 10:00").state == "complete"

    agreed = Decision(at("2027-01-26 10:00"), "Jo", "workload", "Sam")
    participants.withdraw(year.office, "P0001", agreed, preview=False)
    assert click(year, "2027-01-26 10:01").state == "over"
    assert said(year) == []


@pytest.mark.parametrize(
    "about", [(CODE, "P0099", "pdp"), ("2031-10", "P0001", "pdp"), (CODE, "P0001", "no-such")]
)
def test_a_link_about_nobody_finds_nothing(year: SmallCohort, about: tuple[Any, ...]) -> None:
    with pytest.raises(NotFound):
        done.say_done(year.office, about, now=at(CLICK))


def test_staff_who_have_seen_it_record_the_same(year: SmallCohort) -> None:
    seen = Decision(at(CLICK), "Jo", "own-request")
    told = done.seen_done(year.office, "P0001", "pdp", seen, preview=False)
    year.tick("2027-01-20 10:00")

    assert (told.applied, pdp(year)) == (True, {"plus-3": "held: stale-data"})
    assert said(year) == [("pdp", "Jo")]
    with pytest.raises(Refused, match="recorded as done already"):
        done.seen_done(year.office, "P0001", "pdp", seen, preview=False)
    with pytest.raises(Refused, match='Nobody is chased about "submission"'):
        done.seen_done(year.office, "P0001", "submission", seen, preview=False)
    with pytest.raises(Refused, match="complete in the newest export"):
        done.seen_done(year.office, "P0001", "first-observation", seen, preview=False)


def reminders(mailbox: InMemoryMailbox) -> list[EmailMessage]:
    """Return the reminders to Ada."""
    mine = [read(one) for one in mailbox.received if one.recipient == "ada@harbour.example"]
    return [one for one in mine if "shortest way" in one["Subject"]]


def text(mailbox: InMemoryMailbox) -> str:
    """Return the text of the newest reminder to Ada."""
    (reminder,) = reminders(mailbox)
    body = reminder.get_body(("plain",))
    assert body is not None
    return " ".join(body.get_content().split())
