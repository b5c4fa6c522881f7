"""Scenario 9: an address bounces. A person mends it, nobody is blamed, what is vital follows."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from prologue import prologue
from returned import postfix
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at, read
from sqlalchemy import select

from ats.outbox.bounces import BounceReader
from ats.outbox.going_again import going_again
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.suppression import lift
from ats.outbox.verp import BounceAddress
from ats.people import mentors
from ats.records import models as m
from ats.webinars.changes import move

OURS = BounceAddress("ats@provider.example", b"a key that nobody else has")
FULL = {"status": "5.2.2", "answer": "552 5.2.2 mailbox full"}
CHECK = "Please check an e-mail address for us"
PASS_ON = "Please pass on a short message for us"
ADA_ASKS = "Ada Lovelace has asked you to be their ATS mentor"
REMINDER = "Your answer about mentoring, either way"
WAITING = "A quick check on your mentor request"
MOVED = GRACE.replace("grace@harbour.example", "grace@home.example")


class Mailboxes:
    """What came back, to be read once."""

    def __init__(self, *mails: bytes) -> None:
        self.mails = list(enumerate(mails))

    def unread(self) -> list[tuple[str, bytes]]:
        return [(str(n), mail) for n, mail in self.mails]

    def mark(self, name: str) -> None:
        pass


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben have both named Grace, who has been asked on Wednesday 7 October."""
    grace_is_asked(cohort)
    mailbox.received.clear()


@prologue
def agreed(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Grace has agreed to mentor both, on Thursday 8 October."""
    grace_is_asked(cohort)
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-10-08 08:00"), by="Jo")
    cohort.tick_daily("2026-10-08", "2026-10-09")
    mailbox.received.clear()


def grace_is_asked(cohort: SmallCohort) -> None:
    cohort.office = replace(cohort.office, bounces=OURS)
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-09-03", "2026-09-03")
    cohort.tick_daily("2026-10-05", "2026-10-07")


def comes_back(year: SmallCohort, now: str, step: str, recipient: str, **how: str) -> None:
    """The newest message of a step to somebody comes back."""
    rows = year.ledger("message_id", step=step, recipient=recipient)
    mail = postfix(OURS.of(rows[-1][0]), **how).replace(b"09:00:07", b"09:00:" + now[8:10].encode())
    BounceReader(year.store, OURS, at(now)).read_all(Mailboxes(mail))


def said(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (who, subject) of everything that came since it was last asked, but to staff."""
    found = [(one.recipient, str(read(one)["Subject"])) for one in mailbox.received]
    mailbox.received.clear()
    return sorted((to.partition("@")[0], what) for to, what in found if "provider" not in to)


def about_mentors(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return the same of requests, reminders and what else a dead address calls for."""
    names = (CHECK, PASS_ON, REMINDER, WAITING, "has asked you to be", "have asked you")
    return [one for one in said(mailbox) if any(name in one[1] for name in names)]


def clocks(year: SmallCohort) -> set[dt.datetime | None]:
    with year.store.read() as session:
        return set(session.execute(select(m.Mentorship.request_sent_at)).scalars())


# -- a mentor ----------------------------------------------------------------------------------


def test_a_request_that_comes_back_stops_and_each_participant_is_asked_once(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    comes_back(year, "2026-10-07 10:00", "mentor-request", "M0001")
    year.tick("2026-10-07 10:10")

    assert about_mentors(mailbox) == [("ada", CHECK), ("ben", CHECK)]
    assert clocks(year) == {None}
    assert [(who, kind) for who, kind, _ in year.cases()] == [
        ("P0001", "mentor-unreachable"),
        ("P0002", "mentor-unreachable"),
    ]
    year.tick_daily("2026-10-08", "2026-11-30")
    assert about_mentors(mailbox) == []
    assert year.ledger("key", step="chase-mentor-request") == []


def test_another_address_brings_the_request_once_and_the_clock_begins(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    comes_back(year, "2026-10-07 10:00", "mentor-request", "M0001")
    year.tick_daily("2026-10-08", "2026-10-13")
    mailbox.received.clear()

    year.enrol(ADA + MOVED, BEN + MOVED, now="2026-10-14 10:00")
    year.tick("2026-10-14 10:10")
    ((who, subject),) = about_mentors(mailbox)
    assert (who, "asked you" in subject) == ("grace", True)
    assert clocks(year) == {at("2026-10-14 10:10")}
    assert {state for _, _, state in year.cases()} == {"closed"}
    assert year.outcomes("mentor-request", about="P0001") == {
        "M0001/1 to M0001": "sent",
        "M0001/1/again-1 to M0001": "sent",
    }

    year.tick_daily("2026-10-15", "2026-11-10")
    assert about_mentors(mailbox) == [
        ("ada", WAITING),
        ("ben", WAITING),
        ("grace", REMINDER),
        ("grace", REMINDER),
    ]
    again = [one for (one,) in year.ledger("occurrence") if "/again-" in one]
    assert again == ["M0001/1/again-1", "M0001/1/again-1"]


def test_the_working_days_of_an_outage_do_not_count(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Asked on Wed 7 Oct, reminded on Wed 14; out from Thu 15 until Thu 22: five working days."""
    year.tick_daily("2026-10-08", "2026-10-14")
    comes_back(year, "2026-10-15 08:00", "chase-mentor-request", "M0001")
    mailbox.received.clear()

    year.tick_daily("2026-10-15", "2026-10-21")
    assert about_mentors(mailbox) == [("ada", CHECK), ("ben", CHECK)]

    lift(year.store, "M0001", now=at("2026-10-22 08:00"), by="Jo")
    with year.store.read() as session:
        person = session.execute(select(m.Role.person_id).where(m.Role.ref == "M0001")).scalar_one()
        assert going_again(year.office, session, person, now=at("2026-10-22 08:00")) == []
    year.tick_daily("2026-10-22", "2026-11-27")

    rungs = year.ledger("occurrence", "due_at", "outcome", step="chase-mentor-request")
    mine = {name.split("/")[1]: f"{due:%a %d %b}" for name, due, _ in rungs}
    assert mine == {
        "plus-5": "Wed 14 Oct",
        "plus-10": "Wed 04 Nov",  # Wed 21 Oct, five days of outage, and half-term from 26 Oct
        "plus-12": "Fri 06 Nov",
        "plus-15": "Wed 11 Nov",
        "plus-20": "Wed 18 Nov",
    }
    assert about_mentors(mailbox) == [("ada", WAITING), ("ben", WAITING), ("grace", REMINDER)]


def test_nobody_is_told_that_a_mentor_has_not_answered_who_was_not_reached(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The message of Fri 23 October waits for Tuesday; meanwhile the address fails."""
    year.tick_daily("2026-10-08", "2026-10-23")
    held = year.outcomes("chase-mentor-request", recipient="P0001")
    assert held == {"M0001/plus-12/1 to P0001": "held: window"}
    comes_back(year, "2026-10-23 12:00", "chase-mentor-request", "M0001")
    mailbox.received.clear()

    year.tick_daily("2026-10-24", "2026-11-20")
    assert about_mentors(mailbox) == [("ada", CHECK), ("ben", CHECK)]
    assert {kind for _, kind, _ in year.cases()} <= {"mentor-unreachable"}


def test_an_address_that_fails_again_is_asked_about_again(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    comes_back(year, "2026-10-07 10:00", "mentor-request", "M0001")
    year.tick("2026-10-07 10:10")
    lift(year.store, "M0001", now=at("2026-10-08 10:00"), by="Jo")
    year.tick("2026-10-08 10:10")
    mailbox.received.clear()

    comes_back(year, "2026-10-08 11:00", "mentor-request", "M0001")
    year.tick("2026-10-08 11:10")
    assert about_mentors(mailbox) == [("ada", CHECK), ("ben", CHECK)]
    assert set(year.outcomes("mentor-unreachable")) == {
        "M0001/1 to P0001",
        "M0001/2 to P0001",
        "M0001/1 to P0002",
        "M0001/2 to P0002",
    }
    lift(year.store, "M0001", now=at("2026-10-09 10:00"), by="Jo")
    year.tick("2026-10-09 10:10")
    assert "M0001/1/again-2 to M0001" in year.outcomes("mentor-request", about="P0001")


def test_of_a_mentorship_that_ended_nobody_is_asked(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mentors.decline(year.store, "P0001", now=at("2026-10-07 09:30"), by="Jo")
    comes_back(year, "2026-10-07 10:00", "mentor-request", "M0001")
    year.tick("2026-10-07 10:10")
    assert about_mentors(mailbox) == [("ben", CHECK)]


def test_a_full_mailbox_counts_as_dead_after_72_hours(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    comes_back(year, "2026-10-07 10:00", "mentor-request", "M0001", **FULL)
    year.tick_daily("2026-10-08", "2026-10-09")
    assert about_mentors(mailbox) == []

    comes_back(year, "2026-10-10 10:00", "mentor-request", "M0001", **FULL)
    year.tick_daily("2026-10-10", "2026-10-12", time="10:10")
    assert about_mentors(mailbox) == [("ada", CHECK), ("ben", CHECK)]
    lift(year.store, "M0001", now=at("2026-10-13 10:00"), by="Jo")
    year.tick("2026-10-13 10:10")
    assert [who for who, _ in about_mentors(mailbox)] == ["grace"]


# -- a participant -----------------------------------------------------------------------------


def test_of_a_participant_the_mentor_is_asked_once_and_what_is_vital_follows(
    agreed: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    comes_back(agreed, "2026-10-09 10:00", "mentor-confirmed", "P0001")
    agreed.tick("2026-10-09 10:10")
    assert said(mailbox) == [("grace", PASS_ON)]

    agreed.tick_daily("2026-10-10", "2026-10-30")
    assert not any(who == "ada" for who, _ in said(mailbox))

    moved = ADA.replace("ada@harbour.example", "ada@home.example")
    agreed.enrol(moved + GRACE, BEN + GRACE, now="2026-11-02 10:00")
    agreed.tick("2026-11-02 10:10")
    agreed.tick("2026-11-02 10:20")
    assert said(mailbox) == [("ada", "Your mentor has said yes: arrange your first discussion")]
    tips = agreed.outcomes("make-room", recipient="P0001")
    assert tips == {"1 to P0001": "skipped: suppressed"}
    (trail,) = [one for one in agreed.audit("contact-mended") if one.subject == "P0001"]
    assert trail.after == {"again": ["mentor-confirmed M0001/1/again-1"]}


def test_a_moved_webinar_is_told_to_who_could_not_be_reached_then(
    agreed: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    comes_back(agreed, "2026-10-09 10:00", "mentor-confirmed", "P0001")
    agreed.tick("2026-10-09 10:10")
    new, now = at("2026-11-25 16:30"), at("2026-10-12 10:00")
    move(agreed.office, CODE, "webinar-2", to=new, now=now, by="Jo", apply=True)
    agreed.tick("2026-10-12 10:10")
    mailbox.received.clear()

    lift(agreed.store, "P0001", now=at("2026-10-13 10:00"), by="Jo")
    agreed.tick("2026-10-13 10:10")
    subjects = [subject for who, subject in said(mailbox) if who == "ada"]
    assert sum("New time" in subject for subject in subjects) == 1
    agreed.tick_daily("2026-10-14", "2026-10-20")
    assert not any("New time" in subject for _, subject in said(mailbox))
