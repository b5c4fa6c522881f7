"""Years as the engine lived them: which cases it opened and closed, and whom it reminded when."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from days_off import DAY, SATURDAY, span
from deadlines import STARTS, SUBMISSION
from installed import DemoRun
from judge import JUDGED, Episode, Judge
from portfolio_exports import Export, Person, StaffActs, read_exports, read_people
from small_cohort import CODE, ZONE, SmallCohort, at

from ats.cases.listing import cases
from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox
from ats.people import participants
from ats.people.changing import Decision

ENDS = SUBMISSION + 14 * DAY
#: What ends somebody's year before its time, among the demo's scenarios.
LEAVING = ("deferral", "withdrawal", "silence")
#: Staff agree on every break a week before it begins.
BEFORE_A_BREAK = 7 * DAY


@dataclass(frozen=True)
class Lived:
    """One cohort's year: the files that it was told, and what the engine made of them."""

    people: Sequence[Person]
    exports: Sequence[Export]
    acts: StaffActs
    found: Mapping[str, Sequence[Episode]]
    reminded: Mapping[str, Mapping[str, Sequence[dt.date]]]  # ref → milestone → days

    def judge(self, person: Person) -> Judge:
        """Return somebody who says what should have become of one person."""
        return Judge(person, self.exports, self.acts, self.reminded.get(person.ref, {}))


def of_the_demo(run: DemoRun, samples: Path) -> Lived:
    """Return the year that `ats demo` left behind."""
    opened, ledger = (
        run.installed.answer(*asked, "--cohort", CODE, folder=run.place, ATS_DATA_DIR=f"{run.out}")
        for asked in (("case", "list"), ("ledger",))
    )
    acts = _acts(run.document["scenarios"])
    return Lived(
        read_people(samples), read_exports(samples), acts, _episodes(opened), _reminded(ledger)
    )


def live(office: Office, folder: Path, acts: StaffActs, *, days_late: int) -> Lived:
    """Take the cohort of a folder through its year, with a tick each weekday morning."""
    people, exports = read_people(folder), read_exports(folder, days_late=days_late)
    with InMemoryMailbox() as mailbox:
        cohort = SmallCohort(office, folder)
        cohort.address = mailbox.address
        cohort.enrol(*_lines(folder / f"roster-{CODE}.csv"))
        cohort.join_links()
        cohort.go_live_unchecked()
        for day in span(STARTS - 7 * DAY, ENDS):
            for export in exports:
                if export.imported == day:
                    _import(cohort, folder, export)
            _agree_on_breaks(cohort, acts, day)
            if day.weekday() < SATURDAY:  # the demo ticks at weekends, too
                assert cohort.tick(f"{day} 09:00").errors == []
    with office.store.read() as session:
        opened = cases(session, [CODE], zone=ZONE)
    return Lived(people, exports, acts, _episodes(opened), _reminded(_sent(cohort)))


def _import(cohort: SmallCohort, folder: Path, export: Export) -> None:
    rows = _lines(folder / f"progress-{CODE}-{export.as_of}.csv")
    without_code = (row.partition(",")[2] for row in rows)
    cohort.export(f"{export.as_of}", *without_code, now=f"{export.imported} 07:30")


def _agree_on_breaks(cohort: SmallCohort, acts: StaffActs, day: dt.date) -> None:
    decision = Decision(at(f"{day} 08:00"), "Jo", "caring")
    for ref, (first, back) in acts.breaks.items():
        if day == first - BEFORE_A_BREAK:
            participants.pause(cohort.office, ref, first, back, decision, preview=False)


def _acts(scenarios: Sequence[Mapping[str, str]]) -> StaffActs:
    """Return what the demo's staff did, as its report tells it."""
    who = {one["scenario"]: one["person"] for one in scenarios}
    left = [(_day(one["at"]), one["person"]) for one in scenarios if one["scenario"] in LEAVING]
    return StaffActs(
        breaks={who["break"]: (dt.date(2027, 3, 1), dt.date(2027, 3, 22))},
        extensions={(who["extension"], "diary-and-coaching"): dt.date(2027, 4, 16)},
        left={ref: day for day, ref in sorted(left, reverse=True)},  # the first counts
    )


def _sent(cohort: SmallCohort) -> list[dict[str, Any]]:
    names = ("recipient", "step", "occurrence", "sent_at")
    rows = (dict(zip(names, row, strict=True)) for row in cohort.ledger(*names))
    return [{**row, "person": row["recipient"]} for row in rows]


def _episodes(documents: Iterable[Mapping[str, Any]]) -> dict[str, list[Episode]]:
    found = defaultdict(list)
    for case in documents:
        if case["kind"] in JUDGED:
            opened = _day(case["opened_at"])
            closed = case["closed_at"] and _day(case["closed_at"])
            found[case["person"]].append(Episode(opened, case["kind"], closed))
    return {ref: sorted(episodes) for ref, episodes in found.items()}


def _reminded(rows: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, list[dt.date]]]:
    found: dict[str, dict[str, list[dt.date]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        if row["step"] == "chase-milestone" and row["sent_at"]:
            milestone = row["occurrence"].partition("/")[0]
            found[row["person"]][milestone].append(_day(row["sent_at"]))
    return found


def _day(moment: str | dt.datetime) -> dt.date:
    read = dt.datetime.fromisoformat(moment) if isinstance(moment, str) else moment
    return read.astimezone(ZONE).date()


def _lines(path: Path) -> list[str]:
    return path.read_text("utf-8-sig").splitlines()[1:]
