"""The programmes that come with the product load, and can be found by name."""

from __future__ import annotations

import random
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from small_programme import SMALL, faults_of

from config.faults import ProgrammeFault
from config.programme_file import find_programme, load_programme, packaged_programmes
from config.send_policy import SendPolicy

ROOT = Path(__file__).parents[3]
TEMPLATES = frozenset(path.parent.name for path in (ROOT / "email_templates").glob("*/subject.txt"))


@pytest.mark.parametrize("name", packaged_programmes())
def test_a_packaged_programme_has_no_fault_and_every_template(name: str) -> None:
    assert load_programme(find_programme(name), templates=TEMPLATES).programme == name


def test_ats_and_its_sister_programme_come_with_the_product() -> None:
    assert packaged_programmes() == ("ats", "qtls")


def test_the_sister_programme_has_another_length_and_other_sections() -> None:
    qtls = load_programme(find_programme("qtls"))
    assert [m.due.week for m in qtls.milestones] == [6, 15, 19]
    assert (qtls.submission, qtls.send_policy.window_to.isoformat()) == ("hand-in", "17:30:00")


def test_each_rule_of_the_send_policy_is_read_by_the_code() -> None:
    code = "".join(path.read_text() for path in (ROOT / "ats").rglob("*.py"))
    assert [name for name in SendPolicy.model_fields if f".{name}" not in code] == []


def test_a_programme_is_found_by_the_path_of_its_file(tmp_path: Path) -> None:
    path = tmp_path / "ours.yaml"
    path.write_text(SMALL)
    assert find_programme(str(path)) == path


def test_an_unknown_name_is_told_with_the_nearest_one() -> None:
    with pytest.raises(ProgrammeFault) as fault:
        find_programme("atss")
    assert fault.value.faults == ["atss: there is no such programme; did you mean ats?"]


def test_a_path_that_leads_nowhere_is_told(tmp_path: Path) -> None:
    path = str(tmp_path / "ats.yaml")
    with pytest.raises(ProgrammeFault) as fault:
        find_programme(path)
    assert fault.value.faults == [f"{path}: there is no such file; check its name and folder."]


SENTENCE = re.compile(r"small\.yaml, line \d+, [^ :]+: .+[.?]")
ODD: list[Any] = [
    None,
    True,
    3,
    -1,
    1.5,
    10**30,
    "x",
    "webinar",
    "17:00",
    [],
    {},
    [1],
    [[]],
    {"week": 1},
]


@pytest.mark.parametrize("seed", range(40))
def test_whatever_is_wrong_ends_in_sentences_and_never_in_another_error(
    seed: int, tmp_path: Path
) -> None:
    chance = random.Random(seed)
    programme = yaml.safe_load(find_programme("ats").read_text())
    for place in chance.sample(list(places(programme)), k=3):
        spoil(programme, place, chance.choice([*ODD, "gone"]))
    faults = faults_of(yaml.safe_dump(programme, sort_keys=False), tmp_path).splitlines()
    assert [f for f in faults if f != "none" and not SENTENCE.fullmatch(f)] == []


def places(value: Any, top: tuple[Any, ...] = ()) -> Any:
    """Yield every place in plain values, from the top down."""
    inside = value if isinstance(value, dict) else dict(enumerate(value))
    for key, item in inside.items():
        yield (*top, key)
        if isinstance(item, dict | list):
            yield from places(item, (*top, key))


def spoil(value: Any, place: tuple[Any, ...], odd: object) -> None:
    """Put something odd at a place, or take away what is there; nothing if the place is gone."""
    *way, last = place
    try:
        for key in way:
            value = value[key]
        if odd == "gone":
            del value[last]
        else:
            value[last] = odd
    except (KeyError, IndexError, TypeError):
        pass
