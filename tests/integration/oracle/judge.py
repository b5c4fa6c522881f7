"""Who must become a case, and when: DOMAIN.md applied to the exports, day by day, person by person.

It knows what was exported and imported when, what staff did, and on which days a person was
reminded of a milestone (for a rung waits for data newer than the ladder's previous message).

Where DOMAIN.md leaves a day open, it is read so:
- Somebody's own date rolls over closed days only: a break is "no working day for ladders".
- Staff hear of somebody on a working day of that person's nation, never on the eve of a break.
- The day of the last movement and that of the as-of are no whole days of standing still.
- On the day on which a reminder goes, the data need not be newer than this reminder.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from days_off import DAY, age, is_working_day, may_escalate, span
from deadlines import (
    CALL,
    FRESH,
    MILESTONES,
    RED_ALREADY,
    STARTS,
    TWO_OVERDUE,
    Deadlines,
    Rung,
    is_met,
)
from portfolio_exports import Export, Person, StaffActs

AMBER, RED = 15, 30  # working days
STALLED_CASE, CALL_CASE, SUBMISSION_CASE = "stalled-portfolio", "call-participant", "not-submitted"
JUDGED = (STALLED_CASE, CALL_CASE, SUBMISSION_CASE)


@dataclass(frozen=True, order=True)
class Episode:
    """One case: when it opened, and when it closed."""

    opened: dt.date
    kind: str
    closed: dt.date | None = None

    def __str__(self) -> str:
        return f"{self.kind} {self.opened} to {self.closed or 'the end'}"


@dataclass(frozen=True)
class Look:
    """What a rung saw of a portfolio when it acted."""

    on: dt.date
    rung: Rung
    still: int  # working days
    overdue: int

    def __str__(self) -> str:
        name = f"{self.rung.milestone}+{self.rung.after} due {self.rung.on}"
        return f"{name}, acts {self.on}: still for {self.still}, {self.overdue} overdue"


@dataclass
class Judge:
    """One person's year. `judge` walks through it; `episodes` then holds their cases."""

    person: Person
    exports: Sequence[Export]
    acts: StaffActs
    reminded: Mapping[str, Sequence[dt.date]]  # milestone → days
    sections: dict[str, tuple[str, dt.date]] = field(default_factory=dict)
    as_of: dt.date | None = None
    waiting: list[Rung] = field(default_factory=list)
    opened: dict[str, tuple[dt.date, dt.date]] = field(default_factory=dict)  # kind → day, moved
    episodes: list[Episode] = field(default_factory=list)
    looks: list[Look] = field(default_factory=list)

    def judge(self, ends: dt.date) -> list[Episode]:
        """Return every case that this person must have had by a day, in order of opening."""
        left = self.acts.left.get(self.person.ref, dt.date.max)
        self.waiting = self.dates.rungs()
        for today in span(STARTS, ends):
            if today >= left:
                self._close_all(today)
                break
            self._import(today)
            if not self.is_on_a_break(today):
                self._escalate(today)
        self.episodes += [Episode(on, kind) for kind, (on, _) in self.opened.items()]
        return sorted(self.episodes)

    def stand_at(self, day: dt.date) -> Judge:
        """Return somebody who knows no more than was imported by a day, and has judged nothing."""
        known = [export for export in self.exports if export.imported <= day]
        then = Judge(self.person, known, self.acts, {})
        for export in known:
            then._learn(export)
        return then

    # -- what is due, and what is done -------------------------------------------------------

    @property
    def dates(self) -> Deadlines:
        return Deadlines(self.person, self.acts)

    def meets(self, milestone: str) -> bool:
        """Say whether the newest import shows a milestone as met."""
        return is_met(milestone, self.sections)

    def overdue(self) -> list[str]:
        """Return the milestones due before the as-of and not met in it; submission is apart."""
        return [
            key
            for key in MILESTONES
            if key != "submission"
            and self.as_of
            and self.dates.due(key) < self.as_of
            and not self.meets(key)
        ]

    def moved(self) -> dt.date:
        """Return the day on which the portfolio last moved, else that on which the year began."""
        days = [day for _, day in self.sections.values()]
        return max(days, default=max(self.person.joined, STARTS))

    def stood_still(self) -> int:
        """Return the whole working days between the last movement and the as-of."""
        if self.as_of is None:
            return 0
        between = span(self.moved() + DAY, self.as_of - DAY)
        return sum(
            is_working_day(self.person.nation, day) and not self.is_on_a_break(day)
            for day in between
        )

    def age(self, today: dt.date) -> int:
        """Return how many open days old the newest data are."""
        assert self.as_of is not None
        return age(self.person.nation, self.as_of, today)

    def is_on_a_break(self, day: dt.date) -> bool:
        return self.acts.is_on_a_break(self.person.ref, day)

    # -- a day -------------------------------------------------------------------------------

    def _import(self, today: dt.date) -> None:
        for export in self.exports:
            if export.imported == today:
                self._learn(export)
                self._close_what_is_settled(today)

    def _learn(self, export: Export) -> None:
        self.as_of = export.as_of
        self.sections |= export.portfolios.get(self.person.ref, {})

    def _close_what_is_settled(self, today: dt.date) -> None:
        nothing = not self.overdue()
        for kind, (_, moved) in list(self.opened.items()):
            if (
                (kind == STALLED_CASE and (nothing or self.moved() > moved))
                or (kind == CALL_CASE and nothing)
                or (kind == SUBMISSION_CASE and self.meets("submission"))
            ):
                self._close(kind, today)

    def _escalate(self, today: dt.date) -> None:
        """Let every rung that is due, and may act today, act once."""
        self.waiting = [rung for rung in self.waiting if not self._is_done(rung, today)]
        ready = [rung for rung in self.waiting if rung.on <= today and self._may_act(rung, today)]
        for rung in ready:
            if self._is_done(rung, today):  # by a case that has just been opened
                continue
            self.looks.append(Look(today, rung, self.stood_still(), len(self.overdue())))
            kind = self._kind(rung)
            if kind is not None and kind not in self.opened:
                self.opened[kind] = (today, self.moved())
        self.waiting = [rung for rung in self.waiting if rung not in ready]

    def _is_done(self, rung: Rung, today: dt.date) -> bool:
        """Say whether a rung that is due has nothing left to do."""
        met = self.meets(rung.milestone)
        case = STALLED_CASE in self.opened and rung.milestone != "submission"
        return rung.on <= today and (met or case)

    def _may_act(self, rung: Rung, today: dt.date) -> bool:
        """Say whether the day is right, and the data are fresh and newer than what went before."""
        if self.as_of is None or not may_escalate(self.person.nation, today):
            return False
        said = [day for day in self.reminded.get(rung.milestone, ()) if day < today]
        before = max([self.dates.due(rung.milestone), *said])
        return self.as_of > before and self.age(today) <= FRESH

    def _kind(self, rung: Rung) -> str | None:
        """Return the kind of case that a rung opens as things stand; None: it opens none."""
        if rung.milestone == "submission":
            return SUBMISSION_CASE
        if rung.after == CALL:
            return CALL_CASE
        needed = RED if rung.after == RED_ALREADY else AMBER
        alone = rung.after == TWO_OVERDUE and len(self.overdue()) < 2
        return STALLED_CASE if self.stood_still() >= needed and not alone else None

    def _close(self, kind: str, today: dt.date) -> None:
        opened, _ = self.opened.pop(kind)
        self.episodes.append(Episode(opened, kind, today))

    def _close_all(self, today: dt.date) -> None:
        for kind in list(self.opened):
            self._close(kind, today)
