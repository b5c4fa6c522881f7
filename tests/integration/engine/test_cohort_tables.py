"""The tables of a cohort: caseload, mentors, cases, deliveries; on pages and as a workbook."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from prologue import prologue
from small_cohort import ADA, BEN, CAT, CODE, DOT, GRACE, NIA, ZONE, SmallCohort, at
from sqlalchemy import update
from sqlmodel import col

from ats.cases import desk
from ats.cases.by_age import cases_by_age
from ats.cases.caseload import caseload
from ats.cases.mentorships import mentorships
from ats.cases.owners import Owner, appoint
from ats.cases.workbook import Tables, write
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.people.story import story
from ats.records import models as m
from ats.records.exports import newest_export
from ats.reports import pages

MONDAYS = ("2026-11-16", "2026-11-23", "2026-11-30")
STUCK = (
    "P0001,about-you,in-progress,2026-10-06",
    "P0002,first-observation,complete,2026-11-12",
    "P0003,first-observation,complete,2026-11-12",
    "P0004,first-observation,complete,2026-11-12",
)
NOW = "2026-12-02 11:00"


@prologue
def autumn(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada has stood still and named nobody; Grace agreed, Nia said no, and Dot's has not answered.

    On Wednesday 2 December the PXM has a case about Ada.
    """
    cohort.enrol(ADA, BEN + GRACE, CAT + NIA, DOT + ",M0003,Lin,Moss,lin@x.example,england")
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0002", now=at("2026-10-09 10:00"), by="Jo")
    mentors.decline(cohort.store, "P0003", now=at("2026-10-12 10:00"), by="Jo")
    for monday in MONDAYS:
        cohort.export(monday, *STUCK)
        cohort.tick(f"{monday} 09:00")
    cohort.tick("2026-12-02 09:00")
    assert ("P0001", "stalled-portfolio", "open") in cohort.cases()


def number(cohort: SmallCohort, ref: str, kind: str) -> int:
    """Return the number of the one case of a kind about somebody."""
    return 1 + [case[:2] for case in cohort.cases()].index((ref, kind))


def page(cohort: SmallCohort, name: str, now: str = NOW) -> str:
    told = getattr(pages, name)(cohort.office, CODE, now=at(now))
    return str(told["markdown"])


# -- by which export -----------------------------------------------------------------------


def test_the_newest_export_is_the_one_of_the_latest_day_that_is_not_undone(
    autumn: SmallCohort,
) -> None:
    with autumn.store.read() as session:
        cohort = autumn.standing().id
        assert cohort is not None
        newest = newest_export(session, cohort)
    assert newest is not None
    assert (newest.as_of, newest.applied_at) == (dt.date(2026, 11, 30), at("2026-11-30 07:30"))

    with autumn.store.write() as session:
        undone = update(m.Import).where(col(m.Import.id) == newest.number)
        session.execute(undone.values(undone_at=at(NOW), undone_by="Jo"))
        before = newest_export(session, cohort)
    assert before is not None
    assert before.as_of == dt.date(2026, 11, 23)


def test_why_and_the_caseload_say_the_same_of_somebody_and_by_which_export(
    autumn: SmallCohort,
) -> None:
    found = caseload(autumn.office, CODE, now=at(NOW))
    told = story(autumn.office, "P0001", step=None, now=at(NOW), zone=ZONE)
    assert found.export is not None

    (ada, *_) = (one.document() for one in found.people)
    standing = told["standing"]
    assert {name: standing[name] for name in ("state", "signals", "since", "as_of")} == {
        "state": "red",
        "signals": ["no movement since Tue 6 Oct 2026, 33 working days", *ada["signals"][1:]],
        "since": "2026-10-06",
        "as_of": "2026-11-30",
    }
    assert {name: ada[name] for name in ("state", "signals", "since", "as_of")} == {
        name: standing[name] for name in ("state", "signals", "since", "as_of")
    }
    assert standing["cohort"] == CODE
    assert standing["import"] == found.export.document(ZONE)
    assert standing["import"]["id"] == found.export.number
    assert "(import 4, " in page(autumn, "caseload")


def test_before_any_export_the_state_is_unknown(cohort: SmallCohort) -> None:
    cohort.enrol(ADA)

    told = story(cohort.office, "P0001", step=None, now=at("2026-10-05 12:00"), zone=ZONE)

    assert told["standing"] == {
        "cohort": CODE,
        "state": "unknown",
        "signals": [],
        "since": None,
        "as_of": None,
        "import": None,
    }


def test_of_a_mentor_and_of_who_is_silenced_no_state_is_told(autumn: SmallCohort) -> None:
    autumn.overlay("P0001", "silence", now=NOW)

    for ref in ("M0001", "P0001"):
        assert story(autumn.office, ref, step=None, now=at(NOW), zone=ZONE)["standing"] is None


# -- mentors -------------------------------------------------------------------------------


def test_mentorships_are_told_by_how_long_somebody_waits(autumn: SmallCohort) -> None:
    found = mentorships(autumn.office, CODE, now=at(NOW))

    assert [(one.participant, one.mentor, one.state, one.since) for one in found.rows] == [
        ("P0001", "", "none named", dt.date(2026, 10, 5)),
        ("P0004", "M0003", "asked", dt.date(2026, 10, 7)),
        ("P0003", "M0002", "declined", dt.date(2026, 10, 12)),
        ("P0002", "M0001", "accepted", dt.date(2026, 10, 9)),
    ]
    ada, dot, cat, ben = found.rows
    assert (ada.waited, dot.waited, cat.waited, ben.waited) == (37, 35, 32, None)
    assert ada.cases == (number(autumn, "P0001", "no-mentor-named"),)
    assert ("P0001", "stalled-portfolio", "open") in autumn.cases()  # which is about no mentor


def test_the_next_e_mail_is_the_next_about_mentoring(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")

    found = mentorships(cohort.office, CODE, now=at("2026-10-07 10:00")).rows

    assert [(one.participant, one.next_step, one.next_on) for one in found] == [
        ("P0001", "chase-mentor-named", dt.date(2026, 11, 3)),
        ("P0002", "chase-mentor-request", dt.date(2026, 10, 14)),
    ]


def mentorship(cohort: SmallCohort, ref: str, now: str) -> tuple[str, dt.date, int | None]:
    """Return the state of somebody's mentorship, since when, and the working days waited."""
    found = mentorships(cohort.office, CODE, now=at(now)).rows
    (one,) = (one for one in found if one.participant == ref)
    return one.state, one.since, one.waited


def test_nobody_waits_for_a_mentor_before_the_year_begins(cohort: SmallCohort) -> None:
    cohort.enrol(BEN + GRACE)

    named = dt.date(2026, 9, 2)
    assert mentorship(cohort, "P0002", "2026-10-04 11:00") == ("to be asked", named, 0)
    assert mentorship(cohort, "P0002", "2026-10-06 11:00") == ("to be asked", named, 1)


def test_a_sign_off_waits_for_nobody_until_it_is_taken_back(autumn: SmallCohort) -> None:
    mentors.sign_off(autumn.store, "P0002", now=at(NOW), by="Jo")

    assert mentorship(autumn, "P0002", "2026-12-03 11:00") == (
        "signed off",
        dt.date(2026, 12, 2),
        None,
    )

    with autumn.store.write() as session:
        back = update(m.Mentorship).where(col(m.Mentorship.signed_off_at).is_not(None))
        values = {"signed_off_at": None, "sign_off_revoked_at": at("2026-12-03 12:00")}
        session.execute(back.values(values))

    assert mentorship(autumn, "P0002", "2026-12-07 11:00") == (
        "sign-off taken back",
        dt.date(2026, 12, 3),
        2,
    )


# -- cases ---------------------------------------------------------------------------------


def test_cases_are_told_the_oldest_first_with_age_due_day_and_rest(autumn: SmallCohort) -> None:
    resting = number(autumn, "P0001", "no-mentor-named")
    until = dt.date(2026, 12, 14)
    desk.snooze(autumn.store, resting, until, "she is ill", now=at(NOW), by="Jo")

    found = cases_by_age(autumn.office, CODE, now=at("2026-12-03 09:00"))

    opened = [one.opened_on for one in found.waiting]
    assert opened == sorted(opened)
    stalled = number(autumn, "P0001", "stalled-portfolio")
    one = {case.number: case for case in found.waiting}
    assert one[resting].rests_until == until
    assert (one[stalled].state, one[stalled].owner) == ("open", "pxm")
    assert (one[stalled].age, one[stalled].due_on) == (1, dt.date(2026, 12, 9))


def test_a_case_is_past_due_from_the_day_after(autumn: SmallCohort) -> None:
    stalled = number(autumn, "P0001", "stalled-portfolio")

    def state(now: str) -> str:
        found = cases_by_age(autumn.office, CODE, now=at(now)).waiting
        return next(one.state for one in found if one.number == stalled)

    assert (state("2026-12-09 23:00"), state("2026-12-10 00:00")) == ("open", "overdue")


def test_a_closed_case_is_told_for_five_working_days(autumn: SmallCohort) -> None:
    stalled = number(autumn, "P0001", "stalled-portfolio")
    autumn.export("2026-12-03", "P0001,about-you,complete,2026-12-02", *STUCK[1:])
    autumn.tick("2026-12-03 09:00")  # a Thursday

    def closed(now: str) -> list[tuple[int, str]]:
        found = cases_by_age(autumn.office, CODE, now=at(now)).closed
        return [(one.number, one.why) for one in found]

    assert (stalled, "the portfolio had moved") in closed("2026-12-09 23:00")
    assert closed("2026-12-10 00:00") == []


def test_a_cover_is_named_while_they_answer_for_the_pxm(autumn: SmallCohort) -> None:
    for owner in (
        Owner("Robin Vale", "robin@provider.example", dt.date(2026, 10, 1)),
        Owner("Sam Field", "sam@x.example", dt.date(2026, 12, 1), dt.date(2026, 12, 8)),
    ):
        appoint(autumn.office, CODE, owner, now=at("2026-12-01 09:00"), by="Jo")

    assert "PXM: Sam Field, who covers until Mon 7 Dec 2026." in page(autumn, "cases")
    assert "PXM: Robin Vale." in page(autumn, "cases", "2026-12-08 09:00")


# -- e-mails -------------------------------------------------------------------------------


def test_deliveries_count_what_the_ledger_holds(autumn: SmallCohort) -> None:
    since = at("2026-11-18 00:00")
    rows = autumn.ledger("outcome", "sent_at", "decided_at", "role", "enrolment_id")
    mails = [row for row in rows if row[3] in ("participant", "mentor") or row[4] is None]
    lately = [outcome for outcome, sent, decided, *_ in mails if (sent or decided) >= since]
    sent, merged = lately.count("sent"), lately.count("merged")
    waiting = sum(outcome in m.OPEN for outcome in lately)

    told = pages.delivered(autumn.office, CODE, now=at(NOW))

    assert sent > 0
    assert f": {sent} sent, {merged} within another, {waiting} waiting," in told["description"]
    assert "|  | pdp-tip | participants | 4 | 0 | 0 | 0 | 0 |" in told["markdown"].splitlines()
    assert "chase-milestone | PXM" not in told["markdown"]  # a case, and no e-mail


def test_no_page_holds_a_name_or_an_address(autumn: SmallCohort) -> None:
    names = ("Ada", "Lovelace", "Grace", "Hopper", "Quill", "harbour", "@")

    for name in ("caseload", "mentors", "cases", "delivered", "ahead", "timeline"):
        told = getattr(pages, name)(autumn.office, CODE, now=at(NOW))
        text = " ".join(str(value) for value in told.values())
        assert [one for one in names if one in text] == []


# -- the workbook --------------------------------------------------------------------------


def sheet_rows(sheet: Worksheet) -> list[dict[str, object]]:
    heads, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, heads), row, strict=True)) for row in rows]


def test_the_workbook_has_the_same_tables_on_three_sheets(
    autumn: SmallCohort, tmp_path: Path
) -> None:
    office, now = autumn.office, at(NOW)
    tables = Tables(
        caseload(office, CODE, now=now),
        mentorships(office, CODE, now=now),
        cases_by_age(office, CODE, now=now),
    )

    write(tables, tmp_path / "tables.xlsx")

    book = load_workbook(tmp_path / "tables.xlsx")
    assert book.sheetnames == ["Caseload", "Mentors", "Cases"]
    people, mentoring, cases = (sheet_rows(sheet) for sheet in book.worksheets)
    assert [row["Participant"] for row in people] == [one.ref for one in tables.caseload.people]
    assert {(row["Portfolio as of"], row["Import"]) for row in people} == {
        (dt.datetime(2026, 11, 30), 4)  # noqa: DTZ001 (a workbook's dates have no zone)
    }
    assert [(row["Participant"], row["Working days"]) for row in mentoring] == [
        (one.participant, one.waited) for one in tables.mentors.rows
    ]
    assert [(row["Case"], row["Due"].date()) for row in cases] == [  # type: ignore[attr-defined]
        (one.number, one.due_on) for one in tables.cases.waiting
    ]
