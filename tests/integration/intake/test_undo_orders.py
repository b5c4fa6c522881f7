"""Imports undone in any order leave what the imports that stand would have made alone."""

from __future__ import annotations

import datetime as dt
import random
from typing import Any

import pytest
from desk import NOBODY, UNDO_LEAVES, Desk, roster

PEOPLE = ("P0001", "P0002", "P0003")
MENTORS = ("M0001", "M0002", "M0003")


def a_roster(chance: random.Random) -> str:
    """Return a roster of some people, some of them with a mentor; nobody's cell is empty."""
    host = {ref: chance.choice(("one", "two")) for ref in MENTORS}
    rows = []
    for ref in PEOPLE:
        if chance.random() < 0.25:
            continue
        name, college = chance.choice(("Ada", "Bea")), chance.choice(("North", "South", "East"))
        joined = chance.choice(("2026-10-05", "2026-10-12"))
        mentor = chance.choice((*MENTORS, None))
        named = f"{mentor},Mo,Stone,{mentor}@{host[mentor]}.example,wales" if mentor else NOBODY
        email = f"{ref}@{chance.choice(('home', 'work'))}.example"
        rows.append(f"2026-10,{ref},{name},Byron,{email},{college},england,{joined},{named}")
    return roster(*rows)


def state(desk: Desk) -> dict[str, Any]:
    """Return who is known, enrolled and mentored, without ids."""
    people = {
        ref: tuple(person[name] for name in ("given_name", "email", "email_key", "organisation"))
        for ref, person in desk.people().items()
    }
    return {
        "people": people,
        "joined": sorted(desk.rows("enrolment", "joined_on")),
        "mentors": desk.mentors(),
        "overlays": desk.rows("overlay"),
    }


def standing(desk: Desk, texts: list[str]) -> list[tuple[int, str]]:
    """Import the files one after the other; return those that stand, by number."""
    applied: dict[int, str] = {}
    for text in texts:
        if text.count("\n"):
            import_id = desk.roster(text, allow_large_change=True)["import_id"]
            applied.setdefault(import_id, text)
            desk.now += dt.timedelta(hours=1)
    return list(applied.items())


@pytest.mark.parametrize("seed", range(25))
def test_what_stands_is_what_the_standing_imports_make(desk: Desk, seed: int) -> None:
    chance = random.Random(seed)
    empty = desk.dump(*UNDO_LEAVES)
    left = standing(desk, [a_roster(chance) for _ in range(chance.randint(2, 5))])
    seen = []
    for import_id, text in chance.sample(left, len(left)):
        undone = desk.undo(import_id)
        assert (undone.parked, undone.written) == ((), ())
        left.remove((import_id, text))
        seen.append((list(left), state(desk)))
    assert desk.dump(*UNDO_LEAVES) == empty
    for files, found in seen:
        again = standing(desk, [text for _, text in files])
        assert state(desk) == found
        for import_id, _ in reversed(again):
            desk.undo(import_id)
        assert desk.dump(*UNDO_LEAVES) == empty
