"""The schema of a programme file: what happens in a cohort's year, as data.

Everything here is a frozen value. The words it is made of live in `config.vocabulary`, when
messages may go in `config.send_policy`; loading, and the sentences that tell a reader which line
is wrong, in `config.programme_file`.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from config.send_policy import ClassPolicy, SendPolicy, Useful
from config.signals import Signals
from config.vocabulary import (
    ANCHORS,
    CONDITIONS,
    NATIONS,
    WEEKDAYS,
    AnyCondition,
    Audience,
    Clock,
    Condition,
    Conditions,
    Date,
    Key,
    MessageClass,
    Model,
    Moment,
    Offset,
    Role,
    Weekday,
    Whole,
)

__all__ = [
    "ANCHORS",
    "CONDITIONS",
    "NATIONS",
    "WEEKDAYS",
    "Audience",
    "ClassPolicy",
    "Clock",
    "Condition",
    "Conditions",
    "Every",
    "Key",
    "Ladder",
    "MessageClass",
    "Milestone",
    "Model",
    "Moment",
    "Programme",
    "Role",
    "Rung",
    "Section",
    "SendPolicy",
    "Step",
    "Useful",
    "WebinarPlan",
    "Weekday",
    "Window",
]


class Every(Model):
    """A recurring moment of the cohort's year: a weekday, or every working day."""

    day: Literal[
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "working-day",
    ]
    time: Clock


class Window(Model):
    """A stretch of days within which something is best done, both ends included."""

    from_: Moment
    to: Moment


class Section(Model):
    key: Key
    title: str


class Milestone(Model):
    """A dated target, met when `complete` are complete and `started` started, or by a mentor."""

    key: Key
    title: str
    complete: tuple[str, ...] = ()
    started: tuple[str, ...] = ()
    mentor: Literal["named", "accepted", "signed-off"] | None = None
    due: Moment
    after_joining: Moment | None = None  # a late joiner's own due moment
    ladder: str | None = None  # the ladder that alone chases it
    whose: Literal["participant", "mentor"] = "participant"
    windows: tuple[Window, ...] = ()  # when it is best done; told, never enforced

    @model_validator(mode="after")
    def _is_met_somehow(self) -> Milestone:
        if not (self.complete or self.started or self.mentor):
            raise ValueError("nothing meets this milestone; add complete, started or mentor")
        return self


class WebinarPlan(Model):
    """A webinar as the programme foresees it; the cohort's record of it may move."""

    key: Key
    kind: Literal["milestone", "q-and-a", "mentor"]
    title: str
    about: str
    prepare: tuple[str, ...] = ()
    milestone: str | None = None
    at: Moment
    minutes: Whole = Field(gt=0, le=480)
    audience: Audience = "participants"


class Step(Model):
    """One thing that happens: a message to somebody at a moment, under conditions."""

    key: Key
    class_: MessageClass
    to: Role
    at: Moment | None = None
    at_for: dict[str, Moment] = Field(default_factory=dict)  # by nation, instead of `at`
    every: Every | None = None
    for_each: Literal["milestone", "webinar"] | None = None
    audience: Audience | None = None
    unless: Conditions = ()
    only_if: Conditions = ()
    send: Key | None = None  # default: the step's key
    late: Literal["skip", "send", "catch-up"] = "skip"
    useless_after: Useful | None = None
    repeat_after_move: bool = False
    tells_webinars: Literal["all", "next"] | None = None  # which ones it gives the dates of
    needs_join_link: bool = False
    wait_while: Conditions = ()  # held for a person as long as one of these holds
    release: bool = False  # held until the PXM releases it
    bad_news: bool = False  # not after Friday noon, not before a break
    alone: bool = False  # never shares a message with another step
    capped: bool = True  # False: neither counts towards the cap nor waits for it
    effective_from: Date | None = None

    @model_validator(mode="after")
    def _has_a_moment(self) -> Step:
        if (self.at is None) == (self.every is None):
            raise ValueError("give either at (a moment) or every (a recurring one)")
        return self

    @property
    def template(self) -> str:
        return self.send or self.key


class Rung(Model):
    """One rung of a ladder: a message, or a case for a person to act on."""

    key: Key
    workdays: Offset | None = None
    at: Moment | None = None
    to: Role
    class_: MessageClass | None = None  # default: the ladder's
    send: Key | None = None
    open_case: Key | None = None
    unless: Conditions = ()
    only_if: Conditions = ()
    release: bool = False
    by_phone: bool = False  # a rung only where a call instead of chasers was agreed
    fresh_data: bool | None = None  # default: the ladder's
    effective_from: Date | None = None

    @model_validator(mode="after")
    def _does_one_thing(self) -> Rung:
        if (self.send is None) == (self.open_case is None):
            raise ValueError(
                "a rung either sends a message or opens a case; give send or open-case"
            )
        if (self.workdays is None) == (self.at is None):
            raise ValueError("give either workdays (counted from the ladder's anchor) or at")
        return self


class Ladder(Model):
    """Rungs of growing weight that stop the moment `until` holds."""

    key: Key
    class_: MessageClass = "chaser"
    for_each: Literal["milestone"] | None = None
    from_: str | None = None  # the anchor its rungs are counted from (for-each: the milestone)
    until: AnyCondition
    fresh_data: bool = False
    subject: Literal["mentor"] | None = None  # rows are about one mentorship
    stopped_by_case: Key | None = None  # while this case is open its rungs are skipped
    wait_while: Conditions = ()  # while one of these holds its rungs wait
    rungs: tuple[Rung, ...] = Field(min_length=1)


class Programme(Model):
    """A whole programme file."""

    programme: Key
    title: str
    short: str
    timezone: str = "Europe/London"
    nation: str = "england"  # whose working days operations and the PXM keep
    sections: tuple[Section, ...] = Field(min_length=1)
    submission: str  # the section whose completion is the submission
    milestones: tuple[Milestone, ...] = Field(min_length=1)
    webinars: tuple[WebinarPlan, ...] = ()
    steps: tuple[Step, ...] = ()
    ladders: tuple[Ladder, ...] = ()
    cases: dict[str, str] = Field(default_factory=dict)  # kind of case → title staff read
    case_closes_when: dict[str, Conditions] = Field(default_factory=dict)  # any of them closes it
    signals: Signals = Field(default_factory=Signals)
    send_policy: SendPolicy

    def milestone(self, key: str) -> Milestone:
        """Return the milestone with this key; KeyError if there is none."""
        for milestone in self.milestones:
            if milestone.key == key:
                return milestone
        raise KeyError(key)

    def webinar(self, key: str) -> WebinarPlan:
        """Return the planned webinar with this key; KeyError if there is none."""
        for webinar in self.webinars:
            if webinar.key == key:
                return webinar
        raise KeyError(key)

    def section_title(self, key: str) -> str:
        """Return the title of a section; KeyError if there is none."""
        for section in self.sections:
            if section.key == key:
                return section.title
        raise KeyError(key)
