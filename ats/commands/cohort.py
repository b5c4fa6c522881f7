"""`ats cohort`: launch, go-live, show, check, pause, resume."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from ats.commands.answer import answer, complain, progress, refuse, say, spoken, table
from ats.commands.desk import Desk, name_of, open_desk, read_day
from ats.commands.options import By, Code, Json, Now
from ats.errors import AtsError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ats.checklist import Check
    from ats.clashes import Finding

app = typer.Typer(
    name="cohort", help="Launch a cohort, take it live, stop it.", no_args_is_help=True
)
Starts = Annotated[
    str, typer.Option("--starts", metavar="DATE", help="Its first day, such as 2026-10-05.")
]
ProgrammeName = Annotated[
    str, typer.Option("--programme", metavar="NAME", help="A packaged programme, or a file.")
]


@app.command()
def launch(
    code: Code,
    starts: Starts,
    programme: ProgrammeName = "ats",
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Create a cohort in trial, with the webinars of its programme."""
    from ats import cohorts
    from ats.people.waiting import waiting_for
    from ats.records import gather

    day, who = read_day(starts, option="--starts"), name_of(by)
    with open_desk(now) as desk:
        oddities = cohorts.launch(
            desk.office, code, starts=day, programme=_path(programme), now=desk.now, by=who
        )
        for sentence in oddities:
            complain(sentence)
        with desk.office.store.read() as session:
            waiting = waiting_for(session, gather.cohort_named(session, code))
        told = cohorts.document(desk.office, code)
        told["waiting"] = [one.document(desk.zone) for one in waiting]

        def human() -> None:
            say(f"Cohort {code} is launched, in trial: it sends nothing to real people yet.")
            _say_waiting(code, [one.ref for one in waiting])
            say(f"Next: ats roster import FILE --cohort {code} --apply")

        answer(told, as_json=as_json, human=human)


@app.command("go-live")
def go_live(code: Code, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """Go through the check-list and, without a red line in it, send to real people."""
    from ats import cohorts
    from ats.checklist import NotReady

    who = name_of(by)
    with open_desk(now) as desk:
        refusal: NotReady | None = None
        try:
            with progress("Writing every e-mail for proof") as told:
                checks: Sequence[Check] = cohorts.go_live(
                    desk.office,
                    code,
                    missing_settings=desk.settings.missing_for_go_live(),
                    now=desk.now,
                    by=who,
                    progress=told,
                )
        except NotReady as error:
            refusal, checks = error, error.checks
        document = {
            "code": code,
            "status": "trial" if refusal else "live",
            "checks": [{"name": c.name, "status": c.status, "text": c.text} for c in checks],
        }
        answer(document, as_json=as_json, human=lambda: _show_checks(code, checks, refusal))
        if refusal:
            raise refuse(str(refusal))


@app.command()
def show(code: Code, as_json: Json = False) -> None:
    """Show its status, its milestones and its webinars."""
    from ats import cohorts

    with open_desk() as desk:
        document = cohorts.document(desk.office, code)
        answer(document, as_json=as_json, human=lambda: _show(document))


@app.command()
def check(code: Code, now: Now = None, as_json: Json = False) -> None:
    """Say which dates stand in each other's way, with a proposal for each."""
    from ats import clash_check

    with open_desk(now) as desk:
        found = clash_check.findings(desk.office, code, now=desk.now)
        document = [finding.document() for finding in found]
        answer(document, as_json=as_json, human=lambda: _show_findings(code, found))
        red = [finding.text.rstrip(".") for finding in found if finding.severity == "red"]
        if red:
            raise refuse(f"Cohort {code} has dates that stop a step: {'; '.join(red)}.")


@app.command()
def pxm(
    code: Code,
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="Their name; without, who is it?")
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Their address.")
    ] = None,
    from_: Annotated[
        str | None, typer.Option("--from", metavar="DATE", help="The first day. [default: today]")
    ] = None,
    until: Annotated[
        str | None,
        typer.Option("--until", metavar="DATE", help="As a cover: the first day without them."),
    ] = None,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Say who is the PXM of a cohort, or, with --until, who covers; without a name, show it."""
    from ats.cases.owners import Owner, appoint

    if name is None and email is None:
        _show_pxm(code, now, as_json=as_json)
        return
    if name is None or email is None:
        raise typer.BadParameter("goes with --name.", param_hint="--email")
    who = name_of(by)
    first = None if from_ is None else read_day(from_, option="--from")
    last = None if until is None else read_day(until, option="--until")
    with open_desk(now) as desk:
        first = first or desk.now.astimezone(desk.zone).date()
        appoint(desk.office, code, Owner(name, email, first, last), now=desk.now, by=who)
        told = {"code": code, "pxm": name, "from": f"{first}", "until": last and f"{last}"}
        ends = f", until {last}" if last else ""
        answer(
            told,
            as_json=as_json,
            human=lambda: say(f"{name} answers for the cases of cohort {code} from {first}{ends}."),
        )


def _show_pxm(code: str, now: str | None, *, as_json: bool) -> None:
    from ats.cases.owners import owners, pxm_on
    from ats.records import gather

    with open_desk(now) as desk:
        today = desk.now.astimezone(desk.zone).date()
        with desk.office.store.read() as session:
            cohort = gather.cohort_named(session, code)
            assert cohort.id is not None
            one, all_ = pxm_on(session, cohort.id, today), owners(session, cohort.id, today)
        spans = [
            {
                "pxm": each.name,
                "from": f"{each.from_on}",
                "until": each.until_on and f"{each.until_on}",
            }
            for each in all_
        ]
        answer(
            {"code": code, "today": one and one.name, "owners": spans},
            as_json=as_json,
            human=lambda: _say_pxm(one.name if one else "the PXM of the settings", spans),
        )


def _say_pxm(today: str, spans: list[dict[str, Any]]) -> None:
    say(f"Today: {today}.")
    if spans:
        rows = [(each["pxm"], each["from"], each["until"] or "open") for each in spans]
        table(("PXM or cover", "from", "until"), rows)


@app.command()
def pause(code: Code, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """Stop every sending of the cohort at once."""
    from ats import cohorts

    who = name_of(by)
    with open_desk(now) as desk:
        cohorts.pause(desk.office, code, now=desk.now, by=who)
        _answer_status(
            desk, code, f"Cohort {code} is paused: nothing goes until it resumes.", as_json
        )


@app.command()
def resume(code: Code, now: Now = None, by: By = None, as_json: Json = False) -> None:
    """End the pause; what is queued or held goes on."""
    from ats import cohorts

    who = name_of(by)
    with open_desk(now) as desk:
        status = cohorts.resume(desk.office, code, now=desk.now, by=who)
        sentence = f"Cohort {code} is {'in trial' if status == 'trial' else status} again."
        _answer_status(desk, code, sentence, as_json)


def _say_waiting(code: str, refs: Sequence[str]) -> None:
    """Say who was deferred and could begin again in a cohort that has just been launched."""
    if refs:
        waits = "1 person waits" if len(refs) == 1 else f"{len(refs)} people wait"
        say(f"{waits} for a cohort: {', '.join(refs)}.")
        say(f"Each begins again with: ats participant restart REF --into {code}")


def _answer_status(desk: Desk, code: str, sentence: str, as_json: bool) -> None:
    from ats import cohorts

    try:
        told: dict[str, Any] = cohorts.document(desk.office, code)
    except AtsError as fault:  # it is done, whatever is wrong with the programme file
        told = {"code": code, "faults": str(fault).splitlines()}
        complain(f"{sentence} Its programme cannot be read: {fault}")
    answer(told, as_json=as_json, human=lambda: say(sentence))


def _path(programme: str) -> str:
    """Return a file's path from the root, so that it is found from every folder."""
    from config.programme_file import packaged_programmes

    path = Path(programme).expanduser()
    named = programme in packaged_programmes() or not path.is_file()
    return programme if named else str(path.absolute())


def _show_checks(code: str, checks: Sequence[Check], refusal: object) -> None:
    table(("status", "check", "how it is"), [(c.status, c.name, c.text) for c in checks])
    if refusal is None:
        say(f"Cohort {code} is live: the next tick sends its e-mails.")


def _show_findings(code: str, found: Sequence[Finding]) -> None:
    if not found:
        say(f"No dates of cohort {code} stand in each other's way from now on.")
    for finding in found:
        say(f"{finding.severity:5}  {finding.text}", hang=" " * 7)
        if finding.proposal:
            say(f"       Proposal: {finding.proposal}", hang=" " * 7)


def _show(told: dict[str, Any]) -> None:
    people = told["participants"]
    say(f"Cohort {told['code']} ({told['programme']}), {told['status']}, {people} participants,")
    say(f"starts on {told['starts']}.")
    say()
    rows = [(spoken(one["due"]), one["title"], one["key"]) for one in told["milestones"]]
    table(("due", "milestone", "key"), rows)
    say()
    table(
        ("starts", "webinar", "for", "status", "join address"),
        [
            (spoken(w["starts_at"]), w["key"], w["audience"], w["status"], w["join_url"] or "–")
            for w in told["webinars"]
        ],
    )
