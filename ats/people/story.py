"""The story of one person in words: what was due, what happened, what comes next and why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.cases.owners import letterhead_of
from ats.cases.standing import in_words, standing_told
from ats.errors import NotFound
from ats.office import Office
from ats.outbox.proof import Proof
from ats.people.contacts import contacts
from ats.people.dead_addresses import DeadAddress, dead_addresses
from ats.people.enrolled import Enrolled, Known, enrolments, known
from ats.people.notes import notes
from ats.people.parked import parked_since
from ats.people.retelling import Retelling
from ats.people.titles import Titles
from ats.planning import stall
from ats.planning.again import original
from ats.planning.planner import Planner
from ats.planning.rules import Rule
from ats.planning.timeline import Occurrence
from ats.records import gather
from ats.records import models as m
from ats.records.exports import newest_export

HORIZON = dt.timedelta(weeks=8)


@dataclass(frozen=True, slots=True, order=True)
class Entry:
    """One sentence of the story: when, about which step."""

    at: dt.datetime
    step: str
    text: str
    outcome: str  # of the row; 'expected' or 'not-expected' of what is to come
    is_task: bool  # for staff, and no e-mail
    is_note: bool = False  # of staff's, and no e-mail

    @property
    def kind(self) -> str:
        """'task', 'note' or 'e-mail'."""
        return "note" if self.is_note else "task" if self.is_task else "e-mail"


def story(
    office: Office, ref: str, *, step: str | None, now: dt.datetime, zone: ZoneInfo
) -> dict[str, Any]:
    """Return what `ats why` tells about a participant or a mentor, in order of time.

    What comes is told for eight weeks; of one step, named by its key or its ladder's, all of it,
    and why the rest of it will not come. `standing` is a participant's, in the year that staff
    act on; None where there is none. Raises NotFound for a ref or step that nobody knows.
    """
    with office.store.read() as session:
        who = known(session, ref)
        entries: set[Entry] = set()  # a dead address concerns every chapter, and is told once
        cohorts: dict[str, str] = {}
        steps: set[str] = set()
        standing = None
        for enrolled in _enrolments(session, who):
            chapter = _Chapter(office, session, enrolled, viewer=who.ref, now=now, zone=zone)
            cohorts[enrolled.cohort.code] = enrolled.cohort.status
            steps |= chapter.steps
            entries |= set(chapter.tell(step))
            standing = standing or chapter.standing()
    if step is not None and step not in steps:
        names = ", ".join(sorted(steps)) or "none"
        raise NotFound(f'There is no step "{step}"; there are {names}.')
    return {
        "person": who.ref,
        "cohorts": [{"code": code, "status": status} for code, status in cohorts.items()],
        "story": [
            {
                "at": entry.at.astimezone(zone).isoformat(),
                "step": entry.step,
                "text": entry.text,
                "outcome": entry.outcome,
                "kind": entry.kind,
            }
            for entry in sorted(entries)
        ],
        "standing": standing,
    }


def _enrolments(session: Session, who: Known) -> list[Enrolled]:
    if who.kind == "participant":
        return enrolments(session, who.ref)
    rows = session.execute(
        select(col(m.Role.ref), m.Enrolment, m.Cohort)
        .join(m.Enrolment, col(m.Enrolment.role_id) == col(m.Role.id))
        .join(m.Cohort, col(m.Cohort.id) == col(m.Enrolment.cohort_id))
        .where(
            col(m.Enrolment.id).in_(
                select(col(m.Mentorship.enrolment_id)).where(
                    col(m.Mentorship.role_id) == who.role_id
                )
            )
        )
        .order_by(col(m.Cohort.starts).desc(), col(m.Role.ref))
    )
    return [Enrolled(ref, enrolment, cohort) for ref, enrolment, cohort in rows]


class _Chapter:
    """What one enrolment adds to the story."""

    def __init__(
        self,
        office: Office,
        session: Session,
        enrolled: Enrolled,
        *,
        viewer: str,
        now: dt.datetime,
        zone: ZoneInfo,
    ) -> None:
        assert enrolled.enrolment.id is not None
        self._session = session
        self._enrolment = enrolled.enrolment.id
        self._now = now
        self._viewer = viewer if viewer != enrolled.ref else None  # a mentor's
        self._timeline = office.timeline(
            office.programme_named(enrolled.cohort.programme),
            gather.cohort_facts(session, enrolled.cohort),
        )
        (self._person,) = gather.participants(session, [self._enrolment])
        refs = {enrolled.ref, viewer} | {one.ref for one in self._person.mentorships}
        known_people = contacts(session, refs)
        today = self._timeline.local_date(now)
        head = letterhead_of(office, session, self._timeline.cohort.id, today)
        proof = Proof(self._timeline, head, office.renderer, known_people, now)
        self._titles = Titles(proof, self._person)
        self._retelling = Retelling(
            self._timeline, self._person, viewer, known_people, self._titles, now, zone
        )
        self._rules: dict[tuple[str, str | None, str], Rule] = {
            (rule.step, rule.rung, rule.to): rule for rule in self._timeline.rules
        }
        self._planned = {o.key: o for o in self._timeline.occurrences(self._person)}

    @property
    def steps(self) -> set[str]:
        """The names by which one may ask for a step."""
        return {name for rule in self._timeline.rules for name in _names(rule)}

    def tell(self, step: str | None) -> list[Entry]:
        """Return the entries, of one step only if it is given."""
        return [*self._past(step), *self._coming(step)]

    def standing(self) -> dict[str, Any] | None:
        """Return how the participant stands today, and by which export; None: nobody asks.

        That is so for their mentors, and for a year that is over, left or silenced.
        """
        person, timeline = self._person, self._timeline
        over = person.status != "active" or timeline.cohort.status == "closed"
        if self._viewer is not None or over or person.silenced:
            return None
        found = stall.standing(timeline, person, self._now)
        export = newest_export(self._session, timeline.cohort.id)
        return {
            "cohort": timeline.cohort.code,
            **standing_told(found, in_words(found.signals, timeline)),
            "import": export.document(timeline.zone) if export else None,
        }

    # -- what happened -----------------------------------------------------------------------

    def _past(self, step: str | None) -> Iterator[Entry]:
        since = parked_since(self._session, self._enrolment)
        if since is not None:
            yield Entry(since, "parked", self._retelling.of_parking(since), "held", False)
        for one in self._dead_addresses():
            if one.stands or step is None:
                text = self._retelling.of_dead_address(one)
                yield Entry(one.since, "suppressed", text, "skipped", False)
        if step is None and self._viewer is None:
            for note in notes(self._session, self._enrolment):
                text = self._retelling.of_note(note)
                yield Entry(note.at, note.kind, text, "noted", False, is_note=True)
        rows = self._rows()
        leads = {one[0].message_id: one for one in rows if one[0].outcome == "sent"}
        for row, rule, sent in rows:
            if step is not None and step not in _names(rule):
                continue
            lead = None
            if row.outcome == "merged" and row.message_id in leads:
                first, first_rule, context = leads[row.message_id]
                lead = self._titles.of(first_rule, self._occurrence(first), context)
            planned = self._occurrence(row)
            at, text = self._retelling.of_row(row, rule, planned, sent=sent, lead=lead)
            yield Entry(at, row.step, text, row.outcome, rule.case is not None)

    def _dead_addresses(self) -> list[DeadAddress]:
        """Return the viewer's addresses that failed, and the mentors' while they were that."""
        concerned: dict[str, tuple[dt.datetime, dt.datetime | None]] = {
            self._viewer or self._person.ref: (m.EPOCH, None)
        }
        if self._viewer is None:
            for mentor in self._person.mentorships:  # the same one may be named anew
                begins, _ = concerned.get(mentor.ref, (mentor.named_at, None))
                concerned[mentor.ref] = (begins, mentor.ended_at)
        found = []
        for one in dead_addresses(self._session, concerned):
            begins, ends = concerned[one.ref]
            over = one.lifted_at if one.is_theirs else one.since
            if (over is None or over >= begins) and (ends is None or one.since <= ends):
                found.append(one)
        return found

    def _rows(self) -> list[tuple[m.LedgerRow, Rule, dict[str, Any] | None]]:
        row, message = m.LedgerRow, m.Message
        query = (
            select(row, col(message.context))
            .outerjoin(message, col(message.id) == col(row.message_id))
            .where(col(row.enrolment_id) == self._enrolment)
            .order_by(col(row.due_at), col(row.key))
        )
        if self._viewer is not None:
            query = query.where(col(row.recipient) == self._viewer)
        found = []
        for one, context in self._session.execute(query):
            rule = self._rule(one)
            if rule is not None:
                found.append((one, rule, context if one.sent_at else None))
        return found

    def _rule(self, row: m.LedgerRow) -> Rule | None:
        """Return the rule that made a row; None when the programme no longer has it."""
        parts = original(row.occurrence).split("/")
        rung = parts[-2] if len(parts) > 1 else None
        by_rung = self._rules.get((row.step, rung, row.role))
        return by_rung or self._rules.get((row.step, None, row.role))

    def _occurrence(self, row: m.LedgerRow) -> Occurrence | None:
        return self._planned.get((row.step, row.occurrence, row.recipient))

    # -- what comes --------------------------------------------------------------------------

    def _coming(self, step: str | None) -> Iterator[Entry]:
        if self._person.parked and step is None:
            return  # as things stand, nothing comes
        for planned in self._planned.values():
            if planned.key in self._person.past or self._viewer not in (None, planned.recipient):
                continue
            if step is None and planned.due_at > self._now + HORIZON:
                continue
            if step is None or step in _names(planned.rule):
                yield from self._expected(planned, whole=step is not None)

    def _expected(self, planned: Occurrence, *, whole: bool) -> Iterator[Entry]:
        planner = Planner(self._timeline, now=max(planned.due_at, self._now))
        is_task = planned.rule.case is not None
        goes_at = None if self._person.parked else planner.expected(planned, self._person)
        if goes_at is not None:
            at, text = self._retelling.of_planned(planned, goes_at)
            yield Entry(at, planned.rule.step, text, "expected", is_task)
        elif whole or planned.recipient in self._person.suppressed:
            decisions = planner.judge(self._person).decisions
            verdict = next(d.verdict for d in decisions if d.occurrence.key == planned.key)
            if not whole and verdict.reason != "suppressed":
                return
            at, text = self._retelling.of_refused(planned, verdict)
            yield Entry(at, planned.rule.step, text, "not-expected", is_task)


def _names(rule: Rule) -> set[str]:
    return {rule.step} | ({rule.template} if rule.template else set())
