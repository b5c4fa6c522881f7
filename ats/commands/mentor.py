"""`ats mentor`: what mentors answered and signed, and who is named, replaced or resigns.

REF is always the participant's, but for `resign`. The register stands beside.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Annotated

import typer

from ats.commands import register
from ats.commands.answer import answer, say
from ats.commands.desk import name_of, open_desk
from ats.commands.options import By, Json, Now, Preview, Reason, Ref, stripped
from ats.commands.participant import change_year, say_changed

if TYPE_CHECKING:
    from ats.people.mentors import Answer
    from ats.people.new_mentor import Reply
    from ats.people.replacing import Resigned
    from ats.records.store import Store

app = typer.Typer(
    name="mentor",
    help="Mentors: what they answered, who is named, replaced or resigns; the register.",
    no_args_is_help=True,
)
app.add_typer(register.app)

_Given = Annotated[str, typer.Option("--given-name", metavar="NAME", help="Of the mentor.")]
_Family = Annotated[str, typer.Option("--family-name", metavar="NAME", help="Of the mentor.")]
_Email = Annotated[str, typer.Option("--email", metavar="ADDRESS", help="Of the mentor.")]
_Nation = Annotated[
    str | None,
    typer.Option("--nation", metavar="NATION", help="The mentor's. [default: the participant's]"),
]
_Consent = Annotated[
    bool, typer.Option("--consent", help="Although they take part in the same cohort.")
]


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


@app.command()
def name(
    ref: Ref,
    mentor: Annotated[
        str | None,
        typer.Option("--mentor", metavar="REF", callback=stripped, help="One who is known: M0007"),
    ] = None,
    given_name: _Given = "",
    family_name: _Family = "",
    email: _Email = "",
    nation: _Nation = None,
    consent: _Consent = False,
    reason: Reason = "own-request",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Record whom a participant names as mentor; the request goes with the next tick."""
    from ats.people import replacing

    reply = _reply("--mentor", mentor, given_name, family_name, email, nation)
    if reply is None:
        raise typer.BadParameter("give --mentor, or a name and an address.", param_hint="--mentor")
    change_year(
        lambda desk, decision: replacing.name(
            desk.office, ref, reply, decision, consent=consent, preview=preview
        ),
        reason=reason,
        now=now,
        by=by,
        as_json=as_json,
    )


@app.command()
def replace(
    ref: Ref,
    with_: Annotated[
        str | None,
        typer.Option("--with", metavar="REF", callback=stripped, help="One who is known: M0007"),
    ] = None,
    given_name: _Given = "",
    family_name: _Family = "",
    email: _Email = "",
    nation: _Nation = None,
    consent: _Consent = False,
    reason: Reason = "own-request",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Put another mentor in the place of one, or, without a name, ask the participant for one."""
    from ats.people import replacing

    reply = _reply("--with", with_, given_name, family_name, email, nation)
    change_year(
        lambda desk, decision: replacing.replace(
            desk.office, ref, reply, decision, consent=consent, preview=preview
        ),
        reason=reason,
        now=now,
        by=by,
        as_json=as_json,
    )


@app.command()
def resign(
    mentor: Annotated[
        str, typer.Argument(metavar="MENTOR", callback=stripped, help="Their ref, such as M0007.")
    ],
    reason: Reason = "mentor-request",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """A mentor stands down from all mentees, each of whom is asked for another."""
    from ats.people import replacing
    from ats.people.changing import Decision

    who = name_of(by)
    with open_desk(now) as desk:
        decision = Decision(desk.now, who, reason)
        done = replacing.resign(desk.office, mentor, decision, preview=preview)
        answer(done.document(), as_json=as_json, human=lambda: _say_resigned(done))


def _reply(
    option: str, ref: str | None, given: str, family: str, email: str, nation: str | None
) -> Reply | None:
    """Return whom the options mean; None: nobody. Raises a usage error for two at once."""
    from ats.people.new_mentor import Reply

    described = any((given, family, email, nation))
    if ref is not None and described:
        raise typer.BadParameter(
            "give the ref of a mentor, or name and address, not both.", param_hint=option
        )
    if ref is not None:
        return Reply(ref)
    return Reply(None, given, family, email, nation) if described else None


def _say_resigned(done: Resigned) -> None:

    count = len(done.mentees)
    whom = f"{count} {'mentee' if count == 1 else 'mentees'}"
    say(f"{done.mentor}: {whom}{', and the place on the register' if done.left_register else ''}.")
    for one in done.mentees:
        say()
        say_changed(one)
