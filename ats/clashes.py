"""Clashes: dates of a cohort that would stop a step of its programme."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import replace

from ats import published
from ats.planning.facts import Mentorship, Participant
from ats.planning.timeline import Occurrence, Timeline
from ats.planning.windows import Windows


def clashes(timeline: Timeline, nations: Sequence[str], *, now: dt.datetime) -> list[str]:
    """Return what is wrong with the dates, a clause each, none twice.

    A webinar before the start or without its counterpart in the programme, a step whose moment
    cannot be computed, and an e-mail yet to come that no day on which it may go comes in time for.
    """
    found = [*_webinars(timeline)]
    if not found:
        for nation in nations:
            found += _of_nation(timeline, nation, now)
    return list(dict.fromkeys(found))


def _webinars(timeline: Timeline) -> Iterator[str]:
    planned = {webinar.key for webinar in timeline.programme.webinars}
    for key in sorted(planned - timeline.webinars.keys()):
        yield f"the programme has a webinar {key} that the cohort does not have"
    for key in sorted(timeline.webinars.keys() - planned):
        yield f"the cohort has a webinar {key} that the programme does not have"
    starts = timeline.cohort.starts
    for webinar in timeline.cohort.webinars:
        day = webinar.starts_at.astimezone(timeline.zone).date()
        if day < starts and webinar.status != "cancelled":
            yield f"the webinar {webinar.key} is on {day}, before the cohort starts on {starts}"


def _of_nation(timeline: Timeline, nation: str, now: dt.datetime) -> Iterator[str]:
    windows = Windows(timeline.programme.send_policy, timeline.workdays, timeline.zone)
    try:
        planned = list(timeline.occurrences(_with_mentor(timeline, nation)))
    except (ArithmeticError, LookupError, ValueError) as error:
        yield f"the moment of a step cannot be computed ({error}); check the programme file"
        return
    for occurrence in planned:
        if occurrence.due_at > now and occurrence.rule.template is not None:
            yield from _too_late(occurrence, timeline, windows)


def _too_late(o: Occurrence, timeline: Timeline, windows: Windows) -> Iterator[str]:
    class_ = windows.policy.classes[o.rule.class_]
    goes_at, why = windows.opening(class_, o.nation, o.due_at, bad_news=o.rule.bad_news)
    if o.useful_until is not None and goes_at >= o.useful_until:
        name = " ".join(part for part in (o.rule.step, o.subject, o.rule.rung) if part)
        due, until = (at.astimezone(timeline.zone) for at in (o.due_at, o.useful_until))
        place = o.nation.replace("-", " ").title()
        yield (
            f"{name} is due on {due:%a} {due.day} {due:%B %Y} and of use until {until:%a} "
            f"{until.day} {until:%B}, but cannot go in {place} before {goes_at:%a} {goes_at.day} "
            f"{goes_at:%B} ({why}); move it"
        )


def _with_mentor(timeline: Timeline, nation: str) -> Participant:
    """Return somebody on time whose mentor was named, asked and agreed at the start."""
    person = published.on_time(timeline, nation=nation)
    at = person.accepted_at
    mentor = Mentorship("", nation, named_at=at, request_sent_at=at, accepted_at=at)
    return replace(person, mentorships=(mentor,))
