"""Observation windows and deadlines that fall where nobody teaches."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import partial

from ats import published
from ats.clashes.findings import Clash, Remedy, long_date, reasons
from ats.clashes.year import Year, nearest
from config.programme import Milestone, Window

_WITHIN = 26 * 7  # days that a window or deadline is moved by at most
_DAY = dt.timedelta(days=1)


def windows_without_teaching(year: Year) -> Iterator[Clash]:
    """Yield each window of a milestone, not over yet, in which some nation never teaches."""
    for milestone in year.timeline.programme.milestones:
        for number, window in enumerate(milestone.windows, 1):
            idle: dict[tuple[dt.date, dt.date], dict[str, str]] = defaultdict(dict)
            for calendar in year.participants:
                first, last = _span(year, window, calendar)
                if last >= year.today and not _taught(year, calendar, first, last):
                    why = year.why_no_teaching(calendar, first) or "it ends before it begins"
                    idle[first, last][calendar] = why
            for (first, last), why_not in idle.items():
                yield Clash(
                    kind="window-without-teaching",
                    subject=f"{milestone.key} {number} {first}",
                    dates=(first, last),
                    who=tuple(why_not),
                    text=(
                        f"Nobody teaches in the window for {milestone.key} from {long_date(first)} "
                        f"to {long_date(last)}: {reasons(why_not)}."
                    ),
                    remedies=partial(_other_windows, year, milestone, window, first, last),
                    advice="Give the window other weeks, or its milestone another deadline.",
                )


def _span(year: Year, window: Window, calendar: str) -> tuple[dt.date, dt.date]:
    timeline = year.timeline
    somebody = published.on_time(timeline, nation=calendar)
    first, last = (timeline.moment(at, somebody) for at in (window.from_, window.to))
    assert first is not None  # a window counts from what has a date
    assert last is not None
    return timeline.local_date(first), timeline.local_date(last)


def _taught(year: Year, calendar: str, first: dt.date, last: dt.date) -> int:
    return sum(year.why_no_teaching(calendar, day) is None for day in _days(first, last))


def _days(first: dt.date, last: dt.date) -> Iterator[dt.date]:
    for distance in range((last - first).days + 1):
        yield first + distance * _DAY


def _other_windows(
    year: Year, milestone: Milestone, window: Window, first: dt.date, last: dt.date
) -> Iterator[Remedy]:
    """Yield windows of the same length before the deadline: weeks of teaching, then of any."""
    due = min(day for _, day in _dues(year, milestone))
    taken = [
        _span(year, w, c) for w in milestone.windows if w is not window for c in year.participants
    ]
    fitting = []
    for begins in nearest(first, within=_WITHIN, step=7):
        ends = begins + (last - first)
        free = all(ends < other[0] or begins > other[1] for other in taken)
        if year.timeline.cohort.starts <= begins and year.today < begins and ends <= due and free:
            fitting.append((begins, ends))
    weekdays = sum(day.weekday() < 5 for day in _days(first, last))
    for least in (weekdays // 2 + 1, 1):
        for begins, ends in fitting:
            if all(
                _taught(year, calendar, begins, ends) >= least for calendar in year.participants
            ):
                new = window.model_copy(
                    update={
                        "from_": year.moment_on(begins, window.from_.time),
                        "to": year.moment_on(ends, window.to.time),
                    }
                )
                windows = tuple(new if w is window else w for w in milestone.windows)
                yield Remedy(
                    f"Let the window last from {long_date(begins)} to {long_date(ends)}.",
                    year.with_milestone(
                        milestone, milestone.model_copy(update={"windows": windows})
                    ),
                )


def deadlines_without_teaching(year: Year) -> Iterator[Clash]:
    """Yield each deadline to come on a day on which some nation does not teach."""
    for milestone in year.timeline.programme.milestones:
        idle: dict[dt.date, dict[str, str]] = defaultdict(dict)
        for calendar, day in _dues(year, milestone):
            why = year.why_no_teaching(calendar, day)
            if day >= year.today and why is not None:
                idle[day][calendar] = why
        for day, why_not in idle.items():
            yield Clash(
                kind="deadline-without-teaching",
                subject=f"{milestone.key} {day}",
                dates=(day,),
                who=tuple(why_not),
                text=(
                    f"{milestone.key} is due on {long_date(day)}, when nobody teaches: "
                    f"{reasons(why_not)}."
                ),
                remedies=partial(_other_deadlines, year, milestone, day),
                advice="Give it a day on which people teach, in the programme file.",
            )


def _dues(year: Year, milestone: Milestone) -> Sequence[tuple[str, dt.date]]:
    timeline = year.timeline
    dues = []
    for calendar in year.participants:
        due = timeline.due(milestone.key, published.on_time(timeline, nation=calendar))
        assert due is not None  # somebody on time has every deadline
        dues.append((calendar, timeline.local_date(due)))
    return dues


def _other_deadlines(year: Year, milestone: Milestone, day: dt.date) -> Iterator[Remedy]:
    """Yield the nearest days on which all teach, with no other deadline, up to submission."""
    others = {
        due
        for other in year.timeline.programme.milestones
        if other is not milestone
        for _, due in _dues(year, other)
    }
    is_last = year.timeline.programme.submission in milestone.complete
    for new in nearest(day, within=_WITHIN):
        if new <= max(year.today, year.timeline.cohort.starts) or new in others:
            continue
        if not is_last and new > year.submission:
            continue
        if any(year.why_no_teaching(calendar, new) for calendar in year.participants):
            continue
        due = year.moment_on(new, milestone.due.time)
        yield Remedy(
            f"Let {milestone.key} be due on {long_date(new)}.",
            year.with_milestone(milestone, milestone.model_copy(update={"due": due})),
        )
