"""Bad news waits for the PXM's release, lapses after ten working days, and the PXM hears of it."""

import re

from small_cohort import ADA, BEN, SmallCohort, read

from ats.outbox.mailbox import InMemoryMailbox

PXM = "pxm@provider.example"
IONA = "2026-10,P0005,Iona,Reid,iona@glen.example,Glen College,scotland,2026-10-05"


def digests(mailbox: InMemoryMailbox) -> list[str]:
    """Return what the PXM was written, on one line each."""
    mails = [read(one) for one in mailbox.received if one.recipient == PXM]
    return [" ".join(mail.get_body(("plain",)).get_content().split()) for mail in mails]


def test_the_pxm_hears_the_next_working_day_of_what_lapsed_unreleased(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2027-10-07 10:00")
    held = {"1 to P0001": "held: release", "1 to P0002": "held: release"}
    assert cohort.outcomes("deadline-passed") == held
    cohort.tick("2027-10-08 08:15")
    cohort.tick("2027-10-20 08:15")
    assert cohort.outcomes("deadline-passed") == held
    mailbox.received.clear()

    cohort.tick("2027-10-21 10:00")  # ten working days after Thursday 7 October
    assert set(cohort.outcomes("deadline-passed").values()) == {"expired"}
    assert digests(mailbox) == []
    cohort.tick("2027-10-22 08:15")
    cohort.tick("2027-10-25 08:15")

    (told,) = [text for text in digests(mailbox) if "Lapsed without a release" in text]
    for who in ("P0001 Ada", "P0002 Ben"):
        assert (
            f"{who}: the e-mail deadline-passed, waited for release until Thursday 21 October, "
            "now expired."
        ) in told
    assert "Lapsed without a release" in digests(mailbox)[0]
    assert "Still open" in digests(mailbox)[0]  # beside it, as in every digest that goes


def test_each_line_names_the_day_on_which_that_e_mail_lapses(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, IONA)
    cohort.join_links()
    cohort.go_live()
    for ref in ("P0001", "P0005"):  # seven weeks' break: the deadline is on Wed 24 November
        cohort.overlay(
            ref, "pause", now="2027-04-30 10:00", from_on="2027-05-03", until_on="2027-06-21"
        )
    cohort.tick("2027-11-25 10:00")
    mailbox.received.clear()

    cohort.tick("2027-11-26 08:15")

    text = next(text for text in digests(mailbox) if "Waiting for release" in text)
    said = dict(re.findall(r"(P000\d) \w+: the e-mail [^.]*, lapses on \w+ (\d+ \w+)\)", text))
    assert said == {"P0001": "9 December", "P0005": "10 December"}  # after St Andrew's Day
    cohort.tick("2027-12-09 18:00")
    assert cohort.outcomes("deadline-passed") == {
        "1 to P0001": "expired",
        "1 to P0005": "held: release",
    }
    cohort.tick("2027-12-10 18:00")
    assert set(cohort.outcomes("deadline-passed").values()) == {"expired"}
