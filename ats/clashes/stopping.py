"""Dates that stop a step: the red clashes, and e-mails that reach nobody who is on track."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from functools import partial

from ats.clashes.findings import Clash, places
from ats.clashes.sendings import Sending, other_dates, sendings
from ats.clashes.webinars import other_days
from ats.clashes.year import Year, with_mentor
from ats.planning.occurrence import Occurrence
from ats.planning.windows import Windows
from ats.published import on_time


def unknown_webinars(year: Year) -> Iterator[Clash]:
    """Yield each webinar that only the programme or only the cohort has, or before the start."""
    timeline = year.timeline
    planned = {webinar.key for webinar in timeline.programme.webinars}
    for key in sorted(planned - timeline.webinars.keys()):
        text = f"the programme has a webinar {key} that the cohort does not have."
        advice = f"Take {key} out of the programme file, or launch the cohort under another code."
        yield Clash("unknown-webinar", key, (), (), text, "red", advice=advice)
    for key in sorted(timeline.webinars.keys() - planned):
        text = f"the cohort has a webinar {key} that the programme does not have."
        day = timeline.local_date(timeline.webinars[key].starts_at)
        advice = f"Put {key} back into the programme file."
        yield Clash("unknown-webinar", key, (day,), (), text, "red", advice=advice)
    starts = timeline.cohort.starts
    for webinar in timeline.cohort.webinars:
        day = timeline.local_date(webinar.starts_at)
        if day < starts and webinar.status != "cancelled":
            yield Clash(
                kind="webinar-before-start",
                subject=webinar.key,
                dates=(day, starts),
                who=year.of(webinar.audience),
                text=(
                    f"the webinar {webinar.key} is on {day}, before the cohort starts on {starts}."
                ),
                severity="red",
                remedies=partial(other_days, year, webinar),
                advice=f"Choose a day with `ats webinar move {webinar.key} --to …`.",
            )


def stopped_steps(year: Year) -> Iterator[Clash]:
    """Yield each moment that cannot be computed, and each e-mail that no day comes in time for."""
    found: dict[tuple[str, str, str], tuple[list[str], Sending]] = {}
    for calendar in year.stopped_in:
        person = with_mentor(on_time(year.timeline, nation=calendar), calendar)
        try:
            planned = list(year.timeline.occurrences(person))
        except (ArithmeticError, LookupError, ValueError) as error:
            text = f"the moment of a step cannot be computed ({error}); check the programme file."
            advice = "Check the programme file with `ats programme check`."
            yield Clash("no-moment", str(error), (), (calendar,), text, "red", advice=advice)
            return
        for o in planned:
            if o.due_at > year.now and o.rule.template is not None:
                for cause, until, sending in _too_late(o, year):
                    where, _ = found.setdefault((o.role, cause, until), ([], sending))
                    where.append(calendar)
    for (role, cause, until), (where, sending) in found.items():
        yield Clash(
            kind="never-fires",
            subject=f"{sending.name} {role}",
            dates=(year.timeline.local_date(sending.occurrence.due_at),),
            who=tuple(where),
            text=f"{cause}, but cannot go in {places(where)} {until}; move it.",
            severity="red",
            remedies=partial(other_dates, year, [sending], tuple(where)),
            advice="Change when it goes, or how long it is of use, in the programme file.",
        )


def _too_late(o: Occurrence, year: Year) -> Iterator[tuple[str, str, Sending]]:
    timeline = year.timeline
    windows = Windows(timeline.programme.send_policy, timeline.workdays, timeline.zone)
    class_ = windows.policy.classes[o.rule.class_]
    goes_at, why = windows.opening(class_, o.nation, o.due_at, bad_news=o.rule.bad_news)
    if o.useful_until is not None and goes_at >= o.useful_until:
        name = " ".join(part for part in (o.rule.step, o.subject, o.rule.rung) if part)
        due, until = (at.astimezone(timeline.zone) for at in (o.due_at, o.useful_until))
        cause = (
            f"{name} is due on {due:%a} {due.day} {due:%B %Y} and of use until {until:%a} "
            f"{until.day} {until:%B}"
        )
        sending = Sending(o, goes_at, timeline.local_date(goes_at), class_, o.nation)
        yield cause, f"before {goes_at:%a} {goes_at.day} {goes_at:%B} ({why})", sending


def sent_after_submission(year: Year) -> Iterator[Clash]:
    """Yield what goes only after submission, and so not to those who have submitted."""
    found: dict[tuple[str, dt.date], tuple[set[str], Sending]] = {}
    for role, person in year.people():
        due = year.timeline.submission_due(person)
        for sending in sendings(year, role, person) if role == "participant" else ():
            stops = sending.policy.after_submission == "stops"
            if stops and due is not None and sending.goes_at > due:
                where, _ = found.setdefault((sending.name, sending.day), (set(), sending))
                where.add(person.nation)
    for (name, day), (calendars, sending) in sorted(found.items(), key=lambda one: one[0]):
        nations = tuple(sorted(calendars))
        yield Clash(
            kind="never-fires",
            subject=f"{name} {day}",
            dates=(day, year.submission),
            who=nations,
            text=(
                f"{name} goes to participants in {places(nations)} on "
                f"{day:%A} {day.day} {day:%B %Y}, after submission: nobody who has submitted "
                "gets it."
            ),
            remedies=partial(other_dates, year, [sending], nations),
            advice="Let it go earlier, or take it out, in the programme file.",
        )
