"""A new role or employer: one form, one transaction, all that follows."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at
from sqlalchemy import select
from two_cohorts import roster, said, tick

from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors
from ats.people.changing import Changed, Decision
from ats.people.new_role import NewRole, new_role
from ats.records import models as m

NOW = "2027-01-11 10:00"
FORM = NewRole(teaching=True, mentor_stays=True, observer="Sam Field")


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada, whose mentor Grace has agreed, and Ben, in January."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.go_live_unchecked()
    cohort.tick("2026-10-08 10:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-09 10:00"), by="Jo")
    cohort.tick(NOW)
    mailbox.received.clear()


def record(year: SmallCohort, form: NewRole, *, preview: bool = False) -> Changed:
    decision = Decision(at("2027-01-11 10:05"), "Jo", "new-role")
    return new_role(year.office, "P0001", form, decision, preview=preview)


def person(year: SmallCohort, ref: str = "P0001") -> m.Person:
    with year.store.read() as session:
        owner = select(m.Role.person_id).where(m.Role.ref == ref).scalar_subquery()
        return session.execute(select(m.Person).where(m.Person.id == owner)).scalar_one()


MOVED = replace(FORM, email="ada@hill.example", organisation="Hill College", nation="Scotland")


def test_address_organisation_and_nation_are_mended_with_before_and_after(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = record(year, MOVED)
    tick(year, "2027-01-20 10:00")

    ada = person(year)
    assert (ada.email, ada.email_key) == ("ada@hill.example", "ada@hill.example")
    assert (ada.organisation, ada.nation) == ("Hill College", "scotland")
    assert ada.email_changed_at == at("2027-01-11 10:05")
    (mend,) = year.audit("mend:email")
    assert (mend.subject, mend.before, mend.after) == (
        "P0001",
        "ada@harbour.example",
        "ada@hill.example",
    )
    (line,) = year.audit("new-role")
    assert line.before == {
        "email": "ada@harbour.example",
        "organisation": "Harbour College",
        "nation": "england",
    }
    assert done.remarks[:3] == (
        "the email is another now",
        "the organisation is another now",
        "the nation is another now",
    )
    assert {one.recipient for one in mailbox.received if one.recipient.startswith("ada")} <= {
        "ada@hill.example"
    }


def test_no_file_brings_the_old_address_back(year: SmallCohort) -> None:
    record(year, MOVED)
    roster(year, CODE, ADA + GRACE, BEN, now="2027-01-12 10:00")

    assert (person(year).email, person(year).organisation) == ("ada@hill.example", "Hill College")


@pytest.mark.parametrize(
    ("form", "signals"),
    [
        (FORM, []),
        (replace(FORM, observer=None), ["new-role no-observer"]),
        (replace(FORM, teaching=False), ["new-role no-teaching"]),
        (
            replace(FORM, teaching=False, observer=None),
            ["new-role no-teaching", "new-role no-observer"],
        ),
    ],
)
def test_without_teaching_or_an_observer_the_pxm_gets_a_case_that_says_which(
    year: SmallCohort, form: NewRole, signals: list[str]
) -> None:
    before = len(year.signals())
    record(year, form)

    assert year.signals()[before:] == signals
    assert [one[1:] for one in year.cases() if one[1] == "new-role"] == (
        [("new-role", "open")] if signals else []
    )


def test_a_mentor_who_does_not_remain_is_thanked_and_the_mentorship_ends_replaced(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = record(year, replace(FORM, mentor_stays=False))
    tick(year, "2027-01-11 10:10")

    assert "M0001 mentors them no longer" in done.remarks
    assert said(mailbox, "grace") == [("grace", "Your mentoring has come to an end: thank you")]
    with year.store.read() as session:
        (ended,) = session.execute(select(m.Mentorship)).scalars()
    assert (ended.ended_because, ended.ended_at) == ("replaced", at("2027-01-11 10:05"))


def test_a_preview_changes_nothing(year: SmallCohort) -> None:
    looked = record(year, replace(MOVED, teaching=False, mentor_stays=False), preview=True)

    assert (looked.applied, len(looked.remarks)) == (False, 5)
    assert person(year).email == "ada@harbour.example"
    assert (year.audit("new-role"), year.audit("mend:email")) == ([], [])


REFUSED = {
    "somebody else's": (replace(MOVED, email="Ben@Harbour.example"), "is the address of P0002"),
    "the mentor's": (replace(MOVED, email="grace@harbour.example"), "is the address of M0001"),
    "no address": (replace(MOVED, email="ada at hill"), "--email: this is no e-mail address"),
    "no nation": (replace(MOVED, nation="Mars"), "is no nation we know; write england"),
    "no organisation": (
        replace(MOVED, organisation="x" * 300),
        "--organisation: the organisation has 300",
    ),
    "no name": (replace(MOVED, observer="tbc"), "--observer: the name is .*which stands"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_is_refused_and_nothing_is_half_done(year: SmallCohort, name: str) -> None:
    form, why = REFUSED[name]
    with pytest.raises(Refused, match=why):
        record(year, replace(form, teaching=False, mentor_stays=False))

    ada = person(year)
    assert (ada.email, ada.organisation, ada.nation) == (
        "ada@harbour.example",
        "Harbour College",
        "england",
    )
    assert not any(kind == "new-role" for _, kind, _ in year.cases())


def test_the_same_address_in_other_letters_is_no_new_one(year: SmallCohort) -> None:
    record(year, replace(FORM, email="Ada@Harbour.example"))

    assert (person(year).email, person(year).email_changed_at) == ("Ada@Harbour.example", None)
