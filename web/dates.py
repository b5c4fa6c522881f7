"""The dates of a calendar as a page lists them, on London's clocks."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from calendars.components import ZONE
from calendars.events import Event


@dataclass(frozen=True, slots=True)
class Line:
    """One date: when, what, and where it leads to."""

    machine: str  # as <time> has it
    when: str  # "Wednesday 11 November 2026, 16:30–17:30"
    title: str
    note: str = ""
    link: str | None = None
    link_text: str = ""


@dataclass(frozen=True, slots=True)
class Dates:
    """What is to come, the next first, and what has been, the last first."""

    coming: tuple[Line, ...]
    past: tuple[Line, ...]


def dates(events: Iterable[Event], *, now: dt.datetime) -> Dates:
    """Return these events as lines; what is under way is still to come."""
    ordered = sorted(events, key=lambda event: (event.starts_at, event.uid))
    coming = [event for event in ordered if (event.ends_at or event.starts_at) > now]
    past = [event for event in ordered if (event.ends_at or event.starts_at) <= now]
    return Dates(
        tuple(_line(event, is_past=False) for event in coming),
        tuple(_line(event, is_past=True) for event in reversed(past)),
    )


def _line(event: Event, *, is_past: bool) -> Line:
    link, text = None, ""
    is_recording = event.url != event.join_url
    if event.url and not event.is_cancelled and (is_recording or not is_past):
        link, text = event.url, "Watch the recording" if is_recording else "Join"
    return Line(
        machine=event.starts_at.astimezone(ZONE).isoformat(timespec="minutes"),
        when=_when(event),
        title=event.title,
        note=_note(event),
        link=link,
        link_text=text,
    )


def _when(event: Event) -> str:
    starts = event.starts_at.astimezone(ZONE)
    text = f"{starts:%A} {starts.day} {starts:%B %Y}, {starts:%H:%M}"
    if event.ends_at is None:
        return text
    return f"{text}–{event.ends_at.astimezone(ZONE):%H:%M}"


def _note(event: Event) -> str:
    if event.is_cancelled:
        return "Cancelled: it does not take place."
    return "Not certain yet." if event.status == "tentative" else ""
