"""The page on which a mentor signs portfolios off, and takes that back until they are submitted.

A GET only shows it; each portfolio has a button of its own, and so its own answer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.people.answer_links import MentorLink, read_answer_page
from ats.people.mentees import cohort_of, name_of_mentor
from ats.people.sign_offs import SignOff, confirm, sign_offs, take_back
from web.answering import day, today
from web.forms import fields_of
from web.site import Site

PATH = "/sign-off/{token}"
_DO = {"confirm": confirm, "take-back": take_back}


def routes(site: Site) -> list[Route]:
    """Return the page, and what its forms post to: the same address."""

    def read(token: str) -> MentorLink:
        return read_answer_page(site.links, "sign-off", token, today=today(site))

    def shown(token: str) -> Response:
        link = read(token)
        with site.office.store.read() as session:
            return _page(site, session, link)

    def saved(token: str, what: str, place: int) -> Response:
        link = read(token)

        def work(session: Session) -> Response:
            submission = _submission(site, session, link)
            done = _DO[what](session, link, place, submission, now=site.clock())
            session.flush()
            return _page(site, session, link, done=place if done else None)

        return site.office.store.transact(work)

    async def show(request: Request) -> Response:
        return await run_in_threadpool(shown, request.path_params["token"])

    async def save(request: Request) -> Response:
        what, place = _pressed(await fields_of(request))
        return await run_in_threadpool(saved, request.path_params["token"], what, place)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, save, methods=["POST"])]


def _pressed(fields: Mapping[str, Sequence[str]]) -> tuple[str, int]:
    """Return which button, and of which portfolio. Raises HTTPException for any other post."""
    pressed = [(what, given) for what in _DO for given in fields.get(what, ())]
    if len(pressed) != 1 or not pressed[0][1].isdecimal():
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    what, place = pressed[0]
    return what, int(place)


def _submission(site: Site, session: Session, link: MentorLink) -> str:
    """Return the section of the portfolio that is complete once it is submitted."""
    cohort = cohort_of(session, link)
    return site.office.programme_named(cohort.programme).submission if cohort else ""


def _page(site: Site, session: Session, link: MentorLink, *, done: int | None = None) -> Response:
    found = list(enumerate(sign_offs(session, link, _submission(site, session, link))))
    return site.pages.answer(
        "sign-off",
        ref=link.mentor,
        mentor=name_of_mentor(session, link),
        found=[(place, one, _statement(site, one)) for place, one in found],
        open=[one for _, one in found if one.state == "open"],
        done=next((one for place, one in found if place == done), None),
        day=day,
    )


def _statement(site: Site, one: SignOff) -> str:
    """Return what the mentor confirms, in the words of the e-mail."""
    if one.state not in ("open", "signed"):
        return ""
    partial = site.office.renderer.partial
    return partial("mentor-statement.txt", {"mentees": [{"full_name": one.name}]})
