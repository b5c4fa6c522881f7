"""A programme file as far as it can be read: what the checks look at, even when parts are faulty.

A part that breaks the schema is tried again without its faulty keys, so that what else is wrong
with it is found in the same reading.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, TypeVar

from pydantic import TypeAdapter, ValidationError

from config.faults import Place
from config.programme import (
    Condition,
    Ladder,
    Milestone,
    Model,
    Moment,
    Rung,
    Step,
    WebinarPlan,
)
from config.vocabulary import AnyCondition

M = TypeVar("M", bound=Model)

_CONDITION: TypeAdapter[Condition] = TypeAdapter(AnyCondition)
_CONDITION_LISTS = ("unless", "only-if", "wait-while")

#: Stands in for the rungs while a ladder is read without them; they are read one by one.
_NO_RUNGS = [{"key": "none", "workdays": 0, "to": "operations", "open-case": "none"}]


class PlacedMoment(NamedTuple):
    """A moment, where it stands, and the part of the programme that it belongs to."""

    place: Place
    moment: Moment
    of: Milestone | WebinarPlan | Step | Rung


class PlacedCondition(NamedTuple):
    """A condition, where it stands, and the part of the programme that it belongs to."""

    place: Place
    condition: Condition
    of: Step | Ladder | Rung | None  # None: what closes a kind of case


@dataclass(frozen=True, slots=True)
class Draft:
    """The readable parts of a programme file, each by its place, and the keys of all parts."""

    raw: Mapping[str, Any]
    milestones: Mapping[Place, Milestone]
    webinars: Mapping[Place, WebinarPlan]
    steps: Mapping[Place, Step]
    ladders: Mapping[Place, Ladder]
    rungs: Mapping[Place, Rung]

    def keys(self, part: str) -> list[str]:
        """Return the keys given in a list such as `milestones`, of unreadable parts too."""
        return [str(item["key"]) for _, item in items(self.raw, part) if "key" in item]

    def cases(self) -> list[str]:
        """Return the kinds of case that the file gives a title."""
        cases = self.raw.get("cases")
        return list(cases) if isinstance(cases, dict) else []

    def ladder_of(self, rung: Place) -> Ladder | None:
        """Return the ladder that the rung at this place stands in, if it can be read."""
        return self.ladders.get(rung[:2])

    def moments(self) -> Iterator[PlacedMoment]:
        """Yield every moment of the file, its bounds after it, but `after-joining`."""
        for place, milestone in self.milestones.items():
            yield from _bounded((*place, "due"), milestone.due, milestone)
            for i, window in enumerate(milestone.windows):
                yield from _bounded((*place, "windows", i, "from"), window.from_, milestone)
                yield from _bounded((*place, "windows", i, "to"), window.to, milestone)
        for place, webinar in self.webinars.items():
            yield from _bounded((*place, "at"), webinar.at, webinar)
        for place, step in self.steps.items():
            yield from _bounded((*place, "at"), step.at, step)
            for nation, moment in step.at_for.items():
                yield from _bounded((*place, "at-for", nation), moment, step)
        for place, rung in self.rungs.items():
            yield from _bounded((*place, "at"), rung.at, rung)

    def conditions(self) -> Iterator[PlacedCondition]:
        """Yield every condition of steps, ladders and rungs."""
        for place, step in self.steps.items():
            yield from _listed(place, step, "unless", "only_if", "wait_while")
        for place, ladder in self.ladders.items():
            yield PlacedCondition((*place, "until"), ladder.until, ladder)
        for place, rung in self.rungs.items():
            yield from _listed(place, rung, "unless", "only_if")
        yield from self._closing()

    def _closing(self) -> Iterator[PlacedCondition]:
        """Yield the conditions that close a kind of case, as far as they can be read."""
        closing = self.raw.get("case-closes-when")
        for kind, listed in closing.items() if isinstance(closing, dict) else ():
            for i, raw in enumerate(listed if isinstance(listed, list) else []):
                with contextlib.suppress(ValidationError):
                    place = ("case-closes-when", kind, i)
                    yield PlacedCondition(place, _CONDITION.validate_python(raw), None)


def _bounded(
    place: Place, moment: Moment | None, of: Milestone | WebinarPlan | Step | Rung
) -> Iterator[PlacedMoment]:
    if moment is None:
        return
    yield PlacedMoment(place, moment, of)
    yield from _bounded((*place, "not-before"), moment.not_before, of)
    yield from _bounded((*place, "not-after"), moment.not_after, of)


def _listed(place: Place, part: Step | Rung, *names: str) -> Iterator[PlacedCondition]:
    for name in names:
        for i, condition in enumerate(getattr(part, name)):
            yield PlacedCondition((*place, name.replace("_", "-"), i), condition, part)


def items(raw: Mapping[str, Any], part: str) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Yield the mappings in a list of the file, each with its place."""
    listed = raw.get(part)
    for i, item in enumerate(listed if isinstance(listed, list) else []):
        if isinstance(item, dict):
            yield (part, i), item


def draft_of(raw: Mapping[str, Any]) -> Draft:
    """Read whatever can be read of a file's top mapping."""
    return Draft(
        raw=raw,
        milestones=_readable(raw, "milestones", Milestone),
        webinars=_readable(raw, "webinars", WebinarPlan),
        steps=_readable(raw, "steps", Step),
        ladders=_readable(raw, "ladders", Ladder, rungs=_NO_RUNGS),
        rungs={
            (*place, *under): rung
            for place, ladder in items(raw, "ladders")
            for under, rung in _readable(ladder, "rungs", Rung).items()
        },
    )


def _readable(raw: Mapping[str, Any], part: str, model: type[M], **instead: Any) -> dict[Place, M]:
    read = ((place, _read({**item, **instead}, model)) for place, item in items(raw, part))
    return {place: value for place, value in read if value is not None}


def _read(item: dict[str, Any], model: type[M]) -> M | None:
    """Return the part, if need be without its faulty keys; None if it makes no sense then."""
    try:
        return model.model_validate(item)
    except ValidationError as error:
        faulty = [detail["loc"] for detail in error.errors() if detail["loc"]]
    try:
        return model.model_validate(_without(item, faulty))
    except ValidationError:
        return None


def _without(item: dict[str, Any], faulty: list[tuple[int | str, ...]]) -> dict[str, Any]:
    """Return a copy without its faulty keys; a faulty condition gives way to a harmless one."""
    kept: dict[str, Any] = {k: list(v) if isinstance(v, list) else v for k, v in item.items()}
    for place in faulty:
        key = str(place[0])
        if key in _CONDITION_LISTS and len(place) > 1:
            kept[key][place[1]] = "submitted"
        else:
            kept.pop(key, None)
    return kept
