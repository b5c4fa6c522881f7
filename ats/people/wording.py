"""Words for what happened and what will: sentences that a support person can read out. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from zoneinfo import ZoneInfo

from ats.outbox.words import count_words
from config.programme import Condition, Moment, Programme

#: Why something was not sent, by the reason in the ledger.
NOT_SENT: Mapping[str, str] = {
    "condition-met": "it was no longer needed",
    "condition-unmet": "what it depends on had not happened",
    "late-joiner": "it was due before they joined",
    "submitted": "the portfolio had been submitted",
    "adjusted": "it was agreed that they get no reminders",
    "opted-out": "they had switched off e-mails of this kind",
    "suppressed": "mail to their address is stopped",
    "capped": "there had been as many e-mails that week as we send, and then it was out of date",
    "case-open": "somebody was already looking after it",
    "paused-out": "it fell into a break that was agreed with them",
    "deferred": "the enrolment was deferred",
    "withdrawn": "the enrolment was withdrawn",
    "silenced": "all e-mails about this person are stopped",
    "no-longer-planned": "it was no longer planned",
    "mentor-ended": "the mentor had gone by then",
    "hand-over": "it lay behind when the mentor took over",
    "in-notice": "the e-mail about the new time had told it all",
    "undeliverable": "the mail server would not take it for this address",
}

#: What something waits for, by the reason in the ledger.
WAITS: Mapping[str, str] = {
    "window": "e-mails of this kind go on certain days and in office hours only",
    "away": "people are away",
    "closed": "it is a day off",
    "cap": "there have been as many e-mails this week as we send",
    "gap": "there has to be some time between two reminders",
    "stale-data": "we need a newer export of the portfolio first",
    "join-link": "the webinar has no join address yet",
    "paused": "all sending to this cohort is paused, or a break was agreed with somebody",
    "parked": "something else has to be settled first",
    "release": "the Participant Experience Manager has to release it",
    "trial": "the cohort is still in trial and has not gone live",
}

#: The two that a pause may be.
COHORT_PAUSED = "all sending to this cohort is paused"
ON_A_BREAK = "they are on a break that was agreed with them"
#: What a release may be, too.
NEW_ADDRESS = "operations staff have to confirm the mentor's new address"

_CONDITIONS: Mapping[str, str] = {
    "section-complete": "the section “{section}” {be}{no} complete",
    "section-started": "the section “{section}” {be}{no} started",
    "milestone-complete": "“{milestone}” {be}{no} complete",
    "mentor-named": "a mentor {be}{no} named",
    "mentor-accepted": "the mentor {have}{no} agreed",
    "mentor-signed-off": "the mentor {have}{no} signed off",
    "sign-off-revoked": "the mentor {have}{no} taken the sign-off back",
    "welcomes-register": "the mentor {have}{no} agreed to be asked onto the register",
    "portfolio-ready": "the portfolio {be}{no} ready",
    "submitted": "the portfolio {be}{no} submitted",
    "late-joiner": "they {have}{no} joined after the start",
    "stood-still": "the portfolio {have}{no} stood still for {value} working days",
    "milestones-overdue": "{few}{value} milestones {were} overdue",
    "extended": "more time {be}{no} agreed for “{milestone}”",
    "case-open": "somebody {be}{no} looking after it",
    "join-link-missing": "the join address {be}{no} missing",
    "recording-missing": "the recording {be}{no} missing",
    "told-otherwise": "they {have}{no} been told another time",
    "sent": "the e-mail before it {have}{no} been sent",
    "moved": "the portfolio {have}{no} moved",
    "nothing-overdue": "everything due so far {be}{no} complete",
    "follows-another": "the mentor {have}{no} taken over from another",
    "mentor-pending": "the mentor's answer {be}{no} still awaited",
    "anything-to-tell": "there {be}{no} anything to tell",
}
_PAST = {"be": "was", "have": "had", "were": "were"}
_PRESENT = {"be": "is", "have": "has", "were": "are"}

_EVENTS: Mapping[str, str] = {
    "start": "the start of the cohort",
    "accepted": "the place on the programme was confirmed",
    "joined": "the day of joining",
    "mentor-named": "the mentor was named",
    "request-sent": "the mentor was asked",
    "mentor-accepted": "the mentor agreed",
    "mentor-declined": "the mentor said no",
    "mentor-lost": "the participant had no mentor any more",
    "sections-complete": "every section was complete",
    "submission-received": "the portfolio was received",
    "webinar-moved": "the webinar was moved",
    "webinar-cancelled": "the webinar was cancelled",
    "webinar-recorded": "the recording was published",
    "dates-changed": "the dates of this person were changed",
    "return": "the day of return comes",
    "left": "the enrolment ended",
    "mentoring-ended": "the mentoring ended",
    "mentor-unreachable": "the mentor could not be reached",
    "participant-unreachable": "the participant could not be reached",
    "invitations-chosen": "the recipient chose invitations by e-mail",
}


def when(moment: dt.datetime, zone: ZoneInfo) -> str:
    """Return 'Tue 24 November 2026, 09:00'."""
    local = moment.astimezone(zone)
    return f"{local:%a} {local.day} {local:%B %Y}, {local:%H:%M}"


def condition(
    which: Condition, programme: Programme, subject: str | None, *, past: bool, met: bool = True
) -> str:
    """Return a clause that says that a condition holds or held (or did not)."""
    tense = _PAST if past else _PRESENT
    text = _CONDITIONS[which.name]
    if which.name in ("late-joiner", "told-otherwise") and not past:
        tense = {**tense, "have": "have"}
    return text.format(
        **tense,
        no="" if met else " not",
        few="" if met else "fewer than ",
        value=which.value,
        section=_section(programme, which.value),
        milestone=_milestone(programme, which.value or subject),
    )


def offset(moment: Moment | None, workdays: int | None) -> str:
    """Return 'six working days before', 'a week before', or 'on' for none, of a moment."""
    if moment is not None and workdays is None:
        workdays = moment.workdays
        if workdays is None:
            days = (moment.days or 0) + 7 * (moment.weeks or 0)
            return _span(days, "day") if days % 7 else _span(days // 7, "week")
    return _span(workdays or 0, "working day")


def event(name: str, programme: Programme) -> str:
    """Return what an anchor is called: a milestone's due date, a webinar, or what happened."""
    for milestone in programme.milestones:
        if milestone.key == name:
            return f"“{milestone.title}” is due"
    for webinar in programme.webinars:
        if webinar.key == name:
            return f"the webinar “{webinar.title}”"
    return _EVENTS.get(name, name.replace("-", " "))


def happening(name: str) -> str:
    """Return what happened to a person, as the end of 'because …'."""
    return _EVENTS.get(name, name.replace("-", " "))


def _span(number: int, unit: str) -> str:
    if number == 0:
        return "on"
    count = abs(number)
    word = "a" if (count, unit) == (1, "week") else count_words(count)
    return f"{word} {unit}{'s' if count > 1 else ''} {'before' if number < 0 else 'after'}"


def _section(programme: Programme, key: object) -> str:
    return next((s.title for s in programme.sections if s.key == key), str(key))


def _milestone(programme: Programme, key: object) -> str:
    return next((m.title for m in programme.milestones if m.key == key), "it")
