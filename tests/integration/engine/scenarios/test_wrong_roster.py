"""Scenario 10, the wrong roster: refused where it can be told, undone where it could not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from prologue import prologue
from quiet_office import without_staff_letters
from small_cohort import (
    CODE,
    GRACE,
    NOBODY,
    PROGRESS,
    ROSTER,
    SmallCohort,
    at,
)
from sqlalchemy import select
from story import story, walk

from ats.errors import Refused
from ats.intake.imports import apply_import
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.intake.undo import undo_import
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.records import gather
from ats.records import models as m

WHO = "Pat,No{n},p{n}@x.example,X,england,2026-10-05"
PEOPLE = [f"{CODE},P{n:04},{WHO.format(n=n)}" for n in range(1, 51)]
#: As last week's file has them, before three people told us another name or address.
OLDER = [
    *(row.replace("Pat", "Patricia") for row in PEOPLE[:2]),
    PEOPLE[2].replace("p3@x.example", "p3@old.example"),
    *PEOPLE[3:],
]


@pytest.fixture
def example_office(example_office: Office) -> Office:
    return without_staff_letters(example_office)


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Fifty people in October; the first one's mentor has agreed."""
    cohort.join_links()
    apply(cohort, OLDER, now="2026-09-02 10:00")
    apply(cohort, [PEOPLE[0] + GRACE, *PEOPLE[1:]], now="2026-09-09 10:00")
    cohort.go_live_unchecked()
    walk(cohort, "2026-10-05 09:00", "2026-10-08 18:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-08 18:05"), by="Jo")
    walk(cohort, "2026-10-09 09:00", "2026-10-14 18:00")
    mailbox.received.clear()


def file(cohort: SmallCohort, head: str, rows: Sequence[str]) -> Path:
    whole = [row if head == PROGRESS or row.count(",") > 7 else row + NOBODY for row in rows]
    path = cohort.folder / "export.csv"
    path.write_text("\n".join([head, *whole]), encoding="utf-8")
    return path


def apply(
    cohort: SmallCohort, rows: Sequence[str], *, now: str, allow_large_change: bool = False
) -> int:
    """Apply a roster as staff do and return its import's number."""
    table = read_table(file(cohort, ROSTER, rows))
    policy = cohort.office.programme_named("ats").send_policy
    with cohort.store.write() as session:
        found = preflight_roster(
            session, gather.cohort_named(session, CODE), table, now=at(now), policy=policy
        )
        done = apply_import(
            session, found, now=at(now), by="Jo", allow_large_change=allow_large_change
        )
    return done.import_id


def known(cohort: SmallCohort) -> list[tuple[object, ...]]:
    """Return what the records say of everybody: names, addresses, days of joining, mentors."""
    person, role, enrolment, mentorship = m.Person, m.Role, m.Enrolment, m.Mentorship
    query = (
        select(
            role.ref, person.given_name, person.family_name, person.email, person.nation,
            enrolment.joined_on, enrolment.status, mentorship.role_id, mentorship.accepted_at,
        )  # type: ignore[call-overload]
        .join(person, person.id == role.person_id)
        .outerjoin(enrolment, enrolment.role_id == role.id)
        .outerjoin(mentorship, mentorship.enrolment_id == enrolment.id)
        .order_by(role.ref, mentorship.id)
    )  # fmt: skip
    with cohort.store.read() as session:
        return [tuple(row) for row in session.execute(query)]


def stories(cohort: SmallCohort) -> dict[str, list[str]]:
    return {ref: story(cohort, ref) for ref in ("P0001", "P0002", "P0003", "P0050")}


@pytest.mark.parametrize(
    ("rows", "why"),
    [
        ([row.replace(CODE, "2026-04", 1) for row in PEOPLE], "names the cohort '2026-04'"),
        (OLDER, "has replaced it"),
        ([row.replace("Pat,No", "No,Pat") for row in PEOPLE[:11]] + PEOPLE[11:], "--allow-large"),
        ([PEOPLE[0].replace("p1@x.example,X", "X,p1@x.example"), *PEOPLE[1:]], "row 2"),
        ([PEOPLE[0].replace("p1@", "p2@"), *PEOPLE[1:]], "row"),
    ],
    ids=["another-cohort", "last-weeks", "too-much", "shifted", "an-address-of-somebody-else"],
)
def test_a_wrong_file_is_refused_and_nothing_has_happened(
    year: SmallCohort, mailbox: InMemoryMailbox, rows: list[str], why: str
) -> None:
    before, told = known(year), stories(year)
    with pytest.raises(Refused, match=why):
        apply(year, rows, now="2026-10-15 10:00")
    year.tick("2026-10-15 10:10")

    assert (known(year), stories(year)) == (before, told)
    assert mailbox.received == []


def test_an_older_export_is_refused(year: SmallCohort) -> None:
    year.export("2026-10-12", "P0001,about-you,complete,2026-10-10", now="2026-10-15 09:00")
    with pytest.raises(Refused, match="import a newer export"):
        year.export("2026-10-05", now="2026-10-15 09:10")


def test_forty_people_missing_means_nothing(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    before = known(year)
    apply(year, [PEOPLE[0] + GRACE, *PEOPLE[1:10]], now="2026-10-15 10:00")
    walk(year, "2026-10-15 10:10", "2026-10-20 12:00")

    assert known(year) == before
    got = sorted(one.recipient for one in mailbox.received if one.recipient.startswith("p"))
    assert got == sorted(f"p{n}@x.example" for n in range(1, 51))  # the tip of 20 October


def test_the_same_file_twice_changes_nothing(year: SmallCohort, mailbox: InMemoryMailbox) -> None:
    rows = [PEOPLE[0] + GRACE, *PEOPLE[1:]]
    before, told = known(year), stories(year)
    first = apply(year, rows, now="2026-10-15 10:00")
    assert apply(year, rows, now="2026-10-15 10:30") == first
    year.tick("2026-10-15 10:40")

    assert (known(year), stories(year), mailbox.received) == (before, told, [])


def test_what_went_wrong_is_undone_and_no_mail_went_because_of_it(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Eleven people under other names and a stranger, let in by somebody in a hurry."""
    before, told = known(year), stories(year)
    stranger = f"{CODE},P0099,{WHO.format(n=99)}"
    wrong = [*(row.replace("Pat", "Tap") for row in PEOPLE[:11]), *PEOPLE[11:], stranger]
    number = apply(year, wrong, now="2026-10-15 18:30", allow_large_change=True)
    year.tick("2026-10-15 18:40")
    with year.store.write() as session:
        undone = undo_import(session, number, now=at("2026-10-15 18:50"), by="Jo")
    walk(year, "2026-10-15 19:00", "2026-10-19 18:00")

    assert (undone.kept, undone.parked) == ((), ())
    assert known(year) == before
    assert stories(year) == told
    assert story(year, "P0099") == []
    assert mailbox.received == []


def test_what_staff_decided_no_file_overwrites(year: SmallCohort) -> None:
    """The mentor agreed: a roster that names another one, or none, changes nothing about it."""
    before = known(year)
    other = ",M0002,Nia,Morgan,nia@valley.example,wales"
    with pytest.raises(Refused, match="M0001"):
        apply(year, [PEOPLE[0] + other, *PEOPLE[1:]], now="2026-10-15 10:00")
    apply(year, PEOPLE, now="2026-10-15 10:05")

    assert known(year) == before
