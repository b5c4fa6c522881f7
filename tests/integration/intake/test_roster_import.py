"""Whom a roster means, and what it changes."""

import pytest
from desk import ADA, BEN, CAT, MIA, NED, UNDO_LEAVES, Desk, roster
from openpyxl import Workbook

from ats.errors import Refused
from ats.intake.staff import staff_decided


def problems(result: dict) -> list[tuple[int, str]]:
    return [(problem["row"], problem["column"]) for problem in result["problems"]]


def counts(result: dict) -> tuple[int, ...]:
    return tuple(result[key] for key in ("new", "changed", "unchanged", "missing", "refused"))


def test_a_preflight_counts_and_writes_nothing(desk: Desk) -> None:
    before = desk.dump()
    result = desk.roster(roster(f"{ADA},{MIA}", BEN), apply=False)
    assert (result["import_id"], result["applied"], counts(result)) == (
        None,
        False,
        (2, 0, 0, 0, 0),
    )
    assert desk.dump() == before


def test_new_changed_unchanged_and_missing_are_counted(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    result = desk.roster(
        roster(
            ADA.replace("Byron", "Lovelace"),
            BEN,
            CAT.replace("P0003", "P0004").replace("cat@", "kit@"),
        ),
        allow_large_change=True,
    )
    assert counts(result) == (1, 1, 1, 1, 0)


def test_missing_means_nothing(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}", BEN, CAT))
    desk.roster(roster(BEN))
    assert set(desk.people()) == {"P0001", "P0002", "P0003", "M0001"}
    assert desk.rows("enrolment", "status") == [("active",)] * 3


def test_an_empty_cell_means_nothing(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}"))
    result = desk.roster(roster("2026-10,P0001,,,,,,"))
    assert counts(result) == (0, 0, 1, 0, 0)
    assert desk.mentors() == {"P0001": "M0001"}


def test_a_changed_value_is_written_with_what_stood_there_before(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    result = desk.roster(roster(ADA.replace("Byron", "Lovelace"), BEN), allow_large_change=True)
    assert desk.people()["P0001"]["family_name"] == "Lovelace"
    change = ("person", "family_name", "Byron", "Lovelace")
    rows = desk.rows("import_change", "import_id", "entity", "field", "before", "after")
    assert [row[1:] for row in rows if row[0] == result["import_id"]] == [change]


def test_a_ref_counts_more_than_an_address(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN))
    desk.roster(roster(ADA.replace("ada@", "ada.byron@")), allow_large_change=True)
    assert desk.people()["P0001"]["email_key"] == "ada.byron@riverside.example"
    assert len(desk.rows("person")) == 2


def test_a_changed_address_is_dated_and_a_first_one_is_not(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN))
    desk.roster(roster(ADA.replace("ada@", "ada.byron@"), BEN), allow_large_change=True)

    changed = {ref: one["email_changed_at"] for ref, one in desk.people().items()}
    assert changed == {"P0001": desk.now, "P0002": None}


def test_without_a_ref_the_address_tells_who_it_is_whatever_its_case_and_blanks(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN))
    row = ADA.replace("P0001", "").replace("ada@riverside.example", "  ADA@Riverside.Example ")
    assert counts(desk.roster(roster(row, BEN))) == (0, 0, 2, 0, 0)
    assert desk.people()["P0001"]["email"] == "ada@riverside.example"


def test_an_address_is_kept_as_it_was_typed(desk: Desk) -> None:
    desk.roster(roster(ADA.replace("ada@riverside.example", "Ada.B@Büro.Example")))
    person = desk.people()["P0001"]
    assert (person["email"], person["email_key"]) == (
        "Ada.B@Büro.Example",
        "ada.b@xn--bro-hoa.example",
    )


def test_two_participants_with_one_address_are_asked_about(desk: Desk) -> None:
    result = desk.roster(
        roster(ADA, BEN.replace("ben@glen.example", "ADA@riverside.example")), apply=False
    )
    assert problems(result) == [(2, "email"), (3, "email")]
    assert "P0001" in result["problems"][1]["problem"]
    assert "P0002" in result["problems"][1]["problem"]


def test_an_unknown_ref_with_a_known_address_is_asked_about(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN))
    result = desk.roster(roster(ADA.replace("P0001", "P0009")), apply=False)
    assert problems(result) == [(2, "email")]
    assert result["problems"][0]["problem"].startswith("P0009 and P0001 have the same address")


def test_taking_over_somebodys_address_is_asked_about(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    taken = ADA.replace("ada@riverside", "ben@glen")
    assert problems(desk.roster(roster(taken), apply=False)) == [(2, "email")]
    assert problems(desk.roster(roster(taken, BEN), apply=False)) == [(2, "email")]
    moved = BEN.replace("ben@glen", "shah@glen")
    both = [taken, CAT.replace("cat@dyfed", "ben@glen"), moved]
    assert problems(desk.roster(roster(*both), apply=False)) == [(2, "email"), (3, "email")]
    faulty = moved.replace("scotland", "Narnia")
    assert problems(desk.roster(roster(taken, faulty), apply=False)) == [
        (2, "email"),
        (3, "nation"),
    ]
    desk.mend("P0002", "email", email="ben@glen.example")
    assert problems(desk.roster(roster(taken, moved), apply=False)) == [(2, "email")]


@pytest.mark.parametrize(
    "new",
    [
        ("ben@glen", "ada@riverside", "cat@dyfed"),
        ("ben@glen", "cat@dyfed", "ada@riverside"),
        ("ben@glen", "shah@glen", "cat@dyfed"),
        ("cat@dyfed", "ada@riverside", "owen@dyfed"),
    ],
    ids=["a swap", "a round", "a chain", "a longer chain"],
)
def test_addresses_may_be_passed_on_within_one_file(desk: Desk, new: tuple[str, ...]) -> None:
    old = ("ada@riverside", "ben@glen", "cat@dyfed")
    desk.roster(roster(ADA, BEN, CAT))
    before = desk.dump(*UNDO_LEAVES)
    rows = [row.replace(*pair) for row, *pair in zip((ADA, BEN, CAT), old, new, strict=True)]
    result = desk.roster(roster(*rows))
    assert result["problems"] == []
    assert [person["email_key"] for person in desk.people().values()] == [
        f"{address}.example" for address in new
    ]
    assert desk.undo(result["import_id"]).kept == ()
    assert desk.dump(*UNDO_LEAVES) == before


def test_a_column_of_addresses_that_has_shifted_is_asked_about(desk: Desk) -> None:
    rows = [ADA.replace("P0001", f"P001{n}").replace("ada@", f"ada{n}@") for n in range(4)]
    desk.roster(roster(*rows))
    shifted = [row.replace(f"ada{n}@", f"ada{(n + 1) % 4}@") for n, row in enumerate(rows)]
    result = desk.roster(roster(*shifted), apply=False)
    assert problems(result) == [(row, "email") for row in (2, 3, 4, 5)]
    assert result["problems"][0]["problem"] == (
        "P0010 and 3 others take over each other's addresses, this one that of P0011; check "
        "whether rows have shifted, or change few at a time."
    )


def test_a_mentor_with_a_participants_address_and_name_is_one_person(desk: Desk) -> None:
    result = desk.roster(roster(ADA, f"{BEN},M0009,Ada,Byron,Ada@Riverside.example,england"))
    people = desk.people()
    assert people["P0001"]["id"] == people["M0009"]["id"]
    assert result["notes"] == ["One person, participant and mentor: P0001 = M0009."]


def test_it_does_not_matter_who_of_the_two_stands_first(desk: Desk) -> None:
    desk.roster(roster(f"{BEN},M0009,Ada,Byron,ada@riverside.example,england", ADA))
    people = desk.people()
    assert people["P0001"]["id"] == people["M0009"]["id"]


def test_a_mentor_with_a_participants_address_and_another_name_is_asked_about(desk: Desk) -> None:
    row = f"{BEN},M0009,Ada,Smith,ada@riverside.example,england"
    result = desk.roster(roster(ADA, row), apply=False)
    assert problems(result) == [(2, "email"), (3, "mentor_email")]


def test_a_person_has_one_ref_for_each_role(desk: Desk) -> None:
    mentor = "Ada,Byron,ada@riverside.example,england"
    result = desk.roster(roster(ADA, f"{BEN},M0008,{mentor}", f"{CAT},M0009,{mentor}"), apply=False)
    assert (4, "mentor_email") in problems(result)


def test_a_mentor_who_is_described_in_two_ways_is_asked_about(desk: Desk) -> None:
    rows = [f"{ADA},{MIA}", f"{BEN},{MIA.replace('Stone', 'Stein')}"]
    result = desk.roster(roster(*rows), apply=False)
    assert problems(result) == [(2, "mentor_family_name"), (3, "mentor_family_name")]


def test_nobody_is_their_own_mentor(desk: Desk) -> None:
    row = f"{ADA},M0001,Ada,Byron,ada@riverside.example,england"
    assert problems(desk.roster(roster(row), apply=False)) == [(2, "mentor_ref")]


def test_a_mentor_without_a_ref_gets_one_that_is_always_the_same(desk: Desk) -> None:
    row = f"{ADA},,Mia,Stone,mia@harbour.example,england"
    desk.roster(roster(row, f"{BEN},,Mia,Stone,MIA@harbour.example,england"))
    mentors = desk.mentors()
    assert mentors["P0001"] == mentors["P0002"] == "M-56TJVMI3"
    assert counts(desk.roster(roster(row))) == (0, 0, 1, 1, 0)


def test_a_mentor_may_be_named_by_address_alone_once_known(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}", BEN))
    desk.roster(roster(f"{BEN},,,,mia@harbour.example,"))
    assert desk.mentors() == {"P0001": "M0001", "P0002": "M0001"}


def test_a_participants_ref_is_no_mentors_ref(desk: Desk) -> None:
    rows = roster(ADA, f"{BEN},P0001,Ada,Byron,ada@riverside.example,england")
    assert problems(desk.roster(rows, apply=False)) == [(3, "mentor_ref")]


def test_a_first_mentor_is_named_and_is_no_large_change(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    result = desk.roster(roster(f"{ADA},{MIA}", f"{BEN},{MIA}", f"{CAT},{NED}"))
    assert counts(result) == (0, 3, 0, 0, 0)
    assert desk.mentors() == {"P0001": "M0001", "P0002": "M0001", "P0003": "M0002"}


def test_a_mentor_who_was_not_asked_yet_is_replaced(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}"))
    desk.roster(roster(f"{ADA},{NED}"), allow_large_change=True)
    assert desk.mentors() == {"P0001": "M0002"}
    assert [ended for (ended,) in desk.rows("mentorship", "ended_at")] == [desk.now, None]


@pytest.mark.parametrize("settled", ["request_sent_at", "accepted_at", "declined_at"])
def test_a_mentor_who_was_asked_or_has_answered_is_not_replaced_by_a_file(
    desk: Desk, settled: str
) -> None:
    desk.roster(roster(f"{ADA},{MIA}"))
    desk.set("mentorship", **{settled: desk.now})
    result = desk.roster(roster(f"{ADA},{NED}"), apply=False)
    assert problems(result) == [(2, "mentor_ref")]
    assert result["problems"][0]["problem"] == (
        "The file names M0002 as mentor, our records say M0001, who "
        + (
            "has agreed; write M0001 into the file, or empty its mentor cells."
            if settled == "accepted_at"
            else "was asked or named by staff; correct the file, or record "
            "`ats mentor decline P0001` and import it again."
        )
    )


def test_a_mentor_whom_staff_ended_does_not_return_with_a_file(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}", BEN))
    desk.set("mentorship", declined_at=desk.now, ended_at=desk.now)
    result = desk.roster(roster(f"{ADA},{MIA}", f"{BEN},{NED}"))
    assert counts(result) == (0, 1, 1, 0, 0)
    assert result["notes"] == ["Declined or ended before, so not named again: P0001 M0001."]
    assert desk.mentors() == {"P0002": "M0002"}
    desk.roster(roster(f"{ADA},{NED}"))
    assert desk.mentors() == {"P0001": "M0002", "P0002": "M0002"}
    desk.roster(roster(f"{ADA},{MIA}"))
    assert desk.mentors() == {"P0001": "M0002", "P0002": "M0002"}


def test_what_staff_changed_stays(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN))
    desk.mend("P0001", "family_name", family_name="King")
    result = desk.roster(roster(ADA.replace("Byron", "Lovelace")))
    assert counts(result) == (0, 0, 1, 1, 0)
    assert result["notes"] == ["Kept as staff recorded it: P0001 family_name."]
    assert desk.people()["P0001"]["family_name"] == "King"


def test_who_has_left_is_not_brought_back(desk: Desk) -> None:
    desk.roster(roster(ADA))
    desk.set("enrolment", status="withdrawn", left_at=desk.now)
    result = desk.roster(roster(f"{ADA},{MIA}"))
    assert desk.rows("enrolment", "status") == [("withdrawn",)]
    assert desk.mentors() == {}
    assert result["notes"] == ["No longer active, so no mentor was named: P0001."]


def test_an_import_has_everybody_looked_at_whom_it_touches(desk: Desk) -> None:
    desk.roster(roster(f"{ADA},{MIA}", BEN, CAT))
    desk.set("enrolment", next_due_at=desk.now)
    desk.roster(roster(f"{ADA},{MIA.replace('mia@', 'mia.stone@')}", BEN), allow_large_change=True)
    assert [due.year for (due,) in desk.rows("enrolment", "next_due_at")] == [1970, 2026, 2026]


def test_a_row_in_doubt_stops_everything(desk: Desk) -> None:
    before = desk.dump()
    text = roster(ADA, BEN.replace("scotland", "Narnia"))
    with pytest.raises(Refused) as error:
        desk.roster(text)
    assert str(error.value) == (
        "file-1.csv was not applied: 1 row has problems (the first, row 3, nation: 'Narnia' is no "
        "nation we know; write england, wales, scotland or northern-ireland); put them right, or "
        "apply the other rows with --skip-problem-rows."
    )
    assert desk.dump() == before


def test_rows_in_doubt_can_be_left_out(desk: Desk) -> None:
    result = desk.roster(roster(ADA, BEN.replace("scotland", "Narnia")), skip_problem_rows=True)
    assert (result["applied"], counts(result)) == (True, (1, 0, 0, 0, 1))
    assert set(desk.people()) == {"P0001"}


@pytest.mark.parametrize(
    ("given", "column"),
    [
        (ADA.replace("2026-10-05", "31/02/2026"), "joined_on"),
        (ADA.replace("2026-10-05", ""), "joined_on"),
        (ADA.replace("ada@riverside.example", "ada.riverside.example"), "email"),
        (ADA.replace("ada@riverside.example", '"ada@riverside.example\nBcc: all@x.org"'), "email"),
        (ADA.replace("ada@riverside.example", ""), "email"),
        (ADA.replace("ada@riverside.example", "zoë@riverside.example"), "email"),
        (ADA.replace("Ada", '"Ada\nByron"'), "given_name"),
        (ADA.replace("Ada", "Ada\u202e"), "given_name"),
        (ADA.replace("Ada", "A" * 300), "given_name"),
        (ADA.replace("Ada", "A\u0007da"), "given_name"),
        (ADA.replace("Ada", "ZoÃ«"), "given_name"),
        (ADA.replace("Byron", "#N/A"), "family_name"),
        (ADA.replace("england", "UK"), "nation"),
        (ADA.replace("P0001", "P 0001"), "participant_ref"),
        (ADA.replace("P0001", ""), "participant_ref"),
        (ADA.replace("2026-10,", "2025-10,"), "cohort"),
        (f"{ADA},M0001,Mia,Stone,,england", "mentor_email"),
        (f"{ADA},M0001,Mia,,mia@harbour.example,england", "mentor_family_name"),
        (f"{ADA},,Mia,Stone,,england", "mentor_email"),
        (f"{ADA},{MIA},extra", None),
    ],
)  # fmt: skip
def test_a_bad_cell_is_named_with_its_row_and_column(
    desk: Desk, given: str, column: str | None
) -> None:
    result = desk.roster(roster(BEN, given), apply=False)
    assert problems(result) == [(3, column)]
    assert counts(result)[4] == 1


@pytest.mark.parametrize(
    "name", ["<b>Ada</b>", "أَلماظ", "Seán O’Brien", "=HYPERLINK(1)", "X Æ A-12"]
)
def test_a_name_is_text_whatever_stands_in_it(desk: Desk, name: str) -> None:
    desk.roster(roster(ADA.replace("Ada", name)))
    assert desk.people()["P0001"]["given_name"] == name


def test_an_organisation_may_stand_on_two_lines(desk: Desk) -> None:
    desk.roster(roster(ADA.replace("Riverside College", '"Riverside\r\nCollege North"')))
    assert desk.people()["P0001"]["organisation"] == "Riverside College North"


def test_a_participant_named_twice_is_asked_about(desk: Desk) -> None:
    result = desk.roster(roster(ADA, BEN, ADA.replace("england", "wales")), apply=False)
    assert {row for row, _ in problems(result)} == {2, 4}


def test_a_ref_that_suddenly_means_somebody_else_is_asked_about(desk: Desk) -> None:
    desk.roster(roster(ADA, BEN, CAT))
    result = desk.roster(roster(CAT.replace("P0003", "P0001").replace("cat@", "kit@")), apply=False)
    assert problems(result) == [(2, "participant_ref")]


def test_other_headers_are_understood_once_they_were_explained(desk: Desk) -> None:
    text = roster(ADA).replace("participant_ref", "Learner ID")
    desk.roster(text, mapping={"Learner ID": "participant_ref"})
    assert desk.rows("header_mapping", "kind", "header", "column") == [
        ("roster", "learnerid", "participant_ref")
    ]
    assert counts(desk.roster(roster(BEN).replace("participant_ref", "learner-id"))) == (
        1,
        0,
        0,
        1,
        0,
    )


def test_the_same_file_again_is_read_as_it_was_explained(desk: Desk) -> None:
    text = roster(ADA).replace("email", "email,Work e-mail", 1)
    text = text.replace("ada@riverside.example", "ada@home.example,ada@riverside.example")
    desk.roster(text, mapping={"Work e-mail": "email"})
    again = desk.roster(text)
    assert counts(again) == (0, 0, 1, 0, 0)
    assert "email is read from 'Work e-mail', as was said of it earlier." in again["notes"]
    assert desk.people()["P0001"]["email"] == "ada@riverside.example"


def test_one_person_may_be_in_two_cohorts(desk: Desk) -> None:
    desk.launch("2027-10")
    desk.roster(roster(ADA))
    later = ADA.replace("2026-10", "2027-10")
    assert counts(desk.roster(roster(later), cohort="2027-10")) == (1, 0, 0, 0, 0)
    assert len(desk.rows("person")) == 1
    assert desk.rows("enrolment", "cohort_id") == [(1,), (2,)]


def test_staff_decided_what_they_mended_and_nothing_else(desk: Desk) -> None:
    desk.roster(roster(ADA))
    desk.mend("P0001", "joined_on", nation="england")
    ((enrolment_id,),) = desk.rows("enrolment", "id")
    with desk.store.read() as session:
        assert staff_decided(session, "enrolment", enrolment_id, "joined_on")
        assert not staff_decided(session, "enrolment", enrolment_id, "status")
        assert not staff_decided(session, "header_mapping", 1, "column")


def test_an_import_leaves_its_trace(desk: Desk) -> None:
    import_id = desk.roster(roster(ADA))["import_id"]
    assert desk.rows("import", "id", "kind", "filename", "applied_by", "new") == [
        (import_id, "roster", "file-1.csv", "Jo", 1)
    ]
    assert desk.rows("audit", "by", "action", "at") == [("Jo", "roster import", desk.now)]


def test_a_cell_of_a_workbook_that_only_looks_empty_is_a_problem(desk: Desk) -> None:
    book = Workbook()
    lines = roster(f"{ADA},{MIA}", f"{BEN},{MIA}", f"{CAT},{MIA}").splitlines()
    for line in lines:
        book.active.append(line.split(","))
    for column in "IJKLM":
        book.active.merge_cells(f"{column}2:{column}3")
    book.active["L4"] = '=LOWER("MIA@harbour.example")'
    path = desk.folder / "roster.xlsx"
    book.save(path)
    found = problems(desk.roster(path, apply=False))
    assert {row for row, _ in found} == {3, 4}
    assert (3, "mentor_ref") in found
    assert (4, "mentor_email") in found
