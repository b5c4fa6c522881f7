"""The week ahead tells operations what goes, for the week it is about, on whatever day."""

from prologue import prologue
from small_cohort import ADA, BEN, GRACE, SmallCohort, read

from ats.outbox.mailbox import InMemoryMailbox

OPERATIONS = "operations@provider.example"


def letters(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (subject, text on one line) of every letter about a week."""
    mails = [read(one) for one in mailbox.received if one.recipient == OPERATIONS]
    told = [(m["Subject"], " ".join(m.get_body(("plain",)).get_content().split())) for m in mails]
    return [(subject, text) for subject, text in told if "To stop everything" in text]


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.join_links()
    cohort.go_live()


def test_on_a_friday_it_is_about_the_next_monday_to_sunday(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-10-09 13:00")
    live.tick("2026-10-09 14:00")

    ((subject, text),) = letters(mailbox)
    assert subject.startswith("Monday 12 October to Sunday 18 October: ")
    assert "goes out from Monday 12 October to Sunday 18 October 2026" in text
    assert "next week" not in text.lower()


def test_found_late_it_tells_only_what_is_left_of_its_week(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-10-02 13:00")
    mailbox.received.clear()

    live.tick("2026-10-06 09:00")

    ((subject, text),) = letters(mailbox)
    assert subject.startswith("Tuesday 6 October to Sunday 11 October: ")
    assert "Wednesday 7 October" in text
    assert "Monday 5 October" not in text
    assert "portfolio-issued" not in text


def test_after_a_bank_holiday_it_names_the_days_of_the_week_under_way(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    late = ADA.replace("P0001,Ada", "P0009,Eve").replace("ada@", "eve@")
    live.enrol(late.replace("2026-10-05", "2027-03-31"), now="2027-03-24 10:00")
    live.tick("2027-03-25 15:00")
    mailbox.received.clear()

    live.tick("2027-03-26 14:00")  # Good Friday
    assert letters(mailbox) == []
    live.tick("2027-03-30 09:00")  # the Tuesday after Easter

    ((subject, text),) = letters(mailbox)
    assert subject.startswith("Tuesday 30 March to Sunday 4 April: ")
    assert "Wednesday 31 March 2027 - catch-up" in text


def test_what_waits_for_the_pxm_is_told_apart(live: SmallCohort, mailbox: InMemoryMailbox) -> None:
    live.tick("2027-10-08 10:00")
    assert set(live.outcomes("deadline-passed").values()) == {"held: release"}
    mailbox.received.clear()

    live.tick("2027-10-08 14:00")

    ((_, text),) = letters(mailbox)
    going, waiting = text.split("Waiting for somebody")
    assert "deadline-passed" not in going
    assert "deadline-passed: 2 e-mails to participants, for the PXM to release them" in waiting


def test_in_a_trial_nothing_is_promised(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    allowed = frozenset({OPERATIONS, "ada@harbour.example"})
    cohort.letterhead(trial_recipients=allowed)
    cohort.enrol(ADA, BEN)

    cohort.tick("2026-10-09 14:00")

    ((_, text),) = letters(mailbox)
    going, waiting = text.split("Waiting for somebody")
    assert "1 e-mail to participants" in going  # Ada is on the allow-list
    assert "2 e-mails" not in going
    assert "1 e-mail to participants, for the cohort to go live" in waiting
