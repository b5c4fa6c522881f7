"""`ats mentor`: accept, decline, sign-off, reopen-sign-off. REF is always the participant's."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import typer

from ats.commands.answer import answer, say
from ats.commands.desk import name_of, open_desk
from ats.commands.options import By, Json, Now, Reason, Ref

if TYPE_CHECKING:
    from ats.people.mentors import Answer
    from ats.records.store import Store

app = typer.Typer(
    name="mentor", help="Record what the mentor of a participant answered.", no_args_is_help=True
)


@app.command()
def accept(ref: Ref, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """The mentor has agreed; the welcome goes with the next tick."""
    from ats.people import mentors

    _record(mentors.accept, "{mentor} mentors {person}.", ref, now, by, as_json)


@app.command()
def decline(ref: Ref, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """The mentor has said no; the participant is asked for another."""
    from ats.people import mentors

    _record(mentors.decline, "{mentor} does not mentor {person}.", ref, now, by, as_json)


@app.command("sign-off")
def sign_off(
    ref: Ref,
    reason: Reason = "own-request",
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """The mentor has signed the portfolio off, and staff record it for them."""
    from ats.people import mentors

    sentence = "{mentor} has signed off the portfolio of {person}."
    action = partial(mentors.sign_off, reason=reason)
    _record(action, sentence, ref, now, by, as_json)


@app.command("reopen-sign-off")
def reopen_sign_off(
    ref: Ref,
    reason: Reason = "own-request",
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """The mentor took the sign-off back, or it was a mistake: ask for it once more."""
    from ats.people.changing import Decision
    from ats.people.sign_offs import reopen

    def action(store: Store, ref: str, *, now: dt.datetime, by: str) -> Answer:
        return reopen(store, ref, Decision(now, by, reason))

    sentence = "{mentor} is asked once more to sign off the portfolio of {person}."
    _record(action, sentence, ref, now, by, as_json)


def _record(
    action: Callable[..., Answer],
    sentence: str,
    ref: str,
    now: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    who = name_of(by)
    with open_desk(now) as desk:
        done = action(desk.office.store, ref, now=desk.now, by=who)
        document = {
            "person": done.person,
            "mentor": done.mentor,
            "answer": done.answer,
            "at": done.at.astimezone(desk.zone).isoformat(),
            "cases_closed": list(done.cases_closed),
        }

        def human() -> None:
            say(f"Recorded: {sentence.format(mentor=done.mentor, person=done.person)}")
            if done.cases_closed:
                numbers = ", ".join(map(str, done.cases_closed))
                say(f"Closed with it: case {numbers}.")

        answer(document, as_json=as_json, human=human)
