"""Check a programme file as a whole: keys given once, no circles, a complete sending policy."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args
from zoneinfo import available_timezones

from pydantic import TypeAdapter, ValidationError

from config.faults import Finding, Place, did_you_mean
from config.programme import ANCHORS, Clock, MessageClass, Milestone, Rung, Step
from config.programme_draft import Draft, items
from config.vocabulary import STAFF

#: What happens to a webinar that everybody who was told its time has to hear.
CHANGES = ("webinar-moved", "webinar-cancelled")

#: Anchors that may also be milestones: the place decides which is meant (`config.vocabulary`).
_BOTH = ("mentor-named", "mentor-accepted")


def whole_findings(draft: Draft) -> Iterator[Finding]:
    """Yield a finding for each fault that only shows when the parts are seen together."""
    yield from _keys_given_twice(draft)
    yield from _names_with_two_meanings(draft)
    yield from _circles_of_dates(draft)
    yield from _circles_of_sending(draft)
    yield from _changes_untold(draft)
    yield from _submission(draft)
    yield from _timezone(draft)
    yield from _policy(draft)


# -- keys -------------------------------------------------------------------------------------


def _keys_given_twice(draft: Draft) -> Iterator[Finding]:
    for part in ("sections", "milestones", "webinars", "ladders"):
        yield from _twice(draft.raw, part, part.removesuffix("s"), ())
    for place, ladder in items(draft.raw, "ladders"):
        yield from _twice(ladder, "rungs", "rung", place)
    yield from _steps_given_twice(draft)


def _twice(raw: Mapping[str, Any], part: str, noun: str, top: Place) -> Iterator[Finding]:
    first: dict[object, str] = {}
    for place, item in items(raw, part):
        key = _text_of(item, "key")
        if key is None:
            continue
        if key in first:
            text = f'{first[key]} is already the {noun} "{key}"; give each {noun} a key of its own'
            yield Finding((*top, *place, "key"), text)
        else:
            first[key] = f"{place[0]}[{place[1]}]"


def _steps_given_twice(draft: Draft) -> Iterator[Finding]:
    """A step's key may come again for the other audience: both mails have one name.

    And once more for what is said after a webinar, which has a name of its own.
    """
    ladders = draft.keys("ladders")
    first: dict[tuple[str, str | None, bool], int | str] = {}
    for place, item in items(draft.raw, "steps"):
        key, audience = _text_of(item, "key"), _text_of(item, "audience")
        if key is None:
            continue
        if key in ladders:
            text = f'"{key}" is also a ladder; the ledger could not tell them apart, so rename one'
            yield Finding((*place, "key"), text)
        this = (key, audience, _comes_after(item))
        if this in first:
            text = f'steps[{first[this]}] is already the step "{key}"'
            text += f" for {audience}" if audience else ""
            yield Finding((*place, "key"), f"{text}; give each step a key of its own")
        else:
            first[this] = place[1]


def _comes_after(item: Mapping[str, Any]) -> bool:
    """Say whether a step asks an office for something after a webinar."""
    at = item.get("at")
    if not isinstance(at, dict) or at.get("from") != "webinar" or item.get("to") not in STAFF:
        return False
    offset = at.get("workdays") or at.get("days")
    return isinstance(offset, int) and offset > 0


def _text_of(item: Mapping[str, Any], name: str) -> str | None:
    value = item.get(name)
    return value if isinstance(value, str) else None


def _names_with_two_meanings(draft: Draft) -> Iterator[Finding]:
    milestones = draft.keys("milestones")
    for part in ("milestones", "webinars"):
        for place, item in items(draft.raw, part):
            key = _text_of(item, "key")
            if key in ANCHORS and (key not in _BOTH or part == "webinars"):
                yield Finding((*place, "key"), f'"{key}" is the name of an anchor; choose another')
            elif part == "webinars" and key in milestones:
                text = f'"{key}" is also a milestone, so that from: {key} has two meanings'
                yield Finding((*place, "key"), f"{text}; choose another")


# -- circles ----------------------------------------------------------------------------------


def _circles_of_dates(draft: Draft) -> Iterator[Finding]:
    """Yield a finding for each circle of due moments, at the first milestone in it."""
    places = {milestone.key: place for place, milestone in draft.milestones.items()}
    counts_from = {key: _anchors_of_due(draft, places[key]) & places.keys() for key in places}
    for circle in _circles(counts_from):
        text = f"{_chain(circle, 'counts from')}; give one of them a week and day"
        if len(circle) == 1:
            text = "the milestone counts from itself; give it a week and day"
        yield Finding((*places[circle[0]], "due"), text)


def _circles_of_sending(draft: Draft) -> Iterator[Finding]:
    """Yield a finding for each circle of steps of which none goes before another one has gone."""
    parts: list[tuple[Place, str, Step | Rung]] = [(p, s.key, s) for p, s in draft.steps.items()]
    ladders = ((draft.ladder_of(place), place, rung) for place, rung in draft.rungs.items())
    parts += [(place, ladder.key, rung) for ladder, place, rung in ladders if ladder]
    places: dict[str, Place] = {}
    goes_after: dict[str, set[str]] = {}
    for place, key, part in parts:
        needed = {str(one.value) for one in part.only_if if one.name == "sent"}
        goes_after[key] = needed & goes_after.get(key, needed)  # of one name, any may go first
        places.setdefault(key, place)
    for circle in _circles({key: needed & places.keys() for key, needed in goes_after.items()}):
        text = f"{_chain(circle, 'goes only after')}, so none ever goes; drop one of the conditions"
        if len(circle) == 1:
            text = f"{circle[0]} goes only after itself, so never; drop the condition"
        yield Finding((*places[circle[0]], "only-if"), text)


def _chain(circle: Sequence[str], verb: str) -> str:
    steps = zip(circle, [*circle[1:], circle[0]], strict=True)
    return ", ".join(f"{one} {verb} {other}" for one, other in steps)


def _anchors_of_due(draft: Draft, milestone: Place) -> set[str]:
    due = (*milestone, "due")
    return {m.from_ for place, m, _ in draft.moments() if place[: len(due)] == due and m.from_}


def _circles(after: Mapping[str, set[str]]) -> Iterator[list[str]]:
    """Yield each circle once, from the first key in it."""
    told: set[str] = set()
    for key in after:
        circle = _circle(key, after)
        if circle and not told & set(circle):
            told |= set(circle)
            yield circle


def _circle(start: str, after: Mapping[str, set[str]]) -> list[str] | None:
    """Return the way from a key back to itself, without its end; None if there is none."""
    ways = [[start]]
    seen: set[str] = set()
    for way in ways:
        for following in sorted(after[way[-1]]):
            if following == start:
                return way
            if following not in seen:
                seen.add(following)
                ways.append([*way, following])
    return None


# -- milestones -------------------------------------------------------------------------------


def _changes_untold(draft: Draft) -> Iterator[Finding]:
    """Whoever is told when a webinar is must hear, too, that it moved or will not be."""
    told: dict[str, Place] = {}
    answered: set[tuple[str, str | None]] = set()
    for place, item in items(draft.raw, "steps"):
        audience, at = _text_of(item, "audience"), item.get("at")
        anchor = _text_of(at, "from") if isinstance(at, Mapping) else None
        if audience is None:
            continue
        if anchor == "webinar":
            told.setdefault(audience, (*place, "audience"))
        else:
            answered.add((audience, anchor))
    for audience, place in told.items():
        for change in CHANGES:
            if (audience, change) not in answered:
                text = f"{audience} would not be told of a change; add a step at {{from: {change}}}"
                yield Finding(place, text)


def _submission(draft: Draft) -> Iterator[Finding]:
    submission = draft.raw.get("submission")
    listed = list(draft.milestones.values())
    readable = len(listed) == len(draft.keys("milestones"))
    if submission in draft.keys("sections") and readable and not _completes(listed, submission):
        text = f'no milestone is met by the section "{submission}"; add one with complete: '
        yield Finding(("submission",), f"{text}[{submission}]")


def _completes(milestones: list[Milestone], section: object) -> bool:
    return any(section in milestone.complete for milestone in milestones)


# -- sending ----------------------------------------------------------------------------------


def _timezone(draft: Draft) -> Iterator[Finding]:
    zone = draft.raw.get("timezone")
    if isinstance(zone, str) and zone not in available_timezones():
        near = did_you_mean(zone, available_timezones())
        remedy = near if near.startswith("did") else "write one such as Europe/London"
        yield Finding(("timezone",), f'there is no timezone "{zone}"; {remedy}')


def _policy(draft: Draft) -> Iterator[Finding]:
    policy = draft.raw.get("send-policy")
    if not isinstance(policy, dict):
        return
    opens, closes = _clock(policy.get("window-from")), _clock(policy.get("window-to"))
    if opens and closes and opens >= closes:
        text = f"the window opens at {opens:%H:%M} and closes at {closes:%H:%M}"
        yield Finding(("send-policy", "window-to"), f"{text}; give a later time")
    classes = policy.get("classes")
    if isinstance(classes, dict):
        for name in get_args(MessageClass):
            if name not in classes:
                text = f"the class {name} is missing; say what its messages may do"
                yield Finding(("send-policy", "classes"), text)


def _clock(value: object) -> dt.time | None:
    try:
        return TypeAdapter(Clock).validate_python(value)
    except ValidationError:
        return None
