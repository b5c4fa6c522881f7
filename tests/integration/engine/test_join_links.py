"""A reminder never goes without its join link; operations are asked in good time."""

from prologue import prologue
from small_cohort import ADA, BEN, GRACE, SmallCohort, at, read, recipients

from ats.outbox.mailbox import InMemoryMailbox

OPERATIONS = "operations@provider.example"


@prologue
def live(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben, live, on the eve of 1 October; webinar-1 is on Thu 8 October at 16:30."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.go_live()
    cohort.tick("2026-09-30 09:00")
    mailbox.received.clear()


def test_operations_are_asked_for_a_missing_join_link_five_working_days_before(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-10-01 08:50")
    assert OPERATIONS not in recipients(mailbox)

    live.tick("2026-10-01 09:00")
    live.tick("2026-10-01 10:00")
    live.tick("2026-10-02 09:00")

    asked = [
        one
        for one in mailbox.received
        if one.recipient == OPERATIONS and str(read(one)["Subject"]).startswith("ATS needs you")
    ]
    assert len(asked) == 1
    text = read(asked[0]).get_body(("plain",)).get_content()
    assert "ats webinar set webinar-1 --join-url" in text
    rows = live.ledger("occurrence", "role", "due_at", "outcome", step="ops-action-needed")
    assert rows == [("webinar-1/1", "operations", at("2026-10-01 09:00"), "sent")]


def test_who_has_set_the_join_link_in_time_is_not_asked(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.join_link("webinar-1", now="2026-09-30 12:00")

    live.tick("2026-10-01 09:00")

    assert OPERATIONS not in recipients(mailbox)


def test_without_its_join_link_the_reminder_is_held_until_it_is_set(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick_daily("2026-10-01", "2026-10-06")
    mailbox.received.clear()

    live.tick("2026-10-07 09:00")
    assert set(live.outcomes("webinar-tomorrow").values()) == {"held: join-link"}

    live.join_link("webinar-1", now="2026-10-07 14:00")
    live.tick("2026-10-07 14:10")

    assert set(live.outcomes("webinar-tomorrow").values()) == {"sent"}
    reminders = [one for one in mailbox.received if "with your link" in str(read(one)["Subject"])]
    assert {one.recipient for one in reminders} == {"ada@harbour.example", "ben@harbour.example"}
    for reminder in reminders:
        text = read(reminder).get_body(("plain",)).get_content()
        assert "https://meet.example/webinar-1" in text
    due = live.ledger("due_at", step="webinar-tomorrow")
    assert set(due) == {(at("2026-10-07 09:00"),)}  # holding never changes it


def test_a_join_link_on_the_day_itself_still_lets_the_reminder_go_worded_for_today(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick_daily("2026-10-01", "2026-10-07")
    live.join_link("webinar-1", now="2026-10-08 11:00")
    mailbox.received.clear()

    live.tick("2026-10-08 11:10")

    assert recipients(mailbox) == ["ada@harbour.example", "ben@harbour.example"]
    for received in mailbox.received:
        assert "Tomorrow" not in str(read(received)["Subject"])


def test_once_the_webinar_has_begun_the_reminder_has_expired(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick_daily("2026-10-01", "2026-10-08")
    mailbox.received.clear()

    live.tick("2026-10-08 16:30")
    live.join_link("webinar-1", now="2026-10-08 16:40")
    live.tick("2026-10-08 16:50")

    assert set(live.outcomes("webinar-tomorrow").values()) == {"expired"}
    assert mailbox.received == []
