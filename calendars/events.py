"""What calendars are made of: events, who invites to them, and the calendar that holds them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

Status = Literal["confirmed", "tentative", "cancelled"]


@dataclass(frozen=True, slots=True)
class Organizer:
    """Who answers for an event: a mailbox of the programme, never a person."""

    name: str
    address: str

    def __post_init__(self) -> None:
        refuse_unless_one_word("organizer's address", self.address)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One event as it stands. Moments are aware; texts are plain and hold nobody's name.

    `uid` never changes. `sequence` rises when time or status change, `revised_at` with every
    change. Without `ends_at` the event is a moment, such as a deadline. `alarms` are how long
    before the start a calendar is to remind.
    """

    uid: str
    sequence: int
    revised_at: dt.datetime
    starts_at: dt.datetime
    title: str
    ends_at: dt.datetime | None = None
    description: str = ""
    location: str = ""
    url: str | None = None
    join_url: str | None = None
    status: Status = "confirmed"
    categories: tuple[str, ...] = ()
    is_busy: bool = True
    alarms: tuple[dt.timedelta, ...] = ()

    def __post_init__(self) -> None:
        for moment in (self.revised_at, self.starts_at, self.ends_at):
            if moment is not None and moment.tzinfo is None:
                raise ValueError(f"The event {self.uid} holds a moment without a time zone.")
        if self.ends_at is not None and self.ends_at <= self.starts_at:
            raise ValueError(f"The event {self.uid} ends before it begins.")
        for name in ("uid", "url", "join_url"):
            if (value := getattr(self, name)) is not None:
                refuse_unless_one_word(f"{name} of an event", value)

    @property
    def is_cancelled(self) -> bool:
        return self.status == "cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Calendar:
    """What one address gives its subscribers. `source` is that address."""

    name: str
    description: str
    organizer: Organizer
    events: tuple[Event, ...]
    source: str | None = None
    refresh: dt.timedelta = dt.timedelta(hours=1)

    def __post_init__(self) -> None:
        if self.source is not None:
            refuse_unless_one_word("address of a calendar", self.source)
        if len({event.uid for event in self.events}) < len(self.events):
            raise ValueError("Two events of a calendar have the same UID.")

    @property
    def revised_at(self) -> dt.datetime | None:
        """The newest revision in it; None when it is empty."""
        return max((event.revised_at for event in self.events), default=None)


def refuse_unless_one_word(name: str, value: str) -> None:
    """Raise ValueError for what could not stand on its line as it is."""
    if not value or not value.isprintable() or " " in value:
        raise ValueError(f"The {name} is empty or holds blanks or control characters.")
