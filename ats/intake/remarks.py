"""What is remarkable in a roster and no problem: mentors whom staff would ask about.

A roster that staff apply counts as their consent, so nothing is refused for it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from sqlmodel import Session

from ats.intake.known import Known
from ats.intake.matching import Match
from ats.intake.preflight import Remark
from ats.intake.roster_checks import Entry
from ats.people.mentor_register import places
from ats.people.naming import Candidate, remarks


def remarks_on(session: Session, entries: Iterable[Entry], known: Known) -> Iterator[Remark]:
    """Yield what is remarkable about the mentors whom these rows name, in the file's order."""
    rows = [one for one in entries if one.participant and one.mentor]
    here = {id(one.participant.subject) for one in entries if one.participant}
    capacity = places(session)
    named: Counter[str] = Counter()  # beside those whom they mentor already
    for entry in rows:
        assert entry.participant is not None
        assert entry.mentor is not None
        mentor, is_new = entry.mentor, not _stands(entry, known)
        named[mentor.ref] += is_new
        candidate = _candidate(mentor, here, known, capacity, named[mentor.ref], is_new=is_new)
        for what in remarks(candidate):
            yield Remark(entry.participant.ref, what)


def _candidate(
    mentor: Match,
    here: set[int],
    known: Known,
    capacity: Mapping[int, tuple[int, int]],
    newly: int,
    *,
    is_new: bool,
) -> Candidate:
    most, mentees = capacity.get(mentor.role.id, (None, 0)) if mentor.role else (None, 0)
    return Candidate(
        ref=mentor.ref,
        takes_part=id(mentor.subject) in here or _takes_part(mentor, known),
        capacity=most if is_new else None,
        mentees=mentees + newly - 1,
    )


def _takes_part(mentor: Match, known: Known) -> bool:
    """Tell whether the mentor is enrolled in the cohort already, named in the file or not."""
    roles = (known.role_of_ref.get(ref.casefold()) for ref in mentor.subject.refs)
    enrolments = (known.enrolments.get(role.id) for role in roles if role)
    return any(one is not None and one.status == "active" for one in enrolments)


def _stands(entry: Entry, known: Known) -> bool:
    enrolment, mentor = entry.enrolment(known), entry.mentor
    if enrolment is None or mentor is None or mentor.role is None:
        return False
    past = known.mentorships.get(enrolment.id, [])
    return any(one.stands and one.role_id == mentor.role.id for one in past)
