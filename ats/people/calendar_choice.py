"""How the webinars reach somebody's calendar: by subscription, or by invitations; never both.

Both would show every webinar twice. Deadlines are in the subscription only. The choice belongs to
a ref, in all its cohorts.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal, TypeGuard

from sqlalchemy import select
from sqlmodel import Session, col

from ats.people.enrolled import Known, known
from ats.people.preferences import BY
from ats.records import models as m
from ats.records.due import look_again_about

Mode = Literal["subscription", "invitations"]


@dataclass(frozen=True, slots=True)
class CalendarChoice:
    """What somebody chose, or what holds for those who chose nothing."""

    mode: Mode = "subscription"
    alarms: bool = False  # whether their calendar is to remind them


def is_mode(text: str) -> TypeGuard[Mode]:
    """Say whether this is a way for webinars to reach a calendar."""
    return text in ("subscription", "invitations")


def calendar_choice(session: Session, ref: str) -> CalendarChoice:
    """Return how things stand for this ref. Writes nothing. Raises NotFound."""
    return _standing(_feed(session, known(session, ref)))


def was_invited(session: Session, ref: str) -> bool:
    """Say whether an e-mail has put a webinar into the calendar of this ref."""
    sent = col(m.Message.recipient) == ref, col(m.Message.status) == "sent"
    status = col(m.Message.context)[("entry", "event", "status")].as_string()
    query = select(col(m.Message.id)).where(*sent, status.in_(("confirmed", "tentative")))
    return session.execute(query.limit(1)).first() is not None


def choose_calendar(
    session: Session, ref: str, wanted: CalendarChoice, *, now: dt.datetime
) -> CalendarChoice:
    """Have it as *wanted* from now on, and return how things stood before.

    What is so already is no change and leaves no trace; any change is in the audit trail, and
    everything open for the people concerned is looked at again. The caller's transaction commits
    it. Raises NotFound.
    """
    who = known(session, ref)
    lock = select(col(m.Role.id)).where(col(m.Role.id) == who.role_id).with_for_update()
    session.execute(lock)  # two clicks at once: the second waits, and finds it done
    feed = _feed(session, who)
    before = _standing(feed)
    if wanted == before:
        return before
    feed = feed or m.Feed(role_id=who.role_id)
    if wanted.mode != before.mode:
        feed.mode, feed.mode_since = wanted.mode, now
    feed.alarms = wanted.alarms
    session.add(feed)
    session.add(
        m.Audit(
            at=now,
            by=BY,
            action="calendar",
            subject=who.ref,
            before=_told(before),
            after=_told(wanted),
        )
    )
    look_again_about(session, [who.role_id])
    return before


def _feed(session: Session, who: Known) -> m.Feed | None:
    mine = select(m.Feed).where(col(m.Feed.role_id) == who.role_id)
    feed: m.Feed | None = session.execute(mine).scalar()
    return feed


def _standing(feed: m.Feed | None) -> CalendarChoice:
    if feed is None:
        return CalendarChoice()
    assert is_mode(feed.mode)
    return CalendarChoice(feed.mode, feed.alarms)


def _told(choice: CalendarChoice) -> dict[str, str | bool]:
    return {"mode": choice.mode, "alarms": choice.alarms}
