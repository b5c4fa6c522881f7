"""How a cohort stands on one milestone: who has met it, as the newest export shows it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlmodel import Session, col

from ats import published
from ats.errors import NotFound
from ats.planning.facts import Participant
from ats.planning.stall import is_met, last_movement
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from ats.reports.markdown import plain, table
from ats.reports.timeline import spoken
from config.programme import Milestone

_MOST = 200  # rows of a table that somebody still reads


@dataclass(frozen=True, slots=True)
class Open:
    """A participant who has not met the milestone; `due` is their own date (None: paused)."""

    ref: str
    due: dt.date | None
    moved: dt.date  # the portfolio's last movement


@dataclass(frozen=True, slots=True)
class MilestoneFigures:
    """One milestone of one cohort; `due` is the published moment, local."""

    code: str
    title: str
    due: dt.datetime
    as_of: dt.date | None
    people: int
    open: tuple[Open, ...]

    @property
    def met(self) -> int:
        return self.people - len(self.open)


def milestone_figures(
    session: Session, cohort: m.Cohort, timeline: Timeline, key: str
) -> MilestoneFigures:
    """Return the figures of a milestone; NotFound names those that the cohort has."""
    dues = {milestone.key: (milestone, due) for milestone, due in published.milestones(timeline)}
    if key not in dues:
        raise NotFound(f"Cohort {cohort.code} has no such milestone; it has: {', '.join(dues)}.")
    milestone, due = dues[key]
    people = gather.everybody(session, timeline.cohort.id, col(m.Enrolment.status) == "active")
    waiting = (person for person in people if not _has_met(milestone, person))
    return MilestoneFigures(
        code=cohort.code,
        title=milestone.title,
        due=due.astimezone(timeline.zone),
        as_of=timeline.cohort.as_of,
        people=len(people),
        open=tuple(_open(key, person, timeline) for person in waiting),
    )


def milestone_page(figures: MilestoneFigures) -> str:
    """Return the page: how many have met it, and who has not, by ref."""
    due, known = figures.due, "no export has been imported yet"
    if figures.as_of:
        known = f"portfolios as they stood on {spoken(figures.as_of)}"
    met = f"**{figures.met} of {figures.people}** have met it ({known})."
    parts = [
        f"# {plain(figures.code)} · {plain(figures.title)}",
        f"Due {spoken(due.date())}, {due:%H:%M}. {met}",
    ]
    if figures.open:
        rows = [
            (who.ref, spoken(who.due) if who.due else "paused", spoken(who.moved))
            for who in figures.open[:_MOST]
        ]
        parts.append("## Not met yet")
        parts.append(table(("Participant", "Their date", "Portfolio last moved"), rows))
    if len(figures.open) > _MOST:
        parts.append(f"and {len(figures.open) - _MOST} more")
    return "\n\n".join(parts) + "\n"


def _has_met(milestone: Milestone, person: Participant) -> bool:
    mentor = person.mentorship
    match milestone.mentor:
        case None:
            return is_met(person, milestone.complete, milestone.started)
        case "named":
            return mentor is not None
        case "accepted":
            return mentor is not None and mentor.accepted_at is not None
        case "signed-off":
            return mentor is not None and mentor.signed_off_at is not None


def _open(key: str, person: Participant, timeline: Timeline) -> Open:
    due = timeline.due(key, person)
    day = due.astimezone(timeline.zone).date() if due else None
    return Open(person.ref, day, last_movement(timeline, person))
