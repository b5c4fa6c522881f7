"""Scenario 11, silence: everything stops at once, to them and about them, and nobody is told."""

from __future__ import annotations

import datetime as dt

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CAT, DOT, GRACE, NIA, SmallCohort, at, read
from sqlalchemy import select

from ats.cases import desk
from ats.errors import Refused
from ats.feeds.composing import Feeds
from ats.outbox import by_hand
from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.smtp_url import SmtpAddress
from ats.people import mentors, silence
from ats.people.changing import Decision
from ats.records import gather
from ats.records import models as m

NOW = "2026-11-16 10:00"  # a Monday; the mentors' tip is due on Tue 17, the PDP tip on Tue 24
ENDINGS = {"skipped: silenced", "cancelled: silenced"}


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben, whose mentor Grace has agreed, and Cat with hers, in November."""
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + NIA)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-10-05", "2026-10-14")
    for ref in ("P0001", "P0002", "P0003"):
        mentors.accept(cohort.store, ref, now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick_daily("2026-10-15", "2026-11-15")
    mailbox.received.clear()


def silenced(year: SmallCohort, ref: str, *, now: str = NOW, preview: bool = False) -> None:
    silence.silence(year.office, ref, Decision(at(now), "Jo", "bereavement"), preview=preview)


def lifted(year: SmallCohort, ref: str, now: str) -> None:
    silence.lift(year.office, ref, Decision(at(now), "Jo", "not-given"), preview=False)


def settle(year: SmallCohort, kind: str, now: str) -> None:
    """Close the open cases of a kind by hand."""
    with year.store.read() as session:
        query = select(m.Case.id).where(m.Case.kind == kind, m.Case.state != "closed")
        numbers = list(session.execute(query).scalars())
    for number in numbers:
        desk.close(year.store, number or 0, now=at(now), by="Jo")


def reached(mailbox: InMemoryMailbox) -> set[str]:
    """Return who got anything, but for staff."""
    return {one.recipient for one in mailbox.received if "provider" not in one.recipient}


def test_nothing_goes_to_or_about_a_silenced_participant(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    before = set(year.ledger("key"))
    silenced(year, "P0001")
    year.tick_daily("2026-11-16", "2026-12-04", "10:00")

    about = "".join(part.lower() for part in map(words, mailbox.received))
    assert "ada@harbour.example" not in reached(mailbox)
    assert "ada lovelace" not in about
    since = set(year.ledger("key", enrolment_id=year.enrolments()["P0001"].id)) - before
    outcomes = year.ledger("key", "outcome", "reason")
    assert since
    assert {f"{o}: {r}" for key, o, r in outcomes if (key,) in since} <= ENDINGS


def test_what_was_queued_is_cancelled(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    address, year.address = year.address, SmtpAddress("127.0.0.1", 9)
    year.tick("2026-11-17 09:00")  # the day before webinar 2
    queued = {s for s, outcome in year.ledger("step", "outcome") if outcome == "queued"}
    assert "webinar-tomorrow" in queued

    silenced(year, "P0001", now="2026-11-17 09:05")
    year.address = address
    year.tick("2026-11-17 09:40")

    told = year.outcomes("webinar-tomorrow", about="P0001")
    assert told["webinar-2/1 to P0001"] == "cancelled: silenced"
    assert "ada@harbour.example" not in reached(mailbox)


def test_the_mentors_next_message_waits_for_a_person(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    silenced(year, "P0001")
    year.tick("2026-11-17 10:00")

    waits = year.outcomes("mentor-first-discussion", about="P0002")
    assert ("P0001", "silenced-participant", "open") in year.cases()
    assert waits == {"1 to M0001": "held: parked"}
    assert year.outcomes("mentor-first-discussion", about="P0003") == {"1 to M0002": "sent"}

    settle(year, "silenced-participant", "2026-11-17 11:00")
    year.tick("2026-11-17 11:10")
    assert year.outcomes("mentor-first-discussion", about="P0002") == {"1 to M0001": "sent"}
    assert "grace@harbour.example" in reached(mailbox)


def test_the_reason_stands_in_the_trail_alone(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    silenced(year, "P0001")
    year.tick_daily("2026-11-16", "2026-11-20", "10:00")

    assert not any(b"bereave" in one.data.lower() for one in mailbox.received)
    (line,) = year.audit("silence")
    assert (line.by, line.subject, line.reason, line.restricted) == (
        "Jo",
        "P0001",
        "bereavement",
        True,
    )
    assert not any("bereave" in signal for signal in year.signals())


def test_a_silenced_mentor_is_thanked_for_nothing_and_nobody_is_chased(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    silenced(year, "M0001")
    year.tick_daily("2026-11-16", "2026-11-26", "10:00")

    with year.store.read() as session:
        ends = session.execute(select(m.Mentorship.ended_because).order_by(m.Mentorship.id))
        assert list(ends.scalars()) == ["silenced", "silenced", None]
    assert "grace@harbour.example" not in reached(mailbox)
    assert set(year.outcomes("mentor-stood-down").values()) == {"skipped: silenced"}
    assert [one for one in year.cases() if one[1] == "mentor-silenced"] == [
        ("P0001", "mentor-silenced", "open"),
        ("P0002", "mentor-silenced", "open"),
    ]
    assert year.outcomes("pdp-tip", about="P0001") == {"1 to P0001": "held: parked"}
    assert year.outcomes("pdp-tip", about="P0003") == {"1 to P0003": "sent"}
    chased = year.outcomes("chase-mentor-named", about="P0001")
    assert chased["minus-3/1 to P0001"] == "skipped: condition-met"  # while Grace stood
    assert {chased["plus-7/1 to P0001"], chased["plus-12/1 to pxm"]} <= {
        "held: parked",
        "superseded",
    }


def test_the_participants_webinars_go_on_while_their_mentor_is_silenced(
    year: SmallCohort,
) -> None:
    silenced(year, "M0001")
    year.tick("2026-11-17 10:00")

    told = year.outcomes("webinar-tomorrow", about="P0001")
    assert told["webinar-2/1 to P0001"] == "sent"


def test_once_a_person_has_spoken_with_them_the_mentee_is_helped_to_another(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    silenced(year, "M0001")
    year.tick_daily("2026-11-16", "2026-11-18", "10:00")
    settle(year, "mentor-silenced", "2026-11-18 11:00")
    year.tick("2026-11-18 11:10")

    chased = year.outcomes("chase-mentor-named", about="P0001")
    assert chased["plus-7/1 to P0001"] == "sent"
    people = [one for one in mailbox.received if "provider" not in one.recipient]
    assert not any("grace" in words(one).lower() for one in people)


def test_no_roster_brings_them_back(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    silenced(year, "P0003")
    silenced(year, "M0001")
    year.enrol(ADA + GRACE, BEN + GRACE, CAT + NIA, now="2026-11-16 12:00")
    with pytest.raises(Refused, match="Nothing goes to M0001 any more"):
        year.enrol(ADA, BEN, CAT, DOT + GRACE, now="2026-11-16 13:00")
    year.tick_daily("2026-11-17", "2026-12-04", "10:00")

    assert {"grace@harbour.example", "cat@valley.example"}.isdisjoint(reached(mailbox))


def test_it_holds_in_every_role_and_cohort_and_in_those_to_come(year: SmallCohort) -> None:
    """Ada becomes a mentor and joins another cohort after she was silenced."""
    silenced(year, "P0001")
    with year.store.write() as session:
        ada = session.execute(select(m.Role).where(m.Role.ref == "P0001")).scalar_one()
        cohort = m.Cohort(
            code="2027-10", programme="ats", starts=dt.date(2027, 10, 4), created_at=at(NOW)
        )
        mentor = m.Role(person_id=ada.person_id, kind="mentor", ref="M0009")
        session.add_all([cohort, mentor])
        session.flush()
        later = m.Enrolment(
            cohort_id=cohort.id or 0,
            role_id=ada.id or 0,
            joined_on=dt.date(2027, 10, 4),
            accepted_at=at(NOW),
        )
        session.add(later)
        session.flush()
        (person,) = gather.participants(session, [later.id or 0])
        assert person.silenced
        session.add(m.Mentorship(enrolment_id=later.id, role_id=mentor.id, named_at=at(NOW)))
        session.flush()
        (person,) = gather.participants(session, [later.id or 0])
        assert person.mentorships[0].silenced


def test_it_is_lifted_by_staff_alone_and_what_fell_due_stays_unsent(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    silenced(year, "P0001")
    year.tick_daily("2026-11-16", "2026-11-27", "10:00")
    lifted(year, "P0001", "2026-11-28 10:00")
    year.tick_daily("2026-11-30", "2026-12-15", "10:00")

    assert year.outcomes("pdp-tip", about="P0001") == {"1 to P0001": "skipped: silenced"}
    assert year.outcomes("before-christmas", about="P0001") == {"1 to P0001": "sent"}
    assert ("P0001", "silenced-participant", "closed") in year.cases()
    assert [line.subject for line in year.audit("silence-lifted")] == ["P0001"]


def test_nobody_is_silenced_twice_or_lifted_without(year: SmallCohort) -> None:
    with pytest.raises(Refused, match="not silenced"):
        lifted(year, "P0001", NOW)
    silenced(year, "P0001")
    with pytest.raises(Refused, match="silenced already"):
        silenced(year, "P0001")
    assert len(year.audit("silence")) == 1


def test_a_preview_shows_what_stops_and_changes_nothing(year: SmallCohort) -> None:
    cases = year.cases()
    told = silence.silence(
        year.office, "M0001", Decision(at(NOW), "Jo", "bereavement"), preview=True
    )

    assert (told.applied, told.refs) == (False, ("M0001",))
    assert all(effect.stops for _, _, effect in told.effects)
    assert (year.cases(), year.audit("silence")) == (cases, [])


def test_a_copy_of_old_mail_is_refused(year: SmallCohort) -> None:
    sent = next(one for one in year.messages(recipient="M0001", status="sent"))
    silenced(year, "M0001")

    with pytest.raises(Refused, match="silenced"):
        by_hand.resend(year.office, str(sent.id), now=at("2026-11-16 11:00"), by="Jo")


@pytest.mark.parametrize("ref", ["P0001", "M0001"])
def test_their_calendar_keeps_what_is_past_and_shows_nothing_more(
    year: SmallCohort, ref: str
) -> None:
    silenced(year, ref)

    with year.store.read() as session:
        calendar = Feeds(year.office, session, now=at(NOW)).of_person(ref)
    assert calendar.events
    assert all(event.starts_at <= at(NOW) for event in calendar.events)


def words(one: object) -> str:
    """Return subject and text of a message."""
    message = read(one)  # type: ignore[arg-type]
    body = message.get_body(("plain",))
    return f"{message['Subject']} {body.get_content() if body else ''}"
