"""A cohort as it stands at a moment: what the tables about its people are made from."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.owners import Owner, pxm_on
from ats.office import Office
from ats.planning.facts import Participant
from ats.planning.forecast import Coming, coming
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m
from ats.records.exports import Export, newest_export

#: How far ahead the next step is looked for.
AHEAD = dt.timedelta(weeks=8)


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A case that waits for its owner, or rests."""

    number: int
    kind: str
    owner: str


@dataclass(frozen=True, slots=True)
class Overview:
    """The people of a cohort, without those who left or are silenced, and their open cases."""

    timeline: Timeline
    now: dt.datetime
    people: Sequence[Participant]
    cases: Mapping[int, Sequence[OpenCase]]  # by enrolment
    export: Export | None
    pxm: Owner | None

    @property
    def today(self) -> dt.date:
        """The local day."""
        return self.timeline.local_date(self.now)

    def next_steps(self, is_meant: Callable[[Coming], bool]) -> dict[int, tuple[dt.date, str]]:
        """Return by enrolment the day and key of the next e-mail about each that is meant."""
        found: dict[int, tuple[dt.date, str]] = {}
        for one in coming(self.timeline, self.people, now=self.now, until=self.now + AHEAD):
            if is_meant(one):
                step = self.timeline.local_date(one.goes_at), one.occurrence.rule.step
                found[one.person.id] = min(step, found.get(one.person.id, step))
        return found


def overview(office: Office, code: str, *, now: dt.datetime) -> Overview:
    """Return how a cohort stands. Raises NotFound."""
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        assert cohort.id is not None
        timeline = office.timeline(
            office.programme_named(cohort.programme), gather.cohort_facts(session, cohort)
        )
        active = col(m.Enrolment.status) == "active"
        people = gather.everybody(session, cohort.id, active)
        return Overview(
            timeline=timeline,
            now=now,
            people=[person for person in people if not person.silenced],
            cases=_open_cases(session, cohort.id),
            export=newest_export(session, cohort.id),
            pxm=pxm_on(session, cohort.id, timeline.local_date(now)),
        )


def _open_cases(session: Session, cohort_id: int) -> Mapping[int, Sequence[OpenCase]]:
    case = m.Case
    rows = session.execute(
        select(col(case.enrolment_id), col(case.id), col(case.kind), col(case.owner))
        .where(col(case.cohort_id) == cohort_id, col(case.state) != "closed")
        .order_by(col(case.id))
    )
    found: dict[int, list[OpenCase]] = defaultdict(list)
    for enrolment, number, kind, owner in rows:
        found[enrolment].append(OpenCase(number or 0, kind, owner))
    return found
