"""`ats message`: list, show, resend, park, release."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ats.commands.answer import answer, complain, say, spoken, table
from ats.commands.desk import name_of, open_desk
from ats.commands.options import By, Cohorts, Json, Now
from ats.errors import Refused

if TYPE_CHECKING:
    from ats.commands.desk import Desk
    from ats.outbox.by_hand import Handled

app = typer.Typer(name="message", help="E-mails, as they were written.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(metavar="ID", help="Its number or its Message-ID.")]
Names = Annotated[
    list[str], typer.Argument(metavar="ID...", help="Their numbers or their Message-IDs.")
]


class Status(enum.StrEnum):
    """What may be asked for."""

    QUEUED = "queued"
    CLAIMED = "claimed"
    SENT = "sent"
    FAILED = "failed"
    PARKED = "parked"


@app.command("list")
def list_(
    cohort: Cohorts = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="REF", help="To a participant or mentor."),
    ] = None,
    status: Annotated[
        Status | None,
        typer.Option("--status", help="Only these. [default: all]", show_default=False),
    ] = None,
    text: Annotated[
        str | None,
        typer.Option("--text", help="Only those that say this, in subject or body."),
    ] = None,
    limit: Annotated[int, typer.Option("--limit", min=1, max=100_000, help="At most.")] = 50,
    as_json: Json = False,
) -> None:
    """List the newest e-mails, the newest first."""
    from ats.outbox.messages import listed
    from ats.people.enrolled import known

    with open_desk() as desk:
        everywhere = person is not None and cohort is None
        codes = None if everywhere else desk.cohorts(cohort)
        with desk.office.store.read() as session:
            ref = known(session, person).ref if person is not None else None
            found = listed(
                session,
                desk.office.renderer,
                zone=desk.zone,
                cohorts=codes,
                to=ref,
                status=status.value if status else None,
                text=text,
                limit=limit,
            )

        def human() -> None:
            if not found:
                say("There is no such message.")
                return
            rows = [
                (
                    one["id"],
                    spoken(one["sent_at"]),
                    one["to"],
                    one["status"],
                    one["subject"] or "not written yet",
                )
                for one in found
            ]
            table(("message", "sent", "to", "status", "subject"), rows)

        answer(found, as_json=as_json, human=human)


@app.command()
def show(
    name: Name,
    as_json: Json = False,
) -> None:
    """Show one e-mail as it was written, and every attempt to deliver it."""
    from ats.outbox.messages import shown

    with open_desk() as desk:
        with desk.office.store.read() as session:
            told = shown(session, desk.office.renderer, name, zone=desk.zone)
        answer(told, as_json=as_json, human=lambda: _show(told))


def _show(told: dict[str, Any]) -> None:
    say(f"Message {told['id']} to {told['to']}: {told['status']} {spoken(told['sent_at'])}")
    say(f"Message-ID: {told['message_id']}")
    for attempt in told["attempts"]:
        code = f"{attempt['code']} " if attempt["code"] else ""
        say(f"{spoken(attempt['at'])}: {attempt['result']} ({code}{attempt['answer']})")
    for bounce in told["bounces"]:
        said = " ".join(filter(None, (bounce["status"], bounce["answer"])))
        say(f"{spoken(bounce['at'])}: came back, {bounce['kind']} ({said})")
    if told["proven"] is False:
        say("What follows is not byte for byte what was sent: this version writes it differently.")
    say()
    if told["subject"] is None:
        say("It is written at the moment of sending.")
    else:
        say(told["subject"])
        say()
        say(told["text"])
        if told["invitation"]:
            say()
            say("With it goes this entry for the calendar:")
            say(told["invitation"].replace("\r\n", "\n").rstrip())


@app.command()
def resend(names: Names, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """Send what it said once more, as a message of its own, to the address of today.

    Of several, those that may go do; the document of several is a list.
    """
    from ats.outbox import by_hand

    if len(names) == 1:
        _handle(by_hand.resend, names[0], now=now, by=by, as_json=as_json)
    else:
        _handle_each(by_hand.resend, names, now=now, by=by, as_json=as_json)


@app.command()
def park(name: Name, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """Put a waiting e-mail aside until it is released."""
    from ats.outbox import by_hand

    _handle(by_hand.park, name, now=now, by=by, as_json=as_json)


@app.command()
def release(name: Name, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """Let a parked e-mail go with the next tick, if it still may."""
    from ats.outbox import by_hand

    _handle(by_hand.release, name, now=now, by=by, as_json=as_json)


def _handle(
    action: Callable[..., Handled],
    name: str,
    *,
    now: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    who = name_of(by)
    with open_desk(now) as desk:
        done = _document(action(desk.office, name, now=desk.now, by=who), desk)
        answer(done, as_json=as_json, human=lambda: say(f"It is {_standing(done)}."))


def _handle_each(
    action: Callable[..., Handled],
    names: Sequence[str],
    *,
    now: str | None,
    by: str | None,
    as_json: bool,
) -> None:
    """Do it to each, in a transaction of its own; what is refused stops no other."""
    who = name_of(by)
    told: list[dict[str, str | None]] = []
    refusals = []
    with open_desk(now) as desk:
        for name in names:
            try:
                done = _document(action(desk.office, name, now=desk.now, by=who), desk)
                told.append({"id": name, **done, "refused": None})
            except Refused as refused:
                nothing = {"message_id": None, "status": None, "goes_at": None}
                told.append({"id": name, **nothing, "refused": str(refused)})
                refusals.append(str(refused))

    def human() -> None:
        for one in told:
            if not one["refused"]:
                say(f"{one['id']} is {_standing(one)}.")

    answer(told, as_json=as_json, human=human)
    for sentence in refusals:
        complain(sentence)
    if refusals:
        raise typer.Exit(1)


def _document(done: Handled, desk: Desk) -> dict[str, str | None]:
    goes_at = done.goes_at.astimezone(desk.zone).isoformat() if done.goes_at else None
    return {"message_id": done.message_id, "status": done.status, "goes_at": goes_at}


def _standing(done: Mapping[str, str | None]) -> str:
    when = f", to go from {spoken(done['goes_at'])}" if done["goes_at"] else ""
    return f"{done['status']}{when}"
