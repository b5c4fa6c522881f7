"""The demo's year holds one of each scenario that staff live through, and its summary names them.

Judged by the summary, the ledger and the mail alone.
"""

from __future__ import annotations

import datetime as dt

import pytest
from exports import Samples
from the_year import TheYear

SCENARIOS = {
    "late-joiner",
    "deferral",
    "extension",
    "break",
    "mentor-resigns",
    "withdrawal",
    "webinar-moved",
    "holidays",
    "same-address",
    "address-bounces",
    "wrong-roster",
    "silence",
}


def of(year: TheYear, scenario: str) -> list[dict[str, str]]:
    """Return what the summary says of a scenario, in order of time."""
    found: list[dict[str, str]] = year.run.document["scenarios"]
    return [one for one in found if one["scenario"] == scenario]


def when(one: dict[str, str]) -> dt.datetime:
    return dt.datetime.fromisoformat(one["at"])


def subjects_after(year: TheYear, to: str, moment: dt.datetime) -> list[str]:
    """Return the subjects of what went to somebody from a moment on."""
    return [one.subject for one in year.mail if one.to == to and one.at >= moment]


def test_the_summary_names_every_scenario(year: TheYear) -> None:
    assert {one["scenario"] for one in year.run.document["scenarios"]} == SCENARIOS
    assert all(one["text"] and one["person"] for one in year.run.document["scenarios"])


def test_the_late_joiners_are_those_of_the_roster(year: TheYear, samples: Samples) -> None:
    (late,) = of(year, "late-joiner")
    joined = {ref for ref, day in samples.joined.items() if day > dt.date(2026, 10, 5)}

    assert set(late["person"].split(", ")) == joined


@pytest.mark.parametrize("scenario", ["deferral", "withdrawal"])
def test_who_left_got_one_confirmation_and_then_nothing(year: TheYear, scenario: str) -> None:
    (left,) = of(year, scenario)

    assert subjects_after(year, left["person"], when(left)) == ["Confirming what we agreed"]


def test_about_who_was_silenced_nothing_goes_any_more(year: TheYear) -> None:
    begun, spoken = of(year, "silence")

    about = [row for row in year.ledger if row.person == begun["person"]]
    to_people = [row for row in about if row.role in ("participant", "mentor")]
    assert subjects_after(year, begun["person"], when(begun)) == []
    assert [row for row in to_people if row.sent_at and row.sent_at > when(begun)] == []
    mentor = next(row.to for row in about if row.step == "mentor-request")
    between = [one for one in year.mail if one.to == mentor and one.at >= when(begun)]
    assert [one for one in between if one.at < when(spoken)] == []


def test_every_e_mail_after_the_extension_quotes_the_new_date(year: TheYear) -> None:
    (extended,) = of(year, "extension")

    texts = [
        " ".join(one.text.split())
        for one in year.mail
        if one.to == extended["person"] and one.at >= when(extended)
    ]
    assert any("16 April 2027" in text for text in texts)
    telling = [text for text in texts if "19 March" in text]
    assert [text for text in telling if "no longer Friday 19 March 2027" not in text] == []


def test_nothing_is_asked_of_anybody_on_their_break(year: TheYear) -> None:
    (pause,) = of(year, "break")
    first, back = (dt.datetime.fromisoformat(f"2027-03-{day}T00:00+00:00") for day in ("01", "22"))

    within = [one for one in year.mail if one.to == pause["person"] and first <= one.at < back]

    assert [sorted(one.steps) for one in within] == []
    assert any(
        "dates have changed" in one for one in subjects_after(year, pause["person"], when(pause))
    )


def test_the_mentor_who_resigned_is_thanked_once_and_hears_no_more(year: TheYear) -> None:
    resigned, named = of(year, "mentor-resigns")
    new = named["text"].removeprefix("replied with ").partition(",")[0]

    thanks = "Your mentoring has come to an end: thank you"
    assert subjects_after(year, resigned["person"], when(resigned)) == [thanks]
    about = {
        row.step
        for row in year.ledger
        if row.to == new and row.person == named["person"] and row.sent_at
    }
    assert {"mentor-request", "mentor-hand-over"} <= about
    assert "mentor-welcome" not in about


def test_what_is_vital_went_again_once_the_address_worked(year: TheYear) -> None:
    (mended,) = of(year, "address-bounces")

    rows = [
        row for row in year.ledger if row.to == mended["person"] and row.step == "mentor-request"
    ]
    assert [row.outcome for row in rows] == ["failed", "sent"]
    assert rows[1].sent_at is not None
    assert rows[1].sent_at >= when(mended)
    asked = [row for row in year.ledger if row.step == "mentor-unreachable" and row.sent_at]
    assert [row.person for row in asked] == [rows[0].person]


def test_the_wrong_roster_changed_nothing(year: TheYear, samples: Samples) -> None:
    (refused,) = of(year, "wrong-roster")

    assert "2025-10" in refused["text"]
    assert {row.person for row in year.ledger if row.person} == set(samples.joined)
