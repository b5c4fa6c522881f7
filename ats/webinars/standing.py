"""A webinar in one transaction: what a change of it is judged, shown and written with."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.errors import Refused
from ats.outbox.cohort_now import CohortNow
from ats.planning.facts import AddressChange, Participant, WebinarChange, WebinarFact
from ats.published import on_time
from ats.records import gather
from ats.records import models as m
from ats.webinars.affected import Affected, Change, Kind
from ats.webinars.remarks import spoken


class Standing:
    """A webinar as it stands, and what a change of it is looked at with."""

    def __init__(
        self, session: Session, cohort: m.Cohort, webinar: m.Webinar, at: CohortNow
    ) -> None:
        assert cohort.id is not None
        self.cohort, self.webinar, self.now = cohort, webinar, at.now
        self.timeline = at.timeline(session, cohort)
        self.fact: WebinarFact = self.timeline.webinars[webinar.key]
        self._session = session
        self._people: list[Participant] = gather.everybody(session, cohort.id)
        self._reachable = at.reachable(session, cohort)
        self._at = self._after_what_is_recorded()

    # -- refusals --------------------------------------------------------------------------

    def refuse_unless_ahead(self, done: str, instead: str) -> None:
        """Raise Refused for a webinar that is cancelled, and say what to do; or that has begun."""
        key, starts = self.fact.key, self.fact.starts_at
        if self.fact.status == "cancelled":
            on = "".join(f" on {self.spoken(change.at)}" for change in self.fact.changes[-1:])
            raise Refused(f"The webinar {key} was cancelled{on}; {instead}.")
        if starts <= self.now:
            began = self.spoken(starts)
            raise Refused(f"The webinar {key} began on {began}, so it cannot be {done}.")

    def refuse_unless_over(self) -> None:
        """Raise Refused for a webinar of which there can be no recording yet, or ever."""
        key, starts, ends = self.fact.key, self.fact.starts_at, self.fact.ends_at
        if self.fact.status == "cancelled":
            raise Refused(f"The webinar {key} was cancelled, so it has no recording.")
        if starts > self.now:
            begins = self.spoken(starts)
            raise Refused(
                f"The webinar {key} has not taken place yet: it is on {begins}. Publish its "
                "recording after that."
            )
        if ends > self.now:
            time = f"{ends.astimezone(self.timeline.zone):%H:%M}"
            raise Refused(f"The webinar {key} ends at {time}; publish its recording after that.")

    def refuse_time(self, to: dt.datetime) -> None:
        """Raise Refused for a moment that has passed, is its own, or is outside the year."""
        key, told = self.fact.key, self.spoken(to)
        if to <= self.now:
            raise Refused(f"{told} has passed; move the webinar {key} to a later time.")
        if to == self.fact.starts_at:
            raise Refused(f"The webinar {key} is on {told} already.")
        dues = self.timeline.deadlines(on_time(self.timeline)).values()
        first, last = self.cohort.starts, self.timeline.local_date(max(dues, default=to))
        if not first <= self.timeline.local_date(to) <= last:
            raise Refused(
                f"{told} lies outside the year of cohort {self.cohort.code}, which goes from "
                f"{first} to {last}; check the date."
            )

    # -- looks -----------------------------------------------------------------------------

    def with_change(
        self, webinar: WebinarFact, to: dt.datetime | None, note: str = ""
    ) -> WebinarFact:
        """Return the webinar as a change leaves it, with that change among its own."""
        change = WebinarChange(self._at, self.fact.starts_at, to, note)
        return replace(webinar, changes=(*webinar.changes, change))

    def with_recording(self, url: str) -> WebinarFact:
        """Return the webinar with its recording there, and since when it is not where it was."""
        was, recorded_at = self.fact.recording_url, self.fact.recorded_at or self.now
        changed = replace(self.fact, recording_url=url, recorded_at=recorded_at)
        if was is None or was == url:
            return changed
        return replace(changed, readdressed=(*changed.readdressed, AddressChange(self._at, was)))

    def change(self, kind: Kind, webinar: WebinarFact, said: tuple[str, ...] = ()) -> Change:
        """Return the change as it would be."""
        affected = Affected.by(
            kind,
            webinar,
            timeline=self.timeline,
            now=max(self.now, self._at),
            reachable_in_trial=self._reachable,
        )
        return Change(
            kind=kind,
            cohort=self.cohort.code,
            key=webinar.key,
            title=self.timeline.programme.webinar(webinar.key).title,
            was_at=self.fact.starts_at,
            starts_at=None if webinar.status == "cancelled" else webinar.starts_at,
            sequence=self.webinar.sequence + (kind != "recording"),
            concerned=affected.of(self._people),
            remarks=said,
            applied=False,
            timeline=self.timeline,
        )

    def spoken(self, moment: dt.datetime) -> str:
        """Return a moment in words, in the programme's time."""
        return spoken(self.timeline, moment)

    def calendars(self) -> list[str]:
        """Return the calendars of the people whom the webinar is for."""
        if self.fact.audience == "participants":
            return sorted({person.nation for person in self._people})
        mentors = (person.mentorship for person in self._people)
        return sorted({mentorship.nation for mentorship in mentors if mentorship})

    # -- writing ---------------------------------------------------------------------------

    def note(self, kind: str, note: str, *, starts_at: dt.datetime | None, by: str) -> None:
        """Record what changes, as it was and will be; count SEQUENCE up."""
        webinar = self.webinar
        assert webinar.id is not None
        webinar.sequence += 1
        webinar.revised_at = self.now
        self._session.add(
            m.WebinarChange(
                webinar_id=webinar.id,
                sequence=webinar.sequence,
                kind=kind,
                at=self._at,
                started_at=webinar.starts_at,
                starts_at=starts_at,
                note=note,
                by=by,
            )
        )
        before = webinar.starts_at.isoformat()
        self.audit(f"webinar-{kind}", before, starts_at and starts_at.isoformat(), by=by)

    def publish(self, url: str, summary: str, *, by: str) -> None:
        """Record where the recording is, and where it was before."""
        webinar, was = self.webinar, self.webinar.recording_url
        assert webinar.id is not None
        if was is not None and was != url:
            self._session.add(
                m.RecordingChange(webinar_id=webinar.id, at=self._at, was_url=was, by=by)
            )
        self.audit("webinar-recording", was, url, by=by)
        webinar.recording_url, webinar.recording_summary = url, summary
        webinar.recorded_at = webinar.recorded_at or self.now
        webinar.revised_at = self.now

    def audit(self, action: str, before: object, after: object, *, by: str) -> None:
        """Add a line to the audit trail."""
        self._session.add(
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

    def _after_what_is_recorded(self) -> dt.datetime:
        """Return now, or the instant after the last row decided if that is no earlier.

        What was sent told the old time, whatever the clock says of which came first.
        """
        row = m.LedgerRow
        last: dt.datetime | None = self._session.execute(
            select(func.max(col(row.decided_at))).where(
                col(row.cohort_id) == self.cohort.id, col(row.decided_at) >= self.now
            )
        ).scalar()
        return self.now if last is None else last + dt.timedelta(microseconds=1)
