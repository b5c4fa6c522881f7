"""How many people hear of a change of a webinar, and when, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from ats.webinars.affected import Change
from ats.webinars.remarks import spoken


def told_when(change: Change, e_mails: Callable[[int], str], *, at_once: str = "") -> str:
    """Return '2 people get an e-mail on Monday 23 November 2026, 09:00', without a full stop.

    `e_mails` says that so many go, `at_once` when those go that wait for nothing.
    """
    return ", ".join(_phrases(change, e_mails, at_once))


def sent_elsewhere(change: Change, url: str) -> Iterator[str]:
    """Yield how many people were sent another address of the recording, a clause for each."""
    sent = Counter(one.told_address for one in change.concerned)
    for address, number in sent.items():
        if address not in (None, url):
            people = "1 person was" if number == 1 else f"{number} people were"
            yield f"{people} sent another address ({address})"


def _phrases(change: Change, e_mails: Callable[[int], str], at_once: str) -> Iterator[str]:
    clause = e_mails
    for at, number in change.times:
        when = f"on {spoken(change.timeline, at)}" if at else at_once
        yield f"{clause(number)} {when}".strip()
        clause = "{} more".format
    if change.told_later:
        causes = {one.waits for one in change.concerned if one.waits}
        yield f"{clause(change.told_later)} {causes.pop() if len(causes) == 1 else 'later'}"
    elif not change.times:
        yield e_mails(0)
