"""The pages that e-mails to mentors link to at the end of the year: their letter, the register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ats.people.links import Links
from ats.planning.facts import Participant

#: What these pages are called in their addresses, and in a context that links to them.
LETTER, REGISTER = "letter", "register"
KEYS = ("letter_url", "register_url")
#: The templates whose contexts have them.
PAGES_IN = ("mentor-thanks", "register-invitation")
#: A record of CPD is asked for at a review, and that may be the year after.
LETTER_LASTS = dt.timedelta(days=2 * 366)
REGISTER_LASTS = dt.timedelta(days=366)


def mentor_pages(
    links: Links | None, mentor: str, mentees: Iterable[Participant], *, today: dt.date
) -> dict[str, str | None]:
    """Return the addresses of a mentor's pages by key; None where no link can be signed.

    The letter is of this day, whenever it is opened.
    """
    if links is None:
        return dict.fromkeys(KEYS)
    about: list[int | str] = [today.isoformat(), mentor, *sorted({person.id for person in mentees})]
    return {
        "letter_url": links.page(LETTER, about, today + LETTER_LASTS),
        "register_url": links.page(REGISTER, [mentor], today + REGISTER_LASTS),
    }
