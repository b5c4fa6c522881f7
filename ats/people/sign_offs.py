"""The sign-off by the mentor's link: confirmed, taken back until the portfolio is submitted.

Who took it back is asked again only when staff reopen it.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.opening import open_case
from ats.errors import Refused
from ats.people import mentors
from ats.people.answer_links import MentorLink
from ats.people.changing import Decision
from ats.people.mentees import BY_LINK, Mentee, lock, mentees
from ats.people.mentors import Answer, Asked
from ats.records import models as m
from ats.records.store import Store

#: The case that operations get when a sign-off is taken back.
REVOKED = "sign-off-revoked"
#: The reason in the trail of what the mentor does: they wish it.
OWN_WISH = "own-request"


@dataclass(frozen=True, slots=True)
class SignOff:
    """The sign-off of one portfolio, and how it stands.

    `open`; `signed` or `revoked` (`on` says when); `older`: a newer link asks for it; `closed`:
    nothing is asked any more. `final`: the portfolio is submitted, and nothing is taken back.
    """

    name: str
    state: Literal["open", "signed", "revoked", "older", "closed"]
    on: dt.datetime | None = None
    final: bool = False


def sign_offs(session: Session, link: MentorLink, submission: str) -> list[SignOff]:
    """Return how things stand with what this link asks, in its order.

    *submission* is the section that is complete once a portfolio is submitted. Raises BadLink.
    """
    return [_stands(session, mentee, submission) for mentee in mentees(session, link)]


def confirm(
    session: Session, link: MentorLink, place: int, submission: str, *, now: dt.datetime
) -> bool:
    """Sign off the portfolio at this place of the link; return whether that was open.

    The caller's transaction commits. Raises BadLink.
    """
    asked = _asked(session, link, place, submission, {"open"})
    if asked is not None:
        mentors.signed_off(session, asked, Decision(now, BY_LINK, OWN_WISH))
    return asked is not None


def take_back(
    session: Session, link: MentorLink, place: int, submission: str, *, now: dt.datetime
) -> bool:
    """Take back the sign-off at this place of the link; return whether that could be.

    Operations get a case. The caller's transaction commits. Raises BadLink.
    """
    asked = _asked(session, link, place, submission, {"signed"})
    if asked is None:
        return False
    mentorship, whose = asked.mentorship, asked.whose
    before = {"signed_off_at": _iso(mentorship.signed_off_at)}
    mentorship.signed_off_at, mentorship.sign_off_revoked_at = None, now
    assert whose.cohort.id is not None
    open_case(
        session,
        cohort_id=whose.cohort.id,
        enrolment_id=mentorship.enrolment_id,
        kind=REVOKED,
        owner="operations",
        signal=f"{REVOKED} {asked.mentor}/{mentorship.sign_off_round}",
        now=now,
    )
    trail = m.Audit(at=now, by=BY_LINK, action=f"mentor-{REVOKED}", before=before)
    mentors.recorded(session, asked, trail, ())
    return True


def reopen(store: Store, ref: str, why: Decision) -> Answer:
    """Have the mentor of this participant asked for the sign-off once more.

    Raises NotFound, and Refused without a mentor who agreed, and while it is asked for already.
    """

    def work(session: Session, asked: Asked) -> Answer:
        mentorship, person = asked.mentorship, asked.whose.ref
        if mentorship.signed_off_at is None and mentorship.sign_off_revoked_at is None:
            raise Refused(
                f"{asked.mentor} has not signed the portfolio of {person} off, so there is "
                "nothing to reopen; it is asked for when it is due."
            )
        before = {
            "signed_off_at": _iso(mentorship.signed_off_at),
            "revoked_at": _iso(mentorship.sign_off_revoked_at),
        }
        mentorship.signed_off_at = mentorship.sign_off_revoked_at = None
        mentorship.sign_off_round += 1
        mentorship.sign_off_reopened_at = why.now
        trail = m.Audit(at=why.now, by=why.by, action="mentor-sign-off-reopened", before=before)
        trail.reason, trail.restricted = why.reason, why.restricted
        return mentors.recorded(session, asked, trail, (REVOKED,), round=mentorship.sign_off_round)

    return mentors.of_standing(store, ref, work, now=why.now)


def _asked(
    session: Session, link: MentorLink, place: int, submission: str, states: set[str]
) -> Asked | None:
    """Return what is at this place of the link, locked, if it is in one of these states."""
    lock(session, link)
    found = mentees(session, link)
    if not 0 <= place < len(found):
        return None
    stands = _stands(session, found[place], submission)
    return found[place].asked if stands.state in states and not stands.final else None


def _stands(session: Session, mentee: Mentee, submission: str) -> SignOff:
    asked = mentee.asked
    if asked is None or asked.mentorship.accepted_at is None:
        return SignOff("", "closed")
    mentorship = asked.mentorship
    if mentee.about.round != mentorship.sign_off_round:
        return SignOff(mentee.name, "older")
    if mentorship.signed_off_at is not None:
        final = _is_submitted(session, mentorship.enrolment_id, submission)
        return SignOff(mentee.name, "signed", mentorship.signed_off_at, final)
    if mentorship.sign_off_revoked_at is not None:
        return SignOff(mentee.name, "revoked", mentorship.sign_off_revoked_at)
    return SignOff(mentee.name, "open")


def _is_submitted(session: Session, enrolment: int, submission: str) -> bool:
    done = select(col(m.Progress.id)).where(
        col(m.Progress.enrolment_id) == enrolment,
        col(m.Progress.section) == submission,
        col(m.Progress.status) == "complete",
    )
    return session.execute(done).first() is not None


def _iso(moment: dt.datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
