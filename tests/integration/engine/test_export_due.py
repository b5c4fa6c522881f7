"""Operations are asked for an export on the working day before e-mails would wait for it."""

from small_cohort import ADA, BEN, SmallCohort, read

from ats.outbox.mailbox import InMemoryMailbox

OPERATIONS = "operations@provider.example"


def asked(mailbox: InMemoryMailbox) -> list[tuple[str, str]]:
    """Return (day, text on one line) of every request for an export."""
    mails = [read(one) for one in mailbox.received if one.recipient == OPERATIONS]
    return [
        (
            f"{mail['Date'].datetime:%a %-d %b}",
            " ".join(mail.get_body(("plain",)).get_content().split()),
        )
        for mail in mails
        if mail["Subject"] == "Please upload the portfolio export today"
    ]


def start(cohort: SmallCohort, mailbox: InMemoryMailbox, now: str) -> None:
    cohort.enrol(ADA, BEN)
    cohort.join_links()
    cohort.go_live()
    cohort.tick(now)
    mailbox.received.clear()


def test_an_export_is_asked_for_on_the_eve_of_the_e_mails_that_need_it(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    start(cohort, mailbox, "2026-12-14 09:00")
    done = [f"{ref},first-observation,complete,2026-11-10" for ref in ("P0001", "P0002")]
    cohort.export("2026-12-14", *done)

    cohort.tick_daily("2026-12-14", "2027-01-06", time="14:00")

    ((day, text),) = asked(mailbox)  # the nudge about the PDP is due on Thursday 7 January
    assert day == "Wed 6 Jan"
    assert "Two e-mails about milestones wait for it." in text
    assert "they go on Thursday 7 January 2027 at the latest" in text


def test_no_export_is_asked_for_on_behalf_of_a_case(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    start(cohort, mailbox, "2026-11-23 09:00")
    row = "P0001,about-you,in progress,2026-11-02"
    for monday, sunday in (("2026-11-23", "2026-11-29"), ("2026-11-30", "2026-12-06")):
        cohort.export(monday, row)
        cohort.tick_daily(monday, sunday, time="14:00")
    cohort.export("2026-12-07", row)
    cohort.tick_daily("2026-12-07", "2026-12-08", time="14:00")
    second = cohort.outcomes("chase-milestone")["first-observation/plus-8/1 to P0001"]
    assert second == "sent"  # it was the last e-mail about this milestone
    mailbox.received.clear()

    cohort.tick_daily("2026-12-09", "2026-12-18", time="14:00")

    rung = cohort.outcomes("chase-milestone")["first-observation/plus-18/1 to pxm"]
    assert rung == "held: stale-data"
    assert asked(mailbox) == []


def test_data_from_before_the_due_moment_are_asked_for_anew_however_young(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    start(cohort, mailbox, "2026-11-19 09:00")
    cohort.export("2026-11-20", "P0001,about-you,in progress,2026-11-02")  # due that day at 17:00

    cohort.tick_daily("2026-11-20", "2026-11-24", time="14:00")

    ((day, text),) = asked(mailbox)  # the reminder is due on Wednesday 25 November
    assert day == "Tue 24 Nov"
    assert "they go on Wednesday 25 November 2026" in text


def test_a_nudge_that_the_cap_holds_back_is_asked_for_when_it_can_go(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """Due on Thursday 12 November, after two e-mails of that week; chasers go on from Tuesday."""
    start(cohort, mailbox, "2026-11-09 09:00")

    cohort.tick_daily("2026-11-09", "2026-11-16", time="14:00")

    ((day, text),) = asked(mailbox)
    assert day == "Mon 16 Nov"
    assert "they go on Tuesday 17 November 2026 at the latest" in text
