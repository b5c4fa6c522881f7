"""Mail to an office concerns nobody in particular: rows without a person, counted by n."""

from prologue import prologue
from small_cohort import ADA, BEN, SmallCohort, at, read, recipients

from ats.outbox.mailbox import InMemoryMailbox

OPERATIONS = "operations@provider.example"


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.go_live()


def test_staff_mail_has_rows_without_a_person_that_count_up(live: SmallCohort) -> None:
    live.tick_daily("2026-09-03", "2026-10-16", time="14:00")

    rows = live.ledger("enrolment_id", "occurrence", "recipient", "due_at", step="ops-week-ahead")
    fridays = ["2026-09-04", "2026-09-11", "2026-09-18", "2026-09-25", "2026-10-02", "2026-10-09"]
    assert rows == [
        (None, str(n), "operations", at(f"{day} 14:00"))
        for n, day in enumerate([*fridays, "2026-10-16"], start=1)
    ]
    digests = live.ledger("occurrence", step="pxm-digest")
    assert digests == [(str(n),) for n in range(1, len(digests) + 1)]


def test_with_nothing_to_tell_no_staff_mail_goes_and_the_row_says_so(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick_daily("2026-09-03", "2026-09-11", time="14:00")

    assert set(live.outcomes("pxm-digest").values()) == {"skipped: nothing-to-tell"}
    assert set(live.outcomes("ops-digest").values()) == {"skipped: nothing-to-tell"}
    assert OPERATIONS not in recipients(mailbox)


def test_after_a_silence_only_the_latest_goes_and_the_others_have_expired(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-09-24 09:00")

    live.tick("2026-10-12 09:00")  # Fridays 25 September, 2 and 9 October were missed

    week_ahead = live.ledger("due_at", "outcome", step="ops-week-ahead")[-3:]
    assert week_ahead == [
        (at("2026-09-25 14:00"), "expired"),
        (at("2026-10-02 14:00"), "expired"),
        (at("2026-10-09 14:00"), "sent"),
    ]
    subjects = [str(read(one)["Subject"]) for one in mailbox.received]
    assert (
        len([subject for subject in subjects if subject.startswith("Monday 12 October to ")]) == 1
    )


def test_staff_mail_of_a_bank_holiday_waits_for_a_working_day(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-12-23 18:00")
    mailbox.received.clear()

    live.tick("2026-12-25 14:00")  # a Friday, and Christmas Day

    assert OPERATIONS not in recipients(mailbox)


def test_a_sample_in_the_week_ahead_gives_first_names_only(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(f"{ADA},M0001,Grace,Hopper,grace@harbour.example,england")
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-02 14:00")

    (letter,) = [read(one) for one in mailbox.received if one.recipient == OPERATIONS]
    text = " ".join(letter.get_body(("plain",)).get_content().split())
    assert "Ada has asked you to be their ATS mentor" in text
    assert [name for name in ("Lovelace", "Hopper") if name in text] == []
