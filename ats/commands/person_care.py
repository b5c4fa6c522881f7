"""`ats person`: silence, mend."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from ats.commands.answer import answer, say
from ats.commands.desk import name_of, open_desk
from ats.commands.options import AnyRef, By, Json, Now, Preview, Reason

if TYPE_CHECKING:
    from ats.people.mending import Mended
    from ats.people.silence import Silenced

Field = Annotated[str | None, typer.Option(metavar="TEXT", show_default=False)]


def silence(
    ref: AnyRef,
    end: Annotated[
        bool, typer.Option("--end", help="Let mail go to and about them again.", show_default=False)
    ] = False,
    reason: Reason = "not-given",
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Stop everything to and about somebody, at once and without a word to anybody."""
    from ats.people import silence as silencing
    from ats.people.changing import Decision

    who = name_of(by)
    with open_desk(now) as desk:
        decision = Decision(desk.now, who, reason)
        act = silencing.lift if end else silencing.silence
        done = act(desk.office, ref, decision, preview=preview)
        answer(done.document(), as_json=as_json, human=lambda: _say_silenced(done))


def _say_silenced(done: Silenced) -> None:
    refs = " = ".join(done.refs)
    if not done.applied:
        say("Nothing changed yet; without --preview it is done.")
    if done.is_silenced:
        say(f"Nothing goes to or about {refs} from now on, and nobody is told.")
    else:
        say(f"Mail goes to and about {refs} again; what fell due meanwhile stays unsent.")
    for person, cohort, effect in done.effects:
        stops, comes = len(effect.stops), len(effect.comes)
        say(f"{person}, cohort {cohort}: {stops} e-mails go no more, {comes} go because of this.")
    for person, kind in done.cases_opened:
        say(f"Operations get the case {kind} about {person}; `ats case close` when it is settled.")
    if done.cases_closed:
        say(f"Closed with it: case {', '.join(map(str, done.cases_closed))}.")


def mend(
    ref: AnyRef,
    given_name: Field = None,
    family_name: Field = None,
    email: Field = None,
    organisation: Field = None,
    nation: Field = None,
    preview: Preview = False,
    now: Now = None,
    by: By = None,
    as_json: Json = False,
) -> None:
    """Set right a name, an address, an organisation or a nation; no roster overwrites it."""
    from ats.people.mending import mend as set_right

    who = name_of(by)
    wanted = {
        "given_name": given_name,
        "family_name": family_name,
        "email": email,
        "organisation": organisation,
        "nation": nation,
    }
    with open_desk(now) as desk:
        done = set_right(desk.office, ref, wanted, now=desk.now, by=who, preview=preview)
        answer(done.document(), as_json=as_json, human=lambda: _say_mended(done))


def _say_mended(done: Mended) -> None:
    if not done.applied:
        say("Nothing changed yet; without --preview it is done.")
    for field, (before, after) in done.fields.items():
        say(f"{done.ref} {field.replace('_', ' ')}: {after or 'none'} (was {before or 'none'})")
    if done.also:
        say(f"It is so for {', '.join(done.also)}, too: one person.")
