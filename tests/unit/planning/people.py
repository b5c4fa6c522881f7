"""Small factories: one cohort, one participant, one mentor, each with what a test changes in view.

Moments are written as people write them, `Tue 3 Nov 2026 09:00`, local; a wrong weekday is a
fault of the test and is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from ats.planning.facts import CohortFacts, Mentorship, Participant, SectionState, WebinarFact
from ats.planning.planner import Planner, Verdict
from ats.planning.timeline import Timeline
from ats.planning.workdays import Workdays, local_moment, week_day
from config.closures import load_closures
from config.programme import NATIONS
from config.programme_file import find_programme, load_programme

LONDON = ZoneInfo("Europe/London")
STARTS = dt.date(2026, 10, 5)
ATS = load_programme(find_programme("ats"))
WORKDAYS = {nation: Workdays(load_closures(nation, range(2025, 2031))) for nation in NATIONS}
SECTIONS = tuple(section.key for section in ATS.sections)
ALL_BUT_SUBMISSION = SECTIONS[:-1]


def day(text: str) -> dt.date:
    """Read `Tue 3 Nov 2026`."""
    found = dt.datetime.strptime(text, "%a %d %b %Y").date()  # noqa: DTZ007 (a date has no zone)
    assert f"{found:%a}" == text[:3], f"{text} is a {found:%A}"
    return found


def at(text: str) -> dt.datetime:
    """Read `Tue 3 Nov 2026 09:00`, local."""
    date, _, time = text.rpartition(" ")
    return local_moment(day(date), dt.time.fromisoformat(time), LONDON)


def told(moment: dt.datetime) -> str:
    """Write a moment as `at` reads it."""
    return f"{moment.astimezone(LONDON):%a %-d %b %Y %H:%M}"


def _webinars() -> Iterable[WebinarFact]:
    for plan in ATS.webinars:
        assert plan.at.week is not None
        assert plan.at.day is not None
        assert plan.at.time is not None
        starts = local_moment(week_day(STARTS, plan.at.week, plan.at.day), plan.at.time, LONDON)
        url = f"https://meet.example/{plan.key}"
        yield WebinarFact(plan.key, plan.audience, starts, plan.minutes, join_url=url)


WEBINARS = tuple(_webinars())


#: When the mail server accepted the request to a mentor named with the application.
ASKED = at("Wed 7 Oct 2026 09:00")


def cohort(**changes: Any) -> CohortFacts:
    """Return the live cohort of Monday 5 October 2026, every join link set, no export yet."""
    usual: dict[str, Any] = {
        "id": 1,
        "code": "2026-10",
        "starts": STARTS,
        "status": "live",
        "webinars": WEBINARS,
    }
    return CohortFacts(**{**usual, **changes})


@cache
def timeline(facts: CohortFacts | None = None) -> Timeline:
    """Return the timeline of these facts; the same one each time, as the office keeps it."""
    return Timeline(ATS, facts or cohort(), WORKDAYS)


def participant(**changes: Any) -> Participant:
    """Return an English participant accepted on 2 September, with nothing done and no mentor."""
    usual: dict[str, Any] = {
        "id": 1,
        "ref": "P0001",
        "nation": "england",
        "joined_on": STARTS,
        "accepted_at": at("Wed 2 Sep 2026 12:00"),
    }
    return Participant(**{**usual, **changes})


def mentor(**changes: Any) -> Mentorship:
    """Return an English mentor named with the application and not asked yet."""
    usual: dict[str, Any] = {
        "ref": "M0001",
        "nation": "england",
        "named_at": at("Wed 2 Sep 2026 12:00"),
    }
    return Mentorship(**{**usual, **changes})


def complete(*sections: str, on: str = "Mon 5 Oct 2026") -> dict[str, SectionState]:
    """Return these sections as complete since a day, seen in an import of 07:30 on that day."""
    state = SectionState(complete=True, updated_on=day(on), complete_seen_at=at(f"{on} 07:30"))
    return dict.fromkeys(sections, state)


def started(*sections: str, on: str = "Mon 5 Oct 2026") -> dict[str, SectionState]:
    """Return these sections as started, with their last movement on a day."""
    return dict.fromkeys(sections, SectionState(complete=False, updated_on=day(on)))


def planned(person: Participant, facts: CohortFacts | None = None) -> dict[str, dict[str, str]]:
    """Return recipient → `step occurrence` → due moment of everything planned about a person."""
    found: dict[str, dict[str, str]] = {}
    for o in timeline(facts).occurrences(person):
        name = f"{o.rule.step} {o.occurrence}"
        assert name not in found.setdefault(o.recipient, {}), f"{name} is planned twice"
        found[o.recipient][name] = told(o.due_at)
    return found


def rungs(person: Participant, ladder: str, subject: str | None = None) -> dict[str, str]:
    """Return rung → due moment of one ladder (about one milestone or mentor)."""
    return {
        str(o.rule.rung): told(o.due_at)
        for o in timeline().occurrences(person)
        if o.rule.step == ladder and subject in (None, o.subject)
    }


def said(verdict: Verdict) -> str:
    """Write a verdict as `held away until Tue 20 Oct 2026 09:00`."""
    words = [verdict.outcome]
    if verdict.reason:
        words.append(verdict.reason)
    if verdict.until:
        words.append(f"until {told(verdict.until)}")
    return " ".join(words)


def verdicts(person: Participant, now: str, facts: CohortFacts | None = None) -> dict[str, str]:
    """Return `step occurrence` → verdict of everything due and open at a moment.

    Without `facts` the data are as fresh as can be: the export is as of today.
    """
    facts = facts or cohort(as_of=at(now).date())
    decisions = Planner(timeline(facts), now=at(now)).judge(person).decisions
    return {
        f"{d.occurrence.rule.step} {d.occurrence.occurrence}": said(d.verdict) for d in decisions
    }


def verdict(
    person: Participant, name: str, now: str, facts: CohortFacts | None = None
) -> str | None:
    """Return the verdict about one `step occurrence`; None if it is not due, or final."""
    return verdicts(person, now, facts).get(name)
