"""What staff mail says: facts gathered for operations and the PXM, or None for nothing to tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.cases.digest import digest
from ats.outbox.lapsed import lapsed
from ats.planning.forecast import Coming, coming
from ats.planning.rules import Rule
from ats.planning.timeline import Timeline
from ats.planning.workdays import local_moment
from ats.records import gather
from ats.records import models as m

DAY = dt.timedelta(days=1)
DIGESTED = ("cases_new", "cases_due", "cases_closed", "releases")
OWNER = {"pxm-digest": "pxm", "ops-digest": "operations"}


@dataclass(frozen=True, slots=True)
class StaffLetters:
    """Tells what there is to tell about one cohort."""

    session: Session
    cohort: m.Cohort
    timeline: Timeline
    sample: Callable[[Sequence[Coming]], str | None]  # the subject of one of these

    def tell(self, step: str, occurrence: str, at: dt.datetime) -> dict[str, Any] | None:
        """Return the facts of this staff mail as of its moment, or None if it need not go."""
        if step in OWNER:
            return self._digest(step, at)
        if step == "ops-week-ahead":
            return self._week_ahead(at)
        if step == "ops-import-due":
            return self._import_due(at)
        if step == "ops-action-needed":
            return self._join_link(occurrence.split("/")[0])
        raise KeyError(step)

    # -- digests ---------------------------------------------------------------------------

    def _digest(self, step: str, at: dt.datetime) -> dict[str, Any] | None:
        programme = self.timeline.programme
        since = self._last_told(step, at)
        told = digest(
            self.session,
            cohort=self.cohort,
            owner=OWNER[step],
            since=since,
            until=at,
            workdays=self.timeline.workdays[programme.nation],
            titles=programme.cases,
        )
        gone = lapsed(self.session, self.timeline, since, at) if OWNER[step] == "pxm" else []
        if told is None and not gone:
            return None
        return {**dict.fromkeys(DIGESTED, ()), **(told or {}), "lapsed": gone}

    def _last_told(self, step: str, before: dt.datetime) -> dt.datetime:
        row = m.LedgerRow
        told = self.session.execute(
            select(func.max(col(row.due_at))).where(
                col(row.cohort_id) == self.cohort.id,
                col(row.enrolment_id).is_(None),
                col(row.step) == step,
                col(row.outcome) == "sent",
                col(row.due_at) < before,
            )
        ).scalar()
        return told or self.cohort.created_at

    # -- the week ahead --------------------------------------------------------------------

    def _week_ahead(self, at: dt.datetime) -> dict[str, Any] | None:
        today = at.astimezone(self.timeline.zone).date()
        monday = today + dt.timedelta(days=7 - today.weekday())
        ends = local_moment(monday + 7 * DAY, dt.time(), self.timeline.zone)
        days: dict[dt.date, dict[tuple[str, str], list[Coming]]] = {}
        for one in self._expected(at, ends):
            day, place = self.timeline.local_date(one.goes_at), _step_and_role(one)
            if day >= monday:
                days.setdefault(day, {}).setdefault(place, []).append(one)
        if not days:
            return None
        return {
            "days": [
                {
                    "date": day.isoformat(),
                    "items": [
                        {
                            "step": step,
                            "to": to,
                            "count": _mails(found),
                            "sample": self.sample(found),
                        }
                        for (step, to), found in sorted(items.items())
                    ],
                }
                for day, items in sorted(days.items())
            ],
            "total": sum(_mails(found) for items in days.values() for found in items.values()),
            "missing_links": [
                {
                    "key": w.key,
                    "title": self.timeline.programme.webinar(w.key).title,
                    "starts_at": w.starts_at.astimezone(self.timeline.zone).isoformat(),
                }
                for w in self.timeline.cohort.webinars
                if not w.join_url and at < w.starts_at < ends + 7 * DAY
            ],
        }

    def _expected(
        self, at: dt.datetime, until: dt.datetime, rules: Collection[Rule] | None = None
    ) -> Iterator[Coming]:
        enrolment = m.Enrolment
        wanted = select(col(enrolment.id)).where(col(enrolment.cohort_id) == self.cohort.id)
        if rules is not None and not self._any_shared(rules, at, until):
            # Only somebody with dates of their own can have one of these then.
            moved = select(col(m.Overlay.enrolment_id))
            late = col(enrolment.joined_on) > self.cohort.starts
            wanted = wanted.where(late | col(enrolment.id).in_(moved))
        ids = [i for i in self.session.execute(wanted).scalars() if i is not None]
        people = gather.participants(self.session, ids)
        return coming(self.timeline, people, now=at, until=until, rules=rules)

    def _any_shared(self, rules: Collection[Rule], at: dt.datetime, until: dt.datetime) -> bool:
        """Say whether one of these rules can fall due to everybody then, or already waits."""
        row = m.LedgerRow
        waiting = select(func.count()).where(
            col(row.cohort_id) == self.cohort.id,
            col(row.outcome) == "held",
            col(row.step).in_({rule.step for rule in rules}),
        )
        return bool(self.session.execute(waiting).scalar_one()) or any(
            at < slot.due_at <= until and slot.rule in rules
            for nation in self.timeline.workdays
            for slot in self.timeline.shared_slots(nation)
        )

    # -- exports and links -----------------------------------------------------------------

    def _import_due(self, at: dt.datetime) -> dict[str, Any] | None:
        """Ask for an export when a chaser about portfolios would go on the next working day."""
        timeline, policy = self.timeline, self.timeline.programme.send_policy
        today = at.astimezone(timeline.zone).date()
        days = timeline.workdays[timeline.programme.nation]
        as_of = timeline.cohort.as_of
        if as_of and days.count(as_of, today, away_counts=True) <= policy.export_due_workdays:
            return None
        goes_on = days.shift(today, 1, away_counts=True)
        ends = local_moment(goes_on + DAY, dt.time(), timeline.zone)
        fresh = [rule for rule in timeline.rules if rule.fresh_data and rule.template]
        waiting = sum(1 for _ in self._expected(at, ends, fresh)) + self._held_for_data()
        if not waiting:
            return None
        return {
            "as_of": as_of.isoformat() if as_of else None,
            "waiting": waiting,
            "goes_on": goes_on.isoformat(),
        }

    def _held_for_data(self) -> int:
        row = m.LedgerRow
        held: int = self.session.execute(
            select(func.count()).where(
                col(row.cohort_id) == self.cohort.id,
                col(row.outcome) == "held",
                col(row.reason) == "stale-data",
            )
        ).scalar_one()
        return held

    def _join_link(self, key: str) -> dict[str, Any] | None:
        webinar = self.timeline.webinars.get(key)
        if webinar is None or webinar.join_url or webinar.status == "cancelled":
            return None
        title = self.timeline.programme.webinar(key).title
        return {
            "cause": "a webinar without its join link",
            "what": f"{title} ({key}) has no join link yet, and reminders wait for it.",
            "remedy": f"Set it with: ats webinar set {key} --join-url ADDRESS "
            f"--cohort {self.cohort.code}",
            "details": [],
        }


def _step_and_role(one: Coming) -> tuple[str, str]:
    return one.occurrence.rule.step, one.occurrence.role


def _mails(found: Sequence[Coming]) -> int:
    """Return how many e-mails these become: one step's for several mentees is one."""
    return len({one.occurrence.recipient for one in found})


def address_failed(refs: Sequence[str]) -> dict[str, Any]:
    """Return the facts of the request to mend the addresses of these people."""
    return {
        "cause": "an address that does not work",
        "what": "The mail server refused e-mail to the people below for good.",
        "remedy": "Ask them, or somebody who works with them, for an address that works, and "
        "import it with the roster.",
        "details": list(refs),
    }
