"""The rows of a roster, understood one by one: a participant, and perhaps a mentor."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ats.intake.columns import Layout
from ats.intake.dates import parse_date
from ats.intake.problems import Problems
from ats.intake.table import Row, Table
from ats.intake.text import clean
from ats.intake.values import (
    Address,
    read_email,
    read_name,
    read_nation,
    read_organisation,
    read_ref,
)

PARTICIPANT = "participant"
MENTOR = "mentor"


@dataclass(frozen=True, slots=True)
class Said:
    """What one row says of one person. None: nothing, and nothing follows from that."""

    row: int
    kind: str
    ref: str | None
    given_name: str | None
    family_name: str | None
    email: Address | None
    nation: str | None
    organisation: str | None = None
    is_nameless: bool = False  # its ref cannot be read, so nobody can be found

    @property
    def email_key(self) -> str | None:
        return self.email.key if self.email else None

    @property
    def name(self) -> tuple[str, str]:
        return self.given_name or "", self.family_name or ""

    def column(self, field: str) -> str:
        """Return the column that holds a field of this person."""
        if field == "ref":
            return f"{self.kind}_ref"
        return f"mentor_{field}" if self.kind == MENTOR else field


@dataclass(frozen=True, slots=True)
class RosterRow:
    """One row."""

    number: int
    participant: Said
    joined_on: dt.date | None
    mentor: Said | None


def roster_rows(
    table: Table, layout: Layout, problems: Problems, *, zone: ZoneInfo
) -> Iterator[RosterRow]:
    """Yield the rows, noting what is wrong with their cells."""

    def date(raw: str) -> dt.date:
        return parse_date(clean(raw), base=table.epoch, zone=zone)

    for row in table.rows:
        yield RosterRow(
            row.number,
            _said(row, layout, problems, PARTICIPANT),
            problems.read(layout, row, "joined_on", date),
            _mentor(row, layout, problems),
        )


def _mentor(row: Row, layout: Layout, problems: Problems) -> Said | None:
    fields = ("ref", "given_name", "family_name", "email", "nation")
    filled = [field for field in fields if clean(layout.raw(row, f"mentor_{field}"))]
    if not filled:
        return None
    if not {"ref", "email"} & set(filled):
        problems.add(
            row.number,
            "mentor_email",
            "a mentor is described without ref and address; fill one of them in",
        )
        return None
    return _said(row, layout, problems, MENTOR)


def _said(row: Row, layout: Layout, problems: Problems, kind: str) -> Said:
    prefix = "mentor_" if kind == MENTOR else ""
    ref = problems.read(layout, row, f"{kind}_ref", read_ref)
    return Said(
        row=row.number,
        kind=kind,
        ref=ref,
        is_nameless=ref is None and bool(clean(layout.raw(row, f"{kind}_ref"))),
        given_name=problems.read(layout, row, f"{prefix}given_name", read_name),
        family_name=problems.read(layout, row, f"{prefix}family_name", read_name),
        email=problems.read(layout, row, f"{prefix}email", read_email),
        nation=problems.read(layout, row, f"{prefix}nation", read_nation),
        organisation=problems.read(layout, row, f"{prefix}organisation", read_organisation),
    )
