"""A mentor's own answer to the request, by a signed link: a yes or a no for each participant."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

from ats.people import mentors
from ats.people.answer_links import MentorLink
from ats.people.enrolled import known
from ats.people.mentees import BY_LINK, Mentee, lock, mentees
from ats.records import models as m

#: What mentors may agree to hear of that is no part of the programme.
REGISTER = "register"


@dataclass(frozen=True, slots=True)
class Question:
    """Whether somebody mentors one participant, and how that stands.

    `open`, answered (`on` says when), or `closed`: nothing is asked any more.
    """

    name: str
    organisation: str
    state: Literal["open", "accepted", "declined", "closed"]
    on: dt.datetime | None = None


def questions(session: Session, link: MentorLink) -> list[Question]:
    """Return what this link asks, in its order. Raises BadLink."""
    return [_question(mentee) for mentee in mentees(session, link)]


def answer(
    session: Session,
    link: MentorLink,
    said: Mapping[int, bool],
    *,
    independent: bool,
    welcomes: bool,
    now: dt.datetime,
) -> list[int]:
    """Record what a mentor says to some of the questions, by their place; return what was.

    What is answered or closed already stays as it is. A yes is recorded only of somebody who
    declares to be independent. The caller's transaction commits. Raises BadLink.
    """
    lock(session, link)
    recorded = []
    for place, mentee in enumerate(mentees(session, link)):
        is_open = _question(mentee).state == "open"
        if mentee.asked is None or not is_open or place not in said:
            continue
        if not said[place]:
            mentors.refused(session, mentee.asked, now=now, by=BY_LINK)
        elif independent:
            mentors.agreed(session, mentee.asked, now=now, by=BY_LINK, independent=True)
        else:
            continue
        recorded.append(place)
    if welcomes and recorded:
        _welcome(session, link.mentor, now=now)
    return recorded


def welcomes_register(session: Session, link: MentorLink) -> bool:
    """Say whether this mentor has agreed to hear of the register."""
    theirs = select(col(m.Welcomed.id)).join(m.Role, col(m.Role.id) == col(m.Welcomed.role_id))
    about = theirs.where(col(m.Role.ref) == link.mentor, col(m.Welcomed.topic) == REGISTER)
    return session.execute(about).first() is not None


def _question(mentee: Mentee) -> Question:
    if mentee.asked is None:
        return Question("", "", "closed")
    mentorship = mentee.asked.mentorship
    state: Literal["open", "accepted", "declined"] = "open"
    if mentorship.accepted_at is not None:
        state = "accepted"
    elif mentorship.declined_at is not None:
        state = "declined"
    on = mentorship.accepted_at or mentorship.declined_at
    return Question(mentee.name, mentee.organisation, state, on)


def _welcome(session: Session, ref: str, *, now: dt.datetime) -> None:
    """Note that this mentor may be written to about the register, once."""
    who = known(session, ref)
    mine = (col(m.Welcomed.role_id) == who.role_id, col(m.Welcomed.topic) == REGISTER)
    if session.execute(select(col(m.Welcomed.id)).where(*mine)).first() is not None:
        return
    session.add(m.Welcomed(role_id=who.role_id, topic=REGISTER, since=now))
    after = {"topic": REGISTER}
    session.add(m.Audit(at=now, by=BY_LINK, action="welcomed", subject=who.ref, after=after))
