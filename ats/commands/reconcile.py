"""`ats reconcile`: do the records add up?"""

from __future__ import annotations

import typer

from ats.commands.answer import answer, complain, say
from ats.commands.desk import open_desk
from ats.commands.options import Cohorts, Json, Now


def reconcile(cohort: Cohorts = None, now: Now = None, as_json: Json = False) -> None:
    """Check that the records add up; operations get an e-mail only when something is off."""
    from ats.reports.nightly import run_reconcile

    with open_desk(now) as desk:
        desk.cohorts(cohort)
        done = run_reconcile(desk.office, cohort or "", now=desk.now)
    document = {
        "now": desk.now.isoformat(),
        "cohorts": done.get("checked", []),
        "errors": done["errors"],
    }

    def human() -> None:
        for line in done["name"].split(" | "):
            say(line)

    answer(document, as_json=as_json, human=human)
    for error in done["errors"]:
        complain(error)
    if done["errors"]:
        raise typer.Exit(1)
