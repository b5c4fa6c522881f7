"""The signals about somebody in words that staff can check by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

from ats.planning.stall import Signal, Standing
from ats.planning.timeline import Timeline


def in_words(signals: Sequence[Signal], timeline: Timeline) -> tuple[str, ...]:
    """Return clauses such as "no movement since Mon 11 Jan 2027, 15 working days".

    What is overdue is one clause, wherever it stands; that there are two goes without saying then.
    """
    return tuple(_clauses(signals, timeline))


def standing_told(standing: Standing, why: Sequence[str]) -> dict[str, object]:
    """Return a standing as JSON tells it; `why` are its signals in words."""
    return {
        "state": standing.state,
        "signals": list(why),
        "since": standing.since.isoformat() if standing.since else None,
        "as_of": standing.as_of.isoformat() if standing.as_of else None,
    }


def _clauses(signals: Sequence[Signal], timeline: Timeline) -> Iterator[str]:
    overdue = [one for one in signals if one.kind == "milestone-overdue"]
    for signal in signals:
        if signal.kind == "two-overdue":
            continue
        if signal.kind != "milestone-overdue":
            yield _clause(signal)
        elif signal is overdue[0]:
            titles = (timeline.milestones_by_key[one.subject or ""].title for one in overdue)
            dated = (
                f"{title} ({_day(one.since)})" for title, one in zip(titles, overdue, strict=True)
            )
            yield f"overdue: {', '.join(dated)}"


def _clause(signal: Signal) -> str:
    since, days = _day(signal.since), f"{signal.workdays} working days"
    return {
        "standing-still": f"no movement since {since}, {days}",
        "mentor-silent": f"{signal.subject} was asked on {since} and has not answered, {days}",
        "sign-off-missing": f"the mentor's sign-off has been missing since {since}",
        "address-failing": f"the address of {signal.subject} has not worked since {since}",
        "not-submitted": f"nothing was submitted by {since}",
    }[signal.kind]


def _day(day: dt.date) -> str:
    return f"{day:%a} {day.day} {day:%b %Y}"
