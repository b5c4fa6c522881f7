"""What the records say at one moment, read without asking the planner."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property

from effective_dates import YearOf, local_day
from small_cohort import CODE, STARTS, SmallCohort
from sqlalchemy import TextClause, select, text
from sqlmodel import Session, SQLModel

from ats.records import models as m
from ats.records.store import Store

Tables = dict[str, list[tuple[object, ...]]]


def dump(store: Store) -> Tables:
    """Return every row of every table."""
    tables = SQLModel.metadata.tables
    with store.read() as session:
        return {name: list(map(tuple, session.execute(_all_of(name)))) for name in tables}


def changed(before: Tables, after: Tables) -> Tables:
    """Return by table the rows that are new or other than they were."""
    found = {name: [row for row in rows if row not in before[name]] for name, rows in after.items()}
    gone = {name: [row for row in rows if row not in after[name]] for name, rows in before.items()}
    both = {name: found[name] + gone[name] for name in after}
    return {name: rows for name, rows in both.items() if rows}


def _all_of(table: str) -> TextClause:
    return text(f'SELECT * FROM "{table}" ORDER BY 1')


@dataclass(frozen=True, slots=True)
class Mentoring:
    """A mentor's time with one participant."""

    mentee: str
    mentor: str
    named_at: dt.datetime
    asked_at: dt.datetime | None
    ended_at: dt.datetime | None


class Facts:
    """The records at one moment."""

    def __init__(self, cohort: SmallCohort) -> None:
        self._days = cohort.office.workdays(STARTS)
        with cohort.store.read() as session:
            self._read(session)

    def _read(self, session: Session) -> None:
        def every(table: type[SQLModel]) -> list[object]:
            return list(session.execute(select(table)).scalars())

        roles: dict[int, m.Role] = {one.id: one for one in every(m.Role)}  # type: ignore[attr-defined]
        people: dict[int, m.Person] = {one.id: one for one in every(m.Person)}  # type: ignore[attr-defined]
        self.silenced_at = {
            role.ref: role.silenced_at for role in roles.values() if role.silenced_at is not None
        }
        self.address = {role.ref: people[role.person_id].email for role in roles.values()}
        self.nation = {role.ref: people[role.person_id].nation for role in roles.values()}
        self.enrolments: dict[str, m.Enrolment] = {
            roles[one.role_id].ref: one
            for one in every(m.Enrolment)  # type: ignore[attr-defined]
        }
        self.ref_of = {one.id: ref for ref, one in self.enrolments.items()}
        self.overlays: dict[str, list[m.Overlay]] = defaultdict(list)
        self.agreed_at: dict[tuple[str, dt.date], dt.datetime] = {}
        for overlay in every(m.Overlay):
            assert isinstance(overlay, m.Overlay)
            ref = self.ref_of[overlay.enrolment_id]
            if overlay.revoked_at is None:
                self.overlays[ref].append(overlay)
            if overlay.from_on is not None:  # ended early, it is still the one that was agreed
                self.agreed_at.setdefault((ref, overlay.from_on), overlay.recorded_at)
        self.mentoring = [
            Mentoring(
                self.ref_of[one.enrolment_id],
                roles[one.role_id].ref,
                one.named_at,
                one.request_sent_at,
                one.ended_at,
            )
            for one in every(m.Mentorship)  # type: ignore[attr-defined]
        ]
        self.webinars: list[m.Webinar] = every(m.Webinar)  # type: ignore[assignment]
        self.changes: list[m.WebinarChange] = every(m.WebinarChange)  # type: ignore[assignment]
        self.exports = {
            one.as_of
            for one in every(m.Import)  # type: ignore[attr-defined]
            if one.as_of is not None
        }
        self.status = session.execute(
            select(m.Cohort.status).where(m.Cohort.code == CODE)  # type: ignore[arg-type]
        ).scalar_one()

    def year_of(self, ref: str) -> YearOf:
        overlays = self.overlays[ref]
        return YearOf(
            self.enrolments[ref].joined_on,
            {
                str(one.milestone): (local_day(one.due_at), one.recorded_at)
                for one in overlays
                if one.kind == "extension" and one.due_at is not None
            },
            tuple(
                (one.from_on, one.until_on, self.agreed_at[ref, one.from_on])
                for one in overlays
                if one.kind == "pause" and one.from_on is not None
            ),
            self._days[self.nation[ref]].closures,
        )

    @cached_property
    def left_at(self) -> dict[str, dt.datetime]:
        found = {ref: one.left_at for ref, one in self.enrolments.items()}
        return {ref: at for ref, at in found.items() if at is not None}

    def mentees(self, mentor: str) -> set[str]:
        return {one.mentee for one in self.mentoring if one.mentor == mentor}
