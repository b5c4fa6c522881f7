"""What an import would write: values only, nothing of it written yet."""

from __future__ import annotations

import datetime as dt
import enum
from dataclasses import dataclass, field
from typing import Any


class Now(enum.Enum):
    """Stands for the moment of applying."""

    NOW = "now"


NOW = Now.NOW


@dataclass(frozen=True, slots=True)
class Change:
    """A value of a record that is there already, before and after."""

    entity: str  # table name
    entity_id: int
    field: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class NewRole:
    """A ref to be made for a person, who is known by id or is new by this address."""

    ref: str
    kind: str
    person_id: int | None
    email_key: str


@dataclass(frozen=True, slots=True)
class NewEnrolment:
    """A participant to be enrolled; `role_id` None: the role is new as well."""

    ref: str
    role_id: int | None
    joined_on: dt.date


@dataclass(frozen=True, slots=True)
class Naming:
    """A mentor to be named. Ids are None where the record is new, and found by ref."""

    participant_ref: str
    enrolment_id: int | None
    mentor_ref: str
    mentor_role_id: int | None


@dataclass(slots=True)
class Plan:
    """Everything one file would write."""

    changes: list[Change] = field(default_factory=list)
    confirmed: list[Change] = field(default_factory=list)  # set by an earlier import, and repeated
    people: list[dict[str, Any]] = field(default_factory=list)
    roles: list[NewRole] = field(default_factory=list)
    enrolments: list[NewEnrolment] = field(default_factory=list)
    namings: list[Naming] = field(default_factory=list)
    progress: list[dict[str, Any]] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)  # of everybody the file names and we keep
    mentors: dict[str, str] = field(default_factory=dict)  # participant → mentor, as it names them
    people_touched: set[int] = field(default_factory=set)
    enrolments_touched: set[int] = field(default_factory=set)
