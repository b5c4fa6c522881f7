"""The export that is due: asked for when e-mails of the next working day would wait for it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats import published
from ats.outbox.inboxes import Inboxes
from ats.planning.facts import Key, Participant
from ats.planning.planner import Planner
from ats.planning.rules import Rule
from ats.planning.timeline import Occurrence, Timeline
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m

TO_PEOPLE = ("participant", "mentor")


@dataclass(frozen=True, slots=True)
class ExportDue:
    """Plans one cohort's next working day twice: with the data there are, and with fresh ones."""

    session: Session
    timeline: Timeline

    def tell(
        self, at: dt.datetime, *, now: dt.datetime, reachable: Collection[str]
    ) -> dict[str, Any] | None:
        """Return how many e-mails would wait for an export on the working day after *at*.

        None if there are none: then nobody is asked. An e-mail waits if it would go on that day,
        within all limits, were an export imported today, and is held without one.
        """
        today = self.timeline.local_date(now)
        goes_on = max(self._next(self.timeline.local_date(at)), today)
        opens = self.timeline.programme.send_policy.window_from
        moment = max(local_moment(goes_on, opens, self.timeline.zone), now)
        waiting = self._waiting(now, moment, frozenset(reachable))
        if not waiting:
            return None
        as_of = self.timeline.cohort.as_of
        return {
            "as_of": as_of.isoformat() if as_of else None,
            "waiting": waiting,
            "goes_on": goes_on.isoformat(),
        }

    def _next(self, day: dt.date) -> dt.date:
        days = self.timeline.workdays[self.timeline.programme.nation]
        return days.shift(day, 1, away_counts=True)

    def _waiting(self, now: dt.datetime, moment: dt.datetime, reachable: frozenset[str]) -> int:
        def may_go(o: Occurrence) -> bool:
            return o.recipient in reachable

        cohort = replace(self.timeline.cohort, as_of=self.timeline.local_date(now))
        renewed = self.timeline.with_data(cohort)
        fresh = Planner(renewed, now=moment, reachable_in_trial=may_go)
        stale = Planner(self.timeline, now=moment, reachable_in_trial=may_go)
        everybody = self._people(now, moment)
        held = {person.id: _held_for_data(stale, person) for person in everybody}
        people = [person for person in everybody if held[person.id]]
        inboxes = Inboxes(self.session, fresh)
        inboxes.load(place for person in people for place in person.inboxes)
        return len(
            {
                (d.occurrence.recipient, d.occurrence.role, d.bundle)
                for plan in fresh.plan(people, inboxes)
                for d in plan.decisions
                if d.verdict.outcome == "queued" and d.occurrence.key in held[plan.person.id]
            }
        )

    # -- whom it may concern ---------------------------------------------------------------

    def _people(self, now: dt.datetime, moment: dt.datetime) -> list[Participant]:
        cohort = self.timeline.cohort
        rules = [rule for rule in self.timeline.rules if rule.fresh_data and rule.template]
        if self._any_shared(rules, now, moment):
            return gather.everybody(self.session, cohort.id)
        # Only somebody with dates of their own can have one of these then.
        late = col(m.Enrolment.joined_on) > cohort.starts
        moved = col(m.Enrolment.id).in_(select(col(m.Overlay.enrolment_id)))
        return gather.everybody(self.session, cohort.id, late | moved)

    def _any_shared(self, rules: Collection[Rule], now: dt.datetime, moment: dt.datetime) -> bool:
        """Say whether one of these can want newer data of everybody at that moment.

        It falls due by then or waits already; while the data are young, only if they are from
        before a deadline or from before an e-mail that it follows.
        """
        row, timeline = m.LedgerRow, self.timeline
        known_until = self._young(moment)
        if known_until is None:
            wanted = col(row.outcome) == "held"
            due = (
                now < slot.due_at <= moment and slot.rule in rules
                for nation in tuple(timeline.workdays)
                for slot in timeline.shared_slots(nation)
            )
        else:
            wanted = (col(row.reason) == "stale-data") | (col(row.sent_at) >= known_until)
            due = (known_until < at <= moment for _, at in published.milestones(timeline))
        found = select(func.count()).where(
            col(row.cohort_id) == timeline.cohort.id,
            col(row.step).in_({rule.step for rule in rules}),
            col(row.role).in_(TO_PEOPLE),
            wanted,
        )
        return any(due) or bool(self.session.execute(found).scalar_one())

    def _young(self, moment: dt.datetime) -> dt.datetime | None:
        """Return until when portfolios are known, None if that will be too long ago by then."""
        as_of, day = self.timeline.cohort.as_of, self.timeline.local_date(moment)
        most = self.timeline.programme.send_policy.export_due_workdays + 1  # a working day on
        calendars = self.timeline.workdays.values()
        if as_of is None or any(
            days.count(as_of, day, away_counts=True) > most for days in calendars
        ):
            return None
        return local_moment(as_of, dt.time(), self.timeline.zone)


def _held_for_data(planner: Planner, person: Participant) -> set[Key]:
    """Return the e-mails to people about this participant that newer data would let go."""
    return {
        decision.occurrence.key
        for decision in planner.judge(person).decisions
        if decision.verdict.reason == "stale-data"
        and decision.occurrence.rule.template
        and decision.occurrence.rule.to in TO_PEOPLE
    }
