"""Cases: opened by rungs, one of a kind at a time, closed by themselves."""

from collections.abc import Iterable

from prologue import prologue
from small_cohort import ADA, BEN, GRACE, SmallCohort, read

from ats.outbox.mailbox import InMemoryMailbox

MONDAYS = ["2026-10-12", "2026-10-19", "2026-10-26", "2026-11-02", "2026-11-09", "2026-11-16"]
MONDAYS += ["2026-11-23", "2026-11-30", "2026-12-07", "2026-12-14"]


@prologue
def live(cohort: SmallCohort, _: InMemoryMailbox) -> None:
    """Ada, who has a mentor, and Ben, who has none; live, with all join links."""
    cohort.enrol(ADA + GRACE, BEN + GRACE.replace("M0001", "M0003").replace("grace@", "gus@"))
    cohort.join_links()
    cohort.go_live()


def walk(cohort: SmallCohort, last: str, *, progress: Iterable[str]) -> None:
    """Export every Monday, tick twice a week and on the days that matter, up to *last*."""
    days = sorted({*MONDAYS, "2026-11-12", "2026-11-25", "2026-12-02", "2026-12-03", "2026-12-09"})
    days += ["2026-12-16"]
    for day in days:
        if day > last:
            return
        if day in MONDAYS:
            cohort.export(day, *progress)
        cohort.tick(f"{day} 09:00")


STARTED = ("P0001,about-you,in-progress,2026-10-06",)
STUCK = (*STARTED, "P0002,first-observation,complete,2026-10-08")


def test_somebody_who_has_stood_still_becomes_one_case_of_the_pxm(live: SmallCohort) -> None:
    walk(live, "2026-12-02", progress=STUCK)

    ada = live.outcomes("chase-milestone", about="P0001")
    assert ada["first-observation/plus-8-red/1 to pxm"] == "case-opened"
    assert [case for case in live.cases() if case[1] == "stalled-portfolio"] == [
        ("P0001", "stalled-portfolio", "open")
    ]
    assert "chase-milestone first-observation/plus-8-red/1" in live.signals()


def test_while_that_case_is_open_every_rung_ends_case_open_and_opens_none_of_its_own(
    live: SmallCohort,
) -> None:
    walk(live, "2026-12-16", progress=STUCK)

    ada = live.outcomes("chase-milestone", about="P0001")
    assert ada["first-observation/plus-13/1 to operations"] == "skipped: case-open"
    assert ada["first-observation/plus-18/1 to pxm"] == "skipped: case-open"
    about_portfolios = ("stalled-portfolio", "call-participant")
    assert [case for case in live.cases() if case[1] in about_portfolios] == [
        ("P0001", "stalled-portfolio", "open"),
    ]


def test_a_rung_that_meets_an_open_case_of_its_kind_adds_its_signal(live: SmallCohort) -> None:
    walk(live, "2026-12-16", progress=STUCK)

    stalled = [signal for signal in live.signals() if signal.startswith("chase-milestone")]
    assert stalled == [
        "chase-milestone first-observation/plus-8-red/1",
        "chase-milestone first-observation/plus-18/1",
    ]


def test_the_case_closes_by_itself_when_the_portfolio_moves(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    walk(live, "2026-12-09", progress=STUCK)
    mailbox.received.clear()

    live.export("2026-12-14", *STUCK, "P0001,self-assessment,in-progress,2026-12-11")
    live.tick("2026-12-14 09:00")

    assert [case for case in live.cases() if case[1] == "stalled-portfolio"] == [
        ("P0001", "stalled-portfolio", "closed")
    ]
    to_ada = [str(read(one)["Subject"]) for one in mailbox.received if "ada@" in one.recipient]
    assert to_ada == []  # silently


def test_a_case_without_a_mentor_closes_when_one_is_named(cohort: SmallCohort) -> None:
    cohort.enrol(ADA)
    cohort.go_live()
    cohort.tick_daily("2026-11-02", "2026-11-24")
    assert cohort.cases() == [("P0001", "no-mentor-named", "open")]

    cohort.enrol(ADA + GRACE, now="2026-11-25 10:00")
    cohort.tick("2026-11-25 10:10")

    assert cohort.cases() == [("P0001", "no-mentor-named", "closed")]


def test_a_case_rung_opens_its_case_without_a_mail_of_its_own_and_the_owner_hears_next_day(
    cohort: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    cohort.enrol(ADA)
    cohort.go_live()
    cohort.tick_daily("2026-11-20", "2026-11-23")
    mailbox.received.clear()

    told = cohort.tick("2026-11-24 09:00")
    assert told.cases_opened == 1
    (row,) = cohort.ledger(
        "outcome", "message_id", "sent_at", step="chase-mentor-named", recipient="pxm"
    )
    assert row == ("case-opened", None, None)
    assert "pxm@provider.example" not in [one.recipient for one in mailbox.received]

    cohort.tick("2026-11-25 08:15")
    (digest,) = [one for one in mailbox.received if one.recipient == "pxm@provider.example"]
    assert str(read(digest)["Subject"]) == "ATS cases: 1 new, 0 due"


def test_who_has_finished_is_never_chased_on_old_data(
    live: SmallCohort, mailbox: InMemoryMailbox
) -> None:
    live.tick("2026-10-08 09:00")
    live.export("2026-11-02", *STUCK)

    live.tick("2026-11-12 09:00")  # the nudge is due, the export ten days old
    assert live.outcomes("chase-milestone")["first-observation/minus-6/1 to P0001"] == (
        "held: stale-data"
    )

    live.export("2026-11-16", *STUCK, "P0001,first-observation,complete,2026-11-13")
    live.tick("2026-11-17 09:00")
    assert live.outcomes("chase-milestone")["first-observation/minus-6/1 to P0001"] == (
        "skipped: condition-met"
    )
    assert "First observation" not in " ".join(
        str(read(one)["Subject"]) for one in mailbox.received
    )
