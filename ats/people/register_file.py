"""A file of the register of mentors: looked at first, then applied, and nobody removed by it.

It puts people on the register and sets their subject and places. Of somebody who is known it
changes nothing else: what a roster, or staff, said of them stands.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import FileFault, Refused
from ats.intake.columns import Layout
from ats.intake.problems import EMPTY, Problem, Problems, listed
from ats.intake.table import Row, Table, read_table
from ats.intake.text import clean, fold, shown
from ats.intake.values import (
    Address,
    CellFault,
    read_email,
    read_name,
    read_nation,
    read_organisation,
    read_ref,
    same_name,
)
from ats.people.new_mentor import MENTOR, Reply, mentor_of
from ats.records import models as m
from ats.records.store import Store

_NEEDED = ("given_name", "family_name", "email", "nation", "subject", "capacity")
_COLUMNS = ("mentor_ref", *_NEEDED, "organisation")
_MOST_PLACES = 50  # more is a slip of the pen, a year perhaps


@dataclass(frozen=True, slots=True)
class Place:
    """What one row says of somebody on the register."""

    row: int
    ref: str | None
    name: tuple[str, str]
    address: Address
    nation: str
    organisation: str
    subject: str
    capacity: int


@dataclass(slots=True)
class RegisterImport:
    """What a file does, or would do. `kept`: refs of those who had left, and are not put back."""

    filename: str
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: list[str] = field(default_factory=list)
    problems: tuple[Problem, ...] = ()
    applied: bool = False

    def document(self) -> dict[str, Any]:
        """Return this as JSON tells it."""
        return {
            "applied": self.applied,
            "new": self.new,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused": len({one.row for one in self.problems}),
            "left_before": self.kept,
            "problems": [
                {"row": one.row, "column": one.column, "problem": one.problem}
                for one in self.problems
            ],
        }


def look_or_apply(
    store: Store,
    file: Path,
    *,
    now: dt.datetime,
    by: str,
    apply: bool,
    skip_problem_rows: bool = False,
    rejoin: bool = False,
) -> RegisterImport:
    """Return what a file does to the register; nothing is written unless it is to *apply*.

    Nor is anything where rows have problems, unless these are to be skipped. With *rejoin* those
    who had left are put back. Raises FileFault for a file that is no register.
    """
    table = read_table(file)

    def work(session: Session) -> RegisterImport:
        done = _import(session, table, now=now, by=by, rejoin=rejoin)
        if not apply or (done.problems and not skip_problem_rows):
            raise _TakenBack(done)
        done.applied = True
        return done

    try:
        return store.transact(work)
    except _TakenBack as shown:
        return shown.done


class _TakenBack(Exception):
    """Ends the transaction of a file that is only looked at."""

    def __init__(self, done: RegisterImport) -> None:
        self.done = done


def _import(
    session: Session, table: Table, *, now: dt.datetime, by: str, rejoin: bool
) -> RegisterImport:
    problems = Problems()
    layout = _lay_out(table)
    rows = list(_places(table, layout, problems))
    _refuse_repeated(rows, problems)
    done = RegisterImport(table.filename)
    for row in rows:
        if row.row not in problems.rows:
            try:
                _put(session, row, done, now=now, rejoin=rejoin)
            except Refused as refusal:
                problems.add(row.row, "mentor_ref" if row.ref else "email", str(refusal))
    done.problems = tuple(problems)
    if done.new or done.changed:
        told = {"new": done.new, "changed": done.changed, "unchanged": done.unchanged}
        after = {"filename": table.filename, "digest": table.digest, **told}
        session.add(m.Audit(at=now, by=by, action="register import", after=after))
    return done


# -- reading -----------------------------------------------------------------------------------


def _lay_out(table: Table) -> Layout:
    found: dict[str, list[int]] = defaultdict(list)
    names = {fold(column): column for column in _COLUMNS}
    for place, header in enumerate(table.headers):
        if column := names.get(fold(header)):
            found[column].append(place)
    twice = [column for column, several in found.items() if len(several) > 1]
    if twice:
        raise FileFault(f"{table.filename} has the column {twice[0]} twice; delete one.")
    missing = [column for column in _NEEDED if column not in found]
    if missing:
        what = "the columns" if len(missing) > 1 else "the column"
        raise FileFault(
            f"{table.filename} has not {what} {', '.join(missing)}; a register has "
            f"{', '.join(_NEEDED)}, and perhaps mentor_ref and organisation."
        )
    if not table.rows:
        raise FileFault(f"{table.filename} has headers and no rows; export it again.")
    return Layout({column: several[0] for column, several in found.items()})


def _places(table: Table, layout: Layout, problems: Problems) -> Iterator[Place]:
    """Yield the rows that can be read; note what is wrong with the cells of the others."""
    for row in table.rows:
        need = _Cells(layout, row, problems)
        given, family = need("given_name", read_name), need("family_name", read_name)
        address, nation = need("email", read_email), need("nation", read_nation)
        subject, capacity = need("subject", _read_subject), need("capacity", _read_capacity)
        ref = problems.read(layout, row, "mentor_ref", read_ref)
        organisation = problems.read(layout, row, "organisation", read_organisation)
        if row.number not in problems.rows:
            name = (given, family)
            yield Place(
                row.number, ref, name, address, nation, organisation or "", subject, capacity
            )


@dataclass(frozen=True, slots=True)
class _Cells:
    """Reads cells that may not be blank."""

    layout: Layout
    row: Row
    problems: Problems

    def __call__(self, column: str, reader: Any) -> Any:
        if not clean(self.layout.raw(self.row, column)):
            self.problems.add(self.row.number, column, EMPTY)
            return None
        return self.problems.read(self.layout, self.row, column, reader)


def _read_subject(raw: str) -> str:
    try:
        return read_organisation(raw)
    except CellFault as fault:
        raise CellFault(str(fault).replace("the organisation", "the subject")) from None


def _read_capacity(raw: str) -> int:
    text = clean(raw)
    number = int(text) if text.isascii() and text.isdecimal() and len(text) < 4 else 0
    if not 1 <= number <= _MOST_PLACES:
        raise CellFault(f"{shown(text)} is no number of participants; write 1 to {_MOST_PLACES}.")
    return number


def _refuse_repeated(rows: Iterable[Place], problems: Problems) -> None:
    groups: dict[tuple[str, str], list[int]] = defaultdict(list)
    for row in rows:
        groups["email", row.address.key].append(row.row)
        if row.ref:
            groups["mentor_ref", row.ref.casefold()].append(row.row)
    for (column, _), several in groups.items():
        if len(several) > 1:
            what = "the same address" if column == "email" else "the same ref"
            problems.add_all(
                several, column, f"rows {listed(several)} have {what}; keep the right one"
            )


# -- writing -----------------------------------------------------------------------------------


def _put(
    session: Session, row: Place, done: RegisterImport, *, now: dt.datetime, rejoin: bool
) -> None:
    """Put somebody on the register, or set what it says of them. Raises Refused."""
    mentor = _mentor(session, row, now)
    place = session.get(m.RegisterMentor, mentor.id)
    if place is None:
        assert mentor.id is not None
        session.add(
            m.RegisterMentor(
                role_id=mentor.id, subject=row.subject, capacity=row.capacity, joined_at=now
            )
        )
        done.new += 1
        return
    if place.left_at is not None and not rejoin:
        done.kept.append(mentor.ref)
        return
    said = (row.subject, row.capacity, None)
    if (place.subject, place.capacity, place.left_at) == said:
        done.unchanged += 1
        return
    place.subject, place.capacity, place.left_at = said
    session.add(place)
    done.changed += 1


def _mentor(session: Session, row: Place, now: dt.datetime) -> m.Role:
    """Return the mentor whom a row means, made if they are new. Raises Refused."""
    by_ref = _by_ref(session, row.ref) if row.ref else None
    if by_ref is not None:
        person = session.get_one(m.Person, by_ref.person_id)
        ours = (person.given_name, person.family_name)
        if by_ref.kind != MENTOR:
            raise Refused(f"{by_ref.ref} is a participant's ref; empty the cell or correct it.")
        if person.email_key != row.address.key or not same_name(row.name, ours):
            raise Refused(
                f"{by_ref.ref} has another name or address in our records; correct the row, or "
                "ask whose ref it is."
            )
        return by_ref
    reply = Reply(given_name=row.name[0], family_name=row.name[1], email=row.address.typed)
    mentor = mentor_of(
        session, reply, nation=row.nation, organisation=row.organisation, ref=row.ref, now=now
    )
    if row.ref and mentor.ref != row.ref:
        raise Refused(f"The address is that of {mentor.ref} in our records; write that ref.")
    return mentor


def _by_ref(session: Session, ref: str) -> m.Role | None:
    spellings = {ref, ref.upper(), ref.lower()}
    found: m.Role | None = session.execute(
        select(m.Role).where(col(m.Role.ref).in_(spellings))
    ).scalar()
    return found
