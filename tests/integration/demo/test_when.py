"""When the demo's e-mails went: never out of hours, never too many, chasers on their days."""

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable

import holidays
from exports import DUE, LATE_DUE, STARTS, SUBMISSION, Samples
from the_year import CHASERS, COUNTED, ZONE, Sent, TheYear

SUBDIVISION = {"england": "ENG", "wales": "WLS", "scotland": "SCT", "northern-ireland": "NIR"}
BANK_HOLIDAYS = {
    nation: holidays.country_holidays("GB", subdiv=code, years=(2026, 2027))
    for nation, code in SUBDIVISION.items()
}
MENTOR_NAMED, MENTOR_ACCEPTED = dt.date(2026, 11, 6), dt.date(2026, 11, 20)
SIGN_OFF = dt.date(2027, 9, 28)


def local(one: Sent) -> dt.datetime:
    return one.at.astimezone(ZONE)


def weeks(days: Iterable[dt.date]) -> set[tuple[int, int]]:
    return {day.isocalendar()[:2] for day in days}


def test_nothing_goes_to_people_outside_monday_to_friday_nine_to_six(year: TheYear) -> None:
    outside = [
        (one.id, local(one))
        for one in year.mail_to_people
        if local(one).weekday() > 4 or not dt.time(9) <= local(one).time() < dt.time(18)
    ]

    assert outside == []


def test_nothing_goes_to_people_on_a_bank_holiday_of_their_nation(
    year: TheYear, samples: Samples
) -> None:
    on_holidays = [
        (one.id, one.to, local(one).date())
        for one in year.mail_to_people
        if local(one).date() in BANK_HOLIDAYS[samples.nations[one.to]]
    ]

    assert on_holidays == []


def test_the_hours_hold_across_both_clock_changes(year: TheYear) -> None:
    """A tip is at 09:00 on the clock in summer and in winter."""
    for step, day in (
        ("make-room", "2026-10-13"),  # summer time
        ("pdp-tip", "2026-11-24"),  # winter time
        ("impact-tip", "2027-05-11"),  # summer time again
    ):
        dues = {row.due_at.astimezone(ZONE) for row in year.ledger if row.step == step}
        assert dues == {dt.datetime.fromisoformat(f"{day}T09:00").replace(tzinfo=ZONE)}


def test_chasers_go_from_tuesday_to_thursday_two_days_apart(year: TheYear) -> None:
    chasers = [one for one in year.mail_to_people if one.steps & CHASERS]

    assert {local(one).weekday() for one in chasers} <= {1, 2, 3}
    last: dict[tuple[str, str], dt.datetime] = {}
    for one in chasers:
        before = last.get((one.to, one.role))
        assert before is None or one.at - before >= dt.timedelta(hours=48), one.id
        last[one.to, one.role] = one.at


def test_nobody_gets_more_than_two_counted_e_mails_in_a_week_without_a_deadline(
    year: TheYear, samples: Samples
) -> None:
    deadlines = {
        ref: weeks([*(LATE_DUE if joined > STARTS else DUE).values(), MENTOR_NAMED, SUBMISSION])
        for ref, joined in samples.joined.items()
    }
    counted: Counter[tuple[str, str, tuple[int, int]]] = Counter(
        (one.to, one.role, local(one).date().isocalendar()[:2])
        for one in year.mail_to_people
        if one.steps & COUNTED
    )
    mentors = weeks([MENTOR_ACCEPTED, SIGN_OFF])

    too_many = {
        place: times
        for place, times in counted.items()
        if times > 2
        and place[2] not in (deadlines[place[0]] if place[1] == "participant" else mentors)
    }

    assert too_many == {}


def test_a_tip_shares_no_e_mail_with_a_chaser_and_an_essential_none_with_another_step(
    year: TheYear,
) -> None:
    for one in year.mail_to_people:
        classes = {
            "chaser" if step in CHASERS else "counted" if step in COUNTED else step
            for step in one.steps
        }
        others = classes - {"chaser", "counted"}
        assert not others or len(classes) == 1, (one.id, one.steps)
        tips = {step for step in one.steps if step in COUNTED and "webinar" not in step} - CHASERS
        assert not (tips and one.steps & CHASERS), (one.id, one.steps)


def test_nothing_goes_to_late_joiners_before_they_join(year: TheYear, samples: Samples) -> None:
    late = {ref: joined for ref, joined in samples.joined.items() if joined > STARTS}

    assert set(late) == {"P0012", "P0059", "P0106"}
    first: dict[str, dt.date] = {}
    for one in year.mail_to_people:
        first.setdefault(one.to, local(one).date())
    assert {ref: first[ref] >= joined for ref, joined in late.items()} == dict.fromkeys(late, True)


def test_a_cap_holds_over_all_weeks_but_is_not_idle(year: TheYear) -> None:
    per_week: dict[tuple[str, tuple[int, int]], int] = defaultdict(int)
    for one in year.mail_to_people:
        if one.role == "participant" and one.steps & COUNTED:
            per_week[one.to, local(one).date().isocalendar()[:2]] += 1

    assert 2 in per_week.values()
