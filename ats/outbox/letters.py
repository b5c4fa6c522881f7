"""What staff mail says: facts gathered for operations and the PXM, or None for nothing to tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.cases.digest import digest
from ats.cases.owners import Owner, covered_on, pxm_on
from ats.outbox.export_due import ExportDue
from ats.outbox.lapsed import lapsed
from ats.outbox.staff_moments import RECORDING
from ats.outbox.week_ahead import WeekAhead
from ats.planning.forecast import Coming
from ats.planning.timeline import Timeline
from ats.records import models as m

OWNER = {"pxm-digest": "pxm", "ops-digest": "operations"}


@dataclass(frozen=True, slots=True)
class StaffLetters:
    """Tells what there is to tell about one cohort."""

    session: Session
    cohort: m.Cohort
    timeline: Timeline
    sample: Callable[[Sequence[Coming]], str | None]  # the subject of one of these

    def tell(
        self,
        step: str,
        occurrence: str,
        at: dt.datetime,
        *,
        now: dt.datetime,
        reachable: Collection[str] = (),
    ) -> dict[str, Any] | None:
        """Return the facts of this staff mail, or None if it need not go.

        Digests tell what there was at the mail's moment, the others what is still ahead *now*.
        `reachable` are the refs that a cohort in trial writes to.
        """
        if step in OWNER:
            return self._digest(step, at, now)
        if step == "ops-week-ahead":
            ahead = WeekAhead(self.session, self.timeline, self.sample)
            return ahead.tell(at, now=now, reachable=reachable)
        if step == "ops-import-due":
            return ExportDue(self.session, self.timeline).tell(at, now=now, reachable=reachable)
        if step == "ops-action-needed":
            key, *after = occurrence.split("/")
            return self._recording(key) if RECORDING in after else self._join_link(key)
        raise KeyError(step)

    # -- digests ---------------------------------------------------------------------------

    def _digest(self, step: str, at: dt.datetime, now: dt.datetime) -> dict[str, Any] | None:
        since = self._last_told(step, at)
        is_pxms = OWNER[step] == "pxm"
        found = digest(
            self.session,
            cohort=self.cohort,
            owner=OWNER[step],
            since=since,
            until=at,
            timeline=self.timeline,
            lapsed=lapsed(self.session, self.timeline, since, at) if is_pxms else (),
            is_taken_over=is_pxms and self._pxm(since) != self._pxm(now),
        )
        return found and {**found, "cover": self._cover(now) if is_pxms else None}

    def _cover(self, now: dt.datetime) -> dict[str, str | None] | None:
        """Return for whom the PXM's digest goes to somebody else today, and until which day."""
        acting = self._pxm(now)
        if acting is None or acting.until_on is None:
            return None
        cohort_id, today = self.timeline.cohort.id, self.timeline.local_date(now)
        covered = covered_on(self.session, cohort_id, today)
        last = acting.until_on - dt.timedelta(days=1)
        return {"name": covered.name if covered else None, "last_day": last.isoformat()}

    def _pxm(self, at: dt.datetime) -> Owner | None:
        return pxm_on(self.session, self.timeline.cohort.id, self.timeline.local_date(at))

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

    # -- webinars --------------------------------------------------------------------------

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

    def _recording(self, key: str) -> dict[str, Any] | None:
        webinar = self.timeline.webinars.get(key)
        if webinar is None or webinar.recording_url or webinar.status == "cancelled":
            return None
        title = self.timeline.programme.webinar(key).title
        return {
            "cause": "a webinar without its recording",
            "what": f"{title} ({key}) has no recording yet; everybody was told to expect it "
            "within three working days.",
            "remedy": f"Publish it with: ats webinar recording {key} ADDRESS --captions "
            f"--transcript --apply --cohort {self.cohort.code}",
            "details": [],
        }


def address_failed(refs: Sequence[str]) -> dict[str, Any]:
    """Return the facts of the request to mend the addresses of these people."""
    return {
        "cause": "an address that does not work",
        "what": "E-mail to the people below was refused for good, or came back.",
        "remedy": "Ask them, or somebody who works with them, for an address that works, and "
        "import it with the roster.",
        "details": list(refs),
    }
