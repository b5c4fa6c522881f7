"""`ats webinar`: list, set."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import Desk, name_of, open_desk
from ats.commands.options import By, Cohorts, Json, Now

app = typer.Typer(
    name="webinar", help="Look at webinars, and say where they are joined.", no_args_is_help=True
)


@app.command("list")
def list_(cohort: Cohorts = None, as_json: Json = False) -> None:
    """List the webinars with their dates and join addresses."""
    with open_desk() as desk:
        found = [one for code in desk.cohorts(cohort) for one in _of(desk, code)]

        def human() -> None:
            rows = [
                (
                    one["cohort"],
                    spoken(one["starts_at"]),
                    one["key"],
                    one["audience"],
                    one["status"],
                    one["join_url"] or "–",
                )
                for one in found
            ]
            table(("cohort", "starts", "webinar", "for", "status", "join address"), rows)

        answer(found, as_json=as_json, human=human)


@app.command("set")
def set_(
    key: Annotated[str, typer.Argument(metavar="KEY", help="The webinar, such as webinar-2.")],
    join_url: Annotated[
        str, typer.Option("--join-url", metavar="URL", help="Where people join: https://…")
    ],
    cohort: Cohorts = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Record where people join; reminders that waited for it go with the next tick."""
    from ats import webinars

    who = name_of(by)
    with open_desk(now) as desk:
        code = _one(desk.cohorts(cohort))
        webinars.set_join_url(desk.office.store, code, key, join_url=join_url, now=desk.now, by=who)
        told = next(one for one in _of(desk, code) if one["key"] == key)
        answer(told, as_json=as_json, human=lambda: say(f"{key} of cohort {code} has its address."))


def _of(desk: Desk, code: str) -> list[dict[str, Any]]:
    from ats import webinars
    from ats.records.gather import cohort_named

    with desk.office.store.read() as session:
        return webinars.document(session, cohort_named(session, code), zone=desk.zone)


def _one(codes: list[str]) -> str:
    from ats.errors import Refused

    if len(codes) != 1:
        several = f"there are {', '.join(codes)}" if codes else "none is in trial or live"
        raise Refused(f"Say which cohort with --cohort: {several}.")
    return codes[0]
