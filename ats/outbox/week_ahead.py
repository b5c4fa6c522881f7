"""The week ahead: what operations are told each Friday about the e-mails of the next week."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from ats.planning.forecast import Coming, coming
from ats.planning.timeline import Timeline
from ats.planning.workdays import local_moment
from ats.records import gather

WEEK = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class WeekAhead:
    """Tells about one cohort's e-mails. `sample` gives the subject of one of those it is given."""

    session: Session
    timeline: Timeline
    sample: Callable[[Sequence[Coming]], str | None]

    def tell(
        self, at: dt.datetime, *, now: dt.datetime, reachable: Collection[str]
    ) -> dict[str, Any] | None:
        """Return what goes in the week after *at* and is still ahead *now*; None for nothing.

        What waits for a person is told apart.
        """
        today, written = self.timeline.local_date(now), self.timeline.local_date(at)
        monday = written + dt.timedelta(days=7 - written.weekday())
        ends = local_moment(monday + WEEK, dt.time(), self.timeline.zone)
        days: dict[dt.date, dict[tuple[str, ...], list[Coming]]] = defaultdict(dict)
        waiting: dict[tuple[str, ...], list[Coming]] = {}
        for one in self._expected(now, ends, reachable) if now < ends else ():
            day, place = self.timeline.local_date(one.goes_at), _step_and_role(one)
            if one.waits:
                waiting.setdefault((*place, one.waits), []).append(one)
            elif day >= monday:
                days[day].setdefault(place, []).append(one)
        if not days and not waiting:
            return None
        return {
            "first_day": max(monday, today).isoformat(),
            "last_day": (monday + WEEK - dt.timedelta(days=1)).isoformat(),
            "days": [
                {"date": day.isoformat(), "items": self._items(items)}
                for day, items in sorted(days.items())
            ],
            "total": sum(_mails(found) for items in days.values() for found in items.values()),
            "waiting": [
                {"step": step, "to": to, "waits": reason, "count": _mails(found)}
                for (step, to, reason), found in sorted(waiting.items())
            ],
            "missing_links": self._missing_links(now, ends + WEEK),
        }

    def _expected(
        self, now: dt.datetime, until: dt.datetime, reachable: Collection[str]
    ) -> list[Coming]:
        people = gather.everybody(self.session, self.timeline.cohort.id)
        return list(coming(self.timeline, people, now=now, until=until, reachable=reachable))

    def _items(self, items: Mapping[tuple[str, ...], Sequence[Coming]]) -> list[dict[str, Any]]:
        return [
            {"step": step, "to": to, "count": _mails(found), "sample": self.sample(found)}
            for (step, to), found in sorted(items.items())
        ]

    def _missing_links(self, now: dt.datetime, until: dt.datetime) -> list[dict[str, Any]]:
        return [
            {
                "key": w.key,
                "title": self.timeline.programme.webinar(w.key).title,
                "starts_at": w.starts_at.astimezone(self.timeline.zone).isoformat(),
            }
            for w in self.timeline.cohort.webinars
            if not w.join_url and w.status != "cancelled" and now < w.starts_at < until
        ]


def _step_and_role(one: Coming) -> tuple[str, str]:
    return one.occurrence.rule.step, one.occurrence.role


def _mails(found: Sequence[Coming]) -> int:
    """Return how many e-mails these become: one step's for several mentees is one."""
    return len({one.occurrence.recipient for one in found})
