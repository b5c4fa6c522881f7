"""A trial writes to nobody but its allow-list; staging sends everything to one address."""

from small_cohort import ADA, BEN, CAT, CODE, GRACE, NIA, SmallCohort, at, read, recipients

from ats.outbox.mailbox import InMemoryMailbox
from ats.outbox.notices import stage_notice
from ats.outbox.smtp_url import SmtpAddress
from ats.records import gather

ALLOWED = frozenset({"ada@harbour.example", "grace@harbour.example"})


def subjects(mailbox: InMemoryMailbox) -> list[str]:
    return sorted(str(read(one)["Subject"]) for one in mailbox.received)


def test_in_a_trial_only_the_allow_list_gets_mail_marked_trial_and_the_rest_is_held(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.letterhead(trial_recipients=ALLOWED)
    cohort.enrol(ADA + GRACE, BEN + NIA, CAT)

    told = cohort.tick("2026-10-07 09:00")

    assert set(recipients(mailbox)) == ALLOWED
    assert {subject.startswith("TRIAL: ") for subject in subjects(mailbox)} == {True}
    for received in mailbox.received:
        text = read(received).get_body(("plain",)).get_content()
        assert "trial" in text.casefold()
    assert cohort.outcomes("portfolio-issued") == {
        "1 to P0001": "sent",
        "1 to P0002": "held: trial",
        "1 to P0003": "held: trial",
    }
    assert cohort.outcomes("mentor-request") == {
        "M0001/1 to M0001": "sent",
        "M0002/1 to M0002": "held: trial",
    }
    assert told.held == sum(o.startswith("held") for (o,) in cohort.ledger("outcome"))


def test_an_allow_list_does_not_mind_capital_letters(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.letterhead(trial_recipients=frozenset({"ada@harbour.example"}))
    cohort.enrol(ADA.replace("ada@harbour.example", "Ada@Harbour.Example"))

    cohort.tick("2026-09-03 09:00")

    assert [one.casefold() for one in recipients(mailbox)] == ["ada@harbour.example"]


def test_with_an_empty_allow_list_a_trial_sends_nothing_at_all(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA + GRACE, BEN)

    cohort.tick_daily("2026-10-01", "2026-10-13")

    assert mailbox.received == []
    assert not cohort.messages()
    outcomes = {
        (outcome, reason)
        for outcome, reason, role in cohort.ledger("outcome", "reason", "role")
        if role in ("participant", "mentor")
    }
    assert ("held", "trial") in outcomes
    assert not {outcome for outcome, _ in outcomes} & {"sent", "merged", "queued", "failed"}


def test_operations_on_the_allow_list_get_their_mail_in_a_trial(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.letterhead(trial_recipients=frozenset({"operations@provider.example"}))
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()

    cohort.tick("2026-10-02 14:00")  # a Friday, the hour of ops-week-ahead

    assert recipients(mailbox) == ["operations@provider.example"]
    assert subjects(mailbox)[0].startswith("TRIAL: Monday 5 October to Sunday 11 October: ")


def test_staff_mail_that_waited_is_held_when_its_office_has_left_the_allow_list(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.letterhead(trial_recipients=frozenset({"operations@provider.example"}))
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    works, cohort.address = cohort.address, SmtpAddress("127.0.0.1", 9)
    cohort.tick("2026-10-02 14:00")  # a Friday, the hour of ops-week-ahead
    assert cohort.outcomes("ops-week-ahead")["5 to operations"] == "queued"
    cohort.address = works
    cohort.letterhead(trial_recipients=frozenset())

    told = cohort.tick("2026-10-02 14:10")

    assert (told.sent, told.errors, mailbox.received) == (0, [], [])
    assert cohort.outcomes("ops-week-ahead")["5 to operations"] == "held: trial"
    assert not cohort.messages()
    cohort.go_live("2026-10-02 15:00")
    cohort.tick("2026-10-02 15:00")
    assert cohort.outcomes("ops-week-ahead")["5 to operations"] == "sent"


def test_a_notice_that_waited_goes_when_its_office_is_on_the_allow_list_again(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    with cohort.store.write() as session:
        stage_notice(
            session,
            cohort=gather.cohort_named(session, CODE),
            step="ops-action-needed",
            facts={"cause": "a test", "what": "It is one.", "remedy": "None.", "details": []},
            now=at("2026-10-05 09:55"),
            domain="provider.example",
        )

    cohort.tick("2026-10-05 10:00")
    assert mailbox.received == []
    cohort.letterhead(trial_recipients=frozenset({"operations@provider.example"}))
    cohort.tick("2026-10-05 11:05")

    assert recipients(mailbox) == ["operations@provider.example"]


def test_going_live_releases_what_is_still_of_use_without_the_mark(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.tick_daily("2026-09-03", "2026-10-21")
    assert recipients(mailbox) == []

    cohort.go_live("2026-10-21 12:00")
    cohort.tick("2026-10-21 12:10")

    assert cohort.outcomes("agenda-published") == {"1 to P0001": "sent", "1 to P0002": "sent"}
    assert cohort.outcomes("portfolio-issued") == {"1 to P0001": "sent", "1 to P0002": "sent"}
    assert cohort.outcomes("make-room") == {"1 to P0001": "expired", "1 to P0002": "expired"}
    # The tip of the day before is still of use, and waits for the day of tips.
    assert set(cohort.outcomes("about-you-and-mentor").values()) <= {"sent", "held: window"}
    assert cohort.outcomes("webinar-week-ahead")["webinar-1/1 to P0001"] == "expired"
    assert not [subject for subject in subjects(mailbox) if "TRIAL" in subject]
    assert "held: trial" not in {
        f"{outcome}: {reason}" for outcome, reason in cohort.ledger("outcome", "reason")
    }


def test_what_went_in_the_trial_does_not_go_again(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.letterhead(trial_recipients=ALLOWED)
    cohort.enrol(ADA, BEN)
    cohort.tick("2026-09-03 09:00")

    cohort.go_live("2026-09-03 12:00")
    cohort.tick("2026-09-03 12:10")

    assert recipients(mailbox) == ["ada@harbour.example", "ben@harbour.example"]


def test_with_a_redirect_everything_goes_there_and_tells_for_whom_it_was(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.letterhead(redirect_to="staging@provider.example")
    cohort.enrol(ADA + GRACE, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick("2026-09-03 09:00")

    cohort.tick("2026-10-02 14:00")
    cohort.tick("2026-10-07 09:00")

    assert set(recipients(mailbox)) == {"staging@provider.example"}
    meant = {str(read(one)["X-ATS-Intended-For"]) for one in mailbox.received}
    assert {"P0001", "P0002", "M0001", "operations"} <= meant
    for received in mailbox.received:
        head = received.data.partition(b"\r\n\r\n")[0]
        assert b"harbour.example" not in head
        assert read(received)["Cc"] is read(received)["Bcc"] is None
