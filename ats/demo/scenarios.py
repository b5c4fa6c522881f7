"""The scenarios that the demo's year contained, each with whom it concerned and what happened."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import aliased
from sqlmodel import Session, col

from ats.demo.people_team import Happened
from ats.planning.timeline import Timeline
from ats.records import models as m

#: In the order in which staff know them; what is not of these was done beside them.
NAMES = (
    "late-joiner",
    "deferral",
    "extension",
    "break",
    "mentor-resigns",
    "withdrawal",
    "webinar-moved",
    "holidays",
    "same-address",
    "address-bounces",
    "wrong-roster",
    "silence",
)


SATURDAY = 5


@dataclass(frozen=True, slots=True)
class Scenario:
    """One thing that happened in the year: when, to whom, and what."""

    name: str
    at: dt.datetime
    person: str
    text: str

    def document(self, zone: ZoneInfo) -> dict[str, str]:
        """Return this as JSON tells it."""
        at = self.at.astimezone(zone).isoformat()
        return {"scenario": self.name, "at": at, "person": self.person, "text": self.text}


def scenarios(
    session: Session, timeline: Timeline, happened: Mapping[str, Sequence[Happened]]
) -> list[Scenario]:
    """Return what staff did and what the records show besides, by scenario and time."""
    found = [Scenario(n, h.at, h.person, h.text) for n, hs in happened.items() for h in hs]
    found += _late_joiners(session, timeline)
    found += _moved(session, timeline)
    found += _days_off(session, timeline)
    found += _two_roles(session)
    return sorted(found, key=lambda one: (NAMES.index(one.name), one.at, one.person))


def _late_joiners(session: Session, timeline: Timeline) -> Iterator[Scenario]:
    row = m.LedgerRow
    sent = session.execute(
        select(col(row.recipient), col(row.sent_at))
        .where(col(row.step) == "catch-up", col(row.sent_at).is_not(None))
        .order_by(col(row.recipient))
    ).all()
    if sent:
        refs, moments = zip(*sent, strict=True)
        text = "one e-mail to catch up instead of a replay, and dates of their own"
        yield Scenario("late-joiner", min(moments), ", ".join(refs), text)


def _moved(session: Session, timeline: Timeline) -> Iterator[Scenario]:
    w, c = m.Webinar, m.WebinarChange
    for key, at, was in session.execute(
        select(col(w.key), col(c.at), col(c.started_at))
        .join(w, col(w.id) == col(c.webinar_id))
        .where(col(c.kind) == "moved")
    ):
        days = (timeline.local_date(was) - timeline.local_date(at)).days
        yield Scenario("webinar-moved", at, key, f"moved at {days} days' notice; everybody told")


def _days_off(session: Session, timeline: Timeline) -> Iterator[Scenario]:
    """Yield what was due on a weekday that is off in the programme's nation, and went later."""
    days, row = timeline.workdays[timeline.programme.nation], m.LedgerRow
    late: Counter[dt.date] = Counter()
    for due, sent in session.execute(
        select(col(row.due_at), col(row.sent_at)).where(col(row.sent_at).is_not(None))
    ):
        day = timeline.local_date(due)
        if day.weekday() < SATURDAY and days.reason(day) and day < timeline.local_date(sent):
            late[day] += 1
    if late:
        first = min(late)
        at = dt.datetime.combine(first, dt.time(9), timeline.zone)
        text = (
            f"{late.total()} e-mails fell due on {len(late)} weekdays off, the first on "
            f"{first:%A} {first.day} {first:%B %Y} ({days.reason(first)}), and went later"
        )
        yield Scenario("holidays", at, timeline.cohort.code, text)


def _two_roles(session: Session) -> Iterator[Scenario]:
    other: Any = aliased(m.Role)
    for ref, mentor, at in session.execute(
        select(col(m.Role.ref), other.ref, col(m.Person.created_at))
        .join(other, other.person_id == col(m.Role.person_id))
        .join(m.Person, col(m.Person.id) == col(m.Role.person_id))
        .where(col(m.Role.kind) == "participant", other.kind == "mentor")
        .order_by(col(m.Role.ref))
    ):
        text = "participant and mentor in one person: both streams, never in one e-mail"
        yield Scenario("same-address", at, f"{ref} = {mentor}", text)
