"""A delivery that is killed (`kill -9`) at random moments, as a real process.

Nothing is lost, nothing is recorded as sent that was not accepted, and twice go at most those
messages that were on their way at a kill, under the same Message-ID and with the same bytes.
The short version is a test like any other; the long one is `make crash-test`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from installation import POOL, queue
from killing import Round, one_round

from ats.office import Office

SEED = int(os.environ.get("CRASH_SEED", "2026"))
ROUNDS = int(os.environ.get("CRASH_ROUNDS", "30"))
MESSAGES = int(os.environ.get("CRASH_MESSAGES", "2000"))

HEAD = (
    "round  answer  kills  twice  parked  lost  unsent  left  wrong  seconds  "
    "killed at (left in doubt)"
)


def test_a_delivery_killed_at_random_moments_loses_nothing(office: Office, tmp_path: Path) -> None:
    queue(office, tmp_path, 300)
    rounds = [one_round(office.store, number=n, seed=SEED, most_kills=1) for n in (1, 2)]
    assert [one for one in rounds if not one.is_good] == []


@pytest.mark.long
def test_thousands_of_messages_killed_at_random_moments(office: Office, tmp_path: Path) -> None:
    queue(office, tmp_path, MESSAGES)
    name = "SQLite" if office.store.is_sqlite else "PostgreSQL"
    say(f"\n{name}: {ROUNDS} rounds of {MESSAGES} messages, pool of {POOL}, seed {SEED}\n{HEAD}")
    rounds = []
    for number in range(1, ROUNDS + 1):
        rounds.append(one_round(office.store, number=number, seed=SEED, most_kills=3))
        say(line(rounds[-1]))
    say(summary(rounds))
    assert [one for one in rounds if not one.is_good] == []


def line(one: Round) -> str:
    kills = ", ".join(f"{a} ({b})" for a, b in zip(one.moments, one.in_doubt, strict=True))
    figures = (
        f"{one.number:5}  {one.milliseconds:3} ms  {len(one.moments):5}  {one.again:5}"
        f"  {one.parked:6}  {one.lost:4}  {one.unsent:6}  {one.left:4}  {one.wrong:5}"
        f"  {one.seconds:7.1f}  {kills}"
    )
    return "\n".join([figures, *(f"       {error}" for error in one.errors)])


def summary(rounds: list[Round]) -> str:
    at_kills = [number for one in rounds for number in one.in_doubt]
    again = [one.again for one in rounds]
    return (
        f"{len(at_kills)} kills; in doubt at one: {spread(at_kills)}; sent twice in a round: "
        f"{spread(again)}, {sum(again)} in all; parked: {sum(one.parked for one in rounds)}; "
        f"lost: {sum(one.lost for one in rounds)}; recorded as sent and never "
        f"accepted: {sum(one.unsent for one in rounds)}; "
        f"{sum(one.seconds for one in rounds):.0f} s"
    )


def spread(numbers: list[int]) -> str:
    """Return the lowest, the highest and the middle one."""
    low, *_, high = numbers = sorted([*numbers, *numbers])
    return f"{low} to {high}, median {numbers[len(numbers) // 2]}"


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
