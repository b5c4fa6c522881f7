"""One round of the engine over the cohorts, as the dashboard tells it: codes and counts only."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

from ats import unexpected
from ats.engine import deliver, tick, working_cohorts
from ats.errors import AtsError
from ats.office import Office
from ats.records import gather
from ats.reports import counting
from ats.reports.counting import Interest
from ats.reports.figures import week_of
from ats.reports.timeline import week_name
from ats.tally import Tally

Verdict = Literal["done", "warned", "failed"]
Work = Callable[[Office, list[str]], Tally]

#: What each deployment answers for. All of them run the whole plan, so that merging works.
INTERESTS: Mapping[str, Interest] = {
    "everything": Interest(),
    "tips": Interest(classes=("tip",)),
    "mentors": Interest(steps=("chase-mentor-named", "chase-mentor-request", "chase-sign-off")),
    "cases": Interest(),
}

_DONE = {
    "sent": "e-mails sent",
    "merged": "merged into others",
    "cases_opened": "cases opened",
    "skipped": "not needed",
    "superseded": "superseded",
    "expired": "out of date",
    "cancelled": "cancelled",
    "failed": "undeliverable",
}
_STANDS = {"queued": "waiting for the mail server", "held": "held"}


@dataclass(frozen=True, slots=True)
class CohortRound:
    """What a round did for one cohort; `line` is its part of the run's name."""

    code: str
    line: str
    tally: dict[str, int] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Round:
    """What a round did; a name, a verdict and a sentence for the dashboard."""

    cohorts: tuple[CohortRound, ...] = ()
    errors: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The name of the run: `2026-10 · week 7 · 118 sent, 2 held`, cohort by cohort."""
        if not self.cohorts:
            return "refused" if self.errors else "no cohort in trial or live"
        return " | ".join(f"{cohort.code} · {cohort.line}" for cohort in self.cohorts)

    @property
    def message(self) -> str:
        """What this run did, all cohorts together, in one sentence."""
        total: Counter[str] = Counter()
        for cohort in self.cohorts:
            total.update(cohort.tally)
        done = [f"{total[name]} {words}" for name, words in _DONE.items() if total[name]]
        stands = [f"{total[name]} {words}" for name, words in _STANDS.items() if total[name]]
        parts = [f"This run: {', '.join(done) or 'nothing was due'}."]
        return " ".join([*parts, *([f"Now: {', '.join(stands)}."] if stands else [])])

    @property
    def faults(self) -> tuple[str, ...]:
        """Every sentence about what went wrong."""
        return (*self.errors, *(e for cohort in self.cohorts for e in cohort.errors))

    @property
    def verdict(self) -> Verdict:
        """`failed` when nothing was done for any cohort, `warned` when something went wrong."""
        if not self.faults:
            return "done"
        worked = any(c.tally.get("sent") or not c.errors for c in self.cohorts)
        return "warned" if worked else "failed"

    def as_json(self) -> dict[str, Any]:
        """Return the round as plain JSON, for a task's result."""
        return {
            "name": self.name,
            "verdict": self.verdict,
            "message": self.message,
            "errors": list(self.faults),
            "cohorts": [asdict(cohort) for cohort in self.cohorts],
        }


def run_tick(office: Office, cohort: str, interest: str, *, now: dt.datetime) -> Round:
    """Do all that is due, cohort by cohort ('' for all in trial or live).

    What goes wrong in one cohort does not stop the others. Raises NotFound for an unknown cohort.
    """
    return _round(office, cohort, interest, lambda o, codes: tick(o, codes, now=now), now)


def run_deliver(office: Office, cohort: str, *, now: dt.datetime) -> Round:
    """Send what is queued and plan nothing; else as `run_tick`."""
    return _round(office, cohort, "everything", lambda o, codes: deliver(o, codes, now=now), now)


def look(office: Office, cohort: str, *, now: dt.datetime) -> Round:
    """Do nothing but count; else as `run_tick`."""
    return _round(office, cohort, "everything", lambda _o, _codes: Tally(), now)


def _round(office: Office, cohort: str, interest: str, work: Work, now: dt.datetime) -> Round:
    codes = working_cohorts(office, [cohort] if cohort else None)
    return Round(tuple(_one(office, code, interest, work, now) for code in codes))


def _one(office: Office, code: str, interest: str, work: Work, now: dt.datetime) -> CohortRound:
    try:
        tally = work(office, [code])
        line = "busy" if tally.busy else _line(office, code, interest, now)
        return CohortRound(code, line, _counts(tally), tuple(tally.errors))
    except AtsError as fault:
        return CohortRound(code, "stopped", errors=(f"{code}: {fault}",))
    except Exception as fault:  # noqa: BLE001 (rule 14: one cohort never stops the others)
        return CohortRound(code, "stopped", errors=(f"{code}: {unexpected.told(fault)}",))


def _line(office: Office, code: str, interest: str, now: dt.datetime) -> str:
    rows = INTERESTS[interest]
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        programme = office.programme_named(cohort.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, cohort))
        today = counting.midnight(timeline, now)
        week = week_name(week_of(cohort.starts, now.astimezone(timeline.zone).date()))
        if interest == "cases":
            opened = counting.cases_opened(session, cohort, today)
            waiting = counting.cases_open(session, cohort)
            return f"{week} · {opened} cases opened today, {waiting} open"
        sent = counting.delivered(session, cohort, rows, today)
        held = counting.standing(session, cohort, rows, "held")
        return f"{week} · {sent} sent, {held} held today"


def _counts(tally: Tally) -> dict[str, int]:
    return {name: value for name, value in asdict(tally).items() if isinstance(value, int)}


def refused(faults: Iterable[str]) -> dict[str, Any]:
    """Return the JSON of a round that could not begin."""
    return Round(errors=tuple(faults)).as_json()


def busy() -> dict[str, Any]:
    """Return the JSON of a run that left the work to another one at the same time."""
    return {"name": "busy", "verdict": "done", "errors": [], "cohorts": []}


def concluded(results: Iterable[Mapping[str, Any]]) -> tuple[str, Verdict, str]:
    """Return name, verdict and sentence of a run from the results of its tasks.

    The first result names the run and says how bad it is; a later one can only worsen it.
    """
    first, *others = results
    errors = [error for result in (first, *others) for error in result["errors"]]
    verdict: Verdict = first["verdict"]
    if verdict == "done" and errors:
        verdict = "warned"
    return first["name"], verdict, " ".join(errors) or first.get("message", "")
