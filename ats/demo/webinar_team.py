"""What staff of the demo do about webinars: record each, move one two days before, cancel one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from ats.office import Office
from ats.planning.facts import WebinarFact
from ats.planning.timeline import Timeline
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.webinars import changes as webinar_changes
from config.programme import Programme

#: A participants' webinar that moves to the end of its week, and a mentors' that is cancelled.
MOVED, CANCELLED = "webinar-3", "mentor-webinar-2"
BEFORE, LATER = dt.timedelta(days=2), dt.timedelta(days=2)
MOVED_AT, CANCELLED_AT, RECORDED_AT = dt.time(10), dt.time(11), dt.time(11)
RECORDED_AFTER = 2  # working days

WHY_MOVED = "The speaker is needed in their college on the day that we had told you."
INSTEAD = "The third webinar for mentors takes up what it was to be about."
SUMMARY = """\
What the webinar was for, and what you can do next.
Questions that came up, each with its answer.
Where to find more in the Knowledge Base."""


@dataclass(frozen=True, slots=True)
class WebinarTeam:
    """Knows when it acts; what happens then takes the moment, and may put itself off."""

    office: Office
    code: str
    programme: Programme
    name: str

    def intends(self) -> Iterator[tuple[dt.datetime, Callable[[dt.datetime], object]]]:
        """Yield moments with what is done then, by the published dates."""
        timeline = self._timeline()
        for webinar in timeline.cohort.webinars:
            yield self._recording_at(timeline, webinar), partial(self._record, webinar.key)
        moved, cancelled = timeline.webinars[MOVED], timeline.webinars[CANCELLED]
        yield self._on(timeline, moved.starts_at - BEFORE, MOVED_AT), self._move
        yield self._on(timeline, cancelled.starts_at - BEFORE, CANCELLED_AT), self._cancel

    def _move(self, now: dt.datetime) -> None:
        starts = self._timeline().webinars[MOVED].starts_at
        webinar_changes.move(
            self.office,
            self.code,
            MOVED,
            to=starts + LATER,
            note=WHY_MOVED,
            now=now,
            by=self.name,
            apply=True,
        )

    def _cancel(self, now: dt.datetime) -> None:
        webinar_changes.cancel(
            self.office, self.code, CANCELLED, note=INSTEAD, now=now, by=self.name, apply=True
        )

    def _record(self, key: str, now: dt.datetime) -> dt.datetime | None:
        """Publish a recording; return when to, if the webinar has moved meanwhile."""
        timeline = self._timeline()
        webinar = timeline.webinars[key]
        if webinar.status == "cancelled":
            return None
        if (at := self._recording_at(timeline, webinar)) > now:
            return at
        webinar_changes.publish_recording(
            self.office,
            self.code,
            key,
            url=f"https://video.example/{self.code}/{key}",
            summary=SUMMARY,
            captions=True,
            transcript=True,
            now=now,
            by=self.name,
            apply=True,
        )
        return None

    def _recording_at(self, timeline: Timeline, webinar: WebinarFact) -> dt.datetime:
        days = timeline.workdays[self.programme.nation]
        day = days.shift(timeline.local_date(webinar.starts_at), RECORDED_AFTER, away_counts=True)
        return local_moment(day, RECORDED_AT, timeline.zone)

    def _on(self, timeline: Timeline, moment: dt.datetime, time: dt.time) -> dt.datetime:
        return local_moment(timeline.local_date(moment), time, timeline.zone)

    def _timeline(self) -> Timeline:
        with self.office.store.read() as session:
            cohort = gather.cohort_named(session, self.code)
            return self.office.timeline(self.programme, gather.cohort_facts(session, cohort))
