"""What staff change about a webinar: its time, whether it takes place, its recording.

Each change is looked at first: whom it concerns, what they were told, what they will be told.
Applied, it keeps the webinar's UID, counts its SEQUENCE up, and lets the next tick write to those
who were told another time.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any, Literal

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats import webinars
from ats.errors import Refused
from ats.office import Office
from ats.people.contacts import reachable_in_trial
from ats.planning.facts import Participant, WebinarFact
from ats.planning.timeline import Timeline
from ats.published import on_time
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_at_all

Kind = Literal["move", "cancel", "recording"]
_LONGEST_NOTE = 1000


@dataclass(frozen=True, slots=True)
class Concerned:
    """Somebody whom a change concerns: what they were told last, and whether they are told now."""

    ref: str
    role: str
    told: dt.datetime | None  # when they take the webinar to start; None: nobody told them
    why_not: str | None  # why no e-mail goes to them; None: one goes

    def document(self, timeline: Timeline) -> dict[str, Any]:
        """Return this as JSON tells it."""
        told = self.told.astimezone(timeline.zone).isoformat() if self.told else None
        return {
            "ref": self.ref,
            "role": self.role,
            "told": told,
            "will_be_told": self.why_not is None,
            "why_not": self.why_not,
        }


@dataclass(frozen=True, slots=True)
class Change:
    """A change as it would be, or as it was applied. `remarks` are what staff should think of."""

    kind: Kind
    cohort: str
    key: str
    title: str
    was_at: dt.datetime
    starts_at: dt.datetime | None  # None: it does not take place
    sequence: int
    concerned: tuple[Concerned, ...]
    remarks: tuple[str, ...]
    applied: bool
    timeline: Timeline
    recording_url: str | None = None

    @property
    def to_be_told(self) -> int:
        """How many people get an e-mail about it."""
        return sum(one.why_not is None for one in self.concerned)

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        zone = self.timeline.zone
        return {
            "change": self.kind,
            "cohort": self.cohort,
            "webinar": self.key,
            "title": self.title,
            "was_at": self.was_at.astimezone(zone).isoformat(),
            "starts_at": self.starts_at.astimezone(zone).isoformat() if self.starts_at else None,
            "recording_url": self.recording_url,
            "sequence": self.sequence,
            "applied": self.applied,
            "will_be_told": self.to_be_told,
            "concerned": [one.document(self.timeline) for one in self.concerned],
            "remarks": list(self.remarks),
        }


def move(
    office: Office,
    cohort: str,
    key: str,
    *,
    to: dt.datetime,
    note: str = "",
    now: dt.datetime,
    by: str,
    apply: bool,
) -> Change:
    """Give a webinar another time; without *apply* only say what that would mean.

    Raises NotFound, and Refused for a webinar that is cancelled or has begun, for a time that has
    passed or is its own already, and for one outside the cohort's year.
    """

    def change(at: _Standing) -> Change:
        webinar = at.webinar
        at.refuse_unless_ahead("moved")
        if to <= now:
            raise Refused(f"{at.spoken(to)} has passed; move the webinar {key} to a later time.")
        if to == webinar.starts_at:
            raise Refused(f"The webinar {key} is on {at.spoken(to)} already.")
        at.refuse_outside(to)
        planned = at.change("move", to, _remarks(at, to))
        if apply:
            at.note("moved", note, starts_at=to, by=by)
            webinar.starts_at, webinar.status = to, "confirmed"
        return planned

    return _changed(office, cohort, key, now, change, apply=apply)


def cancel(
    office: Office,
    cohort: str,
    key: str,
    *,
    note: str = "",
    now: dt.datetime,
    by: str,
    apply: bool,
) -> Change:
    """Call a webinar off; without *apply* only say what that would mean.

    Raises NotFound, and Refused for a webinar that is cancelled or has begun.
    """

    def change(at: _Standing) -> Change:
        at.refuse_unless_ahead("cancelled")
        planned = at.change("cancel", None, ())
        if apply:
            at.note("cancelled", note, starts_at=None, by=by)
            at.webinar.status = "cancelled"
        return planned

    return _changed(office, cohort, key, now, change, apply=apply)


def publish_recording(
    office: Office,
    cohort: str,
    key: str,
    *,
    url: str,
    summary: str = "",
    captions: bool,
    transcript: bool,
    now: dt.datetime,
    by: str,
    apply: bool,
) -> Change:
    """Publish the recording of a webinar; without *apply* only say what that would mean.

    A recording that was published already gets another address or summary, and is not sent again.
    Raises NotFound, and Refused for a webinar that was cancelled or has not begun, for an address
    that is not https, and to apply it without captions and transcript.
    """

    def change(at: _Standing) -> Change:
        webinar = at.webinar
        webinars.refuse_address(url, "recording")
        if webinar.status == "cancelled":
            raise Refused(f"The webinar {key} was cancelled, so it has no recording.")
        if webinar.starts_at > now:
            raise Refused(f"The webinar {key} begins on {at.spoken(webinar.starts_at)}, after now.")
        missing = [
            name
            for name, is_there in (("captions", captions), ("transcript", transcript))
            if not is_there
        ]
        remarks = [f"say that it has its {name} with --{name}" for name in missing]
        planned = replace(
            at.change("recording", webinar.starts_at, remarks), recording_url=url.strip()
        )
        if apply:
            if missing:
                raise Refused(
                    f"The recording is not published: check its {' and its '.join(missing)}, "
                    f"then add {' and '.join(f'--{name}' for name in missing)}."
                )
            at.audit("webinar-recording", webinar.recording_url, url.strip(), by=by)
            webinar.recording_url, webinar.recording_summary = url.strip(), _fit(summary)
            webinar.recorded_at = webinar.recorded_at or now
            webinar.revised_at = now
        return planned

    return _changed(office, cohort, key, now, change, apply=apply)


def _changed(
    office: Office,
    cohort: str,
    key: str,
    now: dt.datetime,
    change: Callable[[_Standing], Change],
    *,
    apply: bool,
) -> Change:
    def work(session: Session) -> Change:
        standing = gather.cohort_named(session, cohort, locked=apply)
        programme = office.programme_named(standing.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, standing))
        webinar = webinars.named(session, standing, key)
        at = _Standing(session, standing, webinar, timeline, office, now)
        planned = change(at)
        if not apply:
            return planned
        look_again_at_all(session, standing)
        return replace(planned, sequence=webinar.sequence, applied=True)

    if apply:
        return office.store.transact(work)
    with office.store.read() as session:
        return work(session)


@dataclass(slots=True)
class _Standing:
    """A webinar as it stands, and what a change of it is looked at with."""

    session: Session
    cohort: m.Cohort
    webinar: m.Webinar
    timeline: Timeline
    office: Office
    now: dt.datetime

    def spoken(self, moment: dt.datetime) -> str:
        """Return a moment in words."""
        local = moment.astimezone(self.timeline.zone)
        return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"

    def refuse_unless_ahead(self, done: str) -> None:
        """Raise Refused for a webinar that is cancelled or has begun."""
        key, starts = self.webinar.key, self.webinar.starts_at
        if self.webinar.status == "cancelled":
            raise Refused(f"The webinar {key} is cancelled, so it cannot be {done}.")
        if starts <= self.now:
            raise Refused(
                f"The webinar {key} began on {self.spoken(starts)}, so it cannot be {done}."
            )

    def refuse_outside(self, to: dt.datetime) -> None:
        """Raise Refused for a moment outside the cohort's year."""
        first = self.cohort.starts
        dues = self.timeline.deadlines(on_time(self.timeline)).values()
        last = max(dues, default=to).astimezone(self.timeline.zone).date()
        day = to.astimezone(self.timeline.zone).date()
        if not first <= day <= last:
            raise Refused(
                f"{self.spoken(to)} lies outside the year of cohort {self.cohort.code}, which goes "
                f"from {first} to {last}; check the date."
            )

    def change(self, kind: Kind, starts_at: dt.datetime | None, remarks: Any) -> Change:
        """Return the change as it would be."""
        return Change(
            kind=kind,
            cohort=self.cohort.code,
            key=self.webinar.key,
            title=self.timeline.programme.webinar(self.webinar.key).title,
            was_at=self.webinar.starts_at,
            starts_at=starts_at,
            sequence=self.webinar.sequence + (kind != "recording"),
            concerned=tuple(self._concerned(kind, starts_at)),
            remarks=tuple(remarks),
            applied=False,
            timeline=self.timeline,
        )

    def nations(self) -> list[str]:
        """Return the calendars of the people present."""
        assert self.cohort.id is not None
        return sorted({p.nation for p in gather.everybody(self.session, self.cohort.id)})

    def note(self, kind: str, note: str, *, starts_at: dt.datetime | None, by: str) -> None:
        """Record what changes, as it was and will be; count SEQUENCE up."""
        webinar = self.webinar
        assert webinar.id is not None
        webinar.sequence += 1
        webinar.revised_at = self.now
        self.session.add(
            m.WebinarChange(
                webinar_id=webinar.id,
                sequence=webinar.sequence,
                kind=kind,
                at=self._after_what_was_sent(),
                started_at=webinar.starts_at,
                starts_at=starts_at,
                note=_fit(note),
                by=by,
            )
        )
        before = webinar.starts_at.isoformat()
        self.audit(f"webinar-{kind}", before, starts_at and starts_at.isoformat(), by=by)

    def audit(self, action: str, before: object, after: object, *, by: str) -> None:
        self.session.add(
            m.Audit(
                at=self.now,
                by=by,
                action=action,
                cohort_id=self.cohort.id,
                subject=self.webinar.key,
                before=before,
                after=after,
            )
        )

    def _after_what_was_sent(self) -> dt.datetime:
        """Return now, or the instant after the last sending if that is no earlier.

        What was sent told the old time, whatever the clock says of which came first.
        """
        msg = m.Message
        last: dt.datetime | None = self.session.execute(
            select(func.max(col(msg.sent_at))).where(
                col(msg.cohort_id) == self.cohort.id, col(msg.sent_at) >= self.now
            )
        ).scalar()
        return self.now if last is None else last + dt.timedelta(microseconds=1)

    def _concerned(self, kind: Kind, to: dt.datetime | None) -> Iterator[Concerned]:
        assert self.cohort.id is not None
        fact = self.timeline.webinars[self.webinar.key]
        reachable = (
            reachable_in_trial(self.session, self.office.letterhead)
            if self.cohort.status == "trial"
            else None
        )
        seen: set[str] = set()
        for person in gather.everybody(self.session, self.cohort.id):
            ref = _recipient(person, fact)
            if ref is None or ref in seen:
                continue
            seen.add(ref)
            told = self.timeline.tellings.told_start(person, ref, fact)
            why_not = self._why_not(person, ref)
            if reachable is not None and ref not in reachable:
                why_not = why_not or "the cohort is in trial"
            if kind != "recording":
                if told is None:
                    why_not = why_not or "nobody has told them a time yet"
                elif told == to:
                    why_not = why_not or "they were told this time"
            role = "mentor" if fact.audience == "mentors" else "participant"
            yield Concerned(ref, role, told, why_not)

    def _why_not(self, person: Participant, ref: str) -> str | None:
        if person.silenced:
            return "silenced"
        if person.status != "active":
            return person.status
        if person.parked:
            return "parked"
        return "their address does not work" if ref in person.suppressed else None


def _recipient(person: Participant, webinar: WebinarFact) -> str | None:
    """Return whom a webinar concerns about this participant: they, or the mentor who agreed."""
    if webinar.audience == "participants":
        return person.ref
    standing = person.mentorship
    return standing.ref if standing is not None and standing.accepted_at is not None else None


def _remarks(at: _Standing, to: dt.datetime) -> Iterator[str]:
    """Yield what staff should think of before a webinar is moved to this time."""
    zone, timeline = at.timeline.zone, at.timeline
    day = to.astimezone(zone).date()
    for nation in at.nations():
        if reason := timeline.workdays[nation].reason(day):
            yield f"{day:%A} {day.day} {day:%B} is no working day in {nation} ({reason})"
    for other in timeline.cohort.webinars:
        others_day = other.starts_at.astimezone(zone).date()
        if other.key != at.webinar.key and other.status != "cancelled" and others_day == day:
            yield f"the webinar {other.key} is on the same day"
    for plan in timeline.programme.webinars:
        if plan.key == at.webinar.key and plan.milestone is not None:
            due = timeline.deadlines(on_time(timeline)).get(plan.milestone)
            if due is not None and to >= due:
                yield f"that is after {plan.milestone} is due ({at.spoken(due)})"
    if to - at.now < dt.timedelta(hours=24):
        yield "that is within a day: the notice serves as the reminder, and no other goes"


def _fit(text: str) -> str:
    text = "\n".join(line.strip() for line in text.strip().splitlines())
    if len(text) > _LONGEST_NOTE:
        raise Refused(f"The text has {len(text)} characters; {_LONGEST_NOTE} are enough.")
    return text
