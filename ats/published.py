"""The published dates of a cohort: those of somebody who joined on time and whom nothing moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from ats.planning.facts import CohortFacts, Participant, WebinarFact
from ats.planning.timeline import Timeline
from ats.planning.workdays import Workdays, local_moment
from config.programme import Milestone, Programme, WebinarPlan


def on_time(timeline: Timeline, *, nation: str | None = None) -> Participant:
    """Return a participant who joined at the start, in the programme's nation or another."""
    starts = timeline.cohort.starts
    return Participant(
        id=0,
        ref="",
        nation=nation or timeline.programme.nation,
        joined_on=starts,
        accepted_at=local_moment(starts, dt.time(), timeline.zone),
    )


def milestones(timeline: Timeline) -> list[tuple[Milestone, dt.datetime]]:
    """Return the milestones of the year with their due moments, in order of these."""
    dues = timeline.deadlines(on_time(timeline))
    return sorted(
        ((timeline.programme.milestone(key), due) for key, due in dues.items()),
        key=lambda place: place[1],
    )


def webinars(
    programme: Programme, cohort: CohortFacts, workdays: Mapping[str, Workdays]
) -> list[WebinarFact]:
    """Return the webinars where the programme puts them for this cohort, in the file's order."""
    timeline = Timeline(programme, cohort, workdays)
    return [_placed(plan, timeline) for plan in programme.webinars]


def _placed(plan: WebinarPlan, timeline: Timeline) -> WebinarFact:
    starts_at = timeline.moment(plan.at, on_time(timeline))
    assert starts_at is not None  # a webinar counts from the start, which has a date
    return WebinarFact(plan.key, plan.audience, starts_at, plan.minutes)
