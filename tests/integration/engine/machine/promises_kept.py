"""What must be true of every e-mail that went, whatever staff did before; else a sentence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from effective_dates import (
    DAY,
    OF_MENTORS,
    PUBLISHED,
    in_words,
    local_day,
    said_dates,
    titled_dates,
)
from known_facts import Facts
from small_cohort import STARTS

COUNTED = ("tip", "webinar", "chaser")
#: What may still go when somebody has left.
FAREWELLS = ("enrolment-confirmed", "mentor-stood-down")
ALWAYS_AT_ONCE = ("webinar-tomorrow",)


@dataclass(frozen=True, slots=True)
class Part:
    """One ledger row that an e-mail settled."""

    about: str | None  # the participant's ref
    step: str
    occurrence: str
    class_: str


@dataclass(frozen=True, slots=True)
class Mail:
    """An e-mail as it arrived, with its rows and the records of that moment."""

    at: dt.datetime
    recipient: str
    role: str
    text: str
    parts: Sequence[Part]
    facts: Facts

    @property
    def counted(self) -> bool:
        return any(p.class_ in COUNTED and p.step not in ALWAYS_AT_ONCE for p in self.parts)

    @property
    def chases(self) -> bool:
        return any(part.class_ == "chaser" for part in self.parts)

    @property
    def about(self) -> set[str]:
        return {part.about for part in self.parts if part.about is not None}

    def __str__(self) -> str:
        steps = ", ".join(f"{p.step} {p.occurrence} of {p.about}" for p in self.parts)
        return f"{self.at:%Y-%m-%d %H:%M} to {self.recipient}: {steps}"


def broken(mail: Mail, before: Sequence[Mail]) -> list[str]:
    """Return a sentence for every promise that this e-mail breaks, given those before it."""
    faults = [*_to_who_left(mail, before), *_to_who_is_silenced(mail)]
    faults += [*_to_a_former_mentor(mail, before), *_too_many(mail, before)]
    if mail.role in ("participant", "mentor"):
        faults += [*_stale_dates(mail), *_missing_dates(mail)]
    return [f"{fault} — {mail}" for fault in faults]


def _to_who_left(mail: Mail, before: Sequence[Mail]) -> Iterator[str]:
    for part in mail.parts:
        left = mail.facts.left_at.get(part.about or "")
        if left is None or mail.at < left or mail.role not in ("participant", "mentor"):
            continue
        if part.step not in FAREWELLS:
            yield f"{part.about} left on {left}"
        elif any(part in other.parts and other.recipient == mail.recipient for other in before):
            yield "a second farewell"


def _to_who_is_silenced(mail: Mail) -> Iterator[str]:
    for ref in {*mail.about, mail.recipient}:
        silenced = mail.facts.silenced_at.get(ref)
        if silenced is not None and mail.at >= silenced:
            yield f"{ref} is silenced since {silenced}"


def _to_a_former_mentor(mail: Mail, before: Sequence[Mail]) -> Iterator[str]:
    if mail.role != "mentor":
        return
    for part in mail.parts:
        terms = [
            one
            for one in mail.facts.mentoring
            if (one.mentor, one.mentee) == (mail.recipient, part.about)
        ]
        if any(one.ended_at is None or mail.at < one.ended_at for one in terms):
            continue
        if part.step != "mentor-stood-down":
            yield "their mentoring has ended"
        elif any(part in other.parts and other.recipient == mail.recipient for other in before):
            yield "thanked twice"


def _too_many(mail: Mail, before: Sequence[Mail]) -> Iterator[str]:
    mine = [o for o in before if (o.recipient, o.role) == (mail.recipient, mail.role)]
    week = local_day(mail.at).isocalendar()[:2]
    counted = [o for o in mine if o.counted and local_day(o.at).isocalendar()[:2] == week]
    if mail.counted and len(counted) > 1 and not _holds_deadline(mail, week):
        yield f"number {len(counted) + 1} of the week"
    if mail.chases:
        gaps = (mail.at - other.at for other in mine if other.chases)
        yield from (f"{gap} after a chaser" for gap in gaps if gap < 2 * DAY)


def _holds_deadline(mail: Mail, week: tuple[int, int]) -> bool:
    is_mentor = mail.role == "mentor"
    whose = mail.facts.mentees(mail.recipient) if is_mentor else {mail.recipient}
    for ref in whose & mail.facts.enrolments.keys():
        for milestone, day in mail.facts.year_of(ref).dues().items():
            if (milestone in OF_MENTORS) == is_mentor and day.isocalendar()[:2] == week:
                return True
    return False


# -- dates -------------------------------------------------------------------------------------


def _stale_dates(mail: Mail) -> Iterator[str]:
    known = set(_quotable(mail))
    for said, days in said_dates(mail.text):
        if not days & known:
            yield f"{said} is no date that stands"
    for part in mail.parts:
        if part.about is not None and mail.role == "participant":
            dues = mail.facts.year_of(part.about).told()
            for milestone, said in titled_dates(mail.text):
                due = dues.get(milestone)
                if due is None or not said.startswith(in_words(due)):
                    yield f"{milestone} is due on {due}, not {said}"


def _quotable(mail: Mail) -> Iterator[dt.date]:
    facts = mail.facts
    yield local_day(mail.at)
    yield STARTS
    yield from facts.exports
    yield from (local_day(webinar.starts_at) for webinar in facts.webinars)
    yield from (dt.date(2027, 4, 19), dt.date(2027, 9, 6), PUBLISHED["project-impact"])  # windows
    yield PUBLISHED["final-observation"]
    steps = {part.step for part in mail.parts}
    if steps & {"webinar-moved", "webinar-cancelled"}:
        yield from (local_day(change.started_at) for change in facts.changes)
    for ref in mail.about:
        yield from facts.year_of(ref).told().values()
        if "dates-changed" in steps:
            yield from facts.year_of(ref).as_published().dues().values()
        yield from _of_person(facts, ref)


def _of_person(facts: Facts, ref: str) -> Iterator[dt.date]:
    away = facts.year_of(ref).closures.away
    yield from (day for day in away if not {day - DAY, day + DAY} <= away.keys())
    if ref in facts.left_at:
        yield local_day(facts.left_at[ref])
    for overlay in facts.overlays[ref]:
        yield from (day for day in (overlay.from_on, overlay.until_on) if day is not None)
    for one in facts.mentoring:
        if one.mentee == ref:
            yield from (local_day(at) for at in (one.named_at, one.asked_at) if at is not None)


def _missing_dates(mail: Mail) -> Iterator[str]:
    """Yield what an e-mail about a deadline does not quote."""
    for part in mail.parts:
        milestone = {
            "chase-milestone": part.occurrence.partition("/")[0],
            "chase-submission": "submission",
        }.get(part.step)
        if milestone is None or part.about is None:
            continue
        due = mail.facts.year_of(part.about).due(milestone)
        if due is None or in_words(due) not in mail.text:
            yield f"the date of {milestone}, {due}, is missing"
