"""Scenario 4, a mentor resigns or is replaced: thanked once, and each mentee is looked after."""

from __future__ import annotations

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CAT, GRACE, NIA, SmallCohort, at, read

from ats.errors import Refused
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors, replacing
from ats.people.changing import Changed, Decision
from ats.people.new_mentor import Reply
from ats.people.replacing import Resigned

NOW = "2027-02-01 10:00"  # a Monday
KNOWN = ("P0001,about-you,complete,2026-10-20", "P0001,first-observation,complete,2026-11-17")
IDA = Reply(None, "Ida", "Noddack", "Ida@Hill.example", "wales")


@prologue
def year(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben, whose mentor Grace has agreed, and Cat, whose is Nia, in February."""
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + NIA)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")
    for ref in ("P0001", "P0002", "P0003"):
        mentors.accept(cohort.store, ref, now=at("2026-10-14 10:00"), by="Jo")
    for now in ("2026-10-14 10:10", "2027-01-29 10:00"):
        cohort.tick(now)
    mailbox.received.clear()


def said(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (to whom, subject) of everything that came, but to staff, and forget it."""
    found = [(one.recipient, str(read(one)["Subject"])) for one in mailbox.received]
    mailbox.received.clear()
    return sorted(
        (to.partition("@")[0].lower(), subject) for to, subject in found if "provider" not in to
    )


def about_mentors(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return the same of what is about having a mentor, or being one."""
    words = ("mentor", "Mentor", "agreed")
    return [one for one in said(mailbox) if any(word in one[1] for word in words)]


def resign(year: SmallCohort, now: str = NOW, *, preview: bool = False) -> Resigned:
    decision = Decision(at(now), "Jo", "illness")
    return replacing.resign(year.office, "m0001", decision, preview=preview)


def replace(year: SmallCohort, reply: Reply | None, now: str = NOW) -> Changed:
    decision = Decision(at(now), "Jo", "own-request")
    return replacing.replace(year.office, "P0001", reply, decision, consent=False, preview=False)


THANKS = ("grace", "Your mentoring has come to an end: thank you")
ASKED = "Your mentor: can we help you find one?"


def test_a_mentor_who_resigns_is_thanked_once_and_every_mentee_is_asked(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    done = resign(year)
    year.tick("2027-02-01 10:10")
    assert about_mentors(mailbox) == [THANKS]

    year.tick("2027-02-02 09:00")  # chasers go on Tuesdays
    assert about_mentors(mailbox) == [("ada", ASKED), ("ben", ASKED)]
    assert [one.person for one in done.mentees] == ["P0001", "P0002"]
    assert {to.to for one in done.mentees for to in one.effect.stops} >= {"M0001"}


def test_the_one_e_mail_names_all_mentees_and_no_reason(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    resign(year)
    year.tick("2027-02-01 10:10")

    (thanks,) = [one for one in mailbox.received if one.recipient.startswith("grace")]
    text = " ".join(read(thanks).get_body(("plain",)).get_content().split())
    assert "Your mentoring of Ada Lovelace and Ben Ortega in" in text
    assert b"illness" not in thanks.data.lower()
    trail = year.audit("mentor-resigned")
    assert [(one.subject, one.by, one.reason, one.restricted) for one in trail] == [
        ("P0001", "Jo", "illness", True),
        ("P0002", "Jo", "illness", True),
    ]


def test_nothing_more_goes_to_them_and_the_pxm_has_it_after_ten_working_days(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    resign(year)
    for day in ("2027-02-01", "2027-02-02", "2027-02-12"):
        year.tick(f"{day} 10:10")
    kinds = [(ref, kind) for ref, kind, _ in year.cases() if kind == "no-mentor-named"]
    assert kinds == []

    for day in ("02-15", "02-23", "02-25", "03-03", "06-10", "06-16", "09-07", "09-10", "10-13"):
        year.tick(f"2027-{day} 10:10")
    assert [one for one in said(mailbox) if one[0] == "grace"] == [THANKS]
    assert [(ref, kind) for ref, kind, _ in year.cases() if kind == "no-mentor-named"] == [
        ("P0001", "no-mentor-named"),
        ("P0002", "no-mentor-named"),
    ]
    assert year.outcomes("chase-new-mentor", about="P0001") == {
        "M0001/plus-10/1 to pxm": "case-opened",
        "M0001/last-weeks/1 to pxm": "skipped: case-open",
    }


def test_what_is_queued_for_them_does_not_go_either(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    up, year.address = year.address, type(year.address)("127.0.0.1", 9)
    year.tick("2027-02-23 09:00")  # mentor-midpoint waits for a mail server
    assert year.outcomes("mentor-midpoint", recipient="M0001", about="P0001") == {
        "1 to M0001": "queued"
    }
    year.address = up
    resign(year, "2027-02-23 09:30")
    year.tick("2027-02-23 12:00")

    assert year.outcomes("mentor-midpoint", recipient="M0001", about="P0001") == {
        "1 to M0001": "cancelled: no-longer-planned"
    }
    assert [one for one in said(mailbox) if one[0] == "grace"] == [THANKS]


def test_in_the_last_six_weeks_the_pxm_has_it_at_once(year: SmallCohort) -> None:
    resign(year, "2027-09-14 10:00")
    year.tick("2027-09-14 10:10")

    assert [(ref, kind) for ref, kind, _ in year.cases() if kind == "no-mentor-named"] == [
        ("P0001", "no-mentor-named"),
        ("P0002", "no-mentor-named"),
    ]


def test_the_next_mentor_is_asked_and_gets_the_hand_over_and_nothing_that_lies_behind(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    replace(year, IDA)
    year.tick("2027-02-01 10:10")
    assert about_mentors(mailbox) == [
        THANKS,
        ("ida", "Ada Lovelace has asked you to be their ATS mentor"),
    ]

    ida = mentors.accept(year.store, "P0001", now=at("2027-02-03 10:00"), by="Jo").mentor
    for day in ("02-03", "02-23", "02-25", "03-03"):
        year.tick(f"2027-{day} 10:10")
    to_ida = sorted(
        (step, outcome)
        for step, outcome in year.ledger("step", "outcome", recipient=ida)
        if outcome in ("sent", "merged")
    )
    assert to_ida == [
        ("mentor-hand-over", "sent"),
        ("mentor-midpoint", "sent"),
        ("mentor-request", "sent"),
        ("webinar-tomorrow", "sent"),
        ("webinar-week-ahead", "sent"),
    ]
    assert year.outcomes("mentor-none-named", about="P0001")["M0001/1 to P0001"] == (
        "skipped: condition-met"
    )


def test_the_hand_over_says_what_is_complete_and_what_lies_ahead(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    year.export("2027-02-01", *KNOWN)
    replace(year, IDA)
    year.tick("2027-02-01 10:10")
    mentors.accept(year.store, "P0001", now=at("2027-02-01 11:00"), by="Jo")
    mailbox.received.clear()
    year.tick("2027-02-01 11:10")

    (told,) = [one for one in mailbox.received if one.recipient == "Ida@Hill.example"]
    text = " ".join(read(told).get_body(("plain",)).get_content().split())
    assert str(read(told)["Subject"]) == "Thank you for stepping in as a mentor: where things stand"
    assert (
        "Complete in the portfolio, as it stood on Monday 1 February 2027 - About you "
        "- First observation What lies ahead - Friday 19 March 2027, 17:00: Diary and coaching"
    ) in text
    assert "Wednesday 6 October 2027, 17:00: Submission" in text
    assert "15 January" not in text  # the plan was due then


def test_what_the_last_mentor_says_after_the_replacement_is_refused(year: SmallCohort) -> None:
    replace(year, None)

    with pytest.raises(Refused, match="M0001 no longer mentors P0001"):
        mentors.accept(year.store, "P0001", now=at("2027-02-02 10:00"), by="Jo")
    with pytest.raises(Refused, match="M0001 no longer mentors P0001"):
        mentors.sign_off(year.store, "P0001", now=at("2027-02-02 10:00"), by="Jo")


def test_a_mentor_who_knew_of_nothing_is_not_thanked(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE)
    cohort.go_live()
    replace(cohort, None, "2026-09-21 10:00")  # the request would go on 7 October
    for day in ("09-21", "09-22", "10-07"):
        cohort.tick(f"2026-{day} 10:10")

    assert [one for one in said(mailbox) if one[0] == "grace"] == []
    assert cohort.outcomes("mentor-none-named")["M0001/1 to P0001"] == "sent"


def test_whoever_submitted_or_is_signed_off_looks_for_nobody(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mentors.sign_off(year.store, "P0001", now=at("2027-09-13 10:00"), by="Jo")
    done = resign(year, "2027-09-14 10:00")
    for day in ("09-14", "09-15", "09-28", "09-30"):
        year.tick(f"2027-{day} 10:10")

    assert done.mentees[0].remarks == ("M0001 has signed off, and that stands",)
    assert ("P0001", "no-mentor-named", "open") not in year.cases()
    assert ("P0001", "sign-off-missing", "open") not in year.cases()
    assert ("ada", ASKED) not in said(mailbox)
    with pytest.raises(Refused, match="has no mentor to replace"):
        replace(year, IDA, "2027-09-30 10:00")


def test_a_preview_shows_the_same_and_changes_nothing(
    year: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    looked = resign(year, preview=True)
    year.tick("2027-02-02 09:00")
    done = resign(year, "2027-02-02 10:00")

    assert [one.person for one in looked.mentees] == [one.person for one in done.mentees]
    assert (looked.applied, done.applied) == (False, True)
    assert {one.applied for one in looked.mentees} == {False}
    assert about_mentors(mailbox) == []
    assert len(year.audit("mentor-resigned")) == 2


def test_who_mentors_nobody_has_nothing_to_resign_from(year: SmallCohort) -> None:
    resign(year)

    with pytest.raises(Refused, match="M0001 mentors nobody at present"):
        resign(year)
