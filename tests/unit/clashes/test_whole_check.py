"""The check as a whole: the published year, its order, proposals that hold what they promise."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sample_year import LAUNCH, at, with_due, with_step, with_window, year

from ats.clashes import Year, check
from config.send_policy import Useful
from config.vocabulary import NATIONS

WEBINARS = [webinar.key for webinar in year().timeline.cohort.webinars]
TIPS = ["make-room", "diary-habit", "research-tip", "impact-tip", "mentor-midpoint"]
MILESTONES = ["first-observation", "pdp", "diary-and-coaching", "project-impact"]
FIRST, LAST = dt.date(2026, 10, 6), dt.date(2027, 10, 5)
days = st.dates(FIRST, LAST).map(str)


@st.composite
def years(draw: st.DrawFn) -> Year:
    """Return the sample year after a few changes, for some of the nations."""
    nations = draw(st.sets(st.sampled_from(NATIONS), min_size=1))
    mentors = draw(st.sets(st.sampled_from(NATIONS), min_size=1))
    found = year(*sorted(nations), mentors=sorted(mentors))
    for key, day in draw(st.dictionaries(st.sampled_from(WEBINARS), days, max_size=2)).items():
        found = found.with_webinar(key, at(day))
    for key, day in draw(st.dictionaries(st.sampled_from(MILESTONES), days, max_size=1)).items():
        found = with_due(found, key, day)
    for key, day in draw(st.dictionaries(st.sampled_from(TIPS), days, max_size=1)).items():
        found = with_step(found, key, day)
    first = draw(st.none() | st.dates(FIRST, dt.date(2027, 9, 1)))
    if first is not None:
        last = first + dt.timedelta(days=draw(st.integers(0, 20)))
        found = with_window(found, "final-observation", str(first), str(last))
    return found


@settings(max_examples=8, deadline=None)
@given(years())
def test_a_proposal_never_has_the_same_clash(found: Year) -> None:
    for finding in check(found):
        if finding.remedy is not None:
            left = {one.clash.name for one in check(finding.remedy.year)}
            assert finding.clash.name not in left


MONDAYS = [str(dt.date(2026, 1, 5) + dt.timedelta(weeks=week)) for week in range(5, 100, 24)]


@pytest.mark.parametrize("starts", MONDAYS)
def test_a_proposal_ends_its_clash_whenever_a_cohort_starts(starts: str) -> None:
    found = check(year(starts=starts, now=LAUNCH.replace(year=2025)))

    for finding in found:
        if finding.remedy is not None:
            left = {one.clash.name for one in check(finding.remedy.year)}
            assert finding.clash.name not in left
    assert [f.text for f in found if f.proposal is None and f.severity == "red"] == []


@settings(max_examples=8, deadline=None)
@given(years())
def test_nothing_is_said_twice_and_the_order_is_always_the_same(found: Year) -> None:
    told = [finding.document() for finding in check(found)]
    shuffled = replace(
        found,
        participants=tuple(reversed(found.participants)),
        pairs=tuple(reversed(found.pairs)),
    )

    assert len({one["text"] for one in told}) == len(told)
    assert [one["kind"] for one in check_documents(shuffled)] == [one["kind"] for one in told]
    severities = [one["severity"] for one in told]
    assert severities == sorted(severities, reverse=True)  # red, then amber


def webinars_of(found: Year) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """Return when each webinar starts and ends."""
    return {w.key: (w.starts_at, w.ends_at) for w in found.timeline.cohort.webinars}


def overlap(one: tuple[dt.datetime, dt.datetime], other: tuple[dt.datetime, dt.datetime]) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def proposed(found: Year) -> dict[str, tuple[dt.datetime, dt.datetime]]:
    """Return the webinars that the check proposes to move, with their new times."""
    stands, moved = webinars_of(found), {}
    for finding in check(found):
        if finding.remedy is not None:
            then = webinars_of(finding.remedy.year)
            moved |= {key: times for key, times in then.items() if times != stands[key]}
    return moved


@settings(max_examples=8, deadline=None)
@given(years())
def test_what_is_proposed_overlaps_no_webinar_and_no_other_proposal(found: Year) -> None:
    moved, zone = proposed(found), found.timeline.zone

    for key, times in moved.items():
        others = [w for other, w in (*webinars_of(found).items(), *moved.items()) if other != key]
        assert not any(overlap(times, other) for other in others)
        starts, ends = (moment.astimezone(zone) for moment in times)
        assert dt.time(8) <= starts.time() < ends.time() <= dt.time(20)


@settings(max_examples=8, deadline=None)
@given(years())
def test_each_clash_has_a_proposal_and_none_has_that_of_another(found: Year) -> None:
    proposals = [finding.proposal for finding in check(found)]
    changes = [
        f.proposal for f in check(found) if f.remedy and "ends this, too" not in f.remedy.text
    ]

    assert None not in proposals
    assert len(set(changes)) == len(changes)


def test_two_webinars_of_one_half_term_are_proposed_for_two_days() -> None:
    found = year("england").with_webinar("q-and-a-1", at("2026-10-28"))
    found = found.with_webinar("webinar-2", at("2026-10-28"))

    assert [f.proposal for f in check(found) if "webinar" in f.clash.kind] == [
        "Move q-and-a-1 to Monday 2 November 2026, 16:30.",
        "Move webinar-2 to Friday 23 October 2026, 16:30.",
        "“Move q-and-a-1 to Monday 2 November 2026, 16:30” ends this, too.",
    ]


def test_two_webinars_that_overlap_at_night_are_proposed_for_days() -> None:
    found = year("england").with_webinar("q-and-a-1", at("2026-12-01", "23:30"))
    found = found.with_webinar("webinar-2", at("2026-12-02", "00:15"))

    assert [(f.clash.kind, f.proposal) for f in check(found) if "webinar" in f.clash.kind] == [
        ("webinar-at-odd-hour", "Move q-and-a-1 to Tuesday 1 December 2026, 16:30."),
        ("webinar-at-odd-hour", "Move webinar-2 to Wednesday 2 December 2026, 16:30."),
        ("webinars-together", "“Move q-and-a-1 to Tuesday 1 December 2026, 16:30” ends this, too."),
    ]


def test_three_steps_that_a_holiday_brings_together_are_moved_together() -> None:
    summer = year(starts="2027-08-09", now=LAUNCH.replace(year=2027, month=5))
    (found,) = (f for f in check(summer) if f.clash.kind == "two-on-one-day")

    assert found.proposal == (
        "Let about-you-and-mentor and make-room go on Tuesday 28 September 2027."
    )


def check_documents(found: Year) -> list[dict[str, object]]:
    return [finding.document() for finding in check(found)]


def test_the_published_year_has_these_clashes_and_no_other() -> None:
    """Whoever does nothing is chased: only then is there too much, and the cap takes care of it."""
    assert [
        (one["kind"], one["severity"], one["who"], one["dates"], one["proposal"])
        for one in check_documents(year())
    ] == [
        (
            "over-cap",
            "amber",
            ["england", "northern-ireland", "scotland", "wales"],
            ["2026-11-10", "2026-11-11", "2026-11-12"],
            "Move webinar-2 to Thursday 19 November 2026, 16:30.",
        ),
        (
            "two-on-one-day",
            "amber",
            ["northern-ireland"],
            ["2027-04-13"],
            "Let golden-thread-and-observation go on Tuesday 20 April 2027 in Northern Ireland.",
        ),
    ]


def test_what_has_passed_is_told_no_more() -> None:
    spring = replace(year(), now=LAUNCH.replace(year=2027, month=4, day=14))

    assert check(spring) == []


def test_a_red_clash_comes_first_and_has_a_proposal() -> None:
    at_once = Useful(workdays=0)
    stopped = with_step(year("england"), "make-room", "2026-10-27", useless_after=at_once)
    red, *others = check_documents(stopped)

    assert (red["kind"], red["severity"], red["proposal"]) == (
        "never-fires",
        "red",
        "Let make-room go on Tuesday 20 October 2026.",  # on 3 November a chaser goes
    )
    assert [one["severity"] for one in others] == ["amber"]
