"""What operations are asked about a webinar ends when the webinar begins, asked or not."""

from prologue import prologue
from small_cohort import ADA, SmallCohort, at, read

from ats.outbox.mailbox import InMemoryMailbox

DUE = "2026-10-01 09:00"  # five working days before webinar-1, on Thu 8 October at 16:30


@prologue
def asking(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """A cohort in trial whose mail to operations is held; webinar-1 has no join link."""
    cohort.enrol(ADA)
    cohort.tick(DUE)
    assert cohort.outcomes("ops-action-needed") == {"webinar-1/1 to operations": "held: trial"}


def questions(mailbox: InMemoryMailbox) -> list[str]:
    """Return the subjects of the e-mails that ask operations to act."""
    subjects = (str(read(one)["Subject"]) for one in mailbox.received)
    return [subject for subject in subjects if "ATS needs you" in subject]


def test_a_question_held_by_the_trial_expires_when_the_webinar_begins(
    asking: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    again = asking.due_again()["staff"]
    assert again is not None
    assert again <= at("2026-10-08 16:30")

    asking.tick_daily("2026-10-02", "2026-10-08")
    asking.tick("2026-10-08 16:30")
    asking.go_live("2026-10-14 09:00")
    asking.tick("2026-10-14 09:10")

    rows = asking.ledger("occurrence", "outcome", "reason", "until", step="ops-action-needed")
    assert rows == [
        ("webinar-1/1", "expired", None, None),
        ("webinar-1/recording/1", "sent", None, None),
    ]
    assert questions(mailbox) == ["ATS needs you: a webinar without its recording"]


def test_a_question_held_by_a_pause_expires_too(cohort: SmallCohort) -> None:
    cohort.enrol(ADA)
    cohort.go_live()
    cohort.tick("2026-09-30 09:00")
    cohort.pause("2026-09-30 10:00")
    cohort.tick(DUE)
    assert cohort.outcomes("ops-action-needed") == {"webinar-1/1 to operations": "held: paused"}

    cohort.tick("2026-10-08 17:00")

    assert cohort.outcomes("ops-action-needed") == {"webinar-1/1 to operations": "expired"}


def test_a_question_still_goes_when_the_trial_ends_before_the_webinar(
    asking: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    asking.go_live("2026-10-07 12:00")
    asking.tick("2026-10-07 12:10")

    assert asking.outcomes("ops-action-needed") == {"webinar-1/1 to operations": "sent"}
    assert len(questions(mailbox)) == 1
