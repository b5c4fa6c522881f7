"""Operations are asked for a recording that is missing two working days after its webinar."""

from prologue import prologue
from small_cohort import ADA, BEN, CODE, GRACE, SmallCohort, at, read

from ats.outbox.mailbox import InMemoryMailbox
from ats.webinars import changes as webinar_changes

OPERATIONS = "operations@provider.example"


@prologue
def held(cohort: SmallCohort, mailbox: InMemoryMailbox) -> None:
    """Ada and Ben, live, on the day after webinar-1, which was on Thu 8 October at 16:30."""
    cohort.enrol(ADA + GRACE, BEN)
    cohort.go_live()
    cohort.join_link("webinar-1", now="2026-09-30 12:00")
    cohort.tick_daily("2026-10-01", "2026-10-09")
    mailbox.received.clear()


def asked(mailbox: InMemoryMailbox) -> list[str]:
    """Return the texts of what operations are asked to do."""
    return [
        read(one).get_body(("plain",)).get_content()
        for one in mailbox.received
        if one.recipient == OPERATIONS and str(read(one)["Subject"]).startswith("ATS needs you")
    ]


def test_operations_are_asked_once_for_a_recording_that_is_missing(
    held: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    held.tick("2026-10-12 08:50")
    assert asked(mailbox) == []

    held.tick("2026-10-12 09:00")
    held.tick_daily("2026-10-13", "2026-10-20")

    (text,) = asked(mailbox)
    assert "ats webinar recording webinar-1 ADDRESS" in text
    rows = held.ledger("occurrence", "due_at", "outcome", step="ops-action-needed")
    assert ("webinar-1/recording/1", at("2026-10-12 09:00"), "sent") in rows


def test_nobody_asks_for_a_recording_that_is_there(
    held: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    webinar_changes.publish_recording(
        held.office,
        CODE,
        "webinar-1",
        url="https://video.example/webinar-1",
        captions=True,
        transcript=True,
        now=at("2026-10-09 15:00"),
        by="Lee",
        apply=True,
    )

    held.tick_daily("2026-10-10", "2026-10-20")

    assert asked(mailbox) == []
    occurrences = {name for (name,) in held.ledger("occurrence", step="ops-action-needed")}
    assert "webinar-1/recording/1" not in occurrences
