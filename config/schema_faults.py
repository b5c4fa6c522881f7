"""Turn what pydantic finds wrong with a file's values into sentences for who wrote it. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.closure_schema import YearDay
from config.faults import Finding, Place, did_you_mean
from config.programme import Condition, Moment

_EXAMPLES: dict[Any, str] = {
    str: "a text",
    int: "a whole number",
    bool: "true or false",
    dt.time: 'a time in quotes, such as "17:00"',
    dt.date: "a date, such as 2026-11-01",
    Moment: 'a moment, such as {week: 14, day: friday, time: "17:00"}',
    Condition: "a condition, such as submitted",
    YearDay: "a day of every year, such as 21 december",
}


def schema_findings(
    error: ValidationError, model: type[BaseModel], top: Place = ()
) -> Iterator[Finding]:
    """Yield a finding for each error of validating `model`; `top` is where its data stand."""
    for detail in error.errors(include_url=False):
        if detail["type"] == "too_short" and detail["input"]:
            continue  # pydantic counts only the faultless items, and those are told already
        place = tuple(part for part in detail["loc"] if part != "[key]")
        about_key = len(place) < len(detail["loc"])
        schema = _annotation(model, place[:-1] if about_key else place)
        yield Finding((*top, *place), _text(detail, model, place, schema))


def _text(error: ErrorDetails, model: type[BaseModel], place: Place, schema: Any) -> str:
    kind, given = error["type"], error["input"]
    wanted = _wanted(schema)
    if kind == "value_error":
        return str(error["ctx"]["error"])
    if kind == "missing":
        return f"this is missing; give {wanted}"
    if kind == "extra_forbidden":
        owner = _annotation(model, place[:-1])
        return f"this key means nothing here; {did_you_mean(place[-1], _keys(owner))}"
    if kind == "literal_error":
        return f"{_shown(given)} is not possible here; {did_you_mean(given, _choices(schema))}"
    if given is None:
        return f"nothing is given; write {wanted}"
    if kind == "too_short":
        return f"the list is empty; give at least {error['ctx']['min_length']}"
    limit = _limit(error)
    if limit:
        return f"{_shown(given)} is too {limit}"
    if kind == "string_type" and not isinstance(given, dict | list):
        return f"{_shown(given)} is no text to YAML; put it in quotes"
    if kind == "int_type" and isinstance(given, str) and given.lstrip("-").isdigit():
        return f'"{given}" is a text to YAML; write {given} without quotes'
    if kind == "tuple_type" and not isinstance(given, dict | list):
        return f"a list is wanted here; write [{given}]"
    return f"{_shown(given)} is not possible here; write {wanted}"


def _limit(error: ErrorDetails) -> str | None:
    context = error.get("ctx", {})
    match error["type"]:
        case "greater_than_equal":
            return f"small; give at least {context['ge']}"
        case "greater_than":
            return f"small; give more than {context['gt']}"
        case "less_than_equal":
            return f"large; give at most {context['le']}"
    return None


def _shown(given: object) -> str:
    match given:
        case bool():
            return f"{str(given).lower()} (YAML reads yes, no, on and off so)"
        case str():
            return f'"{given}"'
        case dict():
            return "a mapping"
        case list():
            return "a list"
    return str(given)


def _wanted(annotation: Any) -> str:
    if get_origin(annotation) is Literal:
        return f"one of {', '.join(_choices(annotation))}"
    if get_origin(annotation) is tuple:
        return "a list"
    if annotation in _EXAMPLES:
        return _EXAMPLES[annotation]
    keys = _keys(annotation)
    return f"a mapping with the keys {', '.join(keys)}" if keys else "a mapping"


def _choices(annotation: Any) -> tuple[str, ...]:
    if get_origin(annotation) is dict:
        annotation = _bare(get_args(annotation)[0])
    return get_args(annotation)


def _keys(annotation: Any) -> tuple[str, ...]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return tuple(field.alias or name for name, field in annotation.model_fields.items())
    return ()


def _annotation(model: Any, place: Place) -> Any:
    """Return the bare type that the schema has at this place; None outside the schema."""
    here = model
    for part in place:
        if get_origin(here) in (tuple, dict):
            here = get_args(here)[0 if isinstance(part, int) else -1]
        else:
            here = _field(here, part)
        here = _bare(here)
    return here


def _field(model: Any, key: str | int) -> Any:
    if isinstance(model, type) and issubclass(model, BaseModel):
        for name, field in model.model_fields.items():
            if key == (field.alias or name):
                return field.annotation
    return None


def _bare(annotation: Any) -> Any:
    """Strip `Annotated` and `| None`."""
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return _bare(next(arg for arg in get_args(annotation) if arg is not NoneType))
    return annotation
