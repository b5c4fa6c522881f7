"""What the ledger and a programme file say in keys is said in words."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest

from ats.people.wording import NOT_SENT, WAITS, condition, event, happening, offset, when
from ats.records.models import HOLDS
from config.programme import ANCHORS, CONDITIONS, Condition, Moment
from config.programme_file import find_programme, load_programme

PROGRAMME = load_programme(find_programme("ats"))
LONDON = ZoneInfo("Europe/London")


@pytest.mark.parametrize("name", CONDITIONS)
def test_every_condition_has_its_clause_in_both_tenses_and_denied(name: str) -> None:
    told = [
        condition(Condition(name=name, value=2), PROGRAMME, "pdp", past=past, met=met)
        for past in (True, False)
        for met in (True, False)
    ]

    assert len(set(told)) == 4
    assert all("{" not in clause and name not in clause for clause in told if "-" in name)


def test_a_condition_names_sections_and_milestones_by_their_titles() -> None:
    section = Condition(name="section-complete", value="cpd-log")
    milestone = Condition(name="milestone-complete")

    assert condition(section, PROGRAMME, None, past=False) == "the section “CPD log” is complete"
    assert condition(milestone, PROGRAMME, "pdp", past=True, met=False) == (
        "“Personal Development Plan” was not complete"
    )


@pytest.mark.parametrize("reason", HOLDS)
def test_everything_that_is_held_waits_for_something_in_words(reason: str) -> None:
    assert WAITS[reason]
    assert "-" not in WAITS[reason].replace("e-mail", "")


@pytest.mark.parametrize(
    "reason",
    [
        *("condition-met", "condition-unmet", "late-joiner", "submitted", "capped", "case-open"),
        *("paused-out", "deferred", "withdrawn", "silenced", "no-longer-planned", "undeliverable"),
        *("opted-out", "suppressed", "in-notice", "mentor-ended", "hand-over"),
    ],
)
def test_everything_that_is_not_sent_has_its_reason_in_words(reason: str) -> None:
    assert NOT_SENT[reason]


@pytest.mark.parametrize(
    ("moment", "workdays", "said"),
    [
        (Moment.model_validate({"from": "webinar", "days": -7}), None, "a week before"),
        (Moment.model_validate({"from": "webinar", "days": -1}), None, "one day before"),
        (Moment.model_validate({"from": "joined", "weeks": 15}), None, "15 weeks after"),
        (
            Moment.model_validate({"from": "webinar", "workdays": -1}),
            None,
            "one working day before",
        ),
        (Moment.model_validate({"from": "mentor-accepted"}), None, "on"),
        (None, -6, "six working days before"),
        (None, 13, "13 working days after"),
    ],
)
def test_an_offset_is_counted_in_words(
    moment: Moment | None, workdays: int | None, said: str
) -> None:
    assert offset(moment, workdays) == said


def test_an_anchor_is_a_due_date_a_webinar_or_what_happened() -> None:
    assert event("pdp", PROGRAMME) == "“Personal Development Plan” is due"
    assert event("q-and-a-1", PROGRAMME) == "the webinar “Questions and answers with the PXM”"
    assert happening("mentor-accepted") == "the mentor agreed"


@pytest.mark.parametrize("name", sorted(set(ANCHORS) - {"webinar", "milestone"}))
def test_every_anchor_that_happens_to_people_is_told_in_words(name: str) -> None:
    assert happening(name).startswith(("the ", "every "))


def test_a_moment_is_told_as_clocks_showed_it() -> None:
    nine_in_summer = dt.datetime(2027, 6, 29, 8, 0, tzinfo=dt.UTC)

    assert when(nine_in_summer, LONDON) == "Tue 29 June 2027, 09:00"
