"""Inboxes of recipients, loaded for a cohort at one moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlmodel import Session

from ats.planning.planner import Planner
from ats.planning.timeline import Occurrence
from ats.planning.traffic import Inbox
from ats.planning.workdays import local_moment
from ats.records import gather


class Inboxes:
    """Inboxes by occurrence, loaded for a recipient when first asked for."""

    def __init__(self, session: Session, planner: Planner) -> None:
        self._session = session
        self._planner = planner
        self._known: dict[tuple[str, str], Inbox] = {}

    def __call__(self, occurrence: Occurrence) -> Inbox:
        place = (occurrence.recipient, occurrence.role)
        if place not in self._known:
            self.load([place])
        return self._known[place]

    def load(self, places: Iterable[tuple[str, str]]) -> None:
        today, zone = self._planner.today, self._planner.timeline.zone
        monday = today - dt.timedelta(days=today.weekday())
        week = (
            local_moment(monday, dt.time(), zone),
            local_moment(monday + dt.timedelta(days=7), dt.time(), zone),
        )
        self._known.update(
            gather.inboxes(
                self._session,
                places,
                cohort_id=self._planner.timeline.cohort.id,
                today=today,
                week=week,
            )
        )
