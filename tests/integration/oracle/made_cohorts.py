"""Cohorts that never were, written in the sample's own format: by seed, the same in every run."""

from __future__ import annotations

import csv
import datetime as dt
import random
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from days_off import DAY
from deadlines import STARTS
from lives import BREAK, EDGES, LIVES, ON_A_BREAK, WEEK, Habits, Life, Move
from portfolio_exports import Person, StaffActs
from small_cohort import CODE, PROGRESS, ROSTER

NATIONS = ("england", "england", "wales", "scotland", "northern-ireland")
#: A month in which the ladder of the PDP reaches its last rung, after its last reminder.
GAP = frozenset(dt.date(2027, 2, 8) + n * WEEK for n in range(4))
MADE = {
    "brisk": Habits(11, 34, range(3, 9), frozenset({dt.date(2026, 12, 14)})),
    "slow": Habits(
        23, 34, range(6, 16), frozenset({dt.date(2026, 11, 30), dt.date(2027, 5, 10)}), days_late=1
    ),
    "month without exports": Habits(37, 34, range(4, 12), GAP, days_late=2),
}


def make_cohort(folder: Path, habits: Habits) -> StaffActs:
    """Write the roster and the exports of a cohort into a folder; return what staff will do."""
    dice = random.Random(habits.seed)
    acts = StaffActs(breaks=dict.fromkeys(ON_A_BREAK, BREAK))
    people, moves = [], {}
    for number in range(habits.people):
        person = _person(number, dice)
        others = number - len(EDGES)
        lives = EDGES[number] if others < 0 else LIVES[others % len(LIVES)]
        people.append(person)
        moves[person.ref] = lives(Life(person, habits, acts, dice))
    _write(folder / f"roster-{CODE}.csv", ROSTER, (_row(person) for person in people))
    for as_of in habits.as_ofs():
        rows = [row for ref, done in moves.items() for row in _shown(ref, done, as_of)]
        _write(folder / f"progress-{CODE}-{as_of}.csv", PROGRESS, rows)
    return acts


def _person(number: int, dice: random.Random) -> Person:
    is_late = number >= len(EDGES) and number % 4 == 0
    joined = STARTS + dice.choice((22, 43)) * DAY if is_late else STARTS
    return Person(f"P{number + 1:04}", dice.choice(NATIONS), joined)


def _shown(ref: str, moves: Iterable[Move], as_of: dt.date) -> list[tuple[str, ...]]:
    """Return the rows of one person in an export: what each section came to before its as-of."""
    newest: dict[str, Move] = {}
    for move in sorted(moves):
        if move.on < as_of:
            older = newest.get(move.section)
            finished = move.finished or (older is not None and older.finished)
            newest[move.section] = replace(move, finished=finished)
    return [
        (CODE, ref, key, "complete" if move.finished else "in-progress", f"{move.on}")
        for key, move in newest.items()
    ]


def _row(person: Person) -> tuple[str, ...]:
    ref, number = person.ref, person.ref[1:]
    own = (CODE, ref, "Pat", f"No{number}", f"{ref.lower()}@college.example", "A College")
    has_mentor = int(number) % 2 == 0
    mentor = (f"M{number}", "Max", f"Of{number}", f"m{number}@college.example", "england")
    blank = ("",) * len(mentor)
    return (*own, person.nation, f"{person.joined}", *(mentor if has_mentor else blank))


def _write(path: Path, head: str, rows: Iterable[Sequence[str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([head.split(","), *rows])
