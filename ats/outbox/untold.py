"""What operations are asked about people who were not told in time that a webinar changed.

It is looked at as the webinar begins, once for each change: by then everybody has had the notice,
unless no tick came, say, or no mail server answered.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Row, select
from sqlmodel import Session, col

from ats.outbox.notices import ACTION, has_been_staged, stage_notice
from ats.outbox.words import clock, date_long
from ats.planning.facts import Participant, WebinarFact
from ats.planning.rules import WEBINAR_CANCELLED, WEBINAR_MOVED
from ats.planning.timeline import Timeline
from ats.records import gather
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class Untold:
    """Looks at the notices of one cohort at one moment; the caller's transaction commits."""

    session: Session
    cohort: m.Cohort
    timeline: Timeline
    now: dt.datetime
    mail_domain: str
    may_go: bool

    def stage(self) -> None:
        """Ask operations to write to whoever was not told in time, once for each change."""
        for webinar in self.timeline.cohort.webinars:
            if webinar.changes and webinar.starts_at <= self.now:
                self._stage(webinar)

    def _stage(self, webinar: WebinarFact) -> None:
        about = f"{webinar.key}/{'/'.join(_last_change(webinar))}"
        if has_been_staged(self.session, self.cohort, about):
            return
        details = sorted(self._details(webinar))
        if details:
            stage_notice(
                self.session,
                cohort=self.cohort,
                step=ACTION,
                facts=self._facts(webinar, details),
                now=self.now,
                domain=self.mail_domain,
                about=about,
                may_go=self.may_go,
            )

    # -- whom it concerns ------------------------------------------------------------------

    def _details(self, webinar: WebinarFact) -> Iterator[str]:
        """Yield who was not told in time, by ref; not those on a break, who expect no mail."""
        rows = self._notices(webinar)
        told = {row.recipient for row in rows if row.sent_at and row.sent_at < webinar.starts_at}
        late = {row.recipient: row for row in rows if row.recipient not in told}
        people = gather.participants(self.session, [row.enrolment_id for row in late.values()])
        known = {person.id: person for person in people}
        for ref, row in late.items():
            person = known[row.enrolment_id]
            if ref != person.ref or self.timeline.back_at(person, webinar.starts_at) is None:
                now = ", and our e-mail goes only now" if row.outcome == "queued" else ""
                yield f"{ref} {self._knows(ref, person, webinar)}{now}"

    def _notices(self, webinar: WebinarFact) -> list[Row[Any]]:
        """Return the rows of the notice of the last change that went, or were to."""
        kind, number = _last_change(webinar)
        anchor = WEBINAR_MOVED if kind == "moved" else WEBINAR_CANCELLED
        row = m.LedgerRow
        columns = (col(row.recipient), col(row.enrolment_id), col(row.outcome), col(row.sent_at))
        found = select(*columns).where(
            col(row.cohort_id) == self.cohort.id,
            col(row.outcome).in_(("expired", "held", "queued", "sent", "merged")),
            col(row.step).in_({r.step for r in self.timeline.rules if r.anchor == anchor}),
            col(row.occurrence) == f"{webinar.key}/{number}",
        )
        return list(self.session.execute(found).all())

    def _knows(self, ref: str, person: Participant, webinar: WebinarFact) -> str:
        if not self.timeline.tellings.is_told_otherwise(person, ref, webinar):
            return "was told only after it had begun"
        told = self.timeline.tellings.told_start(person, ref, webinar)
        assert told is not None
        return f"{'expects' if told > self.now else 'expected'} it on {self._spoken(told)}"

    # -- what is said ----------------------------------------------------------------------

    def _facts(self, webinar: WebinarFact, details: list[str]) -> dict[str, Any]:
        title = self.timeline.programme.webinar(webinar.key).title
        number = "1 person was" if len(details) == 1 else f"{len(details)} people were"
        moved, starts = webinar.status != "cancelled", self._spoken(webinar.starts_at)
        return {
            "cause": f"people who were not told that a webinar {'moved' if moved else 'is off'}",
            "what": f"{number} not told in time that {title} ({webinar.key}) "
            + (f"moved: it began on {starts}." if moved else f"is off: it was to be on {starts}."),
            "remedy": "Write to them, first to those who expect it still. Then see with ats doctor "
            "why our e-mail did not go before.",
            "details": details,
        }

    def _spoken(self, moment: dt.datetime) -> str:
        local = moment.astimezone(self.timeline.zone).isoformat()
        return f"{date_long(local)}, {clock(local)}"


def _last_change(webinar: WebinarFact) -> tuple[str, str]:
    """Return what kind of change the last was, and the how many-eth of its kind."""
    if webinar.status == "cancelled":
        return "cancelled", "1"
    return "moved", str(len(webinar.moves))
