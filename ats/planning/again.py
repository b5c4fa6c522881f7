"""What goes again: it did not arrive, for its recipient's address failed, and is vital.

It has a row of its own, `<occurrence>/again-1`, `again-2` and so on, beside the one that ended; it
is planned, composed and tested like the first. Staff who send a message again name its copy so too.
"""

from __future__ import annotations

from dataclasses import replace

from ats.planning.facts import Key, Participant

#: What the occurrence ends with, before its number.
AGAIN = "/again-"


def original(occurrence: str) -> str:
    """Return the occurrence that this repeats, or is."""
    return occurrence.partition(AGAIN)[0]


def times(occurrence: str) -> int:
    """Return how often the original has been repeated with this."""
    return int(occurrence.partition(AGAIN)[2] or 0)


def repeats(key: Key) -> bool:
    """Say whether this is something that goes again."""
    return AGAIN in key[1]


def as_arrived(person: Participant) -> Participant:
    """Return this person without what goes again, or went: the first time it did not arrive."""
    past = person.past
    missed = {_before(key) for key in past if repeats(key)}
    return replace(person, past={key: row for key, row in past.items() if key not in missed})


def _before(key: Key) -> Key:
    step, occurrence, recipient = key
    number = times(occurrence) - 1
    first = original(occurrence)
    return (step, f"{first}{AGAIN}{number}" if number else first, recipient)
