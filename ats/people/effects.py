"""What a change in somebody's year means: what goes no more, what moves, what was said already.

The planner itself is asked before and after, over the same records, so what staff are shown is
what the next ticks do.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from ats.planning.facts import Key, Participant
from ats.planning.forecast import Coming, coming
from ats.planning.timeline import Timeline

#: Nothing in a year is planned further ahead than this.
HORIZON = dt.timedelta(days=3 * 366)


@dataclass(frozen=True, slots=True)
class Planned:
    """One e-mail of somebody's year, and when it goes, or would have gone."""

    step: str
    occurrence: str
    to: str
    at: dt.datetime
    was_at: dt.datetime | None = None  # of one that moves: when it went before

    def document(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return this as JSON tells it."""
        told = {"step": self.step, "occurrence": self.occurrence, "to": self.to}
        if self.was_at is not None:
            told["was_at"] = self.was_at.astimezone(zone).isoformat()
        return {**told, "at": self.at.astimezone(zone).isoformat()}


@dataclass(frozen=True, slots=True)
class Deadline:
    """A deadline that moves; None: not known while a break is open, or there was none before."""

    milestone: str
    title: str
    before: dt.datetime | None
    after: dt.datetime | None

    def document(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return this as JSON tells it."""
        moments = {"before": self.before, "after": self.after}
        told = {name: at and at.astimezone(zone).isoformat() for name, at in moments.items()}
        return {"milestone": self.milestone, "title": self.title, **told}


@dataclass(frozen=True, slots=True)
class Effect:
    """What changes in the year of one person. `said`: what was sent about the moved deadlines."""

    deadlines: tuple[Deadline, ...] = ()
    stops: tuple[Planned, ...] = ()
    moves: tuple[Planned, ...] = ()
    comes: tuple[Planned, ...] = ()
    said: tuple[Planned, ...] = ()

    def document(self, zone: ZoneInfo) -> dict[str, Any]:
        """Return this as JSON tells it."""
        mail = {"stops": self.stops, "moves": self.moves, "comes": self.comes, "said": self.said}
        return {
            "deadlines": [one.document(zone) for one in self.deadlines],
            **{name: [one.document(zone) for one in part] for name, part in mail.items()},
        }


@dataclass(frozen=True, slots=True)
class Outlook:
    """Somebody's year as it stands in the records at one moment."""

    timeline: Timeline
    person: Participant
    now: dt.datetime
    reachable: frozenset[str] = frozenset()

    def deadlines(self) -> Mapping[str, dt.datetime | None]:
        """Return every milestone's effective due moment."""
        keys = (milestone.key for milestone in self.timeline.programme.milestones)
        return {key: self.timeline.due(key, self.person) for key in keys}

    def mail(self) -> Mapping[Key, Coming]:
        """Return what is to go to and about them from now on, as things stand."""
        just_before = self.now - dt.timedelta(microseconds=1)  # what goes at once is to go
        found = coming(
            self.timeline,
            [self.person],
            now=just_before,
            until=self.now + HORIZON,
            reachable=self.reachable,
            at_once=True,
        )
        return {
            one.occurrence.key: replace(one, goes_at=max(one.goes_at, self.now)) for one in found
        }


def effect(before: Outlook, after: Outlook) -> Effect:
    """Return what makes the year after a change another than it was before."""
    deadlines = tuple(_moved(before, after))
    went, goes = before.mail(), after.mail()
    about = {deadline.milestone for deadline in deadlines}
    released = {key for key in went.keys() & goes.keys() if went[key].waits and not goes[key].waits}
    return Effect(
        deadlines=deadlines,
        stops=_in_order(_planned(went[key]) for key in went.keys() - goes.keys()),
        moves=_in_order(
            _planned(goes[key], was_at=went[key].goes_at)
            for key in went.keys() & goes.keys()
            if went[key].goes_at != goes[key].goes_at and key not in released
        ),
        comes=_in_order(_planned(goes[key]) for key in (goes.keys() - went.keys()) | released),
        said=_in_order(_said(before.person, about)),
    )


def begun(year: Outlook) -> Effect:
    """Return what a year that begins brings."""
    titles = {milestone.key: milestone.title for milestone in year.timeline.programme.milestones}
    return Effect(
        deadlines=tuple(Deadline(k, titles[k], None, due) for k, due in year.deadlines().items()),
        stops=(),
        moves=(),
        comes=_in_order(map(_planned, year.mail().values())),
        said=(),
    )


def _moved(before: Outlook, after: Outlook) -> Iterator[Deadline]:
    earlier, later = before.deadlines(), after.deadlines()
    for milestone in after.timeline.programme.milestones:
        was, is_ = earlier[milestone.key], later[milestone.key]
        if was != is_:
            yield Deadline(milestone.key, milestone.title, was, is_)


def _planned(one: Coming, *, was_at: dt.datetime | None = None) -> Planned:
    o = one.occurrence
    return Planned(o.rule.step, o.occurrence, o.recipient, one.goes_at, was_at)


def _said(person: Participant, about: set[str]) -> Iterator[Planned]:
    """Yield what was sent about one of these milestones."""
    for (step, occurrence, recipient), row in person.past.items():
        if row.sent_at is not None and occurrence.partition("/")[0] in about:
            yield Planned(step, occurrence, recipient, row.sent_at)


def _in_order(found: Iterable[Planned]) -> tuple[Planned, ...]:
    return tuple(sorted(found, key=lambda one: (one.at, one.step, one.occurrence, one.to)))
