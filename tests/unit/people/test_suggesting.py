"""Whom on the register to suggest: only who can and may, the fittest first."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from ats.people.suggesting import MOST, OnRegister, Wanted, suggest
from config.vocabulary import NATIONS

LONG_AGO = dt.datetime(2026, 1, 5, 9, tzinfo=dt.UTC)
LATELY = dt.datetime(2026, 11, 2, 9, tzinfo=dt.UTC)
SUBJECTS = ("maths", "Plumbing and heating", "English, maths", "art")

people = st.builds(
    OnRegister,
    ref=st.uuids().map(str),
    person_id=st.integers(1, 8),
    full_name=st.just("Wyn Ravensdale"),
    nation=st.sampled_from(NATIONS),
    organisation=st.just(""),
    subject=st.sampled_from(SUBJECTS),
    capacity=st.integers(1, 3),
    mentees=st.integers(0, 4),
    last_asked=st.sampled_from((None, LONG_AGO, LATELY)),
    reachable=st.booleans(),
)
registers = st.lists(people, max_size=12)
wishes = st.builds(
    Wanted,
    ref=st.just("P0001"),
    nation=st.sampled_from(NATIONS),
    subject=st.sampled_from(("", "Maths", "heating")),
    never=st.frozensets(st.integers(1, 8)),
)


@given(register=registers, wanted=wishes)
def test_only_who_is_reachable_has_a_place_and_may_be_named(
    register: list[OnRegister], wanted: Wanted
) -> None:
    for one in suggest(register, wanted):
        assert one.reachable
        assert one.mentees < one.capacity
        assert one.person_id not in wanted.never


@given(register=registers, wanted=wishes)
def test_three_are_suggested_where_there_are_three(
    register: list[OnRegister], wanted: Wanted
) -> None:
    able = suggest(register, wanted, most=len(register))
    assert suggest(register, wanted) == able[:MOST]


@given(register=registers, wanted=wishes)
def test_nobody_fitter_is_left_out(register: list[OnRegister], wanted: Wanted) -> None:
    def rank(one: OnRegister) -> tuple[bool, bool]:
        words = one.subject.casefold().replace(",", "").split()
        return one.nation != wanted.nation, wanted.subject.casefold() not in words

    able = suggest(register, wanted, most=len(register))
    ranks = [rank(one) if wanted.subject else rank(one)[:1] for one in able]
    assert ranks == sorted(ranks)


@given(register=registers, wanted=wishes, seed=st.randoms(use_true_random=False))
def test_the_order_of_the_register_means_nothing(
    register: list[OnRegister], wanted: Wanted, seed: object
) -> None:
    shuffled = list(register)
    seed.shuffle(shuffled)  # type: ignore[attr-defined]
    assert suggest(shuffled, wanted) == suggest(register, wanted)


def one(ref: str, **changes: object) -> OnRegister:
    usual = {"person_id": hash(ref), "full_name": ref, "nation": "england", "organisation": ""}
    return OnRegister(**{"ref": ref, **usual, "subject": "maths", "capacity": 1, **changes})  # type: ignore[arg-type]


def test_who_was_asked_longest_ago_comes_first() -> None:
    register = [one("M1", last_asked=LATELY), one("M2"), one("M3", last_asked=LONG_AGO)]
    found = suggest(register, Wanted("P0001", "england"))
    assert [who.ref for who in found] == ["M2", "M3", "M1"]


def test_not_everybody_is_given_the_same_names() -> None:
    register = [one(f"M{n}") for n in range(9)]
    given_to = {
        tuple(who.ref for who in suggest(register, Wanted(f"P{n}", "england"))) for n in range(9)
    }
    assert len(given_to) > 5
