"""What no roster may say, beyond what single cells may hold."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from ats.errors import Refused
from ats.intake.history import spoken
from ats.intake.known import Known, KnownEnrolment, KnownMentorship
from ats.intake.matching import Match, Subject
from ats.intake.problems import EMPTY, Problems, listed
from ats.intake.roster_rows import RosterRow
from ats.intake.table import Table
from ats.intake.values import same_name
from ats.records.models import Cohort

_DETAILS = ("given_name", "family_name", "email_key", "nation")
_NEEDED = ("given_name", "family_name", "email", "nation")


@dataclass(frozen=True, slots=True)
class Entry:
    """A row with whom it means; None: not found, which was noted, or no mentor named."""

    row: RosterRow
    participant: Match | None
    mentor: Match | None

    def enrolment(self, known: Known) -> KnownEnrolment | None:
        """Return the standing enrolment of the row's participant in this cohort."""
        role = self.participant.role if self.participant else None
        return known.enrolments.get(role.id) if role else None


def refuse_repeated(entries: Iterable[Entry], problems: Problems) -> None:
    """Note every row that names a participant whom another row names differently."""
    groups: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        ref = entry.participant.ref if entry.participant else entry.row.participant.ref
        if ref:
            groups[ref.casefold()].append(entry)
    for group in groups.values():
        if len(group) > 1:
            first = group[0]
            shown = first.participant.ref if first.participant else first.row.participant.ref
            problems.add_all(
                [entry.row.number for entry in group],
                "participant_ref",
                f"{shown} stands in rows {listed(entry.row.number for entry in group)}; "
                "keep the right one",
            )


def refuse_far_joining(
    entries: list[Entry], cohort: Cohort, table: Table, weeks: int, problems: Problems
) -> None:
    """Note who joins too far from the start. Raises Refused when most of the rows do."""
    bound = dt.timedelta(weeks=weeks)
    far = [
        entry.row
        for entry in entries
        if entry.row.joined_on and abs(entry.row.joined_on - cohort.starts) > bound
    ]
    if len(far) * 2 > len(entries):
        raise Refused(
            f"{table.filename} has {len(far)} of {len(entries)} people joining more than {weeks} "
            f"weeks from the start ({spoken(cohort.starts)}); check that it is this cohort's file."
        )
    for row in far:
        day = spoken(row.joined_on or cohort.starts)
        problems.add(
            row.number,
            "joined_on",
            f"{day} is more than {weeks} weeks from the start ({spoken(cohort.starts)}); "
            "check the date",
        )


def refuse_own_mentor(entries: Iterable[Entry], problems: Problems) -> None:
    """Note participants who are named as their own mentor."""
    for entry in entries:
        participant, mentor = entry.participant, entry.mentor
        if participant and mentor and participant.subject is mentor.subject:
            problems.add(
                entry.row.number,
                "mentor_ref",
                f"{participant.ref} is named as their own mentor; ask who the mentor is",
            )


def refuse_differing(subjects: Iterable[Subject], problems: Problems) -> None:
    """Note the rows that describe one person differently."""
    for subject in subjects:
        for field in _DETAILS:
            saying = [said for said in subject.said if getattr(said, field)]
            if len({getattr(said, field) for said in saying}) > 1:
                name = field.removesuffix("_key")
                rows = listed(sorted({said.row for said in saying}))
                refs = listed(sorted({said.ref for said in saying if said.ref})) or "a mentor"
                for said in saying:
                    problems.add(
                        said.row,
                        said.column(name),
                        f"rows {rows} give {refs} with a different {name}; make them the same",
                    )


def refuse_incomplete(subjects: Iterable[Subject], problems: Problems) -> None:
    """Note what is missing to make somebody known."""
    for subject in subjects:
        for field in _NEEDED if subject.person is None else ():
            if subject.value(field) is None:
                for said in subject.said:
                    column = said.column(field)
                    if not problems.has(said.row, column):
                        problems.add(said.row, column, EMPTY)


def refuse_strangers(subjects: Iterable[Subject], problems: Problems) -> None:
    """Note refs under which quite another person stands now: names and address all differ."""
    for subject in subjects:
        person = subject.person
        for said in subject.said if person else ():
            both = said.given_name and said.family_name and said.email_key
            if (
                both
                and person is not None
                and said.email_key != person.email_key
                and not same_name((said.name[0], ""), (person.given_name, ""))
                and not same_name((said.name[1], ""), (person.family_name, ""))
            ):
                problems.add(
                    said.row,
                    said.column("ref"),
                    f"{said.ref or 'the ref'} belongs to somebody of another name and address; "
                    "check whether rows or columns have shifted",
                )


def refuse_unjoined(entries: Iterable[Entry], known: Known, problems: Problems) -> None:
    """Note newcomers without a joining date."""
    for entry in entries:
        number = entry.row.number
        said = entry.row.joined_on is not None or problems.has(number, "joined_on")
        if not said and entry.enrolment(known) is None:
            problems.add(number, "joined_on", EMPTY)


def refuse_other_mentor(entries: Iterable[Entry], known: Known, problems: Problems) -> None:
    """Note rows that name another mentor than the one staff or the mentor decided on."""
    for entry in entries:
        enrolment = entry.enrolment(known)
        if enrolment is None or entry.mentor is None or enrolment.status != "active":
            continue
        past = known.mentorships.get(enrolment.id, [])
        sentence = _objection(entry, entry.mentor, past, known)
        if sentence:
            problems.add(entry.row.number, "mentor_ref", sentence)


def refuse_silenced_mentor(entries: Iterable[Entry], known: Known, problems: Problems) -> None:
    """Note rows that name somebody anew to whom nothing goes any more."""
    for entry in entries:
        mentor, enrolment = entry.mentor, entry.enrolment(known)
        if mentor is None or mentor.subject.person is None:
            continue
        past = known.mentorships.get(enrolment.id, []) if enrolment else []
        role_id = mentor.role.id if mentor.role else None
        is_known = any(m.role_id == role_id and (m.stands or m.ended_by_staff) for m in past)
        roles = known.roles_of_person[mentor.subject.person.id]
        if not is_known and any(role.silenced_at for role in roles):
            problems.add(
                entry.row.number,
                "mentor_ref",
                f"nothing goes to {mentor.ref} any more, so they cannot be asked; name another "
                "mentor, or empty the mentor cells",
            )


def _objection(
    entry: Entry, mentor: Match, past: list[KnownMentorship], known: Known
) -> str | None:
    role_id = mentor.role.id if mentor.role else None
    standing = next((mentorship for mentorship in past if mentorship.stands), None)
    if standing is None or standing.role_id == role_id or not standing.settled:
        return None
    if any(mentorship.role_id == role_id and mentorship.ended_by_staff for mentorship in past):
        return None  # nobody is named, and a note tells why
    ours = known.role_of_id[standing.role_id].ref
    if standing.agreed:
        why, remedy = "who has agreed", f"write {ours} into the file, or empty its mentor cells"
    else:
        why = "who was asked or named by staff"
        person = entry.participant.ref if entry.participant else "the participant"
        remedy = f"correct the file, or record `ats mentor decline {person}` and import it again"
    return f"the file names {mentor.ref} as mentor, our records say {ours}, {why}; {remedy}"
