"""What the templates are told of the days around them."""

import datetime as dt
from dataclasses import replace
from typing import Any, cast

import pytest

from ats.office import Letterhead
from ats.outbox.compose import Composer, Line
from ats.outbox.same_for_all import SameForAll
from ats.people.contacts import Contact
from ats.planning.facts import Participant, Pause, WebinarChange, WebinarFact
from tests.unit.planning.people import (
    WEBINARS,
    at,
    cohort,
    complete,
    mentor,
    participant,
    timeline,
)

HEAD = Letterhead(
    sender="ATS <ats@programme.example>",
    reply_to="ats@programme.example",
    operations="operations@programme.example",
    pxm="pxm@programme.example",
    portfolio="https://portfolio.example",
    knowledge_base="https://portfolio.example/knowledge",
    privacy_notice="https://programme.example/privacy",
)
REQUEST_SENT = at("Wed 7 Oct 2026 09:00")
PEOPLE = [
    participant(id=n, ref=f"P000{n}", mentorships=(mentor(request_sent_at=REQUEST_SENT),))
    for n in (1, 2)
]


def composed(now: str, recipient: str, role: str, *names: str) -> dict[str, Any]:
    """Return the one part of a message with one of these occurrences of each participant."""
    known = {ref: Contact(ref, ref, "", f"{ref}@x.example") for ref in ("P0001", "P0002", "M0001")}
    lines = [
        Line(o, person)
        for person, name in zip(PEOPLE, names, strict=False)
        for o in timeline().occurrences(person)
        if f"{o.rule.step} {o.occurrence}" == name
    ]
    assert len(lines) == len(names)
    composer = Composer(timeline(), HEAD, known, at(now), trial=False)
    (part,) = composer.compose(recipient, role, lines)["parts"]
    return cast("dict[str, Any]", part)


@pytest.mark.parametrize("now", ["Fri 18 Dec 2026 09:00", "Mon 4 Jan 2027 09:00"])
def test_a_break_is_told_from_its_first_day_even_while_it_lasts(now: str) -> None:
    part = composed(now, "P0001", "participant", "before-christmas 1")

    christmas = {"name": "Christmas break", "from": "2026-12-21", "to": "2027-01-04"}
    assert part["closures"][0] == christmas


def test_a_break_that_is_over_is_not_told() -> None:
    part = composed("Tue 5 Jan 2027 09:00", "P0001", "participant", "before-christmas 1")

    assert part["closures"][0]["name"] == "February half-term"


@pytest.mark.parametrize(
    ("rungs", "told"),
    [(("plus-10", "plus-10"), "plus-10"), (("plus-10", "plus-5"), None), (("plus-5",), "plus-5")],
)
def test_a_rung_is_told_only_if_it_is_that_of_every_mentee(
    rungs: tuple[str, ...], told: str | None
) -> None:
    """So a mentor reads of a last reminder only when it is the last about each of them."""
    names = [f"chase-mentor-request M0001/{rung}/1" for rung in rungs]

    assert composed("Wed 4 Nov 2026 09:00", "M0001", "mentor", *names)["rung"] == told


def test_the_dates_told_are_everybodys_own_whoever_was_written_to_before() -> None:
    """Those of a plain year are put together once for a nation, and told to nobody else."""
    year, monday = timeline(), dt.date(2026, 11, 2)
    plain = [participant(nation=nation) for nation in ("england", "wales", "scotland")]
    moved = [
        participant(joined_on=monday),
        participant(extensions={"submission": at("Wed 1 Dec 2027 17:00")}),
        participant(pauses=(Pause(monday, monday + dt.timedelta(days=21)),)),
        participant(pauses=(Pause(monday, None),)),
    ]
    same = SameForAll(year, HEAD, at("Fri 18 Dec 2026 09:00"))
    for person in [*plain, *moved, *plain]:
        own = {**year.deadlines(replace(person, pauses=())), **year.deadlines(person)}
        told = {key: moment.astimezone(year.zone).isoformat() for key, moment in own.items()}
        assert same.deadlines(person) == told


def moved(webinar: WebinarFact) -> WebinarFact:
    """Return a webinar as it is after a move on Mon 12 October."""
    new = at("Fri 20 Nov 2026 16:30")
    change = WebinarChange(at("Mon 12 Oct 2026 10:05"), webinar.starts_at, new)
    return replace(webinar, starts_at=new, changes=(change,))


def told_more(person: Participant, webinar: str, recipient: str) -> bool:
    """Say what the notice of a move of this webinar says: whether link and recording follow."""
    year = timeline(cohort(webinars=tuple(moved(w) if w.key == webinar else w for w in WEBINARS)))
    (notice,) = (
        o for o in year.occurrences(person) if o.key[:2] == ("webinar-moved", f"{webinar}/1")
    )
    known = {ref: Contact(ref, ref, "", f"{ref}@x.example") for ref in ("P0001", "M0001")}
    composer = Composer(year, HEAD, known, at("Mon 12 Oct 2026 10:10"), trial=False)
    (part,) = composer.compose(recipient, notice.role, [Line(notice, person)])["parts"]
    return cast("bool", part["webinar"]["mail_follows"])


@pytest.mark.parametrize(
    ("facts", "follows"),
    [
        ({}, True),
        ({"opted_out": frozenset({("P0001", "webinar")})}, False),
        ({"opted_out": frozenset({("P0001", "tip"), ("M0001", "webinar")})}, True),
        ({"sections": complete("submission")}, False),
    ],
)
def test_a_notice_knows_whether_link_and_recording_follow(facts: Any, follows: bool) -> None:
    assert told_more(participant(**facts), "webinar-2", "P0001") is follows


@pytest.mark.parametrize("switched_off", [False, True])
def test_so_it_does_for_a_mentor(switched_off: bool) -> None:
    person = participant(
        mentorships=(mentor(accepted_at=at("Mon 12 Oct 2026 08:00")),),
        sections=complete("submission"),
        opted_out=frozenset({("M0001", "webinar")} if switched_off else ()),
    )

    assert told_more(person, "mentor-webinar-1", "M0001") is not switched_off
