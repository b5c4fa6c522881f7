"""What staff do with one case: look, let it rest, write down, open again; who owns it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from small_cohort import CODE, STUCK, ZONE, SmallCohort, at, read

from ats.cases import desk
from ats.cases.caseload import caseload
from ats.cases.file import document
from ats.cases.owners import Owner, appoint, pxm_on
from ats.errors import NotFound, Refused
from ats.outbox.mailbox import InMemoryMailbox

PXM = "pxm@provider.example"
NOW = "2026-12-02 11:00"
STILL = "The portfolio has stood still"


def number(cohort: SmallCohort, kind: str = "stalled-portfolio") -> int:
    """Return the number of the one case of a kind."""
    return 1 + [found for _, found, _ in cohort.cases()].index(kind)


def told(cohort: SmallCohort, now: str = NOW) -> dict[str, Any]:
    return document(cohort.office, number(cohort), now=at(now), zone=ZONE)


def digests(mailbox: InMemoryMailbox, to: str = PXM) -> list[str]:
    """Return what somebody was written, each on one line, and forget it."""
    mails = [read(one) for one in mailbox.received if one.recipient == to]
    mailbox.received.clear()
    return [" ".join(mail.get_body(("plain",)).get_content().split()) for mail in mails]


def test_a_case_says_why_since_when_and_what_may_be_decided(stuck: SmallCohort) -> None:
    found = told(stuck)

    assert (found["person"], found["state"], found["owner"]) == ("P0001", "open", "pxm")
    assert found["due_on"] == "2026-12-09"
    assert [one["about"] for one in found["signals"]] == ["First observation"]
    assert found["standing"] == {
        "state": "red",
        "since": "2026-10-06",
        "as_of": "2026-11-30",
        "signals": [
            "no movement since Tue 6 Oct 2026, 33 working days",
            "overdue: First observation (Fri 20 Nov 2026)",
        ],
    }
    assert found["choices"] == ["extend", "defer", "withdraw", "continue"]


def test_what_rests_is_out_of_the_digest_until_its_day(
    stuck: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    stuck.tick("2026-12-03 08:15")
    assert STILL in digests(mailbox)[0]
    desk.snooze(
        stuck.store,
        number(stuck),
        dt.date(2026, 12, 15),
        "back from leave",
        now=at("2026-12-03 10:00"),
        by="Jo",
    )
    assert told(stuck)["state"] == "snoozed"

    stuck.tick_daily("2026-12-04", "2026-12-14", "08:15")
    before = digests(mailbox)
    stuck.tick("2026-12-15 08:15")
    stuck.tick_daily("2026-12-16", "2026-12-21", "08:15")
    after = digests(mailbox)

    assert not any(STILL in text for text in before)
    assert told(stuck)["state"] == "open"
    assert any(STILL in text for text in after)


def test_a_rung_that_meets_a_resting_case_adds_its_signal(stuck: SmallCohort) -> None:
    until = dt.date(2027, 1, 11)
    desk.snooze(stuck.store, number(stuck), until, "agreed", now=at(NOW), by="Jo")
    for monday in ("2026-12-07", "2026-12-14"):
        stuck.export(monday, *STUCK)
    stuck.tick("2026-12-16 09:00")

    found = told(stuck)

    assert (found["state"], len(found["signals"])) == ("snoozed", 2)
    assert stuck.outcomes("chase-milestone", about="P0001")[
        "first-observation/plus-18/1 to pxm"
    ] == "skipped: case-open"  # fmt: skip


def test_what_closed_by_itself_opens_again_if_staff_wish(stuck: SmallCohort) -> None:
    stuck.export("2026-12-07", "P0001,first-observation,complete,2026-12-04", STUCK[1])
    stuck.tick("2026-12-07 09:00")
    assert told(stuck)["closed_because"] == "moved"

    desk.reopen(stuck.store, number(stuck), "not settled", now=at("2026-12-07 12:00"), by="Jo")
    stuck.tick("2026-12-08 09:00")  # the portfolio has moved, and still it stays
    found = told(stuck, "2026-12-08 12:00")

    assert (found["state"], found["closed_at"], found["due_on"]) == ("open", None, "2026-12-14")
    assert [(one["by"], one["action"], one["reason"]) for one in found["history"]] == [
        ("Jo", "reopened", "not settled")
    ]


def test_a_call_is_written_down(stuck: SmallCohort) -> None:
    words = " Spoke on the phone; will start\n"
    desk.note(stuck.store, number(stuck), words, "call", now=at(NOW), by="Jo")

    (note,) = told(stuck)["notes"]

    assert (note["kind"], note["by"], note["text"]) == (
        "call",
        "Jo",
        "Spoke on the phone; will start",
    )
    (line,) = stuck.audit("call")
    assert line.after == {"note": note["id"], "case": number(stuck)}


@pytest.mark.parametrize(
    ("day", "why", "sentence"),
    [
        ("2026-12-02", "x", "can rest from tomorrow until"),
        ("2027-01-28", "x", "can rest from tomorrow until"),
        ("2026-12-10", "  ", "Say why, in a few words"),
        ("2026-12-10", "x" * 501, "longer than 500"),
    ],
)
def test_what_makes_no_sense_is_refused(
    stuck: SmallCohort, day: str, why: str, sentence: str
) -> None:
    until = dt.date.fromisoformat(day)
    with pytest.raises(Refused, match=sentence):
        desk.snooze(stuck.store, number(stuck), until, why, now=at(NOW), by="Jo")
    with pytest.raises(Refused, match="is open already"):
        desk.reopen(stuck.store, number(stuck), "why", now=at(NOW), by="Jo")
    with pytest.raises(NotFound, match="There is no case 99"):
        desk.note(stuck.store, 99, "x", "note", now=at(NOW), by="Jo")
    assert told(stuck)["state"] == "open"
    assert told(stuck)["history"] == []


# -- who owns it ---------------------------------------------------------------------------


def test_each_cohort_has_its_pxm_and_a_cover_while_they_are_away(
    stuck: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    ours = Owner("Robin Vale", "robin@provider.example", dt.date(2026, 12, 2))
    cover = Owner("Sky Marsh", "sky@provider.example", dt.date(2026, 12, 9), dt.date(2026, 12, 10))
    appoint(stuck.office, CODE, ours, now=at(NOW), by="Jo")
    appoint(stuck.office, CODE, cover, now=at(NOW), by="Jo")

    stuck.tick("2026-12-03 08:15")  # new
    assert [len(digests(mailbox, to)) for to in ("robin@provider.example",)] == [1]
    assert told(stuck)["owner_name"] == "Robin Vale"
    stuck.tick("2026-12-09 08:15")  # due, and Robin is away
    assert "Due now" in digests(mailbox, "sky@provider.example")[0]
    assert told(stuck, "2026-12-09 10:00")["owner_name"] == "Sky Marsh"
    stuck.tick("2026-12-14 08:15")  # still open: told of on Mondays

    assert "Still open" in digests(mailbox, "robin@provider.example")[0]
    assert [line.after["name"] for line in stuck.audit("pxm-appointed")] == [
        "Robin Vale",
        "Sky Marsh",
    ]


@pytest.mark.parametrize(
    ("owner", "sentence"),
    [
        (Owner(" ", "a@b.example", dt.date(2026, 12, 2)), "Give the name"),
        (Owner("Robin", "nowhere", dt.date(2026, 12, 2)), "cannot be written to at nowhere"),
        (
            Owner("Robin", "a@b.example", dt.date(2026, 12, 2), dt.date(2026, 12, 2)),
            "A cover ends after it begins",
        ),
    ],
)
def test_nobody_is_appointed_who_cannot_be_written_to(
    stuck: SmallCohort, owner: Owner, sentence: str
) -> None:
    with pytest.raises(Refused, match=sentence):
        appoint(stuck.office, CODE, owner, now=at(NOW), by="Jo")


# -- the caseload --------------------------------------------------------------------------


def test_the_caseload_shows_the_worst_first_with_what_comes_next(stuck: SmallCohort) -> None:
    found = caseload(stuck.office, CODE, now=at(NOW))

    (ada, ben) = (one.document() for one in found.people)
    assert (ada["person"], ada["state"], ada["cases"], ada["owner"]) == (
        "P0001",
        "red",
        [number(stuck, "no-mentor-named"), number(stuck)],
        "pxm",
    )
    assert (ben["person"], ben["state"], ben["signals"]) == ("P0002", "green", [])
    assert (ben["next_step"], ben["next_on"]) == ("webinar-week-ahead", "2026-12-03")
    assert (found.count("red"), found.count("green")) == (1, 1)


def test_who_is_withdrawn_or_silenced_is_not_on_it(stuck: SmallCohort) -> None:
    stuck.overlay("P0002", "silence", now=NOW)

    assert [one.ref for one in caseload(stuck.office, CODE, now=at(NOW)).people] == ["P0001"]


def test_what_is_said_later_about_a_cover_stands(stuck: SmallCohort) -> None:
    def said(name: str, first: str, until: str | None, now: str) -> None:
        day = dt.date.fromisoformat
        owner = Owner(name, f"{name.lower()}@b.org", day(first), (until and day(until)) or None)
        appoint(stuck.office, CODE, owner, now=at(now), by="Jo")

    def on(day: str) -> str:
        with stuck.store.read() as session:
            found = pxm_on(session, stuck.standing().id or 0, dt.date.fromisoformat(day))
        return found.name if found else ""

    said("Ana", "2026-12-01", None, "2026-12-01 10:00")
    said("Col", "2026-12-23", "2027-02-01", "2026-12-22 10:00")
    assert [on(day) for day in ("2026-12-22", "2026-12-23", "2027-01-31")] == ["Ana", "Col", "Col"]
    said("Col", "2026-12-23", "2027-01-11", "2027-01-04 10:00")  # back three weeks earlier
    assert [on(day) for day in ("2027-01-10", "2027-01-11")] == ["Col", "Ana"]
    said("Dee", "2027-03-01", "2027-04-01", "2027-01-04 11:00")
    said("Ana", "2027-01-06", None, "2027-01-06 10:00")  # or at once
    days = ("2027-01-05", "2027-01-06", "2027-03-01", "2027-04-01")
    assert [on(day) for day in days] == ["Col", "Ana", "Dee", "Ana"]
