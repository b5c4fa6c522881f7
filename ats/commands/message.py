"""`ats message`: list, show."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import open_desk
from ats.commands.options import Cohorts, Json

app = typer.Typer(name="message", help="E-mails, as they were written.", no_args_is_help=True)


@app.command("list")
def list_(
    cohort: Cohorts = None,
    person: Annotated[
        str | None,
        typer.Option("--person", metavar="REF", help="To a participant or mentor."),
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
                session, desk.office.renderer, zone=desk.zone, cohorts=codes, to=ref, limit=limit
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
    name: Annotated[str, typer.Argument(metavar="ID", help="Its number or its Message-ID.")],
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
    say()
    if told["subject"] is None:
        say("It is written at the moment of sending.")
    else:
        say(told["subject"])
        say()
        say(told["text"])
