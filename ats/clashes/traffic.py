"""Too much at once: two counted e-mails on one day, more than the cap in a week."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from ats.clashes.findings import Clash, in_words, long_date, places
from ats.clashes.sendings import Sending, other_dates, sendings
from ats.clashes.year import Year
from ats.planning.facts import Participant
from ats.planning.traffic import Inbox
from ats.planning.windows import Windows

_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
Names = tuple[str, ...]


@dataclass
class _Heap:
    """The same e-mails at once, and the calendars whose people get them."""

    sendings: Sequence[Sending]
    messages: int
    calendars: set[str] = field(default_factory=set)
    held_until: dt.datetime | None = None  # what is above the cap


def too_much(year: Year) -> Iterator[Clash]:
    """Yield each day with two counted e-mails that do not merge, and each week above the cap."""
    days: dict[tuple[str, dt.date], dict[Names, _Heap]] = defaultdict(dict)
    weeks: dict[tuple[str, dt.date], dict[Names, _Heap]] = defaultdict(dict)
    for role, person in year.people():
        counted = [s for s in sendings(year, role, person) if s.counts]
        counted.sort(key=lambda s: (s.day, s.policy.rank, s.occurrence.due_at, s.name))
        by_day: dict[dt.date, list[Sending]] = defaultdict(list)
        for sending in counted:
            by_day[sending.day].append(sending)
        by_week: dict[dt.date, list[Sending]] = defaultdict(list)
        for day, found in by_day.items():
            by_week[day - dt.timedelta(days=day.weekday())] += found
            if (messages := _messages(found)) > 1:
                _note(days[role, day], found, messages)
        for monday, found in by_week.items():
            messages = sum(_messages(by_day[day]) for day in sorted({s.day for s in found}))
            if messages > _cap(year) and not _holds_deadline(year, monday, role, person):
                _note(weeks[role, monday], found, messages)
    for (role, day), heaps in sorted(days.items()):
        for heap in _widest(heaps):
            yield _on_one_day(year, role, day, heap)
    for (role, monday), heaps in sorted(weeks.items()):
        for heap in _widest(heaps):
            yield _above_cap(year, role, monday, heap)


def _note(heaps: dict[Names, _Heap], found: Sequence[Sending], messages: int) -> None:
    names = tuple(sending.name for sending in found)
    heaps.setdefault(names, _Heap(found, messages)).calendars.add(found[0].calendar)


def _widest(heaps: dict[Names, _Heap]) -> Iterator[_Heap]:
    """Yield the heaps, but none whose calendars all have a greater one that holds all of it."""
    for names, heap in heaps.items():
        greater = [h for other, h in heaps.items() if set(names) < set(other)]
        heap.calendars.difference_update(*(h.calendars for h in greater))
        if heap.calendars:
            yield heap


def _messages(found: Sequence[Sending]) -> int:
    """Return how many counted messages these make on one day, merged as the planner merges."""
    inbox = Inbox()
    for sending in found:
        o = sending.occurrence
        inbox.take(o, inbox.bundle_of(o), counts=True, now=sending.goes_at)
    return inbox.counted


def _cap(year: Year) -> int:
    return year.timeline.programme.send_policy.cap_per_week


def _holds_deadline(year: Year, monday: dt.date, role: str, person: Participant) -> bool:
    timeline = year.timeline
    for milestone in timeline.programme.milestones:
        due = timeline.due(milestone.key, person)
        if milestone.whose == role and due is not None:
            day = timeline.local_date(due)
            if day - dt.timedelta(days=day.weekday()) == monday:
                return True
    return False


def _on_one_day(year: Year, role: str, day: dt.date, heap: _Heap) -> Clash:
    who = tuple(sorted(heap.calendars))
    names = in_words([sending.name for sending in heap.sendings])
    return Clash(
        kind="two-on-one-day",
        subject=f"{role} {day}",
        dates=(day,),
        who=who,
        text=(
            f"{names} go on {long_date(day)}, in {_NUMBERS[min(heap.messages, 9)]} e-mails, "
            f"to {_whom(role, heap)}."
        ),
        remedies=lambda: other_dates(year, heap.sendings, who),
        advice="Give one of them another week in the programme file, or leave it: all of them go.",
    )


def _above_cap(year: Year, role: str, monday: dt.date, heap: _Heap) -> Clash:
    who = tuple(sorted(heap.calendars))
    dated = [f"{s.name} on {s.day:%A} {s.day.day} {s.day:%B}" for s in heap.sendings]
    return Clash(
        kind="over-cap",
        subject=f"{role} {monday}",
        dates=tuple(sorted({sending.day for sending in heap.sendings})),
        who=who,
        text=(
            f"The week of {long_date(monday)} holds {_NUMBERS[min(heap.messages, 9)]} counted "
            f"e-mails for {_whom(role, heap)}: {in_words(dated)}. The cap is {_cap(year)}; "
            f"{_consequence(year, heap)}."
        ),
        remedies=lambda: other_dates(year, heap.sendings, who),
        advice="Give one of them another week in the programme file, or leave it to the cap.",
    )


def _consequence(year: Year, heap: _Heap) -> str:
    """Say what becomes of the first e-mail above the cap."""
    by_day: dict[dt.date, list[Sending]] = defaultdict(list)
    for sending in heap.sendings:
        by_day[sending.day].append(sending)
    gone = 0
    for found in by_day.values():
        gone += _messages(found)
        if gone > _cap(year):
            break
    held = found[-1]
    timeline = year.timeline
    windows = Windows(timeline.programme.send_policy, timeline.workdays, timeline.zone)
    goes_at = windows.next_week(held.policy, held.calendar, held.goes_at)
    useful = held.occurrence.useful_until
    if useful is not None and goes_at >= useful:
        return f"{held.name} does not go at all"
    return f"{held.name} waits until {long_date(timeline.local_date(goes_at))}"


def _whom(role: str, heap: _Heap) -> str:
    whom = f"{role}s in {places(sorted(heap.calendars))}"
    chased = any(sending.occurrence.rule.class_ == "chaser" for sending in heap.sendings)
    return f"{whom} who are being chased" if chased else whom
