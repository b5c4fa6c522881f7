"""One recipient is refused or put off: that concerns nobody else."""

import re

import pytest
from small_cohort import (
    ADA,
    BEN,
    CAT,
    CODE,
    GRACE,
    NIA,
    SmallCohort,
    at,
    message_ids,
    read,
    recipients,
)

from ats import engine
from ats.outbox.mailbox import DROP, InMemoryMailbox
from ats.records import gather
from ats.reports.counting import figures
from ats.tally import Tally

NO_SUCH = "550 5.1.1 no such user"
BUSY = "450 4.2.1 mailbox busy"
OPERATIONS = "operations@provider.example"


def told_of_operations(told: Tally) -> int:
    """Return how often a tick told that operations get no mail."""
    return sum("ATS_OPERATIONS_EMAIL" in error for error in told.errors)


def unread(cohort: SmallCohort) -> tuple[str, ...]:
    """Return the offices that the page of the cohort says to get no mail."""
    with cohort.store.read() as session:
        standing = gather.cohort_named(session, CODE)
        facts = gather.cohort_facts(session, standing)
        timeline = cohort.office.timeline(cohort.office.programme_named("ats"), facts)
        return figures(session, standing, timeline, now=at("2026-09-03 12:00")).unread


def test_a_refused_recipient_fails_and_the_others_are_unaffected(cohort: SmallCohort) -> None:
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    with InMemoryMailbox({"RCPT ben@harbour.example": NO_SUCH}) as mailbox:
        cohort.address = mailbox.address

        told = cohort.tick("2026-09-03 09:00")

        assert (told.failed, told.queued, told.errors) == (1, 0, [])
        assert cohort.outcomes("agenda-published") == {
            "1 to P0001": "sent",
            "1 to P0002": "failed: undeliverable",
            "1 to P0003": "sent",
        }
        (ben,) = cohort.messages(recipient="P0002")
        assert (ben.status, ben.sent_at, ben.next_attempt_at) == ("failed", None, None)
        assert (ben.rfc_id, 550, "permanent") in cohort.attempts()

        cohort.tick("2026-09-03 09:10")
        cohort.tick("2026-09-04 09:00")

        assert "ben@harbour.example" not in recipients(mailbox)
        assert len(cohort.messages(recipient="P0002")) == 1  # a final row never reopens


def test_operations_are_told_of_a_refused_address_once_and_without_the_address(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    with InMemoryMailbox({"RCPT ben@harbour.example": NO_SUCH}) as mailbox:
        cohort.address = mailbox.address

        cohort.tick("2026-09-03 09:00")
        cohort.tick("2026-09-03 09:10")

        (told,) = [one for one in mailbox.received if one.recipient == OPERATIONS]
        text = read(told).get_body(("plain",)).get_content()
        assert "P0002" in text
        assert "ben@harbour.example" not in text


def test_operations_are_told_again_when_what_told_them_was_refused_too(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    script = {"RCPT ben@harbour.example": NO_SUCH, f"RCPT {OPERATIONS}": [NO_SUCH]}
    with InMemoryMailbox(script) as mailbox:
        cohort.address = mailbox.address

        first = cohort.tick("2026-09-03 09:00")
        assert OPERATIONS not in recipients(mailbox)
        assert told_of_operations(first) == 1
        assert unread(cohort) == ("operations",)
        second = cohort.tick("2026-09-03 09:10")
        cohort.tick("2026-09-03 09:20")
        assert (told_of_operations(second), unread(cohort)) == (0, ())

        (told,) = [one for one in mailbox.received if one.recipient == OPERATIONS]
        assert "P0002" in read(told).get_body(("plain",)).get_content()


def test_when_the_request_to_a_mentor_is_refused_no_ladder_runs_and_operations_get_one_case(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA + GRACE, BEN + NIA)
    cohort.join_links()
    cohort.go_live()
    with InMemoryMailbox({"RCPT grace@harbour.example": NO_SUCH}) as mailbox:
        cohort.address = mailbox.address
        cohort.tick("2026-10-07 09:00")

        assert cohort.outcomes("mentor-request") == {
            "M0001/1 to M0001": "failed: undeliverable",
            "M0002/1 to M0002": "sent",
        }
        assert cohort.cases() == [("P0001", "mentor-unreachable", "open")]
        assert cohort.signals() == ["mentor-request M0001/1"]

        cohort.tick_daily("2026-10-08", "2026-11-20")

        asked = {key.split("/")[1] for (key,) in cohort.ledger("key", step="chase-mentor-request")}
        assert asked == {"P0002"}
        assert "grace@harbour.example" not in recipients(mailbox)
        assert [case for case in cohort.cases() if case[0] == "P0001"] == [
            ("P0001", "mentor-unreachable", "open")
        ]


def test_a_recipient_who_is_put_off_gets_it_later_under_the_same_message_id(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA, CAT)
    cohort.go_live()
    with InMemoryMailbox({"RCPT cat@valley.example": [BUSY]}) as mailbox:
        cohort.address = mailbox.address

        first = cohort.tick("2026-09-03 09:00")
        (cat,) = cohort.messages(recipient="P0003")
        too_soon = cohort.tick("2026-09-03 09:00")
        later = cohort.tick("2026-09-03 09:02")

        assert [(one.sent, one.queued, one.failed) for one in (first, too_soon, later)] == [
            (1, 1, 0),
            (0, 1, 0),
            (1, 0, 0),
        ]
        wait = (cat.next_attempt_at - at("2026-09-03 09:00")).total_seconds()
        assert 54 <= wait <= 66  # a minute, give or take a tenth
        assert [one for one in cohort.attempts() if one[0] == cat.rfc_id] == [
            (cat.rfc_id, 450, "temporary"),
            (cat.rfc_id, 250, "sent"),
        ]
        assert message_ids(mailbox).count(cat.rfc_id) == 1
        (received,) = [one for one in mailbox.received if one.recipient == "cat@valley.example"]
        assert read(received)["Date"].datetime == at("2026-09-03 09:00")


def test_one_sentence_says_when_everybody_is_put_off(cohort: SmallCohort) -> None:
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    with InMemoryMailbox({"RCPT": [f"451 4.7.1 {ADA.split(',')[4]}: wait"] * 5}) as mailbox:
        cohort.address = mailbox.address

        first = cohort.tick("2026-09-03 09:00")
        second = cohort.tick("2026-09-03 09:02")  # two are put off once more, one goes

    again = min(one.next_attempt_at for one in cohort.messages(status="queued"))
    (sentence,) = first.errors
    assert re.fullmatch(
        "2026-10: All 3 e-mails were put off by the mail server "
        r"\(4\.7\.1 <address>: wait\); they are tried again from 09:0[01]\.",
        sentence,
    )
    assert (second.sent, second.queued, second.errors) == (1, 2, [])
    assert again > at("2026-09-03 09:05")


def test_a_recipient_who_is_put_off_in_the_evening_gets_it_next_morning_not_at_night(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA)
    cohort.go_live()
    with InMemoryMailbox({"RCPT": [BUSY]}) as mailbox:
        cohort.address = mailbox.address
        cohort.tick("2026-09-03 17:58")
        (staged,) = cohort.messages()

        night = [cohort.tick(f"2026-09-03 {time}").sent for time in ("18:10", "20:00", "23:50")]
        early = cohort.tick("2026-09-04 08:50").sent
        morning = cohort.tick("2026-09-04 09:00").sent

        assert (night, early, morning) == ([0, 0, 0], 0, 1)
        assert message_ids(mailbox) == [staged.rfc_id]


def test_after_two_days_of_being_put_off_it_has_failed_and_operations_are_told(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA, CAT)
    cohort.go_live()
    with InMemoryMailbox({"RCPT cat@valley.example": BUSY}) as mailbox:
        cohort.address = mailbox.address
        for day in ("03", "04", "05", "06", "07", "08"):
            for hour in range(24):
                cohort.tick(f"2026-09-{day} {hour:02}:30")

        assert cohort.outcomes("agenda-published") == {
            "1 to P0001": "sent",
            "1 to P0003": "failed: undeliverable",
        }
        assert not cohort.messages(status="queued")
        (cat,) = cohort.messages(recipient="P0003")
        tries = [one for one in cohort.attempts() if one[0] == cat.rfc_id]
        assert {(code, result) for _, code, result in tries} == {(450, "temporary")}
        assert 3 < len(tries) < 20
        assert recipients(mailbox).count(OPERATIONS) == 1


def test_a_lost_answer_is_tried_again_under_the_same_message_id(cohort: SmallCohort) -> None:
    cohort.enrol(ADA)
    cohort.go_live()
    with InMemoryMailbox({".": [DROP]}) as mailbox:
        cohort.address = mailbox.address

        first = cohort.tick("2026-09-03 09:00")
        second = cohort.tick("2026-09-03 09:05")

        (ada,) = cohort.messages()
        assert ([first.sent, first.queued], [second.sent, second.queued]) == ([0, 1], [1, 0])
        assert cohort.attempts() == [(ada.rfc_id, None, "ambiguous"), (ada.rfc_id, 250, "sent")]
        assert message_ids(mailbox) == [ada.rfc_id]


@pytest.mark.parametrize("address", ["ada@nowhere..example", "ada lovelace@harbour.example"])
def test_an_address_that_cannot_be_used_stops_nobody_else(
    cohort: SmallCohort, mailbox: InMemoryMailbox, address: str
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    cohort.set_address("P0001", address)

    cohort.tick("2026-09-03 09:00")

    assert "ben@harbour.example" in recipients(mailbox)
    assert cohort.outcomes("agenda-published")["1 to P0002"] == "sent"
    assert cohort.outcomes("agenda-published")["1 to P0001"] != "sent"


def test_operations_are_told_as_well_when_it_is_refused_by_a_delivery_alone(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    with InMemoryMailbox({"RCPT ben@harbour.example": [BUSY, NO_SUCH]}) as mailbox:
        cohort.address = mailbox.address
        cohort.tick("2026-09-03 09:00")

        told = engine.deliver(cohort.office, [CODE], now=at("2026-09-03 09:05"))

        assert (told.failed, told.errors) == (1, [])
        assert recipients(mailbox) == ["ada@harbour.example", OPERATIONS]


def test_of_a_second_refused_address_on_one_day_operations_hear_next_day(
    cohort: SmallCohort,
) -> None:
    cohort.enrol(ADA, BEN, CAT)
    cohort.go_live()
    script = {"RCPT ben@harbour.example": NO_SUCH, "RCPT cat@valley.example": [BUSY, NO_SUCH]}
    with InMemoryMailbox(script) as mailbox:
        cohort.address = mailbox.address
        cohort.tick("2026-09-03 09:00")
        cohort.tick("2026-09-03 09:05")
        assert recipients(mailbox).count(OPERATIONS) == 1  # once a day

        cohort.tick("2026-09-04 09:10")
        cohort.tick("2026-09-07 09:10")

        told = [read(one) for one in mailbox.received if one.recipient == OPERATIONS]
        texts = " ".join(one.get_body(("plain",)).get_content() for one in told)
        assert "P0002" in texts
        assert "P0003" in texts
