"""When staff mail falls due, and when it is of use no more."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from ats.planning.facts import WebinarFact
from ats.planning.rules import Rule
from ats.planning.timeline import Timeline
from ats.planning.verdicts import Verdict
from ats.planning.workdays import local_moment
from config.programme import WEEKDAYS, Every

DAY = dt.timedelta(days=1)
#: In the name of what is told after a webinar.
RECORDING = "recording"


@dataclass(frozen=True, slots=True)
class StaffMoments:
    """The moments of one cohort's staff mail, seen from one moment."""

    timeline: Timeline
    now: dt.datetime

    def recurring(
        self, every: Every, after: dt.datetime, until: dt.datetime
    ) -> Iterator[dt.datetime]:
        """Yield the moments of a recurring letter in (after, until]."""
        timeline = self.timeline
        days = timeline.workdays[timeline.programme.nation]
        day = timeline.local_date(after)
        while day <= timeline.local_date(until):
            wanted = (
                not days.is_closed(day)
                if every.day == "working-day"
                else WEEKDAYS[day.weekday()] == every.day
            )
            at = local_moment(day, every.time, timeline.zone)
            if wanted and after < at <= until:
                yield at
            day += DAY

    def is_stale(self, rule: Rule, at: dt.datetime) -> bool:
        """Say whether a recurring letter is found so late that only a newer one is of use."""
        if rule.useful_workdays is None:
            return False
        days = self.timeline.workdays[self.timeline.programme.nation]
        last = days.shift(self.timeline.local_date(at), rule.useful_workdays, away_counts=True)
        return self.timeline.local_date(self.now) > last

    def webinars(self, rule: Rule) -> Iterator[WebinarFact]:
        """Yield the webinars that a rule for each of them is about."""
        return (one for one in self.timeline.cohort.webinars if one.audience == rule.audience)

    def about_webinars(self, rule: Rule) -> Iterator[tuple[str, str, dt.datetime]]:
        """Yield key, occurrence and due moment of the mail about each webinar it still concerns."""
        for webinar in self.webinars(rule):
            if self.over(rule, webinar) is None:
                nation = self.timeline.programme.nation
                at = self.timeline.webinar_moment(rule, webinar, nation)
                yield webinar.key, self.occurrence(rule, webinar), at

    def occurrence(self, rule: Rule, webinar: WebinarFact) -> str:
        """Return the name of what a rule has to say about a webinar, before it or after."""
        return f"{webinar.key}/{RECORDING}/1" if _comes_after(rule) else f"{webinar.key}/1"

    def over(self, rule: Rule, webinar: WebinarFact) -> Verdict | None:
        """Return how mail about a webinar ends that is of use no more; else None.

        Before a webinar that is when it begins, after it when its recording is there.
        """
        if webinar.status == "cancelled":
            return Verdict("cancelled", "no-longer-planned")
        if _comes_after(rule):
            return Verdict("skipped", "nothing-to-tell") if webinar.recording_url else None
        return Verdict("expired") if webinar.starts_at <= self.now else None

    def changed_begin(self) -> list[dt.datetime]:
        """Return when webinars begin of which people had to be told that they changed."""
        changed = (one for one in self.timeline.cohort.webinars if one.changes)
        return [one.starts_at for one in changed if one.starts_at > self.now]

    def upcoming(self, rule: Rule) -> list[dt.datetime]:
        """Return when to look at a rule again: at its next moment, or as a webinar begins."""
        if rule.every is not None:
            return list(self.recurring(rule.every, self.now, self.now + 14 * DAY))[:1]
        begins = {webinar.key: webinar.starts_at for webinar in self.webinars(rule)}
        moments = [(at, begins[key]) for key, _, at in self.about_webinars(rule)]
        again = [at if at > self.now else begin for at, begin in moments]
        return [at for at in again if at > self.now]


def _comes_after(rule: Rule) -> bool:
    """Say whether a rule about webinars counts from their end, not towards their start."""
    at = rule.at
    return at is not None and ((at.workdays or 0) > 0 or (at.days or 0) > 0)
