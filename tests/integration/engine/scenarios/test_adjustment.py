"""Reasonable adjustments: no chasers, a call instead, another format; a person still helps."""

from __future__ import annotations

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, GRACE, SmallCohort, at

from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import adjusting, mentors
from ats.people.changing import Changed, Decision

STANDS = (
    "P0001,about-you,complete,2026-10-20",
    "P0001,first-observation,complete,2026-11-17",
    "P0001,cpd-log,in-progress,2027-01-11",
    "P0002,first-observation,complete,2026-11-17",
    "P0002,cpd-log,in-progress,2027-01-11",
)
MONDAYS = ("2027-01-18", "2027-01-25", "2027-02-01", "2027-02-08")


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben, whose mentor Grace has agreed, before the PDP is due on Fri 15 January."""
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick_daily("2026-10-05", "2026-10-08")
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-10-14 10:00"), by="Jo")
    cohort.export("2027-01-11", *STANDS)
    cohort.tick("2027-01-11 10:00")
    mailbox.received.clear()


def agree(
    year: SmallCohort, which: str, *, end: bool = False, now: str = "2027-01-12 09:00"
) -> Changed:
    decision = Decision(at(now), "Jo", "access")
    return adjusting.adjust(year.office, "P0001", which, decision, end=end, preview=False)


def winter(year: SmallCohort, about: str = "P0001") -> dict[str, str]:
    """Let four weeks pass, and return what became of the PDP's ladder."""
    for monday in MONDAYS:
        year.export(monday, *STANDS)
        week = f"{monday[:8]}{int(monday[8:]) + 4:02}"
        year.tick_daily(monday, week, "10:00")
    found = year.outcomes("chase-milestone", about=about)
    return {name: said for name, said in found.items() if name.startswith("pdp/plus")}


def test_without_chasers_a_person_still_calls(year: SmallCohort) -> None:
    agree(year, "no-chasers")

    told = winter(year)

    assert told["pdp/plus-3/1 to P0001"] == told["pdp/plus-8/1 to P0001"] == "skipped: adjusted"
    assert told["pdp/plus-13/1 to operations"] == "case-opened"
    assert "pdp/plus-3-call/1 to operations" not in told


def test_by_phone_operations_are_asked_to_call_at_the_first_reminder(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    agree(year, "phone-instead")

    told = winter(year)

    assert told["pdp/plus-3-call/1 to operations"] == "case-opened"
    assert told["pdp/plus-3/1 to P0001"] == told["pdp/plus-8/1 to P0001"] == "skipped: adjusted"
    assert told["pdp/plus-13/1 to operations"] == "skipped: case-open"
    assert ("P0001", "call-participant", "open") in year.cases()
    assert b"agreed: phone-instead" in b"".join(one.data for one in mailbox.received)


def test_everybody_else_has_no_such_rung(year: SmallCohort) -> None:
    agree(year, "phone-instead")

    told = winter(year, "P0002")

    assert "pdp/plus-3-call/1 to operations" not in told
    assert told["pdp/plus-3/1 to P0002"] == "sent"


def test_everything_but_chasers_goes_on(year: SmallCohort) -> None:
    agree(year, "no-chasers")
    winter(year)

    assert year.outcomes("diary-habit", about="P0001") == {"1 to P0001": "sent"}
    assert year.outcomes("research-tip", about="P0001") == {"1 to P0001": "sent"}


def test_another_format_changes_nothing_that_goes_by_itself(year: SmallCohort) -> None:
    told = agree(year, "other-format")

    assert (told.effect.stops, told.effect.comes, told.effect.moves) == ((), (), ())
    assert winter(year)["pdp/plus-3/1 to P0001"] == "sent"


def test_it_ends_when_staff_say_so(year: SmallCohort) -> None:
    agree(year, "no-chasers")
    agree(year, "no-chasers", end=True, now="2027-01-12 10:00")

    assert winter(year)["pdp/plus-3/1 to P0001"] == "sent"
    assert [(one.before, one.after) for one in year.audit("adjust")] == [
        ([], ["no-chasers"]),
        (["no-chasers"], []),
    ]


def test_the_reason_is_restricted(year: SmallCohort) -> None:
    agree(year, "other-format")

    (line,) = year.audit("adjust")
    assert (line.reason, line.restricted) == ("access", True)


@pytest.mark.parametrize(
    ("which", "end", "why"),
    [
        ("large-print", False, 'There is no adjustment "large-print"'),
        ("no-chasers", True, "no-chasers is not agreed with P0001"),
        ("other-format", False, "other-format is agreed with P0001 already"),
    ],
)
def test_what_makes_no_sense_is_refused(year: SmallCohort, which: str, end: bool, why: str) -> None:
    agree(year, "other-format")

    with pytest.raises(Refused, match=why):
        agree(year, which, end=end)
    assert len(year.audit("adjust")) == 1
