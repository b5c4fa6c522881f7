"""`ats webinar`: list, set, move, cancel, recording."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ats import local_time
from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import Desk, meant_by, name_of, open_desk
from ats.commands.options import By, Cohorts, Json, Now
from ats.commands.webinar_change import conclude

app = typer.Typer(
    name="webinar",
    help="Look at webinars, say where they are joined, move and cancel them, publish recordings.",
    no_args_is_help=True,
)


@app.command("list")
def list_(cohort: Cohorts = None, as_json: Json = False) -> None:
    """List the webinars with their dates and join addresses."""
    with open_desk() as desk:
        found = [one for code in desk.cohorts(cohort, paused=True) for one in _of(desk, code)]

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
    from ats.webinars import listing

    who = name_of(by)
    with open_desk(now) as desk:
        code = _one(desk.cohorts(cohort, paused=True))
        listing.set_join_url(desk.office.store, code, key, join_url=join_url, now=desk.now, by=who)
        told = next(one for one in _of(desk, code) if one["key"] == key)
        answer(told, as_json=as_json, human=lambda: say(f"{key} of cohort {code} has its address."))


Key = Annotated[str, typer.Argument(metavar="KEY", help="The webinar, such as webinar-2.")]
Apply = Annotated[bool, typer.Option("--apply", help="Do it; without, only say what it means.")]
Note = Annotated[
    str, typer.Option("--note", metavar="TEXT", help="A sentence for those who are told.")
]


@app.command()
def move(
    key: Key,
    to: Annotated[
        str, typer.Option("--to", metavar="MOMENT", help="The new start: 2027-01-29T16:30")
    ],
    note: Note = "",
    apply: Apply = False,
    cohort: Cohorts = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Move a webinar: whoever was told the old time gets one e-mail with the new one."""
    from ats.webinars import changes as webinar_changes

    who = name_of(by)
    with open_desk(now) as desk:
        with meant_by("--to"):
            starts_at = local_time.read_start(to, desk.zone)
        change = webinar_changes.move(
            desk.office,
            _one(desk.cohorts(cohort, paused=True)),
            key,
            to=starts_at,
            note=note,
            now=desk.now,
            by=who,
            apply=apply,
        )
        conclude(change, desk, as_json=as_json)


@app.command()
def cancel(
    key: Key,
    note: Note = "",
    apply: Apply = False,
    cohort: Cohorts = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Cancel a webinar: whoever was told of it gets one e-mail. It cannot be taken back."""
    from ats.webinars import changes as webinar_changes

    who = name_of(by)
    with open_desk(now) as desk:
        change = webinar_changes.cancel(
            desk.office,
            _one(desk.cohorts(cohort, paused=True)),
            key,
            note=note,
            now=desk.now,
            by=who,
            apply=apply,
        )
        conclude(change, desk, as_json=as_json)


@app.command()
def recording(
    key: Key,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the recording is: https://…")],
    summary: Annotated[
        str | None,
        typer.Option(
            "--summary",
            metavar="TEXT",
            help='What was said, a line each; left out, it stays as it is, and "" empties it.',
        ),
    ] = None,
    captions: Annotated[
        bool, typer.Option("--captions", help="Its captions have been checked.")
    ] = False,
    transcript: Annotated[
        bool, typer.Option("--transcript", help="The slides and a transcript are with it.")
    ] = False,
    apply: Apply = False,
    cohort: Cohorts = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Publish the recording of a webinar: everybody gets it, whoever was there.

    Given another address later, whoever was sent the earlier one gets one e-mail with the new one.
    """
    from ats.webinars import changes as webinar_changes

    who = name_of(by)
    with open_desk(now) as desk:
        change = webinar_changes.publish_recording(
            desk.office,
            _one(desk.cohorts(cohort, paused=True)),
            key,
            url=url,
            summary=summary,
            captions=captions,
            transcript=transcript,
            now=desk.now,
            by=who,
            apply=apply,
        )
        conclude(change, desk, as_json=as_json)


def _of(desk: Desk, code: str) -> list[dict[str, Any]]:
    from ats.records.gather import cohort_named
    from ats.webinars import listing

    with desk.office.store.read() as session:
        return listing.document(session, cohort_named(session, code), zone=desk.zone)


def _one(codes: list[str]) -> str:
    from ats.errors import Refused

    if len(codes) != 1:
        several = f"there are {', '.join(codes)}" if codes else "none is in trial, live or paused"
        raise Refused(f"Say which cohort with --cohort: {several}.")
    return codes[0]
