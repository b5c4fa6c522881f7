"""Bad news waits for the PXM's release, lapses after ten working days, and the PXM hears of it."""

from small_cohort import ADA, BEN, SmallCohort, read

from ats.outbox.mailbox import InMemoryMailbox

PXM = "pxm@provider.example"


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
