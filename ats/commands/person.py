"""`ats person`: find, show."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from ats.commands.answer import answer, say, spoken, table
from ats.commands.desk import open_desk
from ats.commands.options import AnyRef, Json, Now

app = typer.Typer(name="person", help="Find people, and look at one.", no_args_is_help=True)
_MOST = 50


@app.command()
def find(
    text: Annotated[
        list[str], typer.Argument(metavar="TEXT", help="Parts of a name, address or ref.")
    ],
    as_json: Json = False,
) -> None:
    """Find people; case and accents make no difference."""
    from dataclasses import asdict

    from ats.people.find import find as find_people

    with open_desk() as desk:
        with desk.office.store.read() as session:
            found = find_people(session, " ".join(text), limit=_MOST)

        def human() -> None:
            rows = [
                (
                    " = ".join(one.refs),
                    f"{one.given_name} {one.family_name}".strip(),
                    one.organisation,
                    ", ".join(one.cohorts),
                )
                for one in found
            ]
            if not rows:
                say("Nobody like that is in the records.")
            else:
                table(("ref", "name", "organisation", "takes part in"), rows)
            if len(found) == _MOST:
                say(f"These are the first {_MOST}; add a word to narrow it down.")

        answer([asdict(one) for one in found], as_json=as_json, human=human)


@app.command()
def show(ref: AnyRef, now: Now = None, as_json: Json = False) -> None:
    """Show enrolments, milestones, mentor or mentees, cases and last e-mails."""
    from ats.people.show import document

    with open_desk(now) as desk:
        told = document(desk.office, ref, now=desk.now, zone=desk.zone)
        answer(told, as_json=as_json, human=lambda: _show(told))


def _show(told: dict[str, Any]) -> None:
    also = f", also {', '.join(told['also'])}" if told["also"] else ""
    say(f"{told['ref']} ({told['kind']}{also}): {told['given_name']} {told['family_name']}")
    say(f"{told['email']} · {told['organisation'] or 'no organisation'} · {told['nation']}")
    if told["silenced_at"]:
        say(f"Silenced since {spoken(told['silenced_at'])}: nothing goes to or about them.")
    _show_suppressed(told)
    for enrolment in told["enrolments"]:
        _show_enrolment(enrolment)
    if told["mentees"]:
        say()
        mentees = [(one["person"], one["cohort"], one["state"]) for one in told["mentees"]]
        table(("mentee", "cohort", "state"), mentees)
    if told["messages"]:
        say()
        rows = [
            (one["id"], spoken(one["sent_at"]), one["status"], one["subject"] or "not written yet")
            for one in told["messages"]
        ]
        table(("message", "sent", "status", "subject"), rows)


def _show_suppressed(person: dict[str, Any]) -> None:
    from ats.people.dead_addresses import REMEDY

    if dead := person["suppressed"]:
        say(
            f"Nothing goes to {person['email']} since {spoken(dead['since'])}: an e-mail "
            f"{dead['why']}. {REMEDY.format(ref=person['ref'])}."
        )


def _show_enrolment(enrolment: dict[str, Any]) -> None:
    say()
    marks = [word for word in ("late_joiner", "paused", "parked", "silenced") if enrolment[word]]
    more = "".join(f", {mark.replace('_', ' ')}" for mark in marks)
    say(f"Cohort {enrolment['cohort']} ({enrolment['cohort_status']}): {enrolment['status']}{more}")
    if enrolment["parked"]:
        parked = enrolment["parked"]
        say(f"Everything waits until {parked['until']}, because {parked['because']}.")
    if enrolment["goes_on_in"]:
        say(f"Goes on in cohort {enrolment['goes_on_in']}.")
    if enrolment["waits"]:
        later = ", ".join(enrolment["waits"]["later"]) or "none is launched yet"
        say(f"Waits for a later cohort ({later}) since {spoken(enrolment['waits']['since'])}.")
    if enrolment["adjustments"]:
        say(f"Agreed with them: {', '.join(enrolment['adjustments'])}")
    as_of = f"portfolio as of {enrolment['as_of']}" if enrolment["as_of"] else "no export yet"
    say(f"Joined {enrolment['joined_on']}, {as_of}")
    milestones = [
        (spoken(one["due"]), one["title"], one["state"], _own_date(one))
        for one in enrolment["milestones"]
    ]
    table(("due", "milestone", "state", "own date"), milestones)
    mentor = enrolment["mentor"]
    if mentor is None:
        say("Mentor: none named")
    else:
        reached = ("signed_off_at", "accepted_at", "request_sent_at", "named_at")
        at = next(name for name in reached if mentor[name])
        state = at.removesuffix("_at").replace("_", " ")
        name = f"{mentor['given_name']} {mentor['family_name']}".strip()
        say(f"Mentor: {mentor['ref']}, {name}, {state} {spoken(mentor[at])}")
        _show_suppressed(mentor)
    for case in enrolment["cases"]:
        closed = f", closed {spoken(case['closed_at'])}" if case["closed_at"] else ""
        opened = spoken(case["opened_at"])
        say(f"Case {case['id']}: {case['kind']} for {case['owner']}, opened {opened}{closed}")
    for note in enrolment["notes"]:
        say(f"{note['kind'].title()} {spoken(note['at'])}, {note['by']}: {note['text']}")


def _own_date(milestone: dict[str, Any]) -> str:
    said = milestone["said_done_at"]
    words = ["extended"] if milestone["extended"] else []
    return ", ".join(words + ([f"said done {spoken(said)}"] if said else []))
