"""Published dates of a cohort, and dates that would stop a step."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from ats import published
from ats.clashes import clashes
from ats.planning.facts import CohortFacts
from ats.planning.timeline import Timeline
from ats.planning.workdays import Workdays
from config.closures import load_closures
from config.programme import Programme
from config.programme_file import find_programme, load_programme
from config.vocabulary import NATIONS

WORKDAYS = {nation: Workdays(load_closures(nation, range(2025, 2030))) for nation in NATIONS}
COHORT = CohortFacts(id=1, code="2026-10", starts=dt.date(2026, 10, 5), status="trial")
LAUNCH = dt.datetime(2026, 9, 1, 9, tzinfo=dt.UTC)


def changed(tmp_path: Path, **changes: str) -> Programme:
    """Return ats.yaml with lines replaced: what stands there → what shall stand there."""
    text = find_programme("ats").read_text(encoding="utf-8")
    for old, new in changes.values():
        assert old in text
        text = text.replace(old, new)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    return load_programme(tmp_path / "mine.yaml")


def timeline(programme: Programme) -> Timeline:
    webinars = published.webinars(programme, COHORT, WORKDAYS)
    return Timeline(programme, replace(COHORT, webinars=tuple(webinars)), WORKDAYS)


def test_milestones_come_in_the_order_in_which_they_fall_due() -> None:
    year = published.milestones(timeline(load_programme(find_programme("ats"))))

    assert [milestone.key for milestone, _ in year][:2] == ["mentor-named", "first-observation"]
    assert [due for _, due in year] == sorted(due for _, due in year)


def test_a_webinar_is_on_its_weekday_or_counts_from_the_start(tmp_path: Path) -> None:
    programme = changed(
        tmp_path,
        one=('{week: 9, day: thursday, time: "16:30"}', '{from: start, days: 80, time: "12:00"}'),
    )

    placed = {one.key: one.starts_at for one in published.webinars(programme, COHORT, WORKDAYS)}

    assert f"{placed['webinar-3']:%Y-%m-%d %H:%M}" == "2027-01-27 16:30"
    assert f"{placed['q-and-a-1']:%Y-%m-%d %H:%M}" == "2026-12-24 12:00"


@pytest.mark.parametrize("name", ["ats", "qtls"])
def test_the_packaged_programmes_have_no_clash_in_any_nation(name: str) -> None:
    year = timeline(load_programme(find_programme(name)))

    assert clashes(year, NATIONS, now=LAUNCH) == []


CLASH_OF_A_HALF_TERM = (
    "make-room is due on Tue 27 October 2026 and of use until Wed 28 October, but cannot go in "
    "England and Wales before Tue 3 November (away); move it"
)


def test_an_e_mail_that_no_day_comes_in_time_for_is_a_clash(tmp_path: Path) -> None:
    programme = changed(
        tmp_path,
        half_term=(
            'at: {week: 1, day: tuesday, time: "09:00"}',
            'at: {week: 3, day: tuesday, time: "09:00"}',
        ),
        use=(
            "useless-after: {workdays: 5}\n    chaser",
            "useless-after: {workdays: 0}\n    chaser",
        ),
    )

    found = clashes(timeline(programme), ["england", "england", "wales"], now=LAUNCH)

    assert found == [CLASH_OF_A_HALF_TERM]
    assert clashes(timeline(programme), ["england"], now=LAUNCH.replace(year=2027)) == []


def test_a_webinar_that_only_cohort_or_programme_knows_is_a_clash() -> None:
    year = timeline(load_programme(find_programme("ats")))
    (first, *others) = year.cohort.webinars
    other = replace(first, key="webinar-0")
    mixed = Timeline(year.programme, replace(year.cohort, webinars=(other, *others)), WORKDAYS)

    assert clashes(mixed, ["england"], now=LAUNCH) == [
        "the programme has a webinar webinar-1 that the cohort does not have",
        "the cohort has a webinar webinar-0 that the programme does not have",
    ]


@pytest.mark.parametrize("name", ["ats", "qtls"])
def test_nothing_is_asked_in_the_portfolio_before_it_is_issued(name: str) -> None:
    """Who hears of a webinar before the start can do all that it asks them to prepare."""
    year = timeline(load_programme(find_programme(name)))
    rules = [rule for rule in year.rules if rule.for_each == "webinar" and rule.template]
    early = {
        webinar.key
        for rule in rules
        for webinar in year.cohort.webinars
        if webinar.audience == rule.audience
        and year.webinar_moment(rule, webinar, "england").date() < COHORT.starts
    }
    asked = {key: " ".join(year.programme.webinar(key).prepare).lower() for key in early}

    assert early or name == "qtls"
    for words in asked.values():
        assert not [w for w in ("portfolio", "log in", "knowledge base", "section") if w in words]
