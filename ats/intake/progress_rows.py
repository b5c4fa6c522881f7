"""The rows of a progress export, understood one by one."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from ats.intake.columns import Layout
from ats.intake.dates import parse_date
from ats.intake.history import spoken
from ats.intake.portfolio import Portfolios
from ats.intake.problems import Problems, listed
from ats.intake.table import Row, Table
from ats.intake.text import clean, fold, shown
from ats.intake.values import NOT_STARTED, CellFault, email_key, read_status


@dataclass(frozen=True, slots=True)
class Entry:
    """What one row says, once it is understood."""

    row: int
    enrolment_id: int
    ref: str
    section: str
    status: str
    updated_on: dt.date | None


class ProgressRows:
    """Reads the rows, noting what is wrong with them."""

    def __init__(
        self,
        table: Table,
        layout: Layout,
        known: Portfolios,
        problems: Problems,
        *,
        sections: Mapping[str, str],
        days: tuple[dt.date, dt.date],  # first and last that a change may have
        zone: ZoneInfo,
    ) -> None:
        self.table = table
        self.problems = problems
        self._layout = layout
        self._known = known
        self._earliest, self._as_of = days
        self._zone = zone
        self._titles = sections
        self._sections = {fold(title): key for key, title in sections.items()}
        self._sections |= {fold(key): key for key in sections}

    def entries(self) -> list[Entry]:
        """Return the rows that name a participant and a section, each pair once."""
        entries = [entry for row in self.table.rows if (entry := self._entry(row))]
        self._refuse_repeated(entries)
        return entries

    def _entry(self, row: Row) -> Entry | None:
        known = self._participant(row)
        section = self.problems.require(self._layout, row, "section", self._section)
        status = self.problems.require(self._layout, row, "status", read_status)
        older = known is not None and known[0] in self._known.restarted
        updated_on = self._updated_on(row, needed=status != NOT_STARTED, may_be_older=older)
        if known is None or section is None:
            return None
        return Entry(row.number, known[0], known[1], section, status or "", updated_on)

    def _participant(self, row: Row) -> tuple[int, str] | None:
        ref = clean(self._layout.raw(row, "participant_ref"))
        address = clean(self._layout.raw(row, "email"))
        try:
            found = self._known.find(ref, email_key(address) if address else "")
        except CellFault as fault:
            self.problems.add(row.number, "participant_ref", str(fault))
            return None
        if found is None:
            column = "participant_ref" if ref or not address else "email"
            self.problems.add(row.number, column, self._known.why_unknown(ref))
        return found

    def _section(self, raw: str) -> str:
        section = self._sections.get(fold(raw))
        if section is None:
            raise CellFault(
                f"{shown(clean(raw))} is no section of this programme; "
                f"write one of {', '.join(self._titles)}"
            )
        return section

    def _updated_on(self, row: Row, *, needed: bool, may_be_older: bool) -> dt.date | None:
        """Return the day; who was in an earlier cohort has sections from that year."""

        def date(raw: str) -> dt.date:
            return parse_date(clean(raw), base=self.table.epoch, zone=self._zone)

        read = self.problems.require if needed else self.problems.read
        day = read(self._layout, row, "updated_on", date)
        if day is not None and day > self._as_of:
            self.problems.add(
                row.number,
                "updated_on",
                f"{spoken(day)} is after {spoken(self._as_of)}, the day of the export; "
                "check both dates",
            )
        elif day is not None and day < self._earliest and not may_be_older:
            self.problems.add(
                row.number,
                "updated_on",
                f"{spoken(day)} is long before the start of the cohort; check the date",
            )
        return day

    def _refuse_repeated(self, entries: Iterable[Entry]) -> None:
        groups: dict[tuple[int, str], list[Entry]] = defaultdict(list)
        for entry in entries:
            groups[entry.enrolment_id, entry.section].append(entry)
        for group in groups.values():
            if len(group) > 1:
                says_one_thing = len({(entry.status, entry.updated_on) for entry in group}) == 1
                self.problems.add_all(
                    [entry.row for entry in group[1 if says_one_thing else 0 :]],
                    "section",
                    f"{group[0].ref} and {group[0].section} stand in rows "
                    f"{listed(entry.row for entry in group)}; keep the right one",
                )
