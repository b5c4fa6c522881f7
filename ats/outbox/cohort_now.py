"""One cohort at one moment, read afresh from the records for each transaction."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from sqlmodel import Session

from ats.cases.owners import letterhead_of
from ats.office import Letterhead, Office
from ats.outbox import leases
from ats.outbox.record import Recorder
from ats.outbox.recovery import Recovery
from ats.people.contacts import reachable_in_trial
from ats.planning.planner import Planner
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class CohortNow:
    """What every part of a tick starts with."""

    office: Office
    code: str
    now: dt.datetime

    @property
    def lease(self) -> str:
        """The name of the cohort's planning lease."""
        return leases.planning(self.code)

    def cohort(self, session: Session, *, locked: bool = False) -> m.Cohort:
        """Return the cohort; *locked*, nobody changes it before this transaction ends."""
        return gather.cohort_named(session, self.code, locked=locked)

    def timeline(self, session: Session, cohort: m.Cohort) -> Timeline:
        facts = gather.cohort_facts(session, cohort)
        return self.office.timeline(self.office.programme_named(cohort.programme), facts)

    def reachable(self, session: Session, cohort: m.Cohort) -> frozenset[str]:
        """Return the refs and roles that a trial may write to; empty once it is live."""
        if cohort.status != "trial":
            return frozenset()
        return reachable_in_trial(session, self.letterhead(session, cohort))

    def letterhead(self, session: Session, cohort: m.Cohort) -> Letterhead:
        """Return the letterhead of today, with the cohort's own PXM if it has one."""
        assert cohort.id is not None
        zone = ZoneInfo(self.office.programme_named(cohort.programme).timezone)
        return letterhead_of(self.office, session, cohort.id, self.now.astimezone(zone).date())

    def recorder(self, session: Session) -> Recorder:
        """Return what records results; it asks the programme what to do in doubt."""
        programme = self.office.programme_named(self.cohort(session).programme)
        unsure = {str(key): one.when_unsure for key, one in programme.send_policy.classes.items()}
        return Recorder(session, self.now, unsure.__getitem__)

    def recovery(self, session: Session) -> Recovery:
        """Return what settles the claims of workers that have ended."""
        recorder = self.recorder(session)
        return Recovery(session, recorder, self.office.renderer, self.office.journals)

    def planner(self, session: Session, cohort: m.Cohort) -> Planner:
        reachable = self.reachable(session, cohort)
        return Planner(
            self.timeline(session, cohort),
            now=self.now,
            reachable_in_trial=lambda o: o.recipient in reachable,
        )
