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
from ats.reports.timeline import counted, week_name
from ats.tally import Tally

Verdict = Literal["done", "warned", "failed"]
Work = Callable[[Office, list[str]], Tally | None]

#: What each deployment answers for. All of them run the whole plan, so that merging works.
INTERESTS: Mapping[str, Interest] = {
    "everything": Interest(),
    "tips": Interest(classes=("tip",)),
    "mentors": Interest(steps=("chase-mentor-named", "chase-mentor-request", "chase-sign-off")),
    "cases": Interest(),
    "digests": Interest(classes=("internal",)),
}

#: What a run's name adds: what this deployment answers for, all of today.
_TODAY = {
    "tips": "tip today",
    "mentors": "reminder today about mentors",
    "digests": "letter to staff today",
}

_DONE: Mapping[str, Callable[[int], str]] = {
    "sent": lambda n: counted(n, "e-mail sent"),
    "merged": lambda n: f"{n} merged into others",
    "cases_opened": lambda n: counted(n, "case opened"),
    "skipped": lambda n: f"{n} not needed",
    "superseded": lambda n: f"{n} superseded",
    "expired": lambda n: f"{n} out of date",
    "cancelled": lambda n: f"{n} cancelled",
    "failed": lambda n: f"{n} undeliverable",
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
        done = [told(total[name]) for name, told in _DONE.items() if total[name]]
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
    """Do nothing but count, for a page; else as `run_tick`."""
    return _round(office, cohort, "everything", lambda _o, _codes: None, now)


def _round(office: Office, cohort: str, interest: str, work: Work, now: dt.datetime) -> Round:
    code = cohort.strip()  # as it was pasted into a form
    codes = working_cohorts(office, [code] if code else None)
    return Round(tuple(_one(office, one, interest, work, now) for one in codes))


def _one(office: Office, code: str, interest: str, work: Work, now: dt.datetime) -> CohortRound:
    try:
        tally = work(office, [code])
        busy = tally is not None and tally.busy
        line = "busy" if busy else _line(office, code, interest, now, tally)
        done = tally or Tally()
        return CohortRound(code, line, _counts(done), tuple(done.errors))
    except AtsError as fault:
        return CohortRound(code, "stopped", errors=(f"{code}: {fault}",))
    except Exception as fault:  # noqa: BLE001 (rule 14: one cohort never stops the others)
        return CohortRound(code, "stopped", errors=(f"{code}: {unexpected.told(fault)}",))


def _line(office: Office, code: str, interest: str, now: dt.datetime, done: Tally | None) -> str:
    with office.store.read() as session:
        cohort = gather.cohort_named(session, code)
        programme = office.programme_named(cohort.programme)
        timeline = office.timeline(programme, gather.cohort_facts(session, cohort))
        today = counting.midnight(timeline, now)
        week = week_name(week_of(cohort.starts, now.astimezone(timeline.zone).date()))
        if done is None:
            held = counting.standing(session, cohort, Interest(), "held")
            return f"{week} · page written, {held} held"
        parts = [week, f"{done.sent} sent, {done.held} held"]
        if interest == "cases":
            opened = counted(counting.cases_opened(session, cohort, today), "case opened today")
            parts.append(f"{opened}, {counting.cases_open(session, cohort)} open")
        elif noun := _TODAY.get(interest):
            rows = counting.delivered(session, cohort, INTERESTS[interest], today)
            parts.append(counted(rows, noun))
        return " · ".join(parts)


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
