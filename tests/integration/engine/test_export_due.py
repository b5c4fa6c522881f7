"""Operations are asked for an export on the working day before e-mails would wait for it."""

import datetime as dt

import pytest
from small_cohort import ADA, BEN, GRACE, SmallCohort, at, read

from ats.outbox.mailbox import InMemoryMailbox
from ats.people.changing import Decision
from ats.people.mentors import accept
from ats.people.participants import extend

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


SCOTTISH = ADA.replace(",england,", ",scotland,")
OPEN = "P0001,about-you,in progress,2026-11-02"
OBSERVED = "P0001,first-observation,complete,2026-11-10"


@pytest.mark.parametrize(
    ("as_of", "days"),
    [
        ("2026-12-24", ["Wed 6 Jan", "Mon 11 Jan", "Tue 12 Jan", "Wed 13 Jan"]),
        ("2026-12-31", ["Wed 6 Jan", "Mon 11 Jan", "Tue 12 Jan", "Wed 13 Jan"]),
        ("2027-01-01", ["Wed 6 Jan", "Mon 11 Jan", "Tue 12 Jan", "Wed 13 Jan"]),  # New Year's Day
        ("2027-01-03", ["Wed 6 Jan", "Mon 11 Jan", "Tue 12 Jan", "Wed 13 Jan"]),  # a Sunday
        ("2027-01-04", []),  # three working days old as the nudge goes, on Thursday 7 January
        ("2027-01-06", []),
    ],
)
def test_the_export_is_asked_for_until_it_comes_and_only_before_a_day_of_chasers(
    cohort: SmallCohort, mailbox: InMemoryMailbox, as_of: str, days: list[str]
) -> None:
    """At most once a day, on working days; Fridays, Saturdays and Sundays come before none."""
    cohort.enrol(ADA + GRACE)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-10-07 09:00")
    accept(cohort.store, "P0001", now=at("2026-10-14 10:00"), by="Jo")
    cohort.tick("2026-12-14 10:00")
    cohort.export(as_of, OBSERVED)
    cohort.tick(f"{as_of} 10:00")
    mailbox.received.clear()

    for day in range(int(as_of[8:]) + 1 if as_of >= "2027" else 1, 15):
        for time in ("09:00", "14:00", "14:10", "17:00"):
            cohort.tick(f"2027-01-{day:02} {time}")

    assert [day for day, _ in asked(mailbox)] == days
    assert all("One e-mail about a milestone waits" in text for _, text in asked(mailbox))


@pytest.mark.parametrize(
    ("person", "as_of", "days"),
    [
        (ADA, "2026-11-27", []),
        (ADA, "2026-11-26", ["Tue 1 Dec", "Wed 2 Dec"]),
        (SCOTTISH, "2026-11-27", []),
        (SCOTTISH, "2026-11-26", ["Wed 2 Dec"]),  # St Andrew's Day, Monday 30 November
    ],
    ids=["england-fresh", "england-old", "scotland-fresh", "scotland-old"],
)
def test_the_age_counts_in_the_working_days_of_the_person(
    cohort: SmallCohort, mailbox: InMemoryMailbox, person: str, as_of: str, days: list[str]
) -> None:
    """The second reminder is due on Wednesday 2 December, in Scotland a day later."""
    cohort.enrol(person)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2026-11-19 09:00")
    for day in ("2026-11-23", as_of):
        cohort.export(day, OPEN)
        cohort.tick_daily(day, "2026-11-25" if day < as_of else day, time="10:00")
    mailbox.received.clear()

    for day in ("2026-11-27", "2026-11-30", "2026-12-01", "2026-12-02"):
        cohort.tick(f"{day} 09:00")
        cohort.tick(f"{day} 14:00")

    assert [day for day, _ in asked(mailbox)] == days


def test_before_a_bank_holiday_it_is_asked_for_on_the_friday(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    """The nudge is due on Tuesday 4 May 2027, and Monday 3 May is a bank holiday."""
    cohort.enrol(ADA)
    cohort.join_links()
    cohort.go_live_unchecked()
    cohort.tick("2027-04-19 09:00")
    decision = Decision(at("2027-04-19 10:00"), "Jo", "illness")
    due = dt.date(2027, 5, 12)
    extend(cohort.office, "P0001", "diary-and-coaching", due, decision, preview=False)
    mailbox.received.clear()

    cohort.tick_daily("2027-04-28", "2027-05-03", time="14:00")

    assert [day for day, _ in asked(mailbox)][-1:] == ["Fri 30 Apr"]
    assert "on Tuesday 4 May 2027 at the latest" in asked(mailbox)[-1][1]
