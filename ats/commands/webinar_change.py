"""What `ats webinar move`, `cancel` and `recording` answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ats.commands.answer import answer, complain, say, spoken, table
from ats.commands.desk import Desk

if TYPE_CHECKING:
    from ats.webinars.changes import Change


def conclude(change: Change, desk: Desk, *, as_json: bool) -> None:
    """Bring the calendars up to date with a change that was applied, and say what it means."""
    written = _publish(change, desk) if change.applied else None
    document = change.document() | {"calendars_written": written}
    answer(document, as_json=as_json, human=lambda: _say(change, written))


def _publish(change: Change, desk: Desk) -> int | None:
    """Return how many calendars were written; None, with a word on it, where that cannot be."""
    from ats.errors import AtsError
    from ats.feeds.publishing import publish

    if desk.office.links is None:
        return None
    try:
        published = publish(desk.office, desk.settings.calendar_dir, [change.cohort], now=desk.now)
    except AtsError as fault:
        complain(f"The change is made, but the calendars are not up to date: {fault}")
        return None
    for error in published.errors:
        complain(f"The change is made, but a calendar is not up to date: {error}")
    return published.written


def _say(change: Change, written: int | None) -> None:
    """Say what a change means, or has set going."""
    from ats.webinars.counted import told_when

    told = change.document()
    if change.kind == "recording":
        was = f", not at {change.recording_was}" if change.recording_was else ""
        say(f"{change.title}: recording at {change.recording_url}{was}.")
    elif change.starts_at is None:
        say(f"{change.title}, {spoken(told['was_at'])}: does not take place.")
    else:
        say(f"{change.title}: {spoken(told['starts_at'])}, not {spoken(told['was_at'])}.")
    for remark in change.remarks:
        say(f"Mind: {remark}.")
    rows = [
        (
            one["ref"],
            spoken(one["told"]) if one["told"] else "–",
            f"no e-mail: {one['why_not']}" if one["why_not"] else _gets(one["waits"]),
        )
        for one in told["concerned"]
    ]
    table(("who", "was told", "will be told"), rows)
    if change.applied:
        goes_at_once = any(at is None for at, _ in change.times)
        hint = "; `ats tick` sends it at once" if goes_at_once else ""
        say(f"Done. {told_when(change, _people, at_once='with the next tick')}{hint}.")
        if written is not None:
            calendars = "1 calendar was" if written == 1 else f"{written} calendars were"
            say(f"{calendars} written anew.")
    else:
        say(f"Nothing is changed yet; with --apply {told_when(change, _people)}.")


def _gets(waits: str | None) -> str:
    return f"gets an e-mail {waits}" if waits else "gets an e-mail"


def _people(number: int) -> str:
    return "1 person gets an e-mail" if number == 1 else f"{number} people get an e-mail"
