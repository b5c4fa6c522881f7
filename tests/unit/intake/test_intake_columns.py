"""Headers, and what they mean."""

from pathlib import Path

import pytest

from ats.errors import FileFault, Refused
from ats.intake.columns import PROGRESS, ROSTER, Layout, kind_of, lay_out
from ats.intake.table import read_table


def layout(tmp_path: Path, headers: str, **options: dict[str, str]) -> Layout:
    path = tmp_path / "file.csv"
    path.write_text(f"{headers}\n" + "x," * headers.count(",") + "x\n")
    given, saved = options.get("given", {}), options.get("saved", {})
    return lay_out(read_table(path), PROGRESS, given=given, saved=saved)


def test_headers_may_be_written_and_ordered_otherwise(tmp_path: Path) -> None:
    found = layout(tmp_path, "Updated On,STATUS, Section ,participant-ref,Cohort")
    assert found.places == {
        "updated_on": 0, "status": 1, "section": 2, "participant_ref": 3, "cohort": 4,
    }  # fmt: skip
    assert found.notes == ()


def test_other_columns_are_ignored_and_noted(tmp_path: Path) -> None:
    found = layout(tmp_path, "cohort,Grade,participant_ref,section,status,updated_on,")
    assert found.notes == ("Not read: 'Grade', column G.",)


def test_a_header_can_be_explained_and_counts_more_than_its_name(tmp_path: Path) -> None:
    headers = "cohort,Learner ID,participant_ref,section,status,updated_on"
    found = layout(tmp_path, headers, given={"learner id": "participant ref"})
    assert (found.places["participant_ref"], found.by_hand) == (1, {"learnerid": "participant_ref"})


def test_what_was_explained_earlier_counts_more_than_a_name_and_is_told(tmp_path: Path) -> None:
    saved = {"learnerid": "participant_ref"}
    headers = "cohort,Learner ID,section,status,updated_on"
    assert layout(tmp_path, headers, saved=saved).places["participant_ref"] == 1
    headers = "cohort,Learner ID,participant_ref,section,status,updated_on"
    found = layout(tmp_path, headers, saved=saved)
    assert found.places["participant_ref"] == 1
    assert found.notes == (
        "participant_ref is read from 'Learner ID', as was said of it earlier.",
        "Not read: 'participant_ref'.",
    )


def test_a_columns_own_name_is_given_away_only_where_another_header_takes_it(
    tmp_path: Path,
) -> None:
    saved = {"learnerid": "participant_ref", "participantref": "email"}
    headers = "cohort,participant_ref,section,status,updated_on"
    assert layout(tmp_path, headers, saved=saved).places["participant_ref"] == 1
    found = layout(tmp_path, f"{headers},Learner ID", saved=saved)
    assert (found.places["email"], found.places["participant_ref"]) == (1, 5)


@pytest.mark.parametrize(
    ("headers", "problem"),
    [
        (
            "cohort,Learner,section,status",
            (
                r"has not the columns participant_ref, updated_on \(its headers are 'cohort', "
                r"'Learner', 'section', 'status'\); rename .* --map \"HEADER=participant_ref\""
            ),
        ),
        (
            "cohort,participant_ref,section,Section,status,updated_on",
            r"file.csv has the column section twice \(C and D\); delete one, or say which with",
        ),
    ],
)
def test_a_required_column_stands_there_once(tmp_path: Path, headers: str, problem: str) -> None:
    with pytest.raises(FileFault, match=problem):
        layout(tmp_path, headers)


def test_an_explanation_must_fit(tmp_path: Path) -> None:
    headers = "cohort,participant_ref,section,status,updated_on"
    with pytest.raises(Refused, match="'grade' is no column of a progress; map to one of"):
        layout(tmp_path, headers, given={"section": "grade"})
    with pytest.raises(Refused, match=r"file\.csv has no header 'Learner'; it has 'cohort', "):
        layout(tmp_path, headers, given={"Learner": "section"})


def test_the_kind_of_a_file_is_told_by_its_headers() -> None:
    progress = ["Cohort", "Participant Ref", "Section", "Status", "Updated On"]
    roster = ["Cohort", "Email", "First name", "Surname", "Nation", "Joined on"]
    assert kind_of(progress, saved={}) == PROGRESS
    assert kind_of(roster, saved={}) == ROSTER
    assert kind_of(["a", "b"], saved={}) is None
    saved = {PROGRESS: {"stage": "section"}}
    assert kind_of([*progress[:2], "Stage", *progress[3:]], saved=saved) == PROGRESS
