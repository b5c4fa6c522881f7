"""How often links that are not ours are looked at, by address and in bounded memory."""

from __future__ import annotations

import pytest

from web import guesses
from web.guesses import AT_ONCE, Guesses


class Clock:
    """A clock that a test moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_so_many_at_once_are_fine_and_then_one_a_second() -> None:
    clock = Clock()
    counted = Guesses(clock=clock)

    assert [counted.wait("192.0.2.1") for _ in range(AT_ONCE)] == [0] * AT_ONCE
    assert [counted.wait("192.0.2.1") for _ in range(3)] == [1, 1, 1]
    clock.now += 1
    assert [counted.wait("192.0.2.1") for _ in range(2)] == [0, 1]
    clock.now += AT_ONCE * 2
    assert [counted.wait("192.0.2.1") for _ in range(AT_ONCE + 1)] == [0] * AT_ONCE + [1]


def test_others_do_not_wait_for_somebody() -> None:
    counted = Guesses(clock=Clock())
    for _ in range(AT_ONCE + 1):
        counted.wait("192.0.2.1")

    assert (counted.wait("192.0.2.1"), counted.wait("192.0.2.2"), counted.wait("")) == (1, 0, 0)


@pytest.mark.parametrize(
    ("one", "other", "together"),
    [
        ("2001:db8::1", "2001:db8::ffff:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.2", False),
        ("fe80::1%eth0", "fe80::2%eth1", True),
        ("testclient", "testclient", True),
    ],
)
def test_a_network_of_one_household_counts_as_one(one: str, other: str, together: bool) -> None:
    counted = Guesses(clock=Clock())
    for _ in range(AT_ONCE):
        counted.wait(one)

    assert counted.wait(other) == (1 if together else 0)


def test_it_remembers_a_limited_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guesses, "_REMEMBERED", 3)
    counted = Guesses(clock=Clock())
    for _ in range(AT_ONCE):
        counted.wait("192.0.2.1")
    assert counted.wait("192.0.2.1") == 1

    assert [counted.wait(f"192.0.2.{n}") for n in range(2, 5)] == [0, 0, 0]

    assert len(counted._levels) == 3
    assert counted.wait("192.0.2.1") == 0  # forgotten, for it was not heard of for longest
