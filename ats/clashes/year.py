"""The year that is checked: its dates, the nations of its people, and the cohorts beside it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ats import published
from ats.planning.facts import Mentorship, Participant, WebinarFact
from ats.planning.timeline import Timeline
from ats.planning.workdays import Workdays, local_moment
from config.closures import Closures
from config.programme import WEEKDAYS, Milestone, Moment, Programme, Step
from config.vocabulary import NATIONS

_WEEK = dt.timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another cohort in the records, with its first day and the day of its submission."""

    code: str
    programme: str
    starts: dt.date
    ends: dt.date
    status: str = "trial"


@dataclass(frozen=True, slots=True)
class Year:
    """A cohort's year as it stands, or as it would be after a change.

    `participants` and `mentors` are the calendars of the people present, of all four nations while
    there is nobody; `pairs` those of a participant and their mentor; `stopped_in` those for which
    an e-mail that cannot go is red. `stands` is the year without what has been proposed already;
    None: that is this one.
    """

    timeline: Timeline
    participants: tuple[str, ...]
    pairs: tuple[tuple[str, str], ...]
    now: dt.datetime
    neighbours: tuple[Neighbour, ...] = ()
    stopped_in: tuple[str, ...] = ()
    stands: Timeline | None = None

    @property
    def mentors(self) -> tuple[str, ...]:
        return tuple(sorted({mentor for _, mentor in self.pairs}))

    @property
    def today(self) -> dt.date:
        return self.timeline.local_date(self.now)

    @property
    def submission(self) -> dt.date:
        """The published day of submission."""
        due = self.timeline.submission_due(published.on_time(self.timeline))
        assert due is not None
        return self.timeline.local_date(due)

    def of(self, audience: str) -> tuple[str, ...]:
        """Return the calendars of those whom something for this audience concerns."""
        return self.mentors if audience in ("mentors", "mentor") else self.participants

    def is_settled(self, changed: WebinarFact | Step) -> bool:
        """Say whether a proposal has given this another time already."""
        if self.stands is None:
            return False
        if isinstance(changed, Step):
            return all(changed is not step for step in self.stands.programme.steps)
        return self.stands.webinars[changed.key].starts_at != changed.starts_at

    def taken_days(self, webinar: WebinarFact) -> set[dt.date]:
        """Return the days of the other webinars, as they stand and as has been proposed."""
        timelines = (self.timeline, self.stands or self.timeline)
        return {
            self.timeline.local_date(other.starts_at)
            for timeline in timelines
            for other in timeline.cohort.webinars
            if other.key != webinar.key and other.status != "cancelled"
        }

    def workdays(self, calendar: str) -> Workdays:
        return self.timeline.workdays[calendar]

    def why_no_teaching(self, calendar: str, day: dt.date) -> str | None:
        """Return the name of what keeps people from teaching on this day; None: they teach."""
        days = self.workdays(calendar)
        if reason := days.reason(day):
            return reason
        closures = days.closures
        return closures.not_teaching.get(day) if isinstance(closures, Closures) else None

    def spoken(self, moment: dt.datetime) -> str:
        """Return a moment in words."""
        local = moment.astimezone(self.timeline.zone)
        return f"{local:%A} {local.day} {local:%B %Y}, {local:%H:%M}"

    def people(self) -> Iterator[tuple[str, Participant]]:
        """Yield (role, somebody) for each calendar: on time, nothing done, nothing moved.

        Participants come without a mentor and with one who has agreed.
        """
        for calendar in self.participants:
            yield "participant", published.on_time(self.timeline, nation=calendar)
            yield "participant", self._mentored(calendar, calendar)
        for calendar, mentors in self.pairs:
            yield "mentor", self._mentored(calendar, mentors)

    def _mentored(self, calendar: str, mentors: str) -> Participant:
        return with_mentor(published.on_time(self.timeline, nation=calendar), mentors)

    # -- changes ---------------------------------------------------------------------------

    def moment_on(self, day: dt.date, time: dt.time | None) -> Moment:
        """Return this day as a programme file says it: a weekday of a week of the cohort."""
        starts = self.timeline.cohort.starts
        monday = starts - dt.timedelta(days=starts.weekday())
        week, weekday = divmod((day - monday).days, 7)
        at = {"week": week, "day": WEEKDAYS[weekday]}
        return Moment.model_validate({**at, "time": time} if time else at)

    def with_webinar(self, key: str, starts_at: dt.datetime) -> Year:
        cohort = self.timeline.cohort
        webinars = (replace(w, starts_at=starts_at) if w.key == key else w for w in cohort.webinars)
        moved = replace(cohort, webinars=tuple(webinars))
        programme, workdays = self.timeline.programme, self.timeline.workdays
        return replace(self, timeline=Timeline(programme, moved, workdays))

    def with_step(self, old: Step, new: Step) -> Year:
        steps = tuple(new if step is old else step for step in self.timeline.programme.steps)
        return self._with_programme({"steps": steps})

    def with_milestone(self, old: Milestone, new: Milestone) -> Year:
        milestones = self.timeline.programme.milestones
        return self._with_programme(
            {"milestones": tuple(new if m is old else m for m in milestones)}
        )

    def with_start(self, starts: dt.date) -> Year:
        """Return the year with everything in it later by as much as its start."""
        later = starts - self.timeline.cohort.starts
        cohort, zone = self.timeline.cohort, self.timeline.zone
        webinars = []
        for webinar in cohort.webinars:
            local = webinar.starts_at.astimezone(zone)
            at = local_moment(local.date() + later, local.time(), zone)
            webinars.append(replace(webinar, starts_at=at))
        moved = replace(cohort, starts=starts, webinars=tuple(webinars))
        programme, workdays = self.timeline.programme, self.timeline.workdays
        return replace(self, timeline=Timeline(programme, moved, workdays))

    def _with_programme(self, changes: Mapping[str, object]) -> Year:
        programme: Programme = self.timeline.programme.model_copy(update=dict(changes))
        known = self.timeline
        return replace(self, timeline=Timeline(programme, known.cohort, known.workdays))


def year_of(
    timeline: Timeline,
    people: Iterable[Participant],
    *,
    now: dt.datetime,
    neighbours: Sequence[Neighbour] = (),
) -> Year:
    """Return the year of these people; of people of all four nations while there is nobody."""
    present = [person for person in people if person.status == "active"]
    standing = [(p.nation, p.mentorship.nation) for p in present if p.mentorship]
    participants = {p.nation for p in present} or set(NATIONS)
    mentors = {mentor for _, mentor in standing}
    return Year(
        timeline=timeline,
        participants=tuple(sorted(participants)),
        pairs=tuple(sorted(set(standing) or {(nation, nation) for nation in NATIONS})),
        now=now,
        neighbours=tuple(sorted(neighbours, key=lambda one: (one.starts, one.code))),
        stopped_in=tuple(sorted(participants | mentors | {timeline.programme.nation})),
    )


def with_mentor(person: Participant, calendar: str) -> Participant:
    """Return somebody whose mentor was named, asked and agreed at the start."""
    at = person.accepted_at
    mentor = Mentorship("", calendar, named_at=at, request_sent_at=at, accepted_at=at)
    return replace(person, mentorships=(mentor,))


def nearest(day: dt.date, *, within: int, step: int = 1) -> Iterator[dt.date]:
    """Yield the days around this one, the nearest first and the later of two first."""
    for distance in range(step, within + 1, step):
        yield day + dt.timedelta(days=distance)
        yield day - dt.timedelta(days=distance)
