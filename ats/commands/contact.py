"""`ats contact`: list, lift, confirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import name_of, open_desk
from ats.commands.options import AnyRef, By, Cohorts, Json, Now

if TYPE_CHECKING:
    from ats.outbox.going_again import GoesAgain
    from ats.people.dead_addresses import DeadAddress
    from ats.records.models import LedgerRow

#: How many steps are named of what did not arrive.
MOST_NAMED = 3

app = typer.Typer(
    name="contact", help="Addresses that do not work, and what mends that.", no_args_is_help=True
)


@app.command("list")
def list_(cohort: Cohorts = None, as_json: Json = False) -> None:
    """List the addresses that do not work: nothing goes to them. The oldest first."""
    from ats.people.dead_addresses import REMEDY, to_mend
    from ats.people.vital import missed

    with open_desk() as desk:
        codes = desk.cohorts(cohort)
        with desk.office.store.read() as session:
            found = to_mend(session, codes)
            lost = [missed(session, one.person, one.since) for one, _ in found]
        document = [
            {**_dead(one, desk.zone), "ask": ask, "not_delivered": _told(rows, one.ref, desk.zone)}
            for (one, ask), rows in zip(found, lost, strict=True)
        ]

        def human() -> None:
            if not found:
                say("No address is known that does not work.")
                return
            rows = [
                (one.ref, one.role, spoken(told["since"]), one.why, ask, _in_short(told))
                for (one, ask), told in zip(found, document, strict=True)
            ]
            table(("ref", "role", "since", "why", "ask", "not delivered"), rows)
            say(f"{REMEDY.format(ref='REF')}. What is vital then goes again by itself.")

        answer(document, as_json=as_json, human=human)


def _dead(one: DeadAddress, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "ref": one.ref,
        "role": one.role,
        "since": one.since.astimezone(zone).isoformat(),
        "reason": one.reason,
        "status": one.status,
        "answer": one.answer,
    }


def _told(rows: Sequence[LedgerRow], ref: str, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return what did not reach a ref, and whether it goes again as far as it is still of use."""
    from ats.people.vital import VITAL

    return [
        {
            "step": row.step,
            "occurrence": row.occurrence,
            "due_at": row.due_at.astimezone(zone).isoformat(),
            "goes_again": row.class_ in VITAL,
        }
        for row in rows
        if row.recipient == ref
    ]


def _in_short(told: Mapping[str, Any]) -> str:
    """Return the first of the steps that did not arrive, and how many others there are."""
    names = list(dict.fromkeys(row["step"] for row in told["not_delivered"]))
    more = len(names) - MOST_NAMED
    return ", ".join(names[:MOST_NAMED]) + (f" and {more} more" if more > 0 else "")


def _again(one: GoesAgain, zone: ZoneInfo) -> dict[str, Any]:
    return {
        "step": one.step,
        "about": one.about,
        "to": one.to,
        "occurrence": one.occurrence,
        "goes_at": one.goes_at and one.goes_at.astimezone(zone).isoformat(),
    }


@app.command()
def lift(ref: AnyRef, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """The address works after all: mail goes there again, and what is vital goes once more."""
    from ats.outbox.going_again import going_again
    from ats.outbox.suppression import lift as lift_suppression

    who = name_of(by)
    with open_desk(now) as desk:
        done = lift_suppression(desk.office.store, ref, now=desk.now, by=who)
        with desk.office.store.read() as session:
            again = going_again(desk.office, session, done.person, now=desk.now)
        document: dict[str, Any] = {
            "ref": done.ref,
            "since": done.since.astimezone(desk.zone).isoformat(),
            "reason": done.reason,
            "status": done.status,
            "lifted_at": done.lifted_at.astimezone(desk.zone).isoformat(),
            "lifted_by": who,
            "message": done.message,
            "again": [_again(one, desk.zone) for one in again],
        }

        def human() -> None:
            say(f"Mail goes to the address of {done.ref} again.")
            if not again:
                say("Nothing vital was missed that is still of use.")
                return
            say("This goes again with the next ticks:")
            rows = [
                (one.step, one.to, one.about, spoken(told["goes_at"]))
                for one, told in zip(again, document["again"], strict=True)
            ]
            table(("what", "to", "about", "from"), rows)

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
