"""`ats contact`: list, lift, confirm."""

from __future__ import annotations

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import name_of, open_desk
from ats.commands.options import AnyRef, By, Cohorts, Json, Now

app = typer.Typer(
    name="contact", help="Addresses that do not work, and what mends that.", no_args_is_help=True
)


@app.command("list")
def list_(cohort: Cohorts = None, as_json: Json = False) -> None:
    """List the addresses that do not work: nothing goes to them. The oldest first."""
    from ats.people.dead_addresses import REMEDY, to_mend

    with open_desk() as desk:
        codes = desk.cohorts(cohort)
        with desk.office.store.read() as session:
            found = to_mend(session, codes)
        document = [
            {
                "ref": one.ref,
                "role": one.role,
                "since": one.since.astimezone(desk.zone).isoformat(),
                "reason": one.reason,
                "status": one.status,
                "answer": one.answer,
                "ask": ask,
            }
            for one, ask in found
        ]

        def human() -> None:
            if not found:
                say("No address is known that does not work.")
                return
            rows = [
                (one.ref, one.role, spoken(told["since"]), one.why, ask)
                for (one, ask), told in zip(found, document, strict=True)
            ]
            table(("ref", "role", "since", "why", "ask"), rows)
            say(f"{REMEDY.format(ref='REF')}.")

        answer(document, as_json=as_json, human=human)


@app.command()
def lift(ref: AnyRef, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """The address works after all: mail goes there again from the next tick on."""
    from ats.outbox.suppression import lift as lift_suppression

    who = name_of(by)
    with open_desk(now) as desk:
        done = lift_suppression(desk.office.store, ref, now=desk.now, by=who)
        document = {
            "ref": done.ref,
            "since": done.since.astimezone(desk.zone).isoformat(),
            "reason": done.reason,
            "status": done.status,
            "lifted_at": done.lifted_at.astimezone(desk.zone).isoformat(),
            "lifted_by": who,
            "message": done.message,
        }

        def human() -> None:
            say(f"Mail goes to the address of {done.ref} again.")
            if done.message is not None:
                say(
                    "What did not arrive is not sent again by itself; do that with "
                    f"`ats message resend {done.message}`."
                )

        answer(document, as_json=as_json, human=human)


@app.command()
def confirm(ref: AnyRef, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """The new address is theirs, as they told you: the link of a sign-off may go there."""
    from ats.people.confirmed import confirm_address

    who = name_of(by)
    with open_desk(now) as desk:
        done = confirm_address(desk.office.store, ref, now=desk.now, by=who)
        document = {
            "ref": done.ref,
            "changed_at": done.changed_at.astimezone(desk.zone).isoformat(),
            "confirmed_at": done.at.astimezone(desk.zone).isoformat(),
            "confirmed_by": who,
            "cases_closed": list(done.cases_closed),
        }

        def human() -> None:
            say(f"Confirmed: the new address of {done.ref}. What waited for it goes when it may.")
            if done.cases_closed:
                say(f"Closed with it: case {', '.join(map(str, done.cases_closed))}.")

        answer(document, as_json=as_json, human=human)
