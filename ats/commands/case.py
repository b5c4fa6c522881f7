"""`ats case`: list, show, close, snooze, reopen, note."""

from __future__ import annotations

import enum
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import name_of, open_desk, read_day
from ats.commands.options import By, Cohorts, Json, Now

if TYPE_CHECKING:
    from ats.commands.desk import Desk

app = typer.Typer(name="case", help="What a person has to decide.", no_args_is_help=True)


class State(enum.StrEnum):
    """What may be asked for."""

    OPEN = "open"
    SNOOZED = "snoozed"
    CLOSED = "closed"


Number = Annotated[int, typer.Argument(metavar="CASE", min=1, help="Its number, such as 12.")]
Why = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why, in a few words.")]


@app.command("list")
def list_(
    cohort: Cohorts = None,
    state: Annotated[
        State | None, typer.Option("--state", help="Only these. [default: all]", show_default=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """List cases, the oldest first."""
    from ats.cases.listing import cases

    with open_desk() as desk:
        codes = desk.cohorts(cohort)
        with desk.office.store.read() as session:
            found = cases(session, codes, zone=desk.zone, state=state.value if state else None)

        def human() -> None:
            if not found:
                say("There is no such case.")
                return
            # Two cohorts are rare, and without the column a row fits 80 columns.
            several = len({one["cohort"] for one in found}) > 1
            names = ("case", *(["cohort"] * several), "person", "kind", "owner", "opened", "closed")
            table(names, [[_cell(one, name) for name in names] for one in found])

        answer(found, as_json=as_json, human=human)


def _cell(case: dict[str, Any], name: str) -> str:
    if name == "opened":
        return str(case["opened_at"][:10])
    if name == "closed":
        return str((case["closed_at"] or case["state"])[:10])
    return str(case["id" if name == "case" else name])


@app.command()
def show(number: Number, now: Now = None, as_json: Json = False) -> None:
    """Show why a case is open, since when, what was done, and what may be decided."""
    from ats.cases.file import document

    with open_desk(now) as desk:
        told = document(desk.office, number, now=desk.now, zone=desk.zone)
        answer(told, as_json=as_json, human=lambda: _show(told))


@app.command()
def close(number: Number, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """Somebody has seen to it: what waited for that goes with the next tick."""
    from ats.cases.desk import close as settle

    who = name_of(by)
    with open_desk(now) as desk:
        settle(desk.office.store, number, now=desk.now, by=who)
        _done(desk, number, f"Case {number} is closed.", as_json=as_json)


@app.command()
def snooze(
    number: Number,
    until: Annotated[str, typer.Option("--until", metavar="DATE", help="The day it comes back.")],
    reason: Why,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Let a case rest until a day; its owner is told of it again then."""
    from ats.cases.desk import snooze as let_rest

    day, who = read_day(until, option="--until"), name_of(by)
    with open_desk(now) as desk:
        let_rest(desk.office.store, number, day, reason, now=desk.now, by=who)
        _done(desk, number, f"Case {number} rests until {day}.", as_json=as_json)


@app.command()
def reopen(
    number: Number, reason: Why, now: Now = None, by: By = None, as_json: Json = False
) -> None:
    """Open a closed case again, until somebody closes it; or wake one that rests."""
    from ats.cases.desk import reopen as open_again

    who = name_of(by)
    with open_desk(now) as desk:
        open_again(desk.office.store, number, reason, now=desk.now, by=who)
        _done(desk, number, f"Case {number} is open.", as_json=as_json)


@app.command()
def note(
    number: Number,
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What was said or done.")],
    call: Annotated[
        bool, typer.Option("--call", help="It was a call.", show_default=False)
    ] = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Write down what was said or done about a case."""
    from ats.cases.desk import note as write_down

    who = name_of(by)
    with open_desk(now) as desk:
        kind: Literal["call", "note"] = "call" if call else "note"
        write_down(desk.office.store, number, text, kind, now=desk.now, by=who)
        _done(desk, number, f"It is written down for case {number}.", as_json=as_json)


def _done(desk: Desk, number: int, sentence: str, *, as_json: bool) -> None:
    from ats.cases.file import document

    told = document(desk.office, number, now=desk.now, zone=desk.zone)
    answer(told, as_json=as_json, human=lambda: say(sentence))


def _show(told: dict[str, Any]) -> None:
    owner = f"{told['owner']} ({told['owner_name']})" if told["owner_name"] else told["owner"]
    say(f"Case {told['id']}, {told['person']} {told['given_name']}: {told['title']}")
    say(f"{_state(told)}; owner {owner}, opened {spoken(told['opened_at'])}")
    say()
    table(
        ("when", "about", "rung"),
        [(spoken(one["at"]), one["about"], one["occurrence"]) for one in told["signals"]],
    )
    standing = told["standing"]
    as_of = f", portfolio as of {standing['as_of']}" if standing["as_of"] else ""
    say()
    say(f"Today: {standing['state']}{as_of}")
    for words in standing["signals"]:
        say(f"- {words}", hang="  ")
    _show_done(told)
    if told["choices"]:
        say()
        say(f"Decide with: ats case decide {told['id']} {'|'.join(told['choices'])}")


def _state(told: dict[str, Any]) -> str:
    if told["state"] == "closed":
        decided = f", {told['decision']} by {told['decided_by']}" if told["decision"] else ""
        return f"closed {spoken(told['closed_at'])} ({told['closed_why']}){decided}"
    if told["state"] == "snoozed":
        return f"rests until {told['snoozed_until']}"
    return f"open, due {told['due_on']}"


def _show_done(told: dict[str, Any]) -> None:
    done = [(one["at"], one["by"], one["action"], one["reason"]) for one in told["history"]]
    done += [(one["at"], one["by"], one["kind"], one["text"]) for one in told["notes"]]
    shown = [(spoken(at), by, what, text) for at, by, what, text in sorted(done)]
    if shown:
        say()
        table(("when", "who", "what", "words"), shown)
