"""The invitation onto the register goes once, on its own, to mentors who asked to hear of it."""

from __future__ import annotations

from prologue import prologue
from small_cohort import ADA, BEN, GRACE, SmallCohort, at, read
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.records import models as m

ABOUT = "The register of mentors: you asked us to tell you"


@prologue
def ending(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Grace mentored Ada and Ben to the end of the year."""
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.go_live_unchecked()
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-10-08 15:00"), by="Jo")


def welcome(cohort: SmallCohort, ref: str = "M0001") -> int:
    with cohort.store.write() as session:
        role = session.execute(select(m.Role.id).where(m.Role.ref == ref)).scalar_one()
        session.add(m.Welcomed(role_id=role, topic="register", since=at("2026-10-08 15:00")))
    return int(role)


def invited(mailbox: InMemoryMailbox) -> list[str]:
    """Return to whom the invitation went; it never shares an e-mail."""
    found = [(one.recipient, str(read(one)["Subject"])) for one in mailbox.received]
    assert not [subject for _, subject in found if ABOUT in subject and subject != ABOUT]
    return [to for to, subject in found if subject == ABOUT]


def test_who_asked_for_it_is_invited_once_for_all_their_mentees(
    ending: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    welcome(ending)
    ending.tick_daily("2027-10-13", "2027-10-19")
    assert invited(mailbox) == []
    ending.tick_daily("2027-10-20", "2027-11-12")

    assert invited(mailbox) == ["grace@harbour.example"]
    sent = ending.ledger("outcome", "class_", step="register-invitation")
    assert sent == [("sent", "tip"), ("merged", "tip")]


def test_nobody_is_invited_who_did_not_ask_for_it(
    ending: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    ending.tick_daily("2027-10-13", "2027-11-12")

    assert invited(mailbox) == []
    assert set(ending.outcomes("register-invitation").values()) == {"skipped: condition-unmet"}


def test_nor_who_stands_on_it(ending: SmallCohort, mailbox: InMemoryMailbox) -> None:
    role = welcome(ending)
    with ending.store.write() as session:
        now = at("2027-09-01 10:00")
        session.add(m.RegisterMentor(role_id=role, subject="Maths", capacity=1, joined_at=now))
    ending.tick_daily("2027-10-20", "2027-11-12")
    assert invited(mailbox) == []


def test_nor_whose_mentoring_ended_before(ending: SmallCohort, mailbox: InMemoryMailbox) -> None:
    welcome(ending)
    with ending.store.write() as session:
        for one in session.execute(select(m.Mentorship)).scalars():
            one.ended_at, one.ended_because = at("2027-03-01 10:00"), "resigned"
    ending.tick_daily("2027-10-20", "2027-11-12")
    assert invited(mailbox) == []


def test_who_switched_tips_off_is_not_invited(
    ending: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    role = welcome(ending)
    with ending.store.write() as session:
        session.add(m.OptOut(role_id=role, class_="tip", since=at("2027-09-01 10:00")))
    ending.tick_daily("2027-10-20", "2027-11-12")
    assert invited(mailbox) == []
    assert set(ending.outcomes("register-invitation").values()) == {"skipped: opted-out"}
