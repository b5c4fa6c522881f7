"""The portfolios of a cohort as the records show them."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session

from ats.intake.relations import CHANGE, COHORT, ENROLMENT, PERSON, PROGRESS, ROLE
from ats.intake.text import shown
from ats.intake.values import CellFault


@dataclass(frozen=True, slots=True)
class Section:
    """One started section."""

    id: int
    status: str
    updated_on: dt.date
    complete_seen_at: dt.datetime | None


class Portfolios:
    """The cohort's participants by ref and address, and their started sections."""

    def __init__(self, session: Session, cohort_id: int) -> None:
        session.flush()
        self._connection = session.connection()
        people = self._connection.execute(
            select(ENROLMENT.c.id, ROLE.c.ref, PERSON.c.email_key)
            .join(ROLE, ROLE.c.id == ENROLMENT.c.role_id)
            .join(PERSON, PERSON.c.id == ROLE.c.person_id)
            .where(ENROLMENT.c.cohort_id == cohort_id)
        ).all()
        self._by_ref = {ref.casefold(): (int(id_), str(ref)) for id_, ref, _ in people}
        self._elsewhere: dict[str, str] = {}
        self._by_email = {str(key): (int(id_), str(ref)) for id_, ref, key in people}
        rows = self._connection.execute(
            select(
                PROGRESS.c.enrolment_id,
                PROGRESS.c.section,
                PROGRESS.c.id,
                PROGRESS.c.status,
                PROGRESS.c.updated_on,
                PROGRESS.c.complete_seen_at,
            )
            .join(ENROLMENT, ENROLMENT.c.id == PROGRESS.c.enrolment_id)
            .where(ENROLMENT.c.cohort_id == cohort_id)
        )
        self.sections = {
            (int(enrolment_id), str(section)): Section(*values)
            for enrolment_id, section, *values in rows
        }
        began = self._connection.execute(
            select(CHANGE.c.other_id, CHANGE.c.at)
            .join(ENROLMENT, ENROLMENT.c.id == CHANGE.c.other_id)
            .where(ENROLMENT.c.cohort_id == cohort_id, CHANGE.c.kind == "restarted")
        )
        self.restarted = {int(enrolment_id): at for enrolment_id, at in began}

    def is_carried(self, enrolment_id: int, section: str) -> bool:
        """Say whether they brought this section along, finished, from an earlier cohort."""
        known = self.sections.get((enrolment_id, section))
        brought_at = self.restarted.get(enrolment_id)
        return known is not None and brought_at is not None and known.complete_seen_at == brought_at

    def __len__(self) -> int:
        return len(self._by_ref)

    def find(self, ref: str, email_key: str) -> tuple[int, str] | None:
        """Return enrolment id and ref of the participant: by ref, or by address if there is none.

        Raises CellFault when the address is somebody else's: in doubt ask, never guess.
        """
        found, owner = self._by_ref.get(ref.casefold()), self._by_email.get(email_key)
        if not ref or owner in (None, found):
            return found or (None if ref else owner)
        assert owner is not None
        raise CellFault(
            f"the row's ref is {found[1] if found else shown(ref)} and its address is that of "
            f"{owner[1]}; put the wrong one of them right"
        )

    def why_unknown(self, ref: str) -> str:
        """Return the sentence about somebody who is not found."""
        if ref not in self._elsewhere:
            self._elsewhere[ref] = self._why(ref)
        return self._elsewhere[ref]

    def _why(self, ref: str) -> str:
        if not ref:
            return "nobody in this cohort is meant; write the participant's ref"
        elsewhere = self._connection.execute(
            select(COHORT.c.code)
            .join(ENROLMENT, ENROLMENT.c.cohort_id == COHORT.c.id)
            .join(ROLE, ROLE.c.id == ENROLMENT.c.role_id)
            .where(ROLE.c.ref == ref)
        )
        if code := elsewhere.scalars().first():
            return f"{shown(ref)} is of cohort {code}; take the row out"
        return f"{shown(ref)} is not in this cohort; check the ref, or import the roster first"
