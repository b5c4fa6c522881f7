"""`ats tick`: do once all that is due."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from ats.commands.answer import answer, complain, say
from ats.commands.desk import open_desk
from ats.commands.options import Cohorts, Json, Now

if TYPE_CHECKING:
    from ats.tally import Tally

_SHOWN = (
    "sent",
    "merged",
    "skipped",
    "expired",
    "superseded",
    "cancelled",
    "failed",
    "cases_opened",
    "queued",
    "held",
)


def tick(cohort: Cohorts = None, now: Now = None, as_json: Json = False) -> None:
    """Do once all that is due: plan, stage, deliver, record."""
    from ats import engine
    from ats.tally import Tally

    with open_desk(now) as desk:
        codes = desk.cohorts(cohort)
        done = Tally()
        lines = []
        for code, one in engine.ticks(desk.office, codes, now=desk.now):
            done.add(one)
            lines.append(_line(code, one))
        figures = asdict(done)
        document = {
            "now": desk.now.isoformat(),
            "busy": figures["busy"],
            **{name: figures[name] for name in _SHOWN},
            "errors": figures["errors"],
        }

        def human() -> None:
            for line in lines:
                say(line)

        answer(document, as_json=as_json, human=human)
        for error in done.errors:
            complain(error)
        if done.errors:
            raise typer.Exit(1)


def _line(code: str, tally: Tally) -> str:
    if tally.busy:
        return f"{code}: another tick is at work on it, so this one did nothing."
    figures = asdict(tally)
    told = [f"{figures[name]} {name.replace('_', ' ')}" for name in _SHOWN if figures[name]]
    return f"{code}: {', '.join(told) or 'nothing was due'}"
