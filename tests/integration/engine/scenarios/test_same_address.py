"""Scenario 8, the same address on two records: asked about, never merged silently."""

from __future__ import annotations

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, ROSTER, SmallCohort, at, read

from ats.errors import Refused
from ats.intake.preflight import Preflight
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, replacing
from ats.people.changing import Changed, Decision
from ats.people.new_mentor import Reply
from ats.records import gather

NOW = "2026-10-08 10:00"
BEN_MENTORS = ",M0030,Ben,Ortega, BEN@harbour.example ,england"


@prologue
def year(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada, whose mentor is Grace, and Ben, who has none; the requests have gone."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")


def name(year: SmallCohort, ref: str, *who: str, consent: bool = False) -> Changed:
    reply = Reply(None, *who) if len(who) > 1 else Reply(*who)
    decision = Decision(at(NOW), "Jo", "own-request")
    return replacing.name(year.office, ref, reply, decision, consent=consent, preview=False)


def look(cohort: SmallCohort, *rows: str) -> Preflight:
    """Return what a roster of these rows would do."""
    path = cohort.folder / "looked-at.csv"
    path.write_text("\n".join([ROSTER, *rows]), encoding="utf-8")
    with cohort.store.read() as session:
        policy = cohort.office.programme_named("ats").send_policy
        standing = gather.cohort_named(session, CODE)
        return preflight_roster(session, standing, read_table(path), now=at(NOW), policy=policy)


def test_case_and_blanks_make_no_second_person(year: SmallCohort) -> None:
    done = name(year, "P0002", "grace", "HOPPER", " Grace@Harbour.example ")

    (trail,) = year.audit("mentor-named")
    assert (trail.subject, trail.after) == ("P0002", {"mentor": "M0001", "consent": False})
    assert done.effect.comes


@pytest.mark.parametrize("address", ["grace@harbour.example", "ADA@HARBOUR.example"])
def test_an_address_under_another_name_is_asked_about(year: SmallCohort, address: str) -> None:
    with pytest.raises(Refused, match="under another name; ask whose it is"):
        name(year, "P0002", "Gracia", "Hoppe", address)
    assert year.audit("mentor-named") == []


def test_a_roster_with_an_address_under_another_name_is_refused_in_that_row(
    year: SmallCohort,
) -> None:
    found = look(year, BEN + ",M0077,Gracia,Hoppe,grace@harbour.example,england")
    assert [(one.row, one.column) for one in found.problems] == [(2, "mentor_email")]


@pytest.mark.parametrize("address", ["ben@harbour.example", " Ben@Harbour.EXAMPLE"])
def test_nobody_is_their_own_mentor(year: SmallCohort, address: str) -> None:
    with pytest.raises(Refused, match="P0002 cannot be their own mentor"):
        name(year, "P0002", "Ben", "Ortega", address)

    found = look(year, f"{BEN},M0030,Ben,Ortega,{address},england")
    assert [one.problem for one in found.problems] == [
        "P0002 is named as their own mentor; ask who the mentor is."
    ]


def test_another_of_the_cohort_mentors_only_with_consent_and_then_gets_both_streams(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    with pytest.raises(Refused, match="repeat with --consent"):
        name(cohort, "P0001", "Ben", "Ortega", "ben@harbour.example")
    done = name(cohort, "P0001", "Ben", "Ortega", "ben@harbour.example", consent=True)
    cohort.tick("2026-10-08 10:10")
    mailbox.received.clear()
    ref = mentors.accept(cohort.store, "P0001", now=at("2026-10-08 11:00"), by="Jo").mentor
    for day in ("10-08", "10-13"):
        cohort.tick(f"2026-{day} 11:10")

    assert done.remarks == (f"{ref} takes part in the same cohort",)
    steps = {step for (step,) in cohort.ledger("step", recipient=ref, outcome="sent")}
    assert {"mentor-request", "mentor-welcome"} <= steps
    assert cohort.outcomes("make-room", recipient="P0002") == {"1 to P0002": "sent"}
    to_ben = [one for one in mailbox.received if one.recipient == "ben@harbour.example"]
    assert len({str(read(one)["Message-ID"]) for one in to_ben}) == len(to_ben) >= 2

    decision = Decision(at("2026-10-21 10:00"), "Jo", "mentor-request")
    replacing.resign(cohort.office, ref, decision, preview=False)
    for day in ("10-21", "11-17", "11-24"):
        cohort.tick(f"2026-{day} 10:10")
    later = cohort.ledger("step", recipient=ref, outcome="sent")[len(steps) :]
    assert later == [("mentor-stood-down",)]
    assert cohort.outcomes("pdp-tip", recipient="P0002") == {"1 to P0002": "sent"}


def test_a_roster_counts_as_consent_and_is_told_what_is_remarkable(cohort: SmallCohort) -> None:
    rows = (ADA + BEN_MENTORS, BEN + GRACE)
    found = look(cohort, *rows)

    assert (found.problems, found.tally.new) == ((), 2)
    assert [(one.ref, one.what) for one in found.remarks] == [
        ("P0001", "M0030 takes part in the same cohort")
    ]
    cohort.enrol(*rows)
    again = look(cohort, *rows)
    assert (again.tally.unchanged, len(again.remarks)) == (2, 1)
