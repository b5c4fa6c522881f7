"""The page on which a mentor says yes or no to each participant who named them.

A GET only shows it, for link scanners open every link; what is answered is answered by its form.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.people.answer_links import MentorLink, read_answer_page
from ats.people.mentees import name_of_mentor
from ats.people.mentor_answers import answer, questions, welcomes_register
from web.answering import day, today
from web.forms import fields_of
from web.site import Site

PATH = "/mentoring/{token}"


@dataclass(frozen=True, slots=True)
class Said:
    """What the form was posted with: yes or no by the place of the question, and two boxes."""

    answers: Mapping[int, bool]
    independent: bool
    welcomes: bool

    @property
    def lacks(self) -> str | None:
        """Name what is missing: an answer, or the declaration that a yes needs."""
        if not self.answers:
            return "answer"
        return "declaration" if any(self.answers.values()) and not self.independent else None


def routes(site: Site) -> list[Route]:
    """Return the page, and what its form posts to: the same address."""

    def read(token: str) -> MentorLink:
        return read_answer_page(site.links, "mentoring", token, today=today(site))

    def shown(token: str) -> Response:
        link = read(token)
        with site.office.store.read() as session:
            return _page(site, session, link)

    def saved(token: str, said: Said) -> Response:
        link = read(token)

        def work(session: Session) -> Response:
            if said.lacks:
                return _page(site, session, link, said=said)
            recorded = answer(
                session,
                link,
                said.answers,
                independent=said.independent,
                welcomes=said.welcomes,
                now=site.clock(),
            )
            session.flush()
            return _page(site, session, link, recorded=recorded)

        return site.office.store.transact(work)

    async def show(request: Request) -> Response:
        return await run_in_threadpool(shown, request.path_params["token"])

    async def save(request: Request) -> Response:
        said = _said(await fields_of(request))
        return await run_in_threadpool(saved, request.path_params["token"], said)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, save, methods=["POST"])]


def _said(fields: Mapping[str, Sequence[str]]) -> Said:
    """Return what the form says. Raises HTTPException for a post that is not of this form."""
    if not fields.get("asked"):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    answers = {}
    for place in fields["asked"]:
        given = fields.get(f"answer-{place}", [])
        if not place.isdecimal() or given not in ([], ["yes"], ["no"]):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        if given:
            answers[int(place)] = given == ["yes"]
    return Said(answers, "independent" in fields.get("on", ()), "register" in fields.get("on", ()))


def _page(
    site: Site,
    session: Session,
    link: MentorLink,
    *,
    said: Said | None = None,
    recorded: Sequence[int] = (),
) -> Response:
    asked = list(enumerate(questions(session, link)))
    still_open = [(place, one) for place, one in asked if one.state == "open"]
    lacks = said.lacks if said and still_open else None
    return site.pages.answer(
        "mentoring",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if lacks else HTTPStatus.OK,
        ref=link.mentor,
        mentor=name_of_mentor(session, link) if still_open else None,
        open=still_open,
        answered=[one for _, one in asked if one.state in ("accepted", "declined")],
        closed=[one for _, one in asked if one.state == "closed"],
        recorded=[one for place, one in asked if place in recorded],
        lacks=lacks,
        said=said,
        welcomes=welcomes_register(session, link),
        day=day,
    )
