"""The thanks at the end say whose sign-off is still open."""

from small_cohort import ADA, BEN, GRACE, SmallCohort, at, read

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors


def test_the_thanks_name_only_those_whose_sign_off_is_open(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.go_live_unchecked()
    for ref in ("P0001", "P0002"):
        mentors.accept(cohort.store, ref, now=at("2026-10-08 15:00"), by="Jo")
    mentors.sign_off(cohort.store, "P0001", now=at("2027-09-20 15:00"), by="Jo")

    cohort.tick("2027-10-13 09:00")

    thanks = [read(one) for one in mailbox.received if one.recipient == "grace@harbour.example"][-1]
    body = thanks.get_body(("plain",))
    text = " ".join(body.get_content().split()) if body else ""
    assert str(thanks["Subject"]) == "Thank you, with a letter for your CPD record"
    assert "we have no sign-off from you for Ben Ortega." in text
    assert "For Ada there is nothing more for you to do." in text
