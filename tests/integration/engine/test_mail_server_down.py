"""Trouble with the mail server as a whole: nothing is lost, nothing goes twice."""

import pytest
from prologue import prologue
from small_cohort import (
    ADA,
    BEN,
    CAT,
    CODE,
    SmallCohort,
    at,
    message_ids,
    read,
    recipients,
)

from ats import engine
from ats.outbox.mailbox import DROP, InMemoryMailbox
from ats.outbox.notices import stage_notice
from ats.outbox.smtp_url import SmtpAddress
from ats.records import gather

NOWHERE = SmtpAddress("127.0.0.1", 9)
EVERYBODY = ["ada@harbour.example", "ben@harbour.example", "cat@valley.example"]


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada, Ben and Cat, live, ten minutes before their portfolio is issued."""
    cohort.enrol(ADA, BEN, CAT)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-09-03 09:00")
    cohort.tick("2026-10-05 09:50")


def test_with_the_mail_server_down_everything_stays_queued_and_one_sentence_says_so(
    live: SmallCohort,
) -> None:
    live.address = NOWHERE

    told = live.tick("2026-10-05 10:00")

    assert (told.sent, told.failed, told.queued) == (0, 0, 3)
    (sentence,) = told.errors
    assert sentence.startswith("The mail server cannot be reached (")
    assert "everything stays queued and the next tick tries again" in sentence
    assert set(live.outcomes("portfolio-issued").values()) == {"queued"}
    assert [
        (one.status, one.attempts, one.next_attempt_at, one.lease_owner)
        for one in live.messages(bundle="portfolio-issued/")
    ] == [("queued", 0, None, None)] * 3


def test_the_next_tick_delivers_nothing_lost_and_nothing_doubled(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mailbox.received.clear()
    live.address = NOWHERE
    live.tick("2026-10-05 10:00")
    live.tick("2026-10-05 10:10")
    staged = [one.rfc_id for one in live.messages(status="queued")]
    live.address = mailbox.address

    told = live.tick("2026-10-05 10:20")

    assert (told.sent, told.queued, told.errors) == (3, 0, [])
    assert recipients(mailbox) == EVERYBODY
    assert sorted(message_ids(mailbox)) == sorted(staged)
    assert live.tick("2026-10-05 10:30").sent == 0


def test_delivering_alone_sends_what_is_queued_and_plans_nothing(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mailbox.received.clear()
    live.address = NOWHERE
    live.tick("2026-10-05 10:00")
    live.address = mailbox.address

    told = engine.deliver(live.office, [CODE], now=at("2026-10-05 12:00"))

    assert (told.sent, told.queued, told.errors) == (3, 0, [])
    assert recipients(mailbox) == EVERYBODY


def test_mail_queued_yesterday_is_planned_afresh_and_goes_once(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mailbox.received.clear()
    live.address = NOWHERE
    live.tick("2026-10-05 17:50")
    yesterdays = {one.rfc_id for one in live.messages(status="queued")}
    live.address = mailbox.address

    told = live.tick("2026-10-06 09:00")

    assert (told.sent, told.queued, told.held, told.errors) == (3, 0, 0, [])
    assert recipients(mailbox) == EVERYBODY
    assert yesterdays.isdisjoint(message_ids(mailbox))
    assert {read(one)["Date"].datetime for one in mailbox.received} == {at("2026-10-06 09:00")}
    assert live.ledger("recipient", "due_at", "outcome", step="portfolio-issued") == [
        (ref, at("2026-10-05 10:00"), "sent") for ref in ("P0001", "P0002", "P0003")
    ]
    assert len(live.messages()) == len(live.messages(status="sent"))  # nothing is left over


def test_advice_that_has_grown_stale_while_the_mail_server_was_down_does_not_go(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-10-12 18:00")
    mailbox.received.clear()
    live.address = NOWHERE
    live.tick("2026-10-13 09:00")  # make-room, of use for five working days
    assert live.outcomes("make-room")["1 to P0001"] == "queued"
    live.address = mailbox.address

    live.tick("2026-10-21 09:00")

    assert live.outcomes("make-room") == {
        "1 to P0001": "expired",
        "1 to P0002": "expired",
        "1 to P0003": "expired",
    }
    assert "One conversation" not in " ".join(str(read(one)["Subject"]) for one in mailbox.received)
    assert not live.messages(status="queued")


def test_a_notice_to_operations_that_was_queued_yesterday_is_not_lost(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    with live.store.write() as session:
        stage_notice(
            session,
            cohort=gather.cohort_named(session, CODE),
            step="ops-action-needed",
            facts={"cause": "a test", "what": "It is one.", "remedy": "None.", "details": []},
            now=at("2026-10-05 09:55"),
            domain="provider.example",
        )
    mailbox.received.clear()
    live.address = NOWHERE
    live.tick("2026-10-05 09:55")
    live.address = mailbox.address

    live.tick("2026-10-06 09:00")
    live.tick("2026-10-06 09:10")

    assert recipients(mailbox).count("operations@provider.example") == 1
    notices = live.ledger("occurrence", "outcome", step="ops-action-needed")
    assert [outcome for name, outcome in notices if "/" not in name] == ["sent"]


def test_staff_mail_that_was_queued_yesterday_goes_once(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    mailbox.received.clear()
    live.address = NOWHERE
    live.tick("2026-10-09 14:00")  # ops-week-ahead, a Friday
    assert "queued" in live.outcomes("ops-week-ahead").values()
    live.address = mailbox.address

    live.tick("2026-10-10 09:00")
    live.tick("2026-10-12 09:00")

    weeks = [one for one in mailbox.received if "e-mails on" in str(read(one)["Subject"])]
    assert len(weeks) == 1
    assert "queued" not in live.outcomes("ops-week-ahead").values()
    assert "held" not in {value.split(":")[0] for value in live.outcomes("ops-week-ahead").values()}


@pytest.mark.parametrize(
    ("script", "sentence"),
    [
        ({"CONNECT": "554 5.7.1 not you"}, "The mail server cannot be reached (5.7.1 not you"),
        ({"CONNECT": DROP}, "The mail server cannot be reached ("),
        ({"MAIL": "530 5.7.0 log in"}, "The mail server refuses our settings ("),
        ({"MAIL": "550 5.7.1 no such sender"}, "The mail server refuses our settings ("),
    ],
)
def test_a_mail_server_that_wants_none_of_it_burns_no_message(
    live: SmallCohort, script: dict[str, str], sentence: str
) -> None:
    with InMemoryMailbox(script) as unwilling:
        live.address = unwilling.address

        told = live.tick("2026-10-05 10:00")

        assert (told.sent, told.failed, told.queued) == (0, 0, 3)
        assert len(told.errors) == 1
        assert sentence in told.errors[0]
        assert unwilling.connections == 1  # nobody is knocked at for each message


def test_a_mail_server_that_goes_away_in_the_middle_gets_the_rest_later(
    cohort: SmallCohort,
) -> None:
    people = [f"2026-10,P{n:04},Pat,No{n},p{n}@x.example,X,england,2026-10-05" for n in range(40)]
    cohort.enrol(*people)
    cohort.go_live()
    # One more than there are connections: a fresh one meets it as well.
    away = [None] * 15 + ["421 4.3.2 shutting down"] * 11
    with InMemoryMailbox({"MAIL": away}) as mailbox:
        cohort.address = mailbox.address

        first = cohort.tick("2026-09-03 09:00")
        # How many of the refusals a tick meets depends on how many connections knock.
        times = [f"{hour:02}:{minute}" for hour in range(10, 17) for minute in ("00", "30")]
        later = [cohort.tick(f"2026-09-03 {time}") for time in times]

        assert (first.sent + first.queued, later[-1].queued, later[-1].errors) == (40, 0, [])
        assert 0 < first.sent < 40
        assert (len(mailbox.received), len(set(message_ids(mailbox)))) == (40, 40)
        assert len(set(recipients(mailbox))) == 40
