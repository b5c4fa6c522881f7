"""Who gets one e-mail for several rows, and who gets two for one person."""

from small_cohort import ADA, BEN, CAT, GRACE, SmallCohort, at, message_ids, read

from ats.outbox.mailbox import InMemoryMailbox
from ats.people import mentors


def to(mailbox: InMemoryMailbox, address: str) -> list[str]:
    """Return the subjects of what went to an address."""
    return [str(read(one)["Subject"]) for one in mailbox.received if one.recipient == address]


def test_a_mentor_of_several_gets_one_e_mail_with_a_row_for_each_mentee(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE, CAT + GRACE)
    cohort.go_live()

    told = cohort.tick("2026-10-07 09:00")

    grace = [one for one in mailbox.received if one.recipient == "grace@harbour.example"]
    assert len(grace) == 1
    text = read(grace[0]).get_body(("plain",)).get_content()
    assert [name for name in ("Ada Lovelace", "Ben Ortega", "Cat Owen") if name in text] == [
        "Ada Lovelace",
        "Ben Ortega",
        "Cat Owen",
    ]
    subject = str(read(grace[0])["Subject"])
    assert not [name for name in ("Ada", "Ben", "Cat") if name in subject]  # a neutral one

    (message,) = cohort.messages(recipient="M0001")
    moment = at("2026-10-07 09:00")
    assert cohort.ledger("key", "outcome", "message_id", "sent_at", step="mentor-request") == [
        ("2026-10/P0001/mentor-request/M0001/1/M0001", "sent", message.id, moment),
        ("2026-10/P0002/mentor-request/M0001/1/M0001", "merged", message.id, moment),
        ("2026-10/P0003/mentor-request/M0001/1/M0001", "merged", message.id, moment),
    ]
    assert told.merged >= 2
    assert message.rfc_id in message_ids(mailbox)


def test_the_ladder_of_each_mentee_starts_with_that_one_e_mail(cohort: SmallCohort) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")

    cohort.tick("2026-10-14 09:00")  # five working days later

    assert cohort.ledger("key", "outcome", step="chase-mentor-request") == [
        ("2026-10/P0001/chase-mentor-request/M0001/plus-5/1/M0001", "sent"),
        ("2026-10/P0002/chase-mentor-request/M0001/plus-5/1/M0001", "merged"),
    ]


def test_a_mentor_who_has_agreed_to_one_is_reminded_only_of_the_other(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-08 15:00"), by="Jo")

    cohort.tick("2026-10-14 09:00")

    assert cohort.ledger("key", "outcome", "reason", step="chase-mentor-request") == [
        ("2026-10/P0001/chase-mentor-request/M0001/plus-5/1/M0001", "skipped", "condition-met"),
        ("2026-10/P0002/chase-mentor-request/M0001/plus-5/1/M0001", "sent", None),
    ]
    (received,) = [
        one
        for one in mailbox.received
        if str(read(one)["Subject"]) == "Your answer about mentoring, either way"
    ]
    text = read(received).get_body(("plain",)).get_content()
    assert "Ben Ortega" in text
    assert "Ada Lovelace" not in text


def test_who_agrees_between_staging_and_sending_is_not_reminded(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN + GRACE)
    cohort.go_live()
    cohort.tick("2026-10-07 09:00")
    works, cohort.address = cohort.address, type(mailbox.address)("127.0.0.1", 9)
    cohort.tick("2026-10-14 09:00")
    assert cohort.outcomes("chase-mentor-request") == {"M0001/plus-5/1 to M0001": "queued"}
    mailbox.received.clear()

    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 09:30"), by="Jo")
    cohort.address = works
    told = cohort.tick("2026-10-14 10:00")

    assert told.errors == []

    assert cohort.ledger("key", "outcome", "reason", step="chase-mentor-request") == [
        ("2026-10/P0001/chase-mentor-request/M0001/plus-5/1/M0001", "skipped", "condition-met"),
        ("2026-10/P0002/chase-mentor-request/M0001/plus-5/1/M0001", "sent", None),
    ]
    assert "Your answer about mentoring, either way" in to(mailbox, "grace@harbour.example")


def test_one_person_in_both_roles_gets_both_streams_separately(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    ben_as_mentor = ",M0009,Ben,Ortega,ben@harbour.example,england"
    cohort.enrol(ADA + ben_as_mentor, BEN + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-02 09:00")
    cohort.tick("2026-10-05 10:00")
    mailbox.received.clear()

    cohort.tick("2026-10-07 09:00")  # webinar-tomorrow to participants, mentor-request to mentors

    assert sorted(to(mailbox, "ben@harbour.example")) == sorted(
        [
            "Ada Lovelace has asked you to be their ATS mentor",
            "Tomorrow, 16:30: Getting started and your self-assessment, with your link",
        ]
    )
    staged = cohort.messages(date=at("2026-10-07 09:00"), to_address="ben@harbour.example")
    assert [(one.recipient, one.role) for one in staged] in (
        [("P0002", "participant"), ("M0009", "mentor")],
        [("M0009", "mentor"), ("P0002", "participant")],
    )


def test_items_of_one_day_and_role_share_one_e_mail(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-08 09:00")
    cohort.tick("2026-11-10 09:00")
    cohort.export("2026-11-09", "P0001,about-you,in-progress,2026-11-05", now="2026-11-10 12:00")
    mailbox.received.clear()

    # webinar-2 is announced on Wed 11 Nov, the first observation nudged on Thu 12 Nov; no tick
    # ran on the Wednesday.
    cohort.tick("2026-11-12 09:00")

    (message,) = cohort.messages(date=at("2026-11-12 09:00"), role="participant")
    assert cohort.ledger("step", "occurrence", "outcome", message_id=message.id) == [
        ("webinar-week-ahead", "webinar-2/1", "sent"),
        ("chase-milestone", "first-observation/minus-6/1", "merged"),
    ]
    (received,) = [one for one in mailbox.received if one.recipient == "ada@harbour.example"]
    assert str(read(received)["Subject"]).endswith(", and one more thing")


def test_a_chaser_and_a_tip_found_on_one_day_are_two_e_mails(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-10-08 09:00")
    cohort.tick("2026-10-14 09:00")
    mentors.accept(cohort.store, "P0001", now=at("2026-10-14 15:00"), by="Jo")
    cohort.tick("2026-11-23 09:00")
    cohort.export("2026-11-23", "P0001,about-you,in-progress,2026-11-19", now="2026-11-24 18:30")
    mailbox.received.clear()

    # pdp-tip is due on Tue 24 Nov, the first reminder of the observation on Wed 25 Nov.
    cohort.tick("2026-11-25 09:00")

    staged = cohort.messages(date=at("2026-11-25 09:00"), role="participant")
    assert sorted(
        cohort.ledger("step", "occurrence", "outcome", message_id=one.id) for one in staged
    ) == [
        [("chase-milestone", "first-observation/plus-3/1", "sent")],
        [("pdp-tip", "1", "sent")],
    ]
