"""The words of a programme file: weekdays, roles, anchors, conditions, times and moments. Pure."""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from config.faults import did_you_mean

NATIONS = ("england", "wales", "scotland", "northern-ireland")
IN_IT = " / "  # between a nation and an organisation in it, in the name of a calendar
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
#: The offices: roles that are nobody in particular.
STAFF = ("operations", "pxm")
Role = Literal["participant", "mentor", "operations", "pxm"]
MessageClass = Literal["essential", "webinar", "tip", "chaser", "urgent", "internal"]
Audience = Literal["participants", "mentors"]

#: Anchors that are no key of a milestone or webinar: what has happened to a person.
#: `mentor-named` and `mentor-accepted` may also be milestones. In a step, the name means what
#: happened (the mentor was named); in a milestone's due and in a ladder, the milestone's due.
ANCHORS = (
    "start",
    "accepted",
    "joined",
    "mentor-named",
    "request-sent",
    "mentor-accepted",
    "mentor-declined",
    "mentor-lost",
    "sections-complete",
    "submission-received",
    "webinar",
    "webinar-moved",
    "webinar-cancelled",
    "webinar-recorded",
    "invitations-chosen",
    "dates-changed",
    "return",
    "left",
    "mentoring-ended",
    "mentor-unreachable",
    "participant-unreachable",
    "milestone",
)

#: The anchors that only a step about a webinar may have: what became of it, and that its
#: recipient wants invitations to them.
WEBINAR_NEWS = ("webinar-moved", "webinar-cancelled", "webinar-recorded", "invitations-chosen")

#: Named predicates and what their argument is (None: they take none; `?`: it may be left out).
CONDITIONS: dict[str, str | None] = {
    "section-complete": "section",
    "section-started": "section",
    "milestone-complete": "milestone?",
    "mentor-named": None,
    "mentor-accepted": None,
    "mentor-pending": None,  # named, and has not answered
    "mentor-signed-off": None,
    "sign-off-revoked": None,  # by the mentor, and not reopened by staff since
    "follows-another": None,  # the mentor, an earlier one who had agreed
    "welcomes-register": None,  # the mentor agreed to be asked onto it
    "portfolio-ready": None,
    "submitted": None,
    "late-joiner": None,
    "stood-still": "workdays",
    "milestones-overdue": "count",
    "extended": "milestone",
    "case-open": "case",
    "anything-to-tell": None,
    "join-link-missing": None,
    "recording-missing": None,
    "told-otherwise": None,  # another time of the webinar than the one that stands
    "sent": "step",
    "nothing-overdue": None,
    "moved": None,  # the portfolio, since the case was opened
}
_EXAMPLES = {"workdays": "15", "count": "2"}

_CLOCK = re.compile(r"^([01]\d|2[0-3]):([0-5]\d)$")
_KEY = re.compile(r"^[a-z0-9]+(-[a-z0-9]+)*$")


def nation_of(calendar: str) -> str:
    """Return the nation of a calendar (`config.closures.calendar_name`)."""
    return calendar.partition(IN_IT)[0]


def _clock(value: object) -> object:
    if isinstance(value, dt.time):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        meant = _meant_by_yaml(value)
        if meant:
            unquoted, quoted = meant
            raise ValueError(
                f'{value} is what YAML makes of an unquoted {unquoted}; write "{quoted}" in quotes'
            )
    if not isinstance(value, str) or not _CLOCK.match(value):
        shown = f'"{value}"' if isinstance(value, str) else value
        raise ValueError(f'{shown} is no time of day; write it as "17:00", in quotes')
    return dt.time.fromisoformat(value)


def _meant_by_yaml(number: int) -> tuple[str, str] | None:
    """Return the time that YAML 1.1 read as this number to the base 60, and how to write it."""
    if 60 <= number < 24 * 60:
        hours, minutes = divmod(number, 60)
        return (f"{hours}:{minutes:02d}", f"{hours:02d}:{minutes:02d}")
    if 3600 <= number < 24 * 3600:
        hours, seconds = divmod(number, 3600)
        minutes, seconds = divmod(seconds, 60)
        return (f"{hours}:{minutes:02d}:{seconds:02d}", f"{hours:02d}:{minutes:02d}")
    return None


def _key(value: object) -> object:
    if not isinstance(value, str) or not _KEY.match(value):
        raise ValueError(f'"{value}" is no key; use lower-case letters, digits and single hyphens')
    return value


def _date(value: object) -> object:
    if isinstance(value, dt.date) and not isinstance(value, dt.datetime):
        return value
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise ValueError(f'"{value}" is no date; write it as 2026-11-01') from None


Clock = Annotated[dt.time, BeforeValidator(_clock)]
Key = Annotated[str, BeforeValidator(_key)]
Date = Annotated[dt.date, BeforeValidator(_date)]
Whole = Annotated[int, Field(strict=True)]  # strict: YAML's yes is not 1
Week = Annotated[int, Field(strict=True, ge=-52, le=520)]
Offset = Annotated[int, Field(strict=True, ge=-3650, le=3650)]


class Model(BaseModel):
    """A frozen value read from YAML, whose keys are written with hyphens."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=lambda name: name.strip("_").replace("_", "-"),
        populate_by_name=False,
        str_strip_whitespace=True,
    )


class Moment(Model):
    """A moment of a person's year: a weekday of a week of the cohort, or an offset from an anchor.

    Week 0 is the Monday-to-Sunday week that holds the cohort's start. Offsets are calendar
    days, weeks, or working days (negative: before the anchor). Without `time`, a moment counted
    in whole days is 09:00 local; an offset of nothing is the anchor's own moment.
    `not_before` and `not_after` bound it (the latest of, the earliest of).
    """

    week: Week | None = None
    day: Weekday | None = None
    from_: str | None = None
    days: Offset | None = None
    weeks: Week | None = None
    workdays: Offset | None = None
    time: Clock | None = None
    sections: tuple[str, ...] | None = None  # of from: sections-complete; None: all but submission
    not_before: Moment | None = None
    not_after: Moment | None = None

    @model_validator(mode="after")
    def _one_kind(self) -> Moment:
        if (self.week is None) != (self.day is None):
            raise ValueError("week and day belong together; give both")
        if (self.week is None) == (self.from_ is None):
            raise ValueError("give either week and day, or from with an offset")
        if self.week is not None and self.has_offset:
            raise ValueError("days, weeks and workdays count from an anchor; give from, not week")
        if sum(x is not None for x in (self.days, self.weeks, self.workdays)) > 1:
            raise ValueError("give only one of days, weeks and workdays")
        return self

    @property
    def has_offset(self) -> bool:
        return any(x is not None for x in (self.days, self.weeks, self.workdays))

    @property
    def is_shared(self) -> bool:
        """It is the same moment for everybody of one nation: it counts from the cohort's start."""
        bounds = (self.not_before, self.not_after)
        mine = self.week is not None or self.from_ == "start"
        return mine and all(bound is None or bound.is_shared for bound in bounds)


class Condition(Model):
    """One predicate of the closed vocabulary `CONDITIONS`, with its argument."""

    name: str
    value: str | int | None = None


def _condition(raw: object) -> object:
    if isinstance(raw, Condition):
        return raw
    if isinstance(raw, str):
        name, value = raw, None
    elif isinstance(raw, dict) and len(raw) == 1:
        name, value = next(iter(raw.items()))
    else:
        raise ValueError(
            "a condition is a name, or one name with its argument, such as {section-complete: pdp}"
        )
    if name not in CONDITIONS:
        raise ValueError(f'"{name}" is no condition; {did_you_mean(name, CONDITIONS)}')
    kind = CONDITIONS[name]
    if isinstance(value, dict) and len(value) == 1 and kind in value:
        value = value[kind]
    _check_argument(name, kind, value)
    return {"name": name, "value": value}


def _check_argument(name: str, kind: str | None, value: object) -> None:
    if kind is None:
        if value is not None:
            raise ValueError(f"{name} takes no argument; write {name} alone")
    elif kind in _EXAMPLES:
        if isinstance(value, bool) or not isinstance(value, int) or value < 1:
            raise ValueError(
                f"{name} takes a whole number ({kind}); write {{{name}: {_EXAMPLES[kind]}}}"
            )
    elif not isinstance(value, str) and not (kind.endswith("?") and value is None):
        noun = kind.rstrip("?")
        raise ValueError(f"{name} takes the key of a {noun}; write {{{name}: <{noun}>}}")


AnyCondition = Annotated[Condition, BeforeValidator(_condition)]
Conditions = tuple[AnyCondition, ...]
