"""How people get on in a year that never was: what somebody did on which day, by dice."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from days_off import DAY, age, is_working_day, may_escalate, span, working_day_after
from deadlines import CALL, FRESH, RED_ALREADY, STALLED, STARTS, SUBMISSION, TWO_OVERDUE, Deadlines
from portfolio_exports import Person, StaffActs

WEEK = dt.timedelta(weeks=1)

#: Section → the milestone that it is worked on for.
WORK = {
    "first-observation": "first-observation",
    "about-you": "pdp",
    "self-assessment": "pdp",
    "pdp": "pdp",
    "reflective-diary": "diary-and-coaching",
    "coaching": "diary-and-coaching",
    "impact-project": "project-impact",
    "cpd-log": "project-impact",
    "final-observation": "final-observation",
    "final-action-plan": "submission",
    "submission": "submission",
}
#: Milestone → the section that is left open so that it is not met, and one to be seen working on.
LEFT_OPEN = {
    "first-observation": ("first-observation", "about-you"),
    "pdp": ("pdp", "about-you"),
    "diary-and-coaching": ("coaching", "reflective-diary"),
    "project-impact": ("cpd-log", "impact-project"),
}


@dataclass(frozen=True, order=True)
class Move:
    """What was done on a day: a section was worked on, or finished."""

    on: dt.date
    section: str
    finished: bool = False


@dataclass(frozen=True)
class Habits:
    """What makes one cohort differ from another."""

    seed: int
    people: int
    pace: range  # days between two sittings of those who are at it
    missing: frozenset[dt.date] = frozenset()  # Mondays without an export
    days_late: int = 0  # from an export's as-of to its import

    def as_ofs(self) -> list[dt.date]:
        mondays = (STARTS + n * WEEK for n in range(1, 55))
        return [day for day in mondays if day not in self.missing]


@dataclass(frozen=True)
class Life:
    """Somebody's year while it is made."""

    person: Person
    habits: Habits
    acts: StaffActs
    dice: random.Random

    @property
    def begins(self) -> dt.date:
        return max(self.person.joined, STARTS) + 2 * DAY

    def due(self, milestone: str) -> dt.date:
        return Deadlines(self.person, self.acts).due(milestone)

    def rung(self, milestone: str, after: int) -> dt.date:
        return working_day_after(self.person.nation, self.due(milestone), after)

    def look(self, rung: dt.date) -> tuple[dt.date, dt.date]:
        """Return the day on which a rung can act, and the as-of of the data that it acts on."""
        nation, late = self.person.nation, self.habits.days_late * DAY
        for day in span(rung, SUBMISSION):
            as_of = max(one for one in self.habits.as_ofs() if one + late <= day)
            if may_escalate(nation, day) and age(nation, as_of, day) <= FRESH:
                return day, as_of
        raise LookupError(rung)

    def work(self, earliest: int, latest: int) -> list[Move]:
        """Finish every section so many days from its milestone's due day, step by step."""
        moves = []
        for section, milestone in WORK.items():
            lateness = self.dice.randint(earliest, latest)
            done = self.due(milestone) + lateness * DAY
            if section == "submission":
                done = min(done, SUBMISSION - self.dice.randint(-2, 4) * DAY)
            done = max(done, self.begins + self.dice.randint(5, 20) * DAY)
            day = max(self.begins, done - self.dice.randint(20, 50) * DAY)
            while day < done:
                moves.append(Move(day, section))
                day += self.dice.choice(self.habits.pace) * DAY
            moves.append(Move(done, section, finished=True))
        return sorted(moves)


def steady(life: Life) -> list[Move]:
    return life.work(-25, -3)


def slow(life: Life) -> list[Move]:
    return life.work(-5, 50)


def ahead(life: Life) -> list[Move]:
    """Everything long before it is due, and rest in between."""
    return life.work(-75, -45)


def never(life: Life) -> list[Move]:
    return []


def stops(life: Life) -> list[Move]:
    last = life.begins + life.dice.randint(10, 260) * DAY
    return [move for move in slow(life) if move.on < last]


def comes_back(life: Life) -> list[Move]:
    stood = life.begins + life.dice.randint(15, 200) * DAY
    back = stood + life.dice.randint(35, 100) * DAY
    return _put_off(slow(life), stood, back)


def stops_again(life: Life) -> list[Move]:
    """A few days of work a term."""
    days = (life.begins, dt.date(2027, 1, 8), dt.date(2027, 4, 27), dt.date(2027, 9, 8))
    return [Move(day, section) for day, section in zip(days, WORK, strict=False)]


def resumes_in_february(life: Life) -> list[Move]:
    """Still for weeks after the new year, and at it again in the month that one cohort misses."""
    return _resting(life, {"pdp"}, Move(dt.date(2027, 1, 6), "about-you"), dt.date(2027, 2, 16))


def starts_late(life: Life) -> list[Move]:
    """Nothing before the first reminders."""
    first = life.rung("first-observation", life.dice.choice((CALL, STALLED, STALLED + 3))) + DAY
    return _put_off(slow(life), life.begins, first + life.dice.randint(0, 10) * DAY)


def on_the_edge(milestone: str, after: int, still: int) -> Callable[[Life], list[Move]]:
    """Make somebody who has stood still for so many working days when a rung looks at them."""

    def made(life: Life) -> list[Move]:
        acts, as_of = life.look(life.rung(milestone, after))
        stood, counted = as_of - DAY, 0
        while counted < still:
            on_a_break = life.acts.is_on_a_break(life.person.ref, stood)
            counted += is_working_day(life.person.nation, stood) and not on_a_break
            stood -= DAY
        back = acts + life.dice.randint(9, 16) * DAY
        left_open, seen = LEFT_OPEN[milestone]
        also = {"first-observation"} if after == TWO_OVERDUE else set()
        return _resting(life, {left_open, *also}, Move(stood, seen), back)

    return made


def _resting(life: Life, left_open: set[str], last: Move, back: dt.date) -> list[Move]:
    """Do everything in good time but what is left open, with a rest from the last move on."""
    kept = [one for one in ahead(life) if one.section not in left_open and one.on <= last.on]
    later = [
        replace(one, on=max(one.on, back))
        for one in steady(life)
        if one.section in left_open or one.on > back
    ]
    return [*kept, last, *later]


def _put_off(moves: Sequence[Move], stood: dt.date, back: dt.date) -> list[Move]:
    """Return these moves with none from one day until the other: those are made later."""
    return [
        replace(move, on=back + (move.on - stood) * 0.3) if stood <= move.on < back else move
        for move in moves
    ]


#: Who is in every cohort: first those on the edge, of whom the last two were on a break before.
EDGES = (
    *(on_the_edge("pdp", STALLED, still) for still in (12, 13, 14, 15)),
    *(on_the_edge("first-observation", STALLED, still) for still in (13, 14, 15)),
    *(on_the_edge("diary-and-coaching", STALLED, still) for still in (14, 15)),
    *(on_the_edge("project-impact", STALLED, still) for still in (14, 15)),
    *(on_the_edge("first-observation", RED_ALREADY, still) for still in (29, 30)),
    *(on_the_edge("pdp", TWO_OVERDUE, still) for still in (14, 15)),
    *(on_the_edge("diary-and-coaching", RED_ALREADY, still) for still in (29, 30)),
)
BREAK = (dt.date(2027, 2, 22), dt.date(2027, 3, 15))
ON_A_BREAK = ("P0016", "P0017")
#: The others, in turn.
LIVES = (
    steady,
    slow,
    stops,
    comes_back,
    ahead,
    stops_again,
    resumes_in_february,
    starts_late,
    never,
    stops,
    slow,
)
