"""The e-mails of a year whose dates are known beforehand, and how a step gets another date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from ats.clashes.findings import Remedy, in_words, long_date, places
from ats.clashes.webinars import other_days
from ats.clashes.year import Year, nearest
from ats.planning.conditions import Situation, first_holding, holds
from ats.planning.facts import Participant
from ats.planning.occurrence import Occurrence
from ats.planning.windows import Windows
from config.programme import ClassPolicy, Step
from config.vocabulary import nation_of

_WITHIN = 8 * 7  # days that a step is moved by at most
_NEAR = 14  # days that a webinar is moved by at most for the sake of its reminders
_SHARED_ANCHORS = ("start", "milestone", "webinar")


@dataclass(frozen=True)
class Sending:
    """One e-mail to somebody of one calendar, and the moment at which it goes."""

    occurrence: Occurrence
    goes_at: dt.datetime
    day: dt.date
    policy: ClassPolicy
    calendar: str  # of its recipient

    @property
    def counts(self) -> bool:
        return self.policy.counts and self.occurrence.rule.capped

    @cached_property
    def name(self) -> str:
        """The template, and what it is about."""
        o = self.occurrence
        return f"{o.rule.template} ({o.subject})" if o.subject else str(o.rule.template)


def sendings(year: Year, role: str, person: Participant) -> Iterator[Sending]:
    """Yield what goes to somebody in this role from now on, if nothing gets done.

    Only what is dated beforehand: nothing that counts from what people do. An e-mail that no day
    comes in time for is left out.
    """
    timeline = year.timeline
    windows = Windows(timeline.programme.send_policy, timeline.workdays, timeline.zone)
    for o in timeline.occurrences(person):
        if o.role != role or o.rule.template is None or o.due_at <= year.now:
            continue
        policy = windows.policy.classes[o.rule.class_]
        goes_at, _ = windows.opening(policy, o.nation, o.due_at, bad_news=o.rule.bad_news)
        in_time = o.useful_until is None or goes_at < o.useful_until
        if in_time and _is_dated(year, o) and _is_for(year, o, person):
            yield Sending(o, goes_at, timeline.local_date(goes_at), policy, o.nation)


def _is_dated(year: Year, o: Occurrence) -> bool:
    rule = o.rule
    if rule.anchor is None or rule.anchor in _SHARED_ANCHORS:
        return True
    milestones = {milestone.key for milestone in year.timeline.programme.milestones}
    if rule.anchor in ("mentor-named", "mentor-accepted"):  # in a ladder: when that is due
        return rule.is_ladder and rule.anchor in milestones
    return rule.anchor in milestones or rule.anchor in year.timeline.webinars


def _is_for(year: Year, o: Occurrence, person: Participant) -> bool:
    at = Situation(year.timeline, person, o, year.timeline.local_date(o.due_at))
    asked = [c for c in o.rule.only_if if c.name != "sent"]  # what went before is taken to go
    return first_holding(o.rule.unless, at) is None and all(holds(c, at) for c in asked)


def other_dates(
    year: Year, moving: Iterable[Sending], concerned: tuple[str, ...]
) -> Iterator[Remedy]:
    """Yield other dates for one of these: for steps with a date of their own, then for webinars.

    What gives way first when the cap is tight is moved first.
    """
    order = sorted(moving, key=lambda s: (-s.policy.rank, s.goes_at, s.name))
    movable = [(sending, step) for sending in order if (step := _step_of(year, sending))]
    for one in movable:
        yield from _other_weeks(year, [one], concerned)
    if len(movable) > 1:
        yield from _other_weeks(year, movable, concerned)
    for sending in order:
        webinar = year.timeline.webinars.get(sending.occurrence.subject or "")
        if webinar is not None and sending.occurrence.rule.for_each == "webinar":
            yield from other_days(year, webinar, _NEAR)


def _other_weeks(
    year: Year, moving: Sequence[tuple[Sending, Step]], concerned: tuple[str, ...]
) -> Iterator[Remedy]:
    """Yield the steps together on one weekday of other weeks, in the nations concerned alone."""
    nations = sorted({nation_of(calendar) for calendar in concerned})
    day = year.timeline.local_date(moving[0][0].occurrence.due_at)
    keys = in_words([step.key for _, step in moving])
    for new in nearest(day, within=_WITHIN, step=7):
        if new <= year.today or not year.timeline.cohort.starts <= new <= year.submission:
            continue
        if not all(year.workdays(calendar).is_working(new) for calendar in concerned):
            continue
        changed, everywhere = year, True
        for sending, step in moving:
            present = {nation_of(calendar) for calendar in year.of(sending.occurrence.role)}
            everywhere = present <= set(nations)
            moved = _on(year, step, new, None if everywhere else nations)
            changed = changed.with_step(step, moved)
        where = "" if everywhere else f" in {places(nations)}"
        yield Remedy(f"Let {keys} go on {long_date(new)}{where}.", changed)


def _on(year: Year, step: Step, day: dt.date, nations: Sequence[str] | None) -> Step:
    """Return the step on another day, in these nations; None: in all."""
    at = year.moment_on(day, step.at.time if step.at else None)
    if nations is None:
        return step.model_copy(update={"at": at, "at_for": {}})
    return step.model_copy(update={"at_for": {**step.at_for, **dict.fromkeys(nations, at)}})


def _step_of(year: Year, sending: Sending) -> Step | None:
    """Return the step that this is of, if the programme gives it a week and a weekday.

    None for a step that a proposal has moved already.
    """
    rule = sending.occurrence.rule
    for step in year.timeline.programme.steps:
        if step.key == rule.step and step.to == rule.to and step.at is rule.at:
            dated = step.at is not None and step.at.week is not None
            return step if dated and not year.is_settled(step) else None
    return None
