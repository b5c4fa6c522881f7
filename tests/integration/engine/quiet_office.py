"""An office whose staff get no letters by the calendar, for tests of a whole year in less time."""

from __future__ import annotations

from dataclasses import replace

from ats.office import Office


def without_staff_letters(office: Office) -> Office:
    """Return the office without the digests and lists of every working day.

    They concern nobody's year, have tests of their own, and take most of the time of a tick.
    """
    whole = office.programme_named("ats")
    steps = tuple(step for step in whole.steps if step.every is None)
    programme = whole.model_copy(update={"steps": steps})
    return replace(office, programme_named=lambda _: programme, _fingerprints={})
