"""What staff of the demo do about people: one of each scenario that a year brings.

Those concerned are in good time, so that what the year shows of everybody else is as it would be.
"""

from __future__ import annotations

import datetime as dt
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import select
from sqlmodel import col

from ats.cases import desk
from ats.errors import Refused
from ats.intake.roster import preflight_roster
from ats.intake.table import read_table
from ats.office import Office
from ats.outbox.suppression import lift
from ats.people import participants, replacing
from ats.people import silence as silencing
from ats.people.changing import Decision
from ats.people.new_mentor import Reply
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m
from ats.records.queries import SILENCED_PARTICIPANT
from config.programme import Programme

#: Who is concerned. The mentors have one mentee each.
BOUNCES, EXTENDED, DEFERRED, ON_A_BREAK = "M0034", "P0036", "P0042", "P0048"
RESIGNS, LEFT_BEHIND, STEPS_IN, WITHDRAWN, SILENCED = "M0058", "P0058", "M0020", "P0066", "P0074"
APPROVER = "demo's second person"

Act = Callable[[dt.datetime], str]


@dataclass(frozen=True, slots=True)
class Happened:
    """Something that staff did, and to whom."""

    at: dt.datetime
    person: str
    text: str


@dataclass(slots=True)
class PeopleTeam:
    """Knows when it acts; remembers what it did by the scenario's name."""

    office: Office
    code: str
    programme: Programme
    name: str
    roster: Path
    zone: dt.tzinfo
    happened: dict[str, list[Happened]] = field(default_factory=dict)

    def intends(self) -> Iterator[tuple[dt.datetime, Callable[[dt.datetime], object]]]:
        """Yield moments with what is done then, in the order of the year."""
        for day, time, scenario, person, act in (
            ("2026-10-14", "11:00", "address-bounces", BOUNCES, self._lift),
            ("2026-10-20", "10:30", "wrong-roster", self.code, self._import_another_cohorts),
            ("2027-01-11", "11:00", "extension", EXTENDED, self._extend),
            ("2027-02-10", "14:00", "deferral", DEFERRED, self._defer),
            ("2027-02-08", "10:00", "mentor-resigns", RESIGNS, self._resign),
            ("2027-02-22", "15:00", "mentor-resigns", LEFT_BEHIND, self._name),
            ("2027-02-24", "11:30", "break", ON_A_BREAK, self._pause),
            ("2027-03-08", "16:00", "withdrawal", WITHDRAWN, self._withdraw),
            ("2027-04-26", "09:30", "silence", SILENCED, self._silence),
            ("2027-05-04", "14:00", "silence", SILENCED, self._speak_with_the_mentor),
        ):
            at = local_moment(dt.date.fromisoformat(day), dt.time.fromisoformat(time), self.zone)
            yield at, self._remembered(scenario, person, act)

    def _remembered(self, scenario: str, person: str, act: Act) -> Callable[[dt.datetime], None]:
        def happen(now: dt.datetime) -> None:
            found = self.happened.setdefault(scenario, [])
            found.append(Happened(now, person, act(now)))

        return happen

    def _decision(self, now: dt.datetime, reason: str, approved_by: str | None = None) -> Decision:
        return Decision(now, self.name, reason, approved_by)

    def _lift(self, now: dt.datetime) -> str:
        """Write again to a mentor whom the mail server did not know at first."""
        lift(self.office.store, BOUNCES, now=now, by=self.name)
        return "the address works after all; what is vital goes again"

    def _import_another_cohorts(self, now: dt.datetime) -> str:
        """Try the roster of last year; nothing of it is applied."""
        with tempfile.TemporaryDirectory() as folder:
            file = Path(folder) / "roster.csv"
            file.write_text(self.roster.read_text("utf-8-sig").replace(self.code, "2025-10"))
            table = read_table(file)
            with self.office.store.read() as session:
                cohort = gather.cohort_named(session, self.code)
                policy = self.programme.send_policy
                try:
                    found = preflight_roster(session, cohort, table, now=now, policy=policy)
                except Refused as refusal:
                    return f"refused: {refusal}"
        return f"not applied: {len(found.problems)} problems, such as: {found.problems[0].problem}"

    def _extend(self, now: dt.datetime) -> str:
        to = dt.date(2027, 4, 16)
        decision = self._decision(now, "workload")
        participants.extend(
            self.office, EXTENDED, "diary-and-coaching", to, decision, preview=False
        )
        return "diary and coaching are due on Friday 16 April 2027, not on 19 March"

    def _defer(self, now: dt.datetime) -> str:
        decision = self._decision(now, "parental-leave", APPROVER)
        participants.defer(self.office, DEFERRED, decision, preview=False)
        return "waits for the next cohort, with what is finished"

    def _resign(self, now: dt.datetime) -> str:
        done = replacing.resign(
            self.office, RESIGNS, self._decision(now, "mentor-request"), preview=False
        )
        mentees = ", ".join(one.person for one in done.mentees)
        return f"mentors {mentees} no longer; thanked once, and {mentees} is asked"

    def _name(self, now: dt.datetime) -> str:
        decision = self._decision(now, "own-request")
        replacing.name(
            self.office, LEFT_BEHIND, Reply(STEPS_IN), decision, consent=False, preview=False
        )
        return f"replied with {STEPS_IN}, who is asked"

    def _pause(self, now: dt.datetime) -> str:
        first, back = dt.date(2027, 3, 1), dt.date(2027, 3, 22)
        decision = self._decision(now, "caring")
        participants.pause(self.office, ON_A_BREAK, first, back, decision, preview=False)
        return "three weeks from Monday 1 March 2027; later deadlines move by them"

    def _withdraw(self, now: dt.datetime) -> str:
        decision = self._decision(now, "employer", APPROVER)
        participants.withdraw(self.office, WITHDRAWN, decision, preview=False)
        return "one confirmation, and then silence"

    def _silence(self, now: dt.datetime) -> str:
        silencing.silence(self.office, SILENCED, self._decision(now, "bereavement"), preview=False)
        return "nothing goes to or about them, and nobody is told"

    def _speak_with_the_mentor(self, now: dt.datetime) -> str:
        with self.office.store.read() as session:
            case = session.execute(
                select(col(m.Case.id)).where(
                    col(m.Case.kind) == SILENCED_PARTICIPANT, col(m.Case.state) != "closed"
                )
            ).scalar_one()
        desk.close(self.office.store, case or 0, now=now, by=self.name)
        return "somebody has spoken with the mentor, whose e-mails go on"
