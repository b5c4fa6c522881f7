"""Is everything that was planned accounted for, and is nobody looked at too late?

People are judged on one moment of the records, some hundred at a time: a tick beside it is seen
as a whole or not at all. What is put right is a cache; the rows are written by the next tick.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from sqlalchemy import select
from sqlmodel import Session, col

from ats.checks.findings import Finding, Report
from ats.checks.records import REPORT
from ats.outbox.cohort_now import CohortNow
from ats.outbox.letters import StaffLetters
from ats.outbox.staff import StaffMail
from ats.planning.facts import Participant
from ats.planning.planner import Planner
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again
from ats.unexpected import told

PEOPLE_AT_ONCE = 500
#: What fell due and has no row so long after is missing; a tick comes every ten minutes by day.
LATE = dt.timedelta(days=1)
STAFF = "staff mail"


@dataclass(slots=True)
class Planned:
    """Looks at the people and the staff mail of one cohort."""

    at: CohortNow
    report: Report
    missing: list[str] = field(default_factory=list)
    hidden: list[str] = field(default_factory=list)
    unclear: list[str] = field(default_factory=list)

    def findings(self) -> Iterator[Finding]:
        """Look, set right what was noted too late, and yield what is off and what is not."""
        last = 0
        while last := self._people_after(last):
            pass
        self._staff_mail()
        yield Finding(
            "These fell due a day ago or more and have no row in the ledger:",
            "See with ats doctor that the ticks run, then run ats tick.",
            tuple(self.missing),
        )
        yield Finding(
            "The next due moment of these was noted too late, and has been set right:",
            f"Run ats tick. {REPORT}",
            tuple(self.hidden),
        )
        yield Finding("Nobody can tell what is due for these:", REPORT, tuple(self.unclear))

    # -- people ----------------------------------------------------------------------------

    def _people_after(self, last: int) -> int:
        """Look at the next hundreds of people; return the last enrolment, 0 at the end."""
        hidden: list[Participant] = []
        with self.at.office.store.snapshot() as session:
            cohort = self.at.cohort(session)
            noted = self._noted(session, cohort, last)
            planner = self.at.planner(session, cohort)
            fresh = self._has_changed_lately(session, cohort)
            for person in gather.participants(session, list(noted)):
                self.report.people += 1
                try:
                    if self._is_hidden(planner, person, noted[person.id]):
                        hidden.append(person)
                    if not (fresh and noted[person.id] == m.EPOCH):
                        self.missing += _unaccounted(planner, person)
                except Exception as fault:  # noqa: BLE001 (one person's fault stops no other)
                    self.unclear.append(f"{person.ref} ({told(fault)})")
        self._set_right(hidden)
        return max(noted, default=0)

    def _noted(self, session: Session, cohort: m.Cohort, last: int) -> dict[int, dt.datetime]:
        """Return the next due moments of the next hundreds of enrolments; never is far away."""
        e = m.Enrolment
        found = session.execute(
            select(col(e.id), col(e.next_due_at))
            .where(col(e.cohort_id) == cohort.id, col(e.id) > last)
            .order_by(col(e.id))
            .limit(PEOPLE_AT_ONCE)
        )
        return {key: _or_never(at) for key, at in found if key is not None}

    def _has_changed_lately(self, session: Session, cohort: m.Cohort) -> bool:
        """Say whether staff have changed something since the ticks should all have come by.

        Whom it concerns is marked to be planned anew, and may lack rows until the next tick.
        """
        since = self.at.now - LATE
        audit, file = m.Audit, m.Import
        decided = select(col(audit.id)).where(col(audit.at) > since)
        imported = select(col(file.id)).where(
            col(file.cohort_id) == cohort.id,
            (col(file.applied_at) > since) | (col(file.undone_at) > since),
        )
        changes = (decided, imported)
        return any(session.execute(change.limit(1)).first() is not None for change in changes)

    def _is_hidden(self, planner: Planner, person: Participant, noted: dt.datetime) -> bool:
        """Say whether something is, or becomes, due before the moment that was noted."""
        if noted <= planner.now:
            return False  # the next tick looks at them
        truth = planner.judge(person)
        due_now = any(
            d.row is None or (d.verdict.outcome != d.row.outcome and not d.row.in_message)
            for d in truth.decisions
        )
        return due_now or _or_never(truth.next_due_at) < noted

    def _set_right(self, hidden: Sequence[Participant]) -> None:
        if hidden:
            with self.at.office.store.write() as session:
                for person in hidden:
                    look_again(session, person.id)
        self.hidden += [person.ref for person in hidden]

    # -- staff mail ------------------------------------------------------------------------

    def _staff_mail(self) -> None:
        with self.at.office.store.snapshot() as session:
            cohort = self.at.cohort(session)
            planner = self.at.planner(session, cohort)
            mail = StaffMail(
                session=session,
                cohort=cohort,
                letters=StaffLetters(session, cohort, planner.timeline, lambda _: None),
                windows=planner.windows,
                now=self.at.now,
                mail_domain="",
            )
            come, ahead = mail.foreseen()
            noted = _or_never(cohort.next_due_at)
            fresh = noted == m.EPOCH and self._has_changed_lately(session, cohort)
        late = [name for name, at in come if at <= self.at.now - LATE]
        self.missing += [] if fresh else late
        if noted > self.at.now and (come or _or_never(ahead) < noted):
            with self.at.office.store.write() as session:
                self.at.cohort(session, locked=True).next_due_at = m.EPOCH
            self.hidden.append(STAFF)


def _or_never(moment: dt.datetime | None) -> dt.datetime:
    return dt.datetime.max.replace(tzinfo=dt.UTC) if moment is None else moment


def _unaccounted(planner: Planner, person: Participant) -> list[str]:
    """Return the planned occurrences that should have a row by now, and have none."""
    due, _ = planner.timeline.open_occurrences(person, planner.now - LATE)
    return [f"{person.ref} {o.rule.step} {o.occurrence}" for o in due if o.key not in person.past]
