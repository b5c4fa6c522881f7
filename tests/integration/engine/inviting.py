"""What somebody does who wants invitations, and what comes of it in their mailbox."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import icalendar
from small_cohort import CODE, SmallCohort, at, read
from sqlalchemy import select

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import preferences
from ats.records import models as m
from ats.webinars import changes as webinar_changes


def choose(cohort: SmallCohort, ref: str, mode: str, *, now: str) -> None:
    """Have webinars reach somebody's calendar in this way from now on, as the page does."""
    with cohort.store.write() as session:
        role = session.execute(select(m.Role).where(m.Role.ref == ref)).scalar_one()
        feed = session.execute(select(m.Feed).where(m.Feed.role_id == role.id)).scalar()
        feed = feed or m.Feed(role_id=role.id)
        feed.mode, feed.mode_since = mode, at(now)
        session.add(feed)
        for enrolment in session.execute(select(m.Enrolment)).scalars():
            enrolment.next_due_at = m.EPOCH


def switch_off(cohort: SmallCohort, ref: str, *classes: str, now: str) -> None:
    """Have somebody get no more e-mails of these classes, as the page of preferences does."""
    with cohort.store.write() as session:
        preferences.choose(
            session, ref, dict.fromkeys(classes, False),
            programme_named=cohort.office.programme_named, action="preferences", now=at(now),
        )  # fmt: skip


def move(cohort: SmallCohort, key: str, to: str, *, now: str, note: str = "") -> None:
    webinar_changes.move(
        cohort.office, CODE, key, to=at(to), note=note, now=at(now), by="Jo", apply=True
    )


def cancel(cohort: SmallCohort, key: str, *, now: str) -> None:
    webinar_changes.cancel(cohort.office, CODE, key, now=at(now), by="Jo", apply=True)


@dataclass(frozen=True, slots=True)
class Entry:
    """What a calendar makes of an e-mail."""

    to: str
    method: str
    sequence: int
    starts_at: dt.datetime
    attendee: str

    @classmethod
    def of(cls, to: str, data: bytes) -> Entry:
        calendar: Any = icalendar.Calendar.from_ical(data)
        (event,) = calendar.walk("VEVENT")
        return cls(
            to=to,
            method=str(calendar["METHOD"]),
            sequence=int(event["SEQUENCE"]),
            starts_at=event.decoded("DTSTART"),
            attendee=str(event["ATTENDEE"]),
        )


def mails(mailbox: InMemoryMailbox, to: str, subject: str = "") -> list[Any]:
    """Return the e-mails to this address whose subject begins so, as parsed."""
    messages = [read(one) for one in mailbox.received if one.recipient == to]
    return [one for one in messages if str(one["Subject"]).startswith(subject)]


def calendar_parts(message: Any) -> list[bytes]:
    """Return what an e-mail holds for calendars: within the alternatives, and as a file."""
    kinds = ("text/calendar", "application/ics")
    return [
        part.get_payload(decode=True) for part in message.walk() if part.get_content_type() in kinds
    ]


def entries(mailbox: InMemoryMailbox, to: str, subject: str = "") -> list[Entry]:
    """Return the calendar entries that this address was sent, in order of arrival."""
    parts = [calendar_parts(one) for one in mails(mailbox, to, subject)]
    return [Entry.of(to, both[0]) for both in parts if both]


def vevent(data: bytes) -> Any:
    (event,) = icalendar.Calendar.from_ical(data).walk("VEVENT")
    return event
