"""The page of a mentor's letter for the CPD record, to be printed. Nothing on it is sent to us."""

from __future__ import annotations

from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.outbox.mentor_pages import LETTER
from ats.outbox.words import count_words, date_long
from ats.people.thanks_letter import thanks_letter
from web.site import Site

PATH = "/letter/{token}"


def routes(site: Site) -> list[Route]:
    """Return the page."""

    def shown(token: str) -> Response:
        about = site.links.read_page(LETTER, token, today=site.clock().date())
        of, mentor, *enrolments = about
        with site.office.store.read() as session:
            letter = thanks_letter(site.office, session, str(mentor), [int(e) for e in enrolments])
        if letter is None:
            return site.pages.answer("no-letter", status=HTTPStatus.GONE)
        return site.pages.answer(
            "letter",
            letter=letter,
            of=date_long(str(of)),
            begins=date_long(letter.begins.isoformat()),
            ends=date_long(letter.ends.isoformat()),
            mentees=f"{count_words(letter.mentees)} participant{'s'[: letter.mentees > 1]}",
        )

    async def show(request: Request) -> Response:
        return await run_in_threadpool(shown, request.path_params["token"])

    return [Route(PATH, show, methods=["GET"])]
