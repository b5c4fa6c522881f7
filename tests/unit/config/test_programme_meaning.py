"""Each thing in a programme file that leads nowhere or fits nothing, and the sentence about it."""

from __future__ import annotations

from pathlib import Path

import pytest
from small_programme import SMALL, cases_in, faults_of, small_with

MEANINGS = cases_in("faulty_meanings.txt")


@pytest.mark.parametrize(("old", "new", "sentence"), MEANINGS.values(), ids=MEANINGS.keys())
def test_what_makes_no_sense_is_told_in_one_sentence(
    old: str, new: str, sentence: str, tmp_path: Path
) -> None:
    assert faults_of(small_with(old, new), tmp_path) == f"small.yaml, {sentence}"


def lines_of(*sentences: str) -> str:
    return "\n".join(f"small.yaml, {sentence}" for sentence in sentences)


def test_a_section_key_given_twice_is_told_beside_what_it_breaks(tmp_path: Path) -> None:
    text = small_with("key: done, title: Submission}", "key: plan, title: Submission}")
    assert faults_of(text, tmp_path) == lines_of(
        'line 6, sections[1].key: sections[0] is already the section "plan"; '
        "give each section a key of its own.",
        'line 7, submission: there is no section "done"; there is only plan.',
        'line 12, milestones[1].complete[0]: there is no section "done"; there is only plan.',
    )


def test_a_milestone_key_given_twice_is_told(tmp_path: Path) -> None:
    text = SMALL.replace(
        "webinars:\n",
        "  - {key: planned, title: A, complete: [plan], due: {from: start}}\nwebinars:\n",
    )
    assert faults_of(text, tmp_path) == lines_of(
        'line 15, milestones[2].key: milestones[0] is already the milestone "planned"; '
        "give each milestone a key of its own."
    )


def test_a_webinar_key_given_twice_is_told(tmp_path: Path) -> None:
    again = "  - {key: opening, kind: q-and-a, title: A, about: B, minutes: 5, at: {week: 1, "
    text = SMALL.replace("steps:\n", again + 'day: friday, time: "16:00"}}\nsteps:\n')
    assert faults_of(text, tmp_path) == lines_of(
        'line 23, webinars[1].key: webinars[0] is already the webinar "opening"; '
        "give each webinar a key of its own."
    )


def test_a_ladder_key_given_twice_is_told(tmp_path: Path) -> None:
    text = small_with(
        "cases: {",
        "  - key: chase-submission\n    from: start\n    until: submitted"
        "\n    rungs: [{key: a, workdays: 1, to: pxm, open-case: stalled}]\ncases: {",
    )
    assert faults_of(text, tmp_path) == lines_of(
        'line 48, ladders[2].key: ladders[1] is already the ladder "chase-submission"; '
        "give each ladder a key of its own."
    )


def test_one_step_key_may_stand_for_both_audiences(tmp_path: Path) -> None:
    for_mentors = "".join(
        f"  - {{key: {key}, class: webinar, to: mentor, for-each: webinar, audience: mentors, "
        f"at: {{from: {anchor}}}}}\n"
        for key, anchor in (
            ("reminder", "webinar, days: -7"),
            ("moved", "webinar-moved"),
            ("called-off", "webinar-cancelled"),
        )
    )
    assert faults_of(small_with("ladders:\n", for_mentors + "ladders:\n"), tmp_path) == "none"


def test_a_step_may_count_from_one_webinar_by_its_key(tmp_path: Path) -> None:
    text = small_with("at: {week: 2, day: tuesday", "at: {from: opening, days: 1")
    assert faults_of(text, tmp_path) == "none"


def test_a_milestone_may_count_from_another(tmp_path: Path) -> None:
    text = small_with("due: {week: 3, day: friday,", "due: {from: submission, weeks: -6,")
    assert faults_of(text, tmp_path) == "none"


def test_milestones_that_count_from_each_other_are_told_once(tmp_path: Path) -> None:
    text = small_with("due: {week: 3, day: friday,", "due: {from: submission, weeks: -6,")
    text = text.replace("due: {week: 9, day: friday,", "due: {from: planned, weeks: 6,")
    assert faults_of(text, tmp_path) == lines_of(
        "line 9, milestones[0].due: planned counts from submission, submission counts from "
        "planned; give one of them a week and day."
    )


def test_a_circle_through_a_bound_is_told(tmp_path: Path) -> None:
    text = small_with("week: 3, day: friday,", "week: 3, day: friday, not-after: {from: planned},")
    assert faults_of(text, tmp_path) == lines_of(
        "line 9, milestones[0].due: the milestone counts from itself; give it a week and day."
    )


def test_a_milestone_that_only_leads_into_a_circle_is_not_blamed(tmp_path: Path) -> None:
    text = SMALL.replace("due: {week: 3, day: friday,", "due: {from: submission, weeks: -6,")
    text = text.replace("due: {week: 9, day: friday,", "due: {from: submission, weeks: 6,")
    assert faults_of(text, tmp_path) == lines_of(
        "line 13, milestones[1].due: the milestone counts from itself; give it a week and day."
    )


def test_steps_that_wait_for_each_other_are_told_once(tmp_path: Path) -> None:
    text = small_with("key: hint, class: tip", "key: hint, only-if: [{sent: digest}], class: tip")
    text = text.replace("key: digest,", "key: digest, only-if: [{sent: hint}],")
    assert faults_of(text, tmp_path) == lines_of(
        "line 24, steps[0].only-if: hint goes only after digest, digest goes only after hint, so "
        "none ever goes; drop one of the conditions."
    )


def test_a_rung_may_go_only_after_an_earlier_one(tmp_path: Path) -> None:
    text = small_with(
        "workdays: 9, to: pxm", "workdays: 9, only-if: [{sent: chase-planned}], to: pxm"
    )
    assert faults_of(text, tmp_path) == "none"


def test_a_milestone_named_after_an_anchor_is_told(tmp_path: Path) -> None:
    text = SMALL.replace("planned", "accepted")
    assert faults_of(text, tmp_path) == lines_of(
        'line 9, milestones[0].key: "accepted" is the name of an anchor; choose another.'
    )


def test_cases_that_have_no_title_are_told(tmp_path: Path) -> None:
    assert faults_of(small_with("cases: {stalled: Stalled}\n", ""), tmp_path) == lines_of(
        'line 42, ladders[0].rungs[1].open-case: there is no kind of case "stalled"; '
        "add it, or drop this.",
        'line 47, ladders[1].rungs[0].open-case: there is no kind of case "stalled"; '
        "add it, or drop this.",
    )


def test_fields_for_webinars_in_another_step_are_told_each(tmp_path: Path) -> None:
    fields = "audience: mentors, needs-join-link: true, repeat-after-move: true"
    text = small_with("key: hint, class: tip", f"key: hint, {fields}, class: tip")
    assert faults_of(text, tmp_path) == lines_of(
        *(
            f"line 24, steps[0].{name}: {name} is for steps about webinars; "
            "add for-each: webinar, or drop it."
            for name in ("audience", "needs-join-link", "repeat-after-move")
        )
    )


def test_templates_that_are_missing_are_told_at_the_key_or_at_send(tmp_path: Path) -> None:
    text = small_with("key: digest", "key: digest, send: remindr")
    templates = frozenset({"hints", "reminder", "moved", "called-off", "chasers"})
    assert faults_of(text, tmp_path, templates=templates) == lines_of(
        'line 24, steps[0].key: there is no template "hint"; did you mean hints?',
        'line 31, steps[2].send: there is no template "remindr"; did you mean reminder?',
        'line 41, ladders[0].rungs[0].send: there is no template "chaser"; did you mean chasers?',
    )


def test_without_templates_none_is_missing(tmp_path: Path) -> None:
    assert faults_of(SMALL, tmp_path, templates=None) == "none"


def test_what_else_is_wrong_with_a_faulty_step_is_told_in_the_same_reading(tmp_path: Path) -> None:
    text = small_with(
        "key: hint, class: tip", "key: hint, late: never, unless: [nosuch, {sent: hnt}], class: tip"
    )
    assert faults_of(text, tmp_path).splitlines()[1:] == [
        (
            'small.yaml, line 24, steps[0].unless[0]: "nosuch" is no condition; there are '
            "section-complete, section-started, milestone-complete, mentor-named, mentor-accepted, "
            "mentor-pending, mentor-signed-off, sign-off-revoked, follows-another, "
            "welcomes-register, "
            "portfolio-ready, submitted, late-joiner, stood-still, milestones-overdue, extended, "
            "case-open, anything-to-tell, join-link-missing, recording-missing, told-otherwise, "
            "sent, nothing-overdue, moved."
        ),
        'small.yaml, line 24, steps[0].unless[1].sent: there is no step "hnt"; did you mean hint?',
    ]
