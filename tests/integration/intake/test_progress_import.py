"""What an export says of portfolios, and what it changes."""

import datetime as dt

import pytest
from desk import ADA, BEN, Desk, progress, roster

from ats.errors import FileFault, Refused


@pytest.fixture
def desk(desk: Desk) -> Desk:
    desk.roster(roster(ADA, BEN))
    return desk


def counts(result: dict) -> tuple[int, ...]:
    return tuple(result[key] for key in ("new", "changed", "unchanged", "missing", "refused"))


def problems(result: dict) -> list[tuple[int, str, str]]:
    return [(found["row"], found["column"], found["problem"]) for found in result["problems"]]


def sections(desk: Desk) -> list[tuple]:
    return desk.rows("progress", "section", "status", "updated_on", "complete_seen_at")


def test_sections_are_known_by_key_or_title_and_statuses_by_other_words(desk: Desk) -> None:
    result = desk.progress(
        progress(
            "P0001,about-you,complete,2026-10-07",
            "P0001,Personal development plan,In Progress,08/10/2026",
            "P0002,ABOUT YOU,Completed,46303",
            "P0002,Self_Assessment,started,9 October 2026",
        ),
        "2026-10-12",
    )
    assert counts(result) == (4, 0, 0, 0, 0)
    assert sections(desk) == [
        ("about-you", "complete", dt.date(2026, 10, 7), desk.now),
        ("pdp", "in-progress", dt.date(2026, 10, 8), None),
        ("about-you", "complete", dt.date(2026, 10, 8), desk.now),
        ("self-assessment", "in-progress", dt.date(2026, 10, 9), None),
    ]


def test_a_section_stays_complete_since_the_import_that_first_showed_it(desk: Desk) -> None:
    desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-12")
    first = desk.now
    desk.progress(progress("P0001,pdp,complete,2026-10-14"), "2026-10-19")
    assert sections(desk) == [("pdp", "complete", dt.date(2026, 10, 14), first)]


def test_a_section_that_is_no_longer_complete_is_written_and_noted(desk: Desk) -> None:
    desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-12")
    result = desk.progress(progress("P0001,pdp,in-progress,2026-10-14"), "2026-10-19")
    assert result["notes"] == ["No longer complete: P0001 pdp."]
    assert sections(desk) == [("pdp", "in-progress", dt.date(2026, 10, 14), None)]


def test_movement_however_much_is_no_large_change(desk: Desk) -> None:
    desk.progress(progress("P0001,pdp,in-progress,2026-10-07"), "2026-10-12")
    result = desk.progress(progress("P0001,pdp,complete,2026-10-14"), "2026-10-19")
    assert counts(result) == (0, 1, 0, 0, 0)


def test_what_cannot_be_movement_counts_as_a_change(full: Desk) -> None:
    text = progress(*many(25, 8), *many(37, 6)[34:])
    result = full.progress(text, "2026-10-19", apply=False)
    ((row, column, problem),) = problems(result)
    assert (row, column) == (None, None)
    assert problem == (
        "file-4.csv changes 15 of the 40 sections that are known, more than 20 %; check that it "
        "is the right file, then repeat with --allow-large-change."
    )


def test_missing_sections_stay(desk: Desk) -> None:
    rows = [
        f"P0001,{key},complete,2026-10-07" for key in ("about-you", "pdp", "coaching", "cpd-log")
    ]
    desk.progress(progress(*rows, "P0002,pdp,complete,2026-10-07"), "2026-10-12")
    result = desk.progress(progress(*rows), "2026-10-19")
    assert counts(result) == (0, 0, 4, 1, 0)
    assert len(sections(desk)) == 5


def test_an_address_stands_in_for_an_empty_ref_and_for_no_other(desk: Desk) -> None:
    text = (
        "cohort,participant_ref,email,section,status,updated_on\n"
        "2026-10,77,BEN@glen.example ,pdp,complete,2026-10-07\n"
        "2026-10,P0001,ben@glen.example,pdp,complete,2026-10-07\n"
        "2026-10,,ada@riverside.example,pdp,complete,2026-10-07\n"
        "2026-10,P0002,ben.new@glen.example,pdp,complete,2026-10-07\n"
    )
    result = desk.progress(text, "2026-10-12", apply=False)
    assert counts(result) == (2, 0, 0, 0, 2)
    remedy = "; put the wrong one of them right."
    assert problems(result) == [
        (2, "participant_ref", f"The row's ref is '77' and its address is that of P0002{remedy}"),
        (3, "participant_ref", f"The row's ref is P0001 and its address is that of P0002{remedy}"),
    ]


def many(count: int, day: int, status: str = "in-progress") -> list[str]:
    """Return rows of one section each, for 40 people and more."""
    return [f"P1{n:03d},pdp,{status},2026-10-{day:02d}" for n in range(count)]


@pytest.fixture
def full(desk: Desk) -> Desk:
    people = [ADA.replace("P0001", f"P1{n:03d}").replace("ada@", f"a{n}@") for n in range(40)]
    desk.roster(roster(ADA, BEN, *people), allow_large_change=True)
    desk.progress(progress(*many(40, 7)), "2026-10-12")
    return desk


@pytest.mark.parametrize(("back", "on", "refused"), [(3, 0, False), (4, 3, True), (4, 4, False)])
def test_an_export_in_which_more_goes_back_than_on_looks_older(
    full: Desk, back: int, on: int, refused: bool
) -> None:
    rows = [*many(back, 6), *many(back + on, 8)[back:], *many(40, 7)[back + on :]]
    result = full.progress(progress(*rows), "2026-10-19", apply=False)
    assert [problem for _, _, problem in problems(result)] == [
        (
            "file-4.csv looks like an older export: 4 sections stand further back than in the "
            "records, and 3 further on; export it anew, or repeat with --allow-large-change if it "
            "is right."
        )
    ] * refused
    if refused:
        with pytest.raises(Refused, match="looks like an older export"):
            full.progress(progress(*rows), "2026-10-19")
        assert full.progress(progress(*rows), "2026-10-19", allow_large_change=True)["applied"]


def test_an_export_that_knows_neither_the_newest_change_nor_every_section_looks_older(
    full: Desk,
) -> None:
    full.progress(progress(*many(40, 7), "P0001,pdp,complete,2026-10-14"), "2026-10-19")
    with pytest.raises(Refused, match="its newest change is of 7 October 2026, and one of 14"):
        full.progress(progress(*reversed(many(40, 7))), "2026-10-20")
    part = progress("P0001,pdp,complete,2026-10-14", *many(39, 7))
    assert full.progress(part, "2026-10-20")["missing"] == 1


def test_sections_that_are_not_started_say_nothing(desk: Desk) -> None:
    rows = ["P0001,pdp,not started,", "P0001,about-you,complete,2026-10-07"]
    assert counts(desk.progress(progress(*rows), "2026-10-12")) == (1, 0, 1, 0, 0)
    assert len(sections(desk)) == 1
    result = desk.progress(progress("P0001,about-you,Not started,"), "2026-10-19", apply=False)
    assert [(row, column) for row, column, _ in problems(result)] == [(2, "status")]


@pytest.mark.parametrize(
    ("row", "column", "problem"),
    [
        (
            "P0099,pdp,complete,2026-10-07",
            "participant_ref",
            "'P0099' is not in this cohort; check the ref, or import the roster first.",
        ),
        (
            ",pdp,complete,2026-10-07",
            "participant_ref",
            "Nobody in this cohort is meant; write the participant's ref.",
        ),
        (
            "P0001,pdp,finito,2026-10-07",
            "status",
            "'finito' is no status we know; write in-progress or complete.",
        ),
        ("P0001,pdp,,2026-10-07", "status", "The cell is empty; fill it in."),
        ("P0001,pdp,complete,", "updated_on", "The cell is empty; fill it in."),
        (
            "P0001,pdp,complete,13/13/2026",
            "updated_on",
            "'13/13/2026' is not a date: there is no month 13; write 05/10/2026 or 2026-10-05.",
        ),
        (
            "P0001,pdp,complete,2026-10-13",
            "updated_on",
            "13 October 2026 is after 12 October 2026, the day of the export; check both dates.",
        ),
    ],
)
def test_a_bad_cell_is_named_with_a_remedy(desk: Desk, row: str, column: str, problem: str) -> None:
    result = desk.progress(progress(row), "2026-10-12", apply=False)
    assert problems(result) == [(2, column, problem)]


def test_a_change_from_long_before_the_start_is_a_problem(desk: Desk) -> None:
    rows = ("P0001,pdp,complete,2001-11-10", "P0002,pdp,complete,2026-09-10")
    result = desk.progress(progress(*rows), "2026-10-12", apply=False)
    said = "10 November 2001 is long before the start of the cohort; check the date."
    assert problems(result) == [(2, "updated_on", said)]
    with pytest.raises(Refused, match="1 January 2001 is long before the start of cohort 2026-10"):
        desk.progress(progress(rows[1]), "2001-01-01")


def test_an_unknown_section_is_answered_with_those_that_there_are(desk: Desk) -> None:
    result = desk.progress(progress("P0001,essay,complete,2026-10-07"), "2026-10-12", apply=False)
    ((row, column, problem),) = problems(result)
    assert (row, column) == (2, "section")
    assert problem.startswith("'essay' is no section of this programme; write one of about-you, ")


def test_a_section_in_two_rows_is_asked_about(desk: Desk) -> None:
    rows = ["P0001,pdp,complete,2026-10-07", "P0001,pdp,in-progress,2026-10-07"]
    result = desk.progress(progress(*rows), "2026-10-12", apply=False)
    assert [row for row, _, _ in problems(result)] == [2, 3]
    result = desk.progress(progress(rows[0], rows[0]), "2026-10-12", apply=False)
    assert [row for row, _, _ in problems(result)] == [3]


def test_what_staff_recorded_stays(desk: Desk) -> None:
    desk.progress(progress("P0001,pdp,in-progress,2026-10-07"), "2026-10-12")
    desk.mend("P0001", "status:pdp", organisation="Riverside College")
    result = desk.progress(progress("P0001,pdp,complete,2026-10-14"), "2026-10-19")
    assert counts(result) == (0, 0, 1, 0, 0)
    assert result["notes"] == ["Kept as staff recorded it: P0001 pdp."]


def test_new_progress_has_the_whole_cohort_looked_at(desk: Desk) -> None:
    desk.set("enrolment", next_due_at=desk.now)
    desk.set("cohort", next_due_at=desk.now)
    desk.progress(progress("P0001,pdp,complete,2026-10-07"), "2026-10-12")
    assert {due.year for (due,) in desk.rows("enrolment", "next_due_at")} == {1970}
    assert {due.year for (due,) in desk.rows("cohort", "next_due_at")} == {1970}


def test_an_export_in_which_nobody_has_started_is_news_all_the_same(desk: Desk) -> None:
    assert counts(desk.progress(progress(), "2026-10-05")) == (0, 0, 0, 0, 0)
    assert desk.rows("import", "as_of")[-1] == (dt.date(2026, 10, 5),)


def test_a_roster_is_no_progress_and_the_other_way_round(desk: Desk) -> None:
    with pytest.raises(FileFault, match="is a roster file; import it with `ats roster import`"):
        desk.progress(roster(ADA), "2026-10-12")
    with pytest.raises(FileFault, match="is a progress file; import it with `ats progress import`"):
        desk.roster(progress("P0001,pdp,complete,2026-10-07"))
