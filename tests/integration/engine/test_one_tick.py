"""What one tick leaves behind: the e-mail, and everything that is said about it in the records."""

import email
import email.policy
import hashlib

from small_cohort import ADA, BEN, GRACE, SmallCohort, at, message_ids, read, recipients

from ats.outbox.local_mailbox import LocalMailbox
from ats.outbox.mailbox import InMemoryMailbox
from ats.tally import Tally


def test_a_tick_sends_what_is_due_and_records_it(cohort: SmallCohort) -> None:
    cohort.enrol(ADA, BEN)
    cohort.go_live()
    with LocalMailbox(cohort.folder / "mail") as address:
        cohort.address = address

        told = cohort.tick("2026-09-03 09:00")

    assert (told.sent, told.failed, told.queued, told.held, told.errors) == (2, 0, 0, 0, [])
    ada, ben = cohort.messages()
    moment = at("2026-09-03 09:00")
    assert cohort.ledger(
        "key",
        "class_",
        "role",
        "due_at",
        "outcome",
        "reason",
        "sent_at",
        "message_id",
        role="participant",
    ) == [
        (key, "essential", "participant", moment, "sent", None, moment, message.id)
        for key, message in (
            ("2026-10/P0001/agenda-published/1/P0001", ada),
            ("2026-10/P0002/agenda-published/1/P0002", ben),
        )
    ]
    assert [(one.status, one.sent_at, one.date, one.attempts) for one in (ada, ben)] == [
        ("sent", moment, moment, 1),
        ("sent", moment, moment, 1),
    ]
    assert [(one.to_address, one.lease_owner) for one in (ada, ben)] == [
        ("ada@harbour.example", None),
        ("ben@harbour.example", None),
    ]
    assert cohort.attempts() == [(ada.rfc_id, 250, "sent"), (ben.rfc_id, 250, "sent")]

    files = [path.read_bytes() for path in (cohort.folder / "mail" / "new").iterdir()]
    assert {hashlib.sha256(data).hexdigest() for data in files} == {ada.digest, ben.digest}
    parsed = [email.message_from_bytes(data, policy=email.policy.default) for data in files]
    assert {(one["To"], one["Message-ID"]) for one in parsed} == {
        ("Ada Lovelace <ada@harbour.example>", f"<{ada.rfc_id}>"),
        ("Ben Ortega <ben@harbour.example>", f"<{ben.rfc_id}>"),
    }


def test_a_second_tick_at_the_same_moment_sends_nothing(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    assert cohort.tick("2026-10-07 09:00").sent > 0
    before = (cohort.ledger("key", "outcome", "decided_at"), len(mailbox.received))

    told = cohort.tick("2026-10-07 09:00")

    assert told == Tally()
    assert (cohort.ledger("key", "outcome", "decided_at"), len(mailbox.received)) == before


def test_before_anything_is_due_a_tick_does_nothing(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA)
    cohort.go_live()

    told = [cohort.tick(moment) for moment in ("2026-09-02 10:00", "2026-09-03 08:59")]

    assert [(one.sent, one.queued, one.held) for one in told] == [(0, 0, 0)] * 2
    assert (cohort.ledger("key", role="participant"), mailbox.received) == ([], [])


def test_message_id_and_date_are_fixed_when_the_message_is_staged(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA)
    cohort.go_live()
    cohort.address = nowhere = type(mailbox.address)("127.0.0.1", 9)
    assert cohort.tick("2026-09-03 09:00").queued == 1
    (staged,) = cohort.messages()

    cohort.address = mailbox.address
    assert nowhere != mailbox.address
    assert cohort.tick("2026-09-03 11:20").sent == 1

    (received,) = mailbox.received
    assert message_ids(mailbox) == [staged.rfc_id]
    assert read(received)["Date"].datetime == at("2026-09-03 09:00")
    (sent,) = cohort.messages()
    assert (sent.rfc_id, sent.date, sent.sent_at) == (
        staged.rfc_id,
        at("2026-09-03 09:00"),
        at("2026-09-03 11:20"),
    )


def test_the_digest_is_that_of_the_bytes_that_went(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    dotted = ADA.replace("Lovelace", ".Łovelace")  # a name that begins a line with a dot
    cohort.enrol(dotted + GRACE)
    cohort.go_live()

    cohort.tick("2026-10-07 09:00")

    sent = {message.rfc_id: message.digest for message in cohort.messages(status="sent")}
    assert sent == {
        name: hashlib.sha256(one.data).hexdigest()
        for name, one in zip(message_ids(mailbox), mailbox.received, strict=True)
    }
    assert {"ada@harbour.example", "grace@harbour.example"} < set(recipients(mailbox))
