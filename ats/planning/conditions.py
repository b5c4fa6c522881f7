"""The closed vocabulary of conditions: what each name in a programme file means."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from ats.planning import stall
from ats.planning.facts import Participant
from ats.planning.timeline import Occurrence, Timeline
from config.programme import Condition


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a condition may look at."""

    timeline: Timeline
    person: Participant
    occurrence: Occurrence | None  # None: asked about the person only
    today: dt.date
    since: dt.datetime | None = None  # when the case in question was opened


def holds(condition: Condition, at: Situation) -> bool:
    """Say whether a condition holds; KeyError for a name outside the vocabulary."""
    return _MEANING[condition.name](at, condition.value)


def first_holding(conditions: Iterable[Condition], at: Situation) -> Condition | None:
    """Return the first condition that holds, or None."""
    return next((c for c in conditions if holds(c, at)), None)


def first_failing(conditions: Iterable[Condition], at: Situation) -> Condition | None:
    """Return the first condition that does not hold, or None."""
    return next((c for c in conditions if not holds(c, at)), None)


Value = str | int | None


def _section_complete(at: Situation, value: Value) -> bool:
    state = at.person.sections.get(str(value))
    return state is not None and state.complete


def _milestone_complete(at: Situation, value: Value) -> bool:
    subject = at.occurrence.subject if at.occurrence else None
    key = subject if value is None else str(value)
    assert key is not None
    milestone = at.timeline.programme.milestone(key)
    if milestone.mentor is not None:
        return {
            "named": _mentor_named,
            "accepted": _mentor_accepted,
            "signed-off": _mentor_signed_off,
        }[milestone.mentor](at, None)
    return stall.is_met(at.person, milestone.complete, milestone.started)


def _mentor_named(at: Situation, _: Value) -> bool:
    return at.person.mentorship is not None


def _mentor_accepted(at: Situation, _: Value) -> bool:
    mentorship = at.person.mentorship
    return mentorship is not None and mentorship.accepted_at is not None


def _mentor_signed_off(at: Situation, _: Value) -> bool:
    """Say whether a mentor has; of one who resigned since it stands."""
    return any(mentorship.signed_off_at is not None for mentorship in at.person.mentorships)


def _sign_off_revoked(at: Situation, _: Value) -> bool:
    mentorship = at.person.mentorship
    return mentorship is not None and mentorship.sign_off_revoked_at is not None


def _welcomes_register(at: Situation, _: Value) -> bool:
    standing = at.person.mentorship
    return standing is not None and standing.ref in at.person.welcomes_register


def _portfolio_ready(at: Situation, _: Value) -> bool:
    submission = at.timeline.programme.submission
    keys = tuple(s.key for s in at.timeline.programme.sections if s.key != submission)
    return stall.is_met(at.person, keys, ())


def _submitted(at: Situation, _: Value) -> bool:
    return _section_complete(at, at.timeline.programme.submission)


def _stood_still(at: Situation, value: Value) -> bool:
    return stall.stands_still(at.timeline, at.person, int(value or 0), at.today)


def _milestones_overdue(at: Situation, value: Value) -> bool:
    return len(stall.overdue(at.timeline, at.person)) >= int(value or 0)


def _sent(at: Situation, value: Value) -> bool:
    o = at.occurrence
    to = o.recipient if o is not None and o.role in ("participant", "mentor") else None
    return any(
        step == value and row.sent_at is not None and (to is None or recipient == to)
        for (step, _, recipient), row in at.person.past.items()
    )


def _join_link_missing(at: Situation, _: Value) -> bool:
    subject = at.occurrence.subject if at.occurrence else None
    webinar = at.timeline.webinars.get(subject or "")
    return webinar is not None and not webinar.join_url


def _recording_missing(at: Situation, _: Value) -> bool:
    subject = at.occurrence.subject if at.occurrence else None
    webinar = at.timeline.webinars.get(subject or "")
    return webinar is not None and not webinar.recording_url


def _told_otherwise(at: Situation, _: Value) -> bool:
    o = at.occurrence
    webinar = at.timeline.webinars.get(o.subject or "") if o else None
    if o is None or webinar is None:
        return False
    return at.timeline.tellings.is_told_otherwise(at.person, o.recipient, webinar)


def _moved(at: Situation, _: Value) -> bool:
    """Say whether the portfolio moved on or after the as-of that the case was opened on."""
    if at.since is None:
        return False
    opened_on = at.since.astimezone(at.timeline.zone).date()
    known_until = at.timeline.cohort.as_of_at(at.since) or opened_on
    return any(state.updated_on >= known_until for state in at.person.sections.values())


_MEANING: dict[str, Callable[[Situation, Value], bool]] = {
    "section-complete": _section_complete,
    "section-started": lambda at, value: str(value) in at.person.sections,
    "milestone-complete": _milestone_complete,
    "mentor-named": _mentor_named,
    "mentor-accepted": _mentor_accepted,
    "mentor-pending": lambda at, _: _mentor_named(at, _) and not _mentor_accepted(at, _),
    "mentor-signed-off": _mentor_signed_off,
    "sign-off-revoked": _sign_off_revoked,
    "follows-another": lambda at, _: at.person.follows_another,
    "welcomes-register": _welcomes_register,
    "portfolio-ready": _portfolio_ready,
    "submitted": _submitted,
    "late-joiner": lambda at, _: at.timeline.is_late_joiner(at.person),
    "stood-still": _stood_still,
    "milestones-overdue": _milestones_overdue,
    "extended": lambda at, value: str(value) in at.person.extensions,
    "case-open": lambda at, value: str(value) in at.person.cases,
    "join-link-missing": _join_link_missing,
    "recording-missing": _recording_missing,
    "told-otherwise": _told_otherwise,
    "sent": _sent,
    "nothing-overdue": lambda at, _: not stall.overdue(at.timeline, at.person),
    "moved": _moved,
}
