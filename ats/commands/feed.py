"""`ats feed`: a calendar as it is published."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import StrEnum
from typing import Annotated

import typer

from ats.commands.answer import complain
from ats.commands.desk import Desk, name_of, open_desk
from ats.commands.options import By, Now, stripped


class Audience(StrEnum):
    """Whom the webinars of a cohort are for."""

    PARTICIPANTS = "participants"
    MENTORS = "mentors"


def feed(
    code: Annotated[
        str | None,
        typer.Argument(
            metavar="[CODE]",
            callback=stripped,
            help="A cohort, such as 2026-10.",
            show_default=False,
        ),
    ] = None,
    audience: Annotated[
        Audience | None, typer.Option("--audience", help="Whose webinars.", show_default=False)
    ] = None,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="REF",
            callback=stripped,
            help="A participant or mentor, such as P0017 or M0003.",
            show_default=False,
        ),
    ] = None,
    rotate: Annotated[
        bool, typer.Option("--rotate", help="Give the person's calendar a new address first.")
    ] = False,
    now: Now = None,
    by: By = None,
) -> None:
    """Print a calendar as it is published: of a cohort and audience, or of one person."""
    from ats.feeds.composing import Feeds
    from calendars import feeds

    if person is None and (code is None or audience is None):
        raise typer.BadParameter(
            "say whose calendar: CODE with --audience participants or mentors, or --person REF."
        )
    if person is not None and (code is not None or audience is not None):
        raise typer.BadParameter("a person's calendar has neither CODE nor --audience.")
    if rotate and person is None:
        raise typer.BadParameter("--rotate is for the calendar of one person; add --person REF.")
    who = name_of(by)
    with open_desk(now) as desk:
        if rotate and person is not None:
            _rotate(desk, person, who)
        with desk.office.store.read() as session:
            found = Feeds(desk.office, session, now=desk.now)
            if person is not None:
                calendar = found.of_person(person)
            else:
                assert code is not None
                assert audience is not None
                calendar = found.of_cohort(code, audience.value)
        sys.stdout.flush()
        sys.stdout.buffer.write(feeds.feed(calendar))


def _rotate(desk: Desk, ref: str, by: str) -> None:
    """Give somebody's calendar a new address, and say what has to be done with it."""
    from ats.feeds.rotating import rotate

    whose = rotate(desk.office, ref, now=desk.now, by=by)
    for fault in _faults_of_publishing(desk, whose.name):
        complain(
            f"Our pages refuse the old address of {whose.name} already, but its file may still "
            f"stand in {desk.settings.calendar_dir}, and the new one is not there. {fault} Then "
            "run `ats calendars publish`."
        )
    assert desk.office.links is not None
    page = desk.office.links.calendar_page(whose.name, whose.generation)
    complain(
        f"The calendar of {whose.name} has a new address, and the old one is void: "
        f"they subscribe again at {page}."
    )


def _faults_of_publishing(desk: Desk, ref: str) -> Sequence[str]:
    """Publish somebody's calendar; return the sentences about what went wrong."""
    from ats.errors import AtsError
    from ats.feeds.publishing import republish

    try:
        return republish(desk.office, desk.settings.calendar_dir, ref, now=desk.now).errors
    except AtsError as fault:
        return [str(fault)]
