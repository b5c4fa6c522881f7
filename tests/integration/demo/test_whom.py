"""Whom the demo chases, and who becomes a case: judged by the exports alone."""

import datetime as dt

from exports import STARTS, ZONE, Portfolio, Samples, weekdays_between
from the_year import TheYear

MONTHS = 60  # weekdays
AMBER = 15  # weekdays


def test_nobody_is_chased_for_what_the_newest_export_shows_as_met(
    year: TheYear, samples: Samples
) -> None:
    chased = [
        (row.person, row.occurrence.split("/")[0], row.sent_at)
        for row in year.ledger
        if row.step == "chase-milestone" and row.sent_at is not None
    ]
    assert len(chased) > 100

    wrongly = []
    for ref, milestone, sent_at in chased:
        assert ref is not None
        assert sent_at is not None
        export = samples.newest(sent_at)
        assert export is not None, "a chaser went without any data"
        if export.portfolios.get(ref, Portfolio({})).meets(milestone):
            wrongly.append((ref, milestone, sent_at, export.as_of))
    assert wrongly == []


def test_nobody_becomes_a_case_over_what_the_newest_export_shows_as_met(
    year: TheYear, samples: Samples
) -> None:
    wrongly = []
    for case in year.cases:
        step, _, occurrence = case.signals[0].partition(" ")
        if step not in ("chase-milestone", "chase-submission"):
            continue
        milestone = "submission" if step == "chase-submission" else occurrence.split("/")[0]
        export = samples.newest(case.opened_at)
        assert export is not None
        if export.portfolios.get(case.person, Portfolio({})).meets(milestone):
            wrongly.append((case, milestone, export.as_of))

    assert {case.kind for case in year.cases} >= {
        "stalled-portfolio",
        "call-participant",
        "not-submitted",
    }
    assert wrongly == []


def test_chasers_go_on_fresh_data_only(year: TheYear, samples: Samples) -> None:
    """Three working days at most: whatever the nation, a week holds no more than five."""
    for row in year.ledger:
        if row.step == "chase-milestone" and row.sent_at is not None:
            export = samples.newest(row.sent_at)
            assert export is not None
            sent_on = row.sent_at.astimezone(ZONE).date()
            assert (sent_on - export.as_of).days <= 7
            assert weekdays_between(export.as_of, sent_on + dt.timedelta(days=1)) <= 5


def test_everybody_who_stood_still_for_months_becomes_a_case(
    year: TheYear, samples: Samples
) -> None:
    stood_still = {
        ref
        for ref in samples.joined
        for export in samples.exports
        if weekdays_between(samples.moved(ref, export), export.as_of) >= MONTHS
        and samples.open_milestones(ref, export)
    }
    cases = {case.person for case in year.cases if case.kind == "stalled-portfolio"}

    assert len(stood_still) >= 5
    assert stood_still - cases == set()


def test_nobody_becomes_a_stalled_case_with_everything_due_complete(
    year: TheYear, samples: Samples
) -> None:
    wrongly = []
    for case in year.cases:
        if case.kind == "stalled-portfolio":
            export = samples.newest(case.opened_at)
            assert export is not None
            if not samples.open_milestones(case.person, export):
                wrongly.append((case, export.as_of))

    assert wrongly == []


def test_nobody_becomes_a_stalled_case_who_moved_within_fifteen_weekdays(
    year: TheYear, samples: Samples
) -> None:
    wrongly = []
    for case in year.cases:
        if case.kind == "stalled-portfolio":
            export = samples.newest(case.opened_at)
            assert export is not None
            moved = samples.moved(case.person, export)
            if weekdays_between(moved, export.as_of) < AMBER:
                wrongly.append((case, moved, export.as_of))

    assert wrongly == []


def test_a_stalled_case_stands_alone_while_it_is_open(year: TheYear) -> None:
    """While it is open the rungs about the person's milestones send nothing and open nothing."""
    opened = {c.person: c.opened_at for c in year.cases if c.kind == "stalled-portfolio"}
    later = [
        (row.person, row.occurrence, row.outcome)
        for row in year.ledger
        if row.step == "chase-milestone"
        and row.person in opened
        and row.due_at > opened[row.person]
        and row.outcome in ("sent", "merged", "case-opened")
    ]

    assert later == []


def test_who_submitted_gets_no_more_tips_and_webinars(year: TheYear, samples: Samples) -> None:
    late = []
    for one in year.mail_to_people:
        if one.role == "participant" and not one.steps & {"submission-received"}:
            export = samples.newest(one.at)
            portfolio = export.portfolios.get(one.to) if export else None
            if portfolio and portfolio.meets("submission"):
                late.append((one.to, sorted(one.steps)))

    assert late == []


def test_everybody_gets_the_year_from_their_first_day(year: TheYear, samples: Samples) -> None:
    """Who joined at the start has the agenda and the portfolio, who joined late one catch-up."""
    got: dict[str, set[str]] = {}
    for row in year.ledger:
        if row.outcome in ("sent", "merged"):
            got.setdefault(row.to, set()).add(row.step)
    for ref, joined in samples.joined.items():
        early = {"agenda-published", "portfolio-issued"}
        assert (early <= got[ref]) == (joined <= STARTS), ref
        assert ("catch-up" in got[ref]) == (joined > STARTS), ref
