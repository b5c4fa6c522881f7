"""`ats ledger`, `ats why`, `ats forecast`: what happened, why, and what comes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import Annotated, Any

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import Desk, open_desk
from ats.commands.options import AnyRef, Cohorts, Json, Now

_Person = Annotated[
    str | None,
    typer.Option("--person", metavar="REF", help="Rows about a participant, or to a mentor."),
]
_NOT_OPENED = ("skipped", "superseded", "cancelled")
_Step = Annotated[str | None, typer.Option("--step", metavar="KEY", help="One step or ladder.")]


def ledger(
    cohort: Cohorts = None, person: _Person = None, step: _Step = None, as_json: Json = False
) -> None:
    """List what fell due, and what became of it."""
    from ats.people.enrolled import known
    from ats.records.ledger import rows

    with open_desk() as desk:
        everywhere = person is not None and cohort is None
        codes = None if everywhere else desk.cohorts(cohort)
        with desk.office.store.read() as session:
            ref = known(session, person).ref if person is not None else None
            found = rows(session, codes, zone=desk.zone, person=ref, step=step)

        def human() -> None:
            if not found:
                say("Nothing like that has fallen due.")
                return
            table(
                ("due", "person", "to", "step", "outcome", "occurrence", "reason"),
                [
                    (
                        spoken(row["due_at"]),
                        row["person"] or "–",
                        row["to"],
                        row["step"],
                        row["outcome"],
                        row["occurrence"],
                        row["reason"] or "",
                    )
                    for row in found
                ],
            )

        answer(found, as_json=as_json, human=human)


def why(
    ref: AnyRef,
    step: Annotated[
        str | None, typer.Argument(metavar="STEP", help="One step, ladder or e-mail.")
    ] = None,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Tell what was due, what happened, what comes, and why; and how somebody stands today."""
    from ats.people.story import story

    with open_desk(now) as desk:
        told = story(desk.office, ref, step=step, now=desk.now, zone=desk.zone)

        def human() -> None:
            for cohort in told["cohorts"]:
                if cohort["status"] in ("paused", "trial", "closed"):
                    status = "in trial" if cohort["status"] == "trial" else cohort["status"]
                    say(f"Cohort {cohort['code']} is {status}.")
            _tell(told["story"], whole=step is not None)
            if told["standing"] is not None and step is None:
                _tell_standing(told["standing"])

        answer(told, as_json=as_json, human=human)


def _tell(story: list[dict[str, Any]], *, whole: bool) -> None:
    """Say the sentences; without those about tasks that were not needed, unless *whole*."""
    needless = [e for e in story if e["kind"] == "task" and e["outcome"] in _NOT_OPENED]
    for entry in story:
        if whole or entry not in needless:
            say(entry["text"], hang="    ")
    if needless and not whole:
        steps = ", ".join(sorted({entry["step"] for entry in needless}))
        say(
            f"Not told: {len(needless)} tasks for staff that were not needed (name one of {steps})."
        )
    if not story:
        ahead = "" if whole else " for the next eight weeks"
        say(f"Nothing of it has fallen due, and nothing is planned{ahead}.")


def _tell_standing(standing: dict[str, Any]) -> None:
    """Say how somebody stands today: the state, since when, every signal, and what it rests on."""
    since = f" since {_day(standing['since'])}" if standing["since"] else ""
    say()
    say(f"Today: {standing['state']}{since}.")
    for signal in standing["signals"]:
        say(f"- {signal}", hang="  ")
    export = standing["import"]
    if export is None:
        say("No export of portfolios has been imported yet.")
        return
    known = f"Portfolio as of {_day(standing['as_of'])}: import {export['id']}"
    say(f"{known} ({export['digest'][:8]}), applied {spoken(export['applied_at'])}.")


def _day(iso: str) -> str:
    day = dt.date.fromisoformat(iso)
    return f"{day:%a} {day.day} {day:%b %Y}"


def forecast(
    cohort: Cohorts = None,
    weeks: Annotated[int, typer.Option("--weeks", min=1, max=520, help="How far ahead.")] = 8,
    now: Now = None,
    as_json: Json = False,
) -> None:
    """Tell what will be sent, as things stand, and what waits for somebody to act."""
    with open_desk(now) as desk:
        counts: Counter[tuple[dt.date, str, str, str]] = Counter()
        for code in desk.cohorts(cohort):
            counts.update(_expected(desk, code, weeks))
        found = sorted(counts.items())
        document = [
            {"date": d.isoformat(), "step": step, "to": to, "count": n}
            | ({"waits": waits} if waits else {})
            for (d, step, to, waits), n in found
        ]

        def human() -> None:
            if not document:
                say(f"Nothing is planned for the next {weeks} weeks.")
                return
            rows = [(f"{d:%a} {d.day} {d:%B %Y}", s, to, n, w) for (d, s, to, w), n in found]
            table(("date", "step", "to", "e-mails", "waits for"), rows)

        answer(document, as_json=as_json, human=human)


def _expected(desk: Desk, code: str, weeks: int) -> dict[tuple[dt.date, str, str, str], int]:
    from ats.outbox.cohort_now import CohortNow
    from ats.planning.forecast import forecast as forecast_of
    from ats.records import gather

    at = CohortNow(desk.office, code, desk.now)
    with desk.office.store.read() as session:
        cohort = at.cohort(session)
        timeline = at.timeline(session, cohort)
        reachable = at.reachable(session, cohort)
        people = gather.everybody(session, timeline.cohort.id)
    until = desk.now + dt.timedelta(weeks=weeks)
    expected = forecast_of(timeline, people, now=desk.now, until=until, reachable=reachable)
    return {(one.date, one.step, one.to, one.waits): one.count for one in expected}
