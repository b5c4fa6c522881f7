"""Each value of a programme file that cannot be, and the one sentence that says so."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_programme import SMALL, cases_in, faults_of, small_with

VALUES = cases_in("faulty_values.txt")


@pytest.mark.parametrize(("old", "new", "sentence"), VALUES.values(), ids=VALUES.keys())
def test_a_value_that_cannot_be_is_told_in_one_sentence(
    old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    assert faults_of(small_with(old, new), tmp_path) == f"small.yaml, {sentence}"


def test_a_misspelt_key_that_is_needed_is_told_as_missing_and_as_unknown(tmp_path: Path) -> None:
    assert faults_of(small_with("minutes: 60", "minuets: 60"), tmp_path).splitlines() == [
        "small.yaml, line 16, webinars[0].minutes: this is missing; give a whole number.",
        (
            "small.yaml, line 22, webinars[0].minuets: this key means nothing here; "
            "did you mean minutes?"
        ),
    ]


def test_a_misspelt_class_of_the_policy_is_told_as_missing_and_as_unknown(tmp_path: Path) -> None:
    assert faults_of(small_with("tip: {}", "tipp: {}"), tmp_path).splitlines() == [
        (
            "small.yaml, line 60, send-policy.classes: the class tip is missing; "
            "say what its messages may do."
        ),
        (
            'small.yaml, line 60, send-policy.classes.tipp: "tipp" is not possible here; '
            "did you mean tip?"
        ),
    ]


def test_the_small_programme_has_no_fault(tmp_path: Path) -> None:
    assert faults_of(SMALL, tmp_path) == "none"


def test_all_faults_of_a_file_are_told_at_once_in_its_order(tmp_path: Path) -> None:
    text = SMALL
    for old, new in [
        ("until: submitted", "until: submited"),
        ("week: 3, day: friday", "week: 3, day: freitag"),
        ("title: Submission\n", "titel: Submission\n"),
        ("open-case: stalled}\n  - key", "open-case: stale}\n  - key"),
        ('at: {week: 1, day: tuesday, time: "16:30"}', "at: {week: 1, day: tuesday, time: 16:30}"),
    ]:
        assert text.count(old) == 1
        text = text.replace(old, new)
    assert faults_of(text, tmp_path).splitlines() == [
        (
            'small.yaml, line 9, milestones[0].due.day: "freitag" is not possible here; there are '
            "monday, tuesday, wednesday, thursday, friday, saturday, sunday."
        ),
        "small.yaml, line 10, milestones[1].title: this is missing; give a text.",
        (
            "small.yaml, line 11, milestones[1].titel: this key means nothing here; did you mean "
            "title?"
        ),
        (
            "small.yaml, line 21, webinars[0].at.time: 990 is what YAML makes of an unquoted "
            '16:30; write "16:30" in quotes.'
        ),
        (
            'small.yaml, line 42, ladders[0].rungs[1].open-case: there is no kind of case "stale"; '
            "did you mean stalled?"
        ),
        (
            'small.yaml, line 45, ladders[1].until: "submited" is no condition; did you mean '
            "submitted?"
        ),
    ]
