"""What the owners of cases read in the morning, until each case is decided."""

import datetime as dt
import re

import pytest
from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at, read

from ats.cases.owners import Owner, appoint
from ats.outbox.mailbox import InMemoryMailbox

PXM, OPERATIONS = "pxm@provider.example", "operations@provider.example"


@prologue
def live(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben, who name no mentor: cases of the PXM from Tuesday 24 November 2026, 09:00."""
    cohort.enrol(ADA, BEN)
    cohort.go_live_unchecked()
    cohort.tick("2026-11-24 09:00")
    assert [kind for _, kind, _ in cohort.cases()] == ["no-mentor-named", "no-mentor-named"]
    mailbox.received.clear()


def mornings(cohort: SmallCohort, first: str, last: str) -> None:
    cohort.tick_daily(first, last, time="08:15")


def told(mailbox: InMemoryMailbox, office: str, subject: str) -> list[tuple[str, str, str]]:
    """Return (day, subject, text) of the digests to an office, oldest first."""
    mails = [read(one) for one in mailbox.received if one.recipient == office]
    found = []
    for mail in mails:
        body = mail.get_body(("plain",))
        assert body is not None
        text = " ".join(body.get_content().split())
        found.append((f"{mail['Date'].datetime:%a %d %b}", str(mail["Subject"]), text))
    return [one for one in found if one[1].startswith(subject)]


def test_an_undecided_case_comes_again_every_week_with_its_age(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """New, on its fifth working day, and then on the first working day of every week."""
    mornings(live, "2026-11-25", "2026-12-15")

    digests = told(mailbox, PXM, "ATS cases")
    assert [(day, subject) for day, subject, _ in digests] == [
        ("Wed 25 Nov", "ATS cases: 2 new, 0 due"),
        ("Mon 30 Nov", "ATS cases: 2 still open"),
        ("Tue 01 Dec", "ATS cases: 0 new, 2 due"),
        ("Mon 07 Dec", "ATS cases: 2 still open"),
        ("Mon 14 Dec", "ATS cases: 2 still open"),
    ]
    aged = "No mentor has been named (open for 14 working days). Look: ats case show"
    assert "Still open: 2 You have been told of these before" in digests[-1][2]
    assert f"- P0001 Ada: {aged} 1 - P0002 Ben: {aged} 2" in digests[-1][2]


def test_after_a_bank_holiday_the_week_opens_on_its_first_working_day(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mornings(live, "2026-11-25", "2026-12-23")
    mailbox.received.clear()

    mornings(live, "2026-12-24", "2027-01-05")  # Mon 28 Dec is a holiday instead of Boxing Day

    assert [(day, subject) for day, subject, _ in told(mailbox, PXM, "ATS cases")] == [
        ("Tue 29 Dec", "ATS cases: 2 still open"),
        ("Mon 04 Jan", "ATS cases: 2 still open"),
    ]


def test_what_is_still_open_stands_in_every_digest_and_a_closing_needs_no_zeros(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mornings(live, "2026-11-25", "2026-12-09")
    mailbox.received.clear()

    live.enrol(ADA + GRACE, now="2026-12-09 10:00")  # which settles Ada's
    live.tick("2026-12-09 10:10")
    live.tick("2026-12-10 08:15")

    ((_, subject, text),) = told(mailbox, PXM, "ATS cases")
    assert subject == "ATS cases: 1 closed, 1 still open"
    still, closed = text.split("Closed since the last digest")
    assert "P0002 Ben: No mentor has been named (open for " in still
    assert (
        "P0001 Ada: No mentor has been named (opened Tuesday 24 November; a mentor was named). "
        "Look: ats case show 1"
    ) in closed


def test_a_call_to_a_mentor_names_the_mentor(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    cohort.enrol(ADA + GRACE)
    cohort.go_live_unchecked()
    for day in ("2026-10-07", "2026-11-04", "2026-11-05"):
        cohort.tick(f"{day} 09:00")

    ((_, subject, text),) = told(mailbox, OPERATIONS, "ATS tasks")
    assert subject == "ATS tasks: 1 new, 0 due"
    assert "P0001 Ada: Call the mentor about the request (mentor M0001 Grace, " in text
    assert "Hopper" not in text


def test_every_line_leads_to_the_page_of_its_case_where_there_is_a_dashboard(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.letterhead(dashboard="https://dashboard.example")
    live.enrol(ADA + GRACE, now="2026-11-24 10:00")  # which settles Ada's
    live.tick("2026-11-24 10:10")
    mornings(live, "2026-11-25", "2026-12-07")

    linked = [re.findall(r"Case (\d): https://dashboard.example/artifacts/key/case-(\d)", text)
              for _, _, text in told(mailbox, PXM, "ATS cases")]  # fmt: skip
    assert linked == [[("2", "2")]] * 4  # new, its week, due, the week after
    assert not any("case show" in text for _, _, text in told(mailbox, PXM, "ATS cases"))


def test_what_waits_for_release_leads_to_the_case_in_which_it_is_decided(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA)
    cohort.go_live_unchecked()
    for moment in ("2027-10-07 07:00", "2027-10-07 10:00"):
        cohort.tick(moment)
    cohort.export("2027-10-08", "P0001,about-you,in progress,2026-10-08")
    cohort.tick("2027-10-12 09:00")
    number = [kind for _, kind, _ in cohort.cases()].index("not-submitted") + 1
    mailbox.received.clear()

    cohort.tick("2027-10-13 08:15")

    ((_, _, text),) = told(mailbox, PXM, "ATS cases")
    waiting = text.split("Waiting for release")[1]
    since = "(since Thursday 7 October, lapses on Thursday 21 October)"
    assert f"P0001 Ada: the e-mail deadline-passed {since}. Look: " in waiting
    assert f"{since}. Look: ats case show {number}" in waiting


@pytest.mark.parametrize("usual", [True, False], ids=["appointed", "of-the-settings"])
def test_who_covers_gets_the_digest_and_is_told_for_whom(
    live: SmallCohort, mailbox: InMemoryMailbox, *, usual: bool
) -> None:
    robin = Owner("Robin Vale", "robin@provider.example", dt.date(2026, 11, 1))
    sky = Owner("Sky Marsh", "sky@provider.example", dt.date(2026, 11, 25), dt.date(2026, 12, 1))
    for owner in (robin, sky) if usual else (sky,):
        appoint(live.office, CODE, owner, now=at("2026-11-24 10:00"), by="Jo")
    whose, address = ("Robin Vale", robin.email) if usual else (
        "the Participant Experience Manager", PXM)  # fmt: skip

    mornings(live, "2026-11-25", "2026-12-01")

    covering = told(mailbox, sky.email, "ATS cases")
    assert [day for day, _, _ in covering] == ["Wed 25 Nov", "Mon 30 Nov"]
    assert all(
        f"You cover for {whose}, until Monday 30 November 2026." in text for _, _, text in covering
    )
    ((day, _, text),) = told(mailbox, address, "ATS cases")
    assert (day, "You cover" in text) == ("Tue 01 Dec", False)


def test_whoever_takes_over_hears_at_once_of_everything_that_is_open(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    sky = Owner("Sky Marsh", "sky@provider.example", dt.date(2026, 12, 3), dt.date(2026, 12, 5))
    appoint(live.office, CODE, sky, now=at("2026-11-24 10:00"), by="Jo")

    mornings(live, "2026-11-25", "2026-12-06")

    (taken,) = told(mailbox, sky.email, "ATS cases")  # Thursday; there is nothing new on Friday
    assert taken[:2] == ("Thu 03 Dec", "ATS cases: 2 still open")
    days = [day for day, _, _ in told(mailbox, PXM, "ATS cases")]
    assert days == ["Wed 25 Nov", "Mon 30 Nov", "Tue 01 Dec"]
