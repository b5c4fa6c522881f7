"""The import desk of a cohort in a test: files in, the contract's JSON out."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, SQLModel

from ats.intake.imports import apply_import, import_result
from ats.intake.preflight import Preflight
from ats.intake.progress import preflight_progress
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.intake.undo import undo_import
from ats.intake.undone import Undone
from ats.records.models import Audit, Cohort
from ats.records.store import Store

SAMPLES = Path(__file__).parents[3] / "config/samples/2026-10"
SECTIONS = {
    "about-you": "About you",
    "self-assessment": "Self-assessment",
    "pdp": "Personal Development Plan",
    "reflective-diary": "Reflective diary",
    "coaching": "Coaching",
    "impact-project": "Improvement project",
    "cpd-log": "CPD log",
    "first-observation": "First observation",
    "final-observation": "Final observation",
    "final-action-plan": "Final action plan",
    "submission": "Submission",
}
ROSTER = (
    "cohort,participant_ref,given_name,family_name,email,organisation,nation,joined_on,"
    "mentor_ref,mentor_given_name,mentor_family_name,mentor_email,mentor_nation"
)
PROGRESS = "cohort,participant_ref,section,status,updated_on"
ADA = "2026-10,P0001,Ada,Byron,ada@riverside.example,Riverside College,england,2026-10-05"
BEN = "2026-10,P0002,Ben,Shah,ben@glen.example,Glen College,scotland,2026-10-05"
CAT = "2026-10,P0003,Cat,Owen,cat@dyfed.example,Castle College,wales,2026-10-05"
MIA = "M0001,Mia,Stone,mia@harbour.example,england"
NED = "M0002,Ned,Frost,ned@harbour.example,wales"
NOBODY = ",,,,"
UNDO_LEAVES = ("import", "import_change", "audit", "next_due_at")  # what an undone import leaves


@dataclass(frozen=True)
class Policy:
    latest_joining_weeks: int = 26
    large_change_percent: int = 20


def roster(*rows: str) -> str:
    """Return a roster of these rows; a row without mentor gets empty cells."""
    return "\n".join([ROSTER, *(row if row.count(",") > 7 else row + "," + NOBODY for row in rows)])


def progress(*rows: str) -> str:
    return "\n".join([PROGRESS, *(f"2026-10,{row}" for row in rows)])


class Desk:
    """Imports into cohort 2026-10, which starts on 5 October 2026."""

    def __init__(self, store: Store, folder: Path) -> None:
        self.store = store
        self.folder = folder
        self.now = dt.datetime(2026, 9, 2, 8, tzinfo=dt.UTC)
        self.files = 0
        self.launch("2026-10")

    def launch(self, code: str) -> None:
        with self.store.write() as session:
            starts = dt.date.fromisoformat(f"{code}-05")
            session.add(Cohort(code=code, programme="ats", starts=starts, created_at=self.now))

    def roster(self, content: str | bytes | Path, **options: Any) -> dict[str, Any]:
        """Import a roster; `apply=False`: a preflight only."""
        return self._import(content, self.preflight_roster, **options)

    def progress(self, content: str | bytes | Path, as_of: str, **options: Any) -> dict[str, Any]:
        """Import an export as of a day, at nine o'clock of it."""
        day = dt.date.fromisoformat(as_of)
        self.now = dt.datetime.combine(day, dt.time(9), dt.UTC)
        return self._import(content, self.preflight_progress, as_of=day, **options)

    def preflight_roster(self, session: Session, path: Path, **options: Any) -> Preflight:
        cohort = self.cohort(session, options.pop("cohort", "2026-10"))
        table = read_table(path)
        return preflight_roster(session, cohort, table, now=self.now, policy=Policy(), **options)

    def preflight_progress(self, session: Session, path: Path, **options: Any) -> Preflight:
        return preflight_progress(
            session,
            self.cohort(session, "2026-10"),
            read_table(path),
            now=self.now,
            policy=Policy(),
            sections=SECTIONS,
            **options,
        )

    def cohort(self, session: Session, code: str) -> Cohort:
        query = select(Cohort).where(SQLModel.metadata.tables["cohort"].c.code == code)
        return session.connection() and session.scalars(query).one()

    def undo(self, import_id: int) -> Undone:
        with self.store.write() as session:
            return undo_import(session, import_id, now=self.now, by="Jo")

    def mend(self, ref: str, field: str, **values: Any) -> None:
        """Change a person by hand, as staff do."""
        with self.store.write() as session:
            session.add(Audit(at=self.now, by="Jo", action=f"mend:{field}", subject=ref))
            tables = SQLModel.metadata.tables
            owner = select(tables["role"].c.person_id).where(tables["role"].c.ref == ref)
            person = tables["person"]
            statement = person.update().where(person.c.id == owner.scalar_subquery())
            session.connection().execute(statement.values(**values))

    def set(self, table: str, **values: Any) -> None:
        """Set values in every row of a table."""
        with self.store.write() as session:
            session.connection().execute(SQLModel.metadata.tables[table].update().values(**values))

    def rows(self, table: str, *columns: str) -> list[tuple[Any, ...]]:
        """Return a table's rows, oldest first."""
        found = SQLModel.metadata.tables[table]
        wanted = [found.c[name] for name in columns] or list(found.c)
        with self.store.read() as session:
            return [
                tuple(row)
                for row in session.connection().execute(
                    select(*wanted).order_by(*found.primary_key)
                )
            ]

    def people(self) -> dict[str, dict[str, Any]]:
        """Return everybody by ref."""
        tables = SQLModel.metadata.tables
        query = select(tables["role"].c.ref, tables["person"]).join(tables["person"])
        with self.store.read() as session:
            return {row.ref: dict(row._mapping) for row in session.connection().execute(query)}

    def mentors(self) -> dict[str, str]:
        """Return the standing mentor of each participant, by ref."""
        role, mentorship = SQLModel.metadata.tables["role"], SQLModel.metadata.tables["mentorship"]
        enrolment, mentor = SQLModel.metadata.tables["enrolment"], role.alias()
        query = (
            select(role.c.ref, mentor.c.ref)
            .select_from(mentorship)
            .join(enrolment, enrolment.c.id == mentorship.c.enrolment_id)
            .join(role, role.c.id == enrolment.c.role_id)
            .join(mentor, mentor.c.id == mentorship.c.role_id)
            .where(mentorship.c.ended_at.is_(None))
        )
        with self.store.read() as session:
            return {row[0]: row[1] for row in session.connection().execute(query)}

    def dump(self, *without: str) -> dict[str, list[tuple[Any, ...]]]:
        """Return the records: all tables and columns but those named."""
        return {
            name: self.rows(
                name, *(column.name for column in table.c if column.name not in without)
            )
            for name, table in SQLModel.metadata.tables.items()
            if name not in (*without, "lease")
        }

    def _import(
        self,
        content: str | bytes | Path,
        preflight: Any,
        *,
        apply: bool = True,
        skip_problem_rows: bool = False,
        allow_large_change: bool = False,
        **options: Any,
    ) -> dict[str, Any]:
        path = content if isinstance(content, Path) else self._file(content)
        with self.store.write() as session:
            found = preflight(session, path, **options)
            if not apply:
                return import_result(found)
            applied = apply_import(
                session,
                found,
                now=self.now,
                by="Jo",
                skip_problem_rows=skip_problem_rows,
                allow_large_change=allow_large_change,
            )
            return import_result(found, applied)

    def _file(self, content: str | bytes) -> Path:
        self.files += 1
        path = self.folder / f"file-{self.files}.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path
