"""One hundred damaged rosters: no traceback, no silent loss, nothing half done."""

import csv

import pytest
from desk import SAMPLES, UNDO_LEAVES, Desk
from mutations import Mutant, mutate

from ats.errors import AtsError

with (SAMPLES / "roster-2026-10.csv").open(encoding="utf-8-sig", newline="") as file:
    GOOD = list(csv.reader(file))[:41]
MUTANTS = [mutate(GOOD, seed=seed) for seed in range(100)]


def test_the_hundred_are_of_many_kinds() -> None:
    kinds = {kind for mutant in MUTANTS for kind in mutant.name.split(" + ")}
    assert len(kinds) > 28
    assert len({mutant.data for mutant in MUTANTS}) == 100


@pytest.mark.parametrize("is_known", [False, True], ids=["new cohort", "known cohort"])
def test_a_damaged_roster_is_counted_row_by_row_or_refused(desk: Desk, is_known: bool) -> None:
    if is_known:
        desk.roster(SAMPLES / "roster-2026-10.csv")
    before = desk.dump(*UNDO_LEAVES)
    verdicts = [verdict(desk, mutant) for mutant in MUTANTS]
    assert desk.dump(*UNDO_LEAVES) == before
    assert {"refused", "applied", "in part"} == set(verdicts)
    assert verdicts.count("applied") + verdicts.count("in part") > 40


def verdict(desk: Desk, mutant: Mutant) -> str:
    """Import what can be imported of a file, take it back, and say how it went."""
    before = state(desk)
    try:
        preflight = desk.roster(mutant.data, apply=False)
    except AtsError as error:
        assert_one_sentence(str(error))
        assert state(desk) == before
        return "refused"
    total = sum(preflight[key] for key in ("new", "changed", "unchanged", "refused"))
    assert mutant.rows in (None, total), mutant.name
    assert len({found["row"] for found in preflight["problems"]} - {None}) == preflight["refused"]
    for found in preflight["problems"]:
        assert_one_sentence(found["problem"])
    if preflight["problems"]:
        with pytest.raises(AtsError):
            desk.roster(mutant.data)
        assert state(desk) == before, mutant.name
    return apply_and_undo(desk, mutant, preflight)


def state(desk: Desk) -> tuple[object, ...]:
    """Return what a file that is refused must leave as it was."""
    return desk.dump(*UNDO_LEAVES), *(len(desk.rows(name, "id")) for name in ("import", "audit"))


def apply_and_undo(desk: Desk, mutant: Mutant, preflight: dict) -> str:
    known = len(desk.rows("enrolment"))
    try:
        result = desk.roster(mutant.data, skip_problem_rows=True, allow_large_change=True)
    except AtsError as error:
        assert_one_sentence(str(error))
        assert preflight["new"] + preflight["changed"] + preflight["unchanged"] == 0
        return "refused"
    assert len(desk.rows("enrolment")) - known == result["new"], mutant.name
    if (
        result["import_id"] == desk.rows("import", "id")[-1][0]
        and result["new"] + result["changed"]
    ):
        undone = desk.undo(result["import_id"])
        assert (undone.kept, undone.parked) == ((), ()), mutant.name
    return "in part" if preflight["refused"] else "applied"


def assert_one_sentence(text: str) -> None:
    assert text.endswith(".")
    assert "\n" not in text
    assert "Traceback" not in text
    assert len(text) < 500, text
