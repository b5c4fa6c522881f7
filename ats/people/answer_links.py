"""The links by which mentors answer: whom they are for, whom they are about, and until when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from ats.people.links import BadLink, Links

#: The pages: to accept or decline, and to sign off.
Page = Literal["mentoring", "sign-off"]


@dataclass(frozen=True, slots=True)
class About:
    """One mentorship that a link asks about. `person` is the participant's ref."""

    person: str
    mentorship: int
    round: int = 1  # of asking for the sign-off


@dataclass(frozen=True, slots=True)
class MentorLink:
    """What a link says: the mentor's ref, and the mentorships that it asks about."""

    mentor: str
    about: tuple[About, ...]


def answer_page(links: Links, page: Page, asked: MentorLink, until: dt.date) -> str:
    """Return the address of the page on which this mentor answers, open to the end of a day."""
    return links.page(page, [asked.mentor, *_flat(asked.about)], until)


def read_answer_page(links: Links, page: Page, token: str, *, today: dt.date) -> MentorLink:
    """Return what a token of this page says. Raises BadLink, and ExpiredLink."""
    mentor, *told = links.read_page(page, token, today=today)
    if not told or len(told) % 3:
        raise BadLink
    triples = zip(told[::3], told[1::3], told[2::3], strict=True)
    about = (About(str(person), int(mentorship), int(n)) for person, mentorship, n in triples)
    return MentorLink(str(mentor), tuple(about))


def _flat(about: Iterable[About]) -> Iterator[int | str]:
    for one in about:
        yield from (one.person, one.mentorship, one.round)
