"""The published dates of a cohort: those of somebody who joined on time and whom nothing moves."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

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


def webinar_due(timeline: Timeline, key: str, calendar: str) -> dt.datetime | None:
    """Return when the milestone that a webinar prepares for is due there; None if for none."""
    milestone = timeline.programme.webinar(key).milestone
    return timeline.due(milestone, on_time(timeline, nation=calendar)) if milestone else None


def ends_after_due(
    timeline: Timeline, webinar: WebinarFact, calendars: Iterable[str]
) -> dict[str, dt.datetime]:
    """Return by calendar when what a webinar prepares for is due, where that is before its end."""
    dues = {calendar: webinar_due(timeline, webinar.key, calendar) for calendar in calendars}
    return {calendar: due for calendar, due in dues.items() if due and webinar.ends_at > due}


def _placed(plan: WebinarPlan, timeline: Timeline) -> WebinarFact:
    starts_at = timeline.moment(plan.at, on_time(timeline))
    assert starts_at is not None  # a webinar counts from the start, which has a date
    return WebinarFact(plan.key, plan.audience, starts_at, plan.minutes)
