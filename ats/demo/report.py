"""What the demo's year came to, counted from the records."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlmodel import Session, col

from ats.demo.scenarios import Scenario
from ats.records import models as m


@dataclass(frozen=True, slots=True)
class YearReport:
    """The figures of one demo. `by_month`: step → month (ISO) → messages."""

    messages: int
    by_step: dict[str, int]
    by_month: dict[str, dict[str, int]]
    by_outcome: dict[str, int]
    cases: int
    open_cases: dict[str, int]
    maildir: Path
    in_maildir: int
    seconds: float
    ticks: int
    errors: list[str]
    webinars: list[dict[str, Any]]  # what became of them, in the order in which it did
    scenarios: list[dict[str, str]]  # what staff live through, once each

    def document(self) -> dict[str, Any]:
        """Return the contract's JSON document."""
        return {
            "messages": self.messages,
            "by_step": self.by_step,
            "by_month": self.by_month,
            "by_outcome": self.by_outcome,
            "cases": self.cases,
            "open_cases": self.open_cases,
            "maildir": str(self.maildir),
            "in_maildir": self.in_maildir,
            "seconds": round(self.seconds, 1),
            "ticks": self.ticks,
            "errors": self.errors,
            "webinars": self.webinars,
            "scenarios": self.scenarios,
        }


def year_report(
    session: Session,
    *,
    zone: ZoneInfo,
    maildir: Path,
    seconds: float,
    ticks: int,
    errors: list[str],
    found: Sequence[Scenario],
) -> YearReport:
    """Count messages, outcomes and cases of the one cohort in these records."""
    row, case = m.LedgerRow, m.Case
    outcomes = session.execute(
        select(col(row.outcome), func.count()).group_by(col(row.outcome))
    ).all()
    by_outcome: dict[str, int] = dict(tuple(pair) for pair in outcomes)
    sent = session.execute(
        select(col(row.step), col(row.sent_at)).where(col(row.outcome) == "sent")
    ).all()
    by_month: dict[str, Counter[str]] = defaultdict(Counter)
    for step, at in sent:
        by_month[step][at.astimezone(zone).strftime("%Y-%m")] += 1
    standing = session.execute(
        select(col(case.kind), func.count())
        .where(col(case.state) != "closed")
        .group_by(col(case.kind))
    ).all()
    return YearReport(
        messages=by_outcome.get("sent", 0),
        by_step={step: months.total() for step, months in sorted(by_month.items())},
        by_month={step: dict(sorted(months.items())) for step, months in sorted(by_month.items())},
        by_outcome=dict(sorted(by_outcome.items())),
        cases=session.execute(select(func.count(col(case.id)))).scalar_one(),
        open_cases=dict(sorted(tuple(pair) for pair in standing)),
        maildir=maildir,
        in_maildir=sum(1 for _ in (maildir / "new").iterdir()),
        seconds=seconds,
        ticks=ticks,
        errors=errors,
        webinars=_webinars(session, zone),
        scenarios=[one.document(zone) for one in found],
    )


def _webinars(session: Session, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return what was moved, cancelled and recorded, with how many were told of it."""
    w, c = m.Webinar, m.WebinarChange
    changes = session.execute(
        select(col(w.key), col(c.kind), col(c.at), col(c.started_at), col(c.starts_at))
        .join(w, col(w.id) == col(c.webinar_id))
        .order_by(col(c.at))
    ).all()
    recorded = session.execute(
        select(col(w.key), col(w.recorded_at)).where(col(w.recorded_at).is_not(None))
    ).all()
    happened = [
        (at, key, kind, was.astimezone(zone).isoformat(), to and to.astimezone(zone).isoformat())
        for key, kind, at, was, to in changes
    ]
    happened += [(at, key, "recorded", None, None) for key, at in recorded]
    return [
        {
            "webinar": key,
            "what": kind,
            "at": at.astimezone(zone).isoformat(),
            "was_at": was,
            "starts_at": to,
            "e_mails": _told(session, key, _STEPS[kind]),
        }
        for at, key, kind, was, to in sorted(happened, key=lambda one: (one[0], one[1]))
    ]


_STEPS = {
    "moved": "webinar-moved",
    "cancelled": "webinar-cancelled",
    "recorded": "webinar-recording",
}


def _told(session: Session, webinar: str, step: str) -> int:
    """Return how many e-mails one step sent about a webinar, shared ones included."""
    row = m.LedgerRow
    mine = (col(row.step) == step, col(row.occurrence).like(f"{webinar}/%"))
    sent = select(func.count(col(row.message_id).distinct())).where(
        *mine, col(row.outcome).in_(("sent", "merged"))
    )
    return int(session.execute(sent).scalar_one())
