"""`ats webinar`: list, set, move, cancel, recording."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from ats import local_time
from ats.commands.answer import answer, complain, say, spoken, table
from ats.commands.desk import Desk, meant_by, name_of, open_desk
from ats.commands.options import By, Cohorts, Json, Now

if TYPE_CHECKING:
    from ats.webinars.changes import Change

app = typer.Typer(
    name="webinar",
    help="Look at webinars, say where they are joined, move and cancel them, publish recordings.",
    no_args_is_help=True,
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
    from ats.webinars import listing

    who = name_of(by)
    with open_desk(now) as desk:
        code = _one(desk.cohorts(cohort))
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
            _one(desk.cohorts(cohort)),
            key,
            to=starts_at,
            note=note,
            now=desk.now,
            by=who,
            apply=apply,
        )
        _conclude(change, desk, as_json=as_json)


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
            _one(desk.cohorts(cohort)),
            key,
            note=note,
            now=desk.now,
            by=who,
            apply=apply,
        )
        _conclude(change, desk, as_json=as_json)


@app.command()
def recording(
    key: Key,
    url: Annotated[str, typer.Argument(metavar="URL", help="Where the recording is: https://…")],
    summary: Annotated[
        str, typer.Option("--summary", metavar="TEXT", help="What was said, a line each.")
    ] = "",
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
    """Publish the recording of a webinar: everybody gets it, whoever was there."""
    from ats.webinars import changes as webinar_changes

    who = name_of(by)
    with open_desk(now) as desk:
        change = webinar_changes.publish_recording(
            desk.office,
            _one(desk.cohorts(cohort)),
            key,
            url=url,
            summary=summary,
            captions=captions,
            transcript=transcript,
            now=desk.now,
            by=who,
            apply=apply,
        )
        _conclude(change, desk, as_json=as_json)


def _conclude(change: Change, desk: Desk, *, as_json: bool) -> None:
    """Bring the calendars up to date with a change that was applied, and say what it means."""
    written = _publish(change, desk) if change.applied else None
    document = change.document() | {"calendars_written": written}
    answer(document, as_json=as_json, human=lambda: _say(change, written))


def _publish(change: Change, desk: Desk) -> int | None:
    """Return how many calendars were written; None, with a word on it, where that cannot be."""
    from ats.errors import AtsError
    from ats.feeds.publishing import publish

    if desk.office.links is None:
        return None
    try:
        published = publish(desk.office, desk.settings.calendar_dir, [change.cohort], now=desk.now)
    except AtsError as fault:
        complain(f"The change is made, but the calendars are not up to date: {fault}")
        return None
    for error in published.errors:
        complain(f"The change is made, but a calendar is not up to date: {error}")
    return published.written


def _say(change: Change, written: int | None) -> None:
    """Say what a change means, or has set going."""
    told = change.document()
    if change.kind == "recording":
        say(f"{change.title}: recording at {change.recording_url}.")
    elif change.starts_at is None:
        say(f"{change.title}, {spoken(told['was_at'])}: does not take place.")
    else:
        say(f"{change.title}: {spoken(told['starts_at'])}, not {spoken(told['was_at'])}.")
    for remark in change.remarks:
        say(f"Mind: {remark}.")
    rows = [
        (
            one["ref"],
            spoken(one["told"]) if one["told"] else "–",
            "gets an e-mail" if one["will_be_told"] else f"no e-mail: {one['why_not']}",
        )
        for one in told["concerned"]
    ]
    table(("who", "was told", "will be told"), rows)
    number = change.to_be_told
    people = "1 person gets" if number == 1 else f"{number} people get"
    if change.applied:
        say(f"Done. {people} an e-mail with the next tick, which `ats tick` runs at once.")
        if written is not None:
            calendars = "1 calendar was" if written == 1 else f"{written} calendars were"
            say(f"{calendars} written anew.")
    else:
        say(f"Nothing is changed yet; with --apply {people} an e-mail.")


def _of(desk: Desk, code: str) -> list[dict[str, Any]]:
    from ats.records.gather import cohort_named
    from ats.webinars import listing

    with desk.office.store.read() as session:
        return listing.document(session, cohort_named(session, code), zone=desk.zone)


def _one(codes: list[str]) -> str:
    from ats.errors import Refused

    if len(codes) != 1:
        several = f"there are {', '.join(codes)}" if codes else "none is in trial or live"
        raise Refused(f"Say which cohort with --cohort: {several}.")
    return codes[0]
