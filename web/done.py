"""“I have done this”: a GET says what the button does, a POST records it, and again the same."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.errors import NotFound
from ats.people.done import Matter, matter, say_done
from ats.people.links import DONE, BadLink
from calendars.components import ZONE
from web.forms import body_of
from web.site import Site

PATH: Final = "/done/{token}"

Look = Callable[[tuple[object, ...], dt.datetime], Matter]


def routes(site: Site) -> list[Route]:
    """Return the page, and what its button posts to: the same address."""

    def look(about: tuple[object, ...], now: dt.datetime) -> Matter:
        with site.office.store.read() as session:
            return matter(site.office, session, about, now=now)

    def say(about: tuple[object, ...], now: dt.datetime) -> Matter:
        return say_done(site.office, about, now=now)

    async def show(request: Request) -> Response:
        return await run_in_threadpool(_answer, site, request.path_params["token"], look)

    async def tell(request: Request) -> Response:
        await body_of(request)
        return await run_in_threadpool(_answer, site, request.path_params["token"], say)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, tell, methods=["POST"])]


def _answer(site: Site, token: str, act: Look) -> Response:
    """Return the page of how the milestone of a link stands. Raises BadLink."""
    now = site.clock()
    try:
        about = site.links.read_page(DONE, token, today=now.astimezone(ZONE).date())
        found = act(tuple(about), now)
    except NotFound:  # an import was undone meanwhile
        raise BadLink from None
    due = found.due and f"{found.due:%A} {found.due.day} {found.due:%B %Y}, {found.due:%H:%M}"
    return site.pages.answer(f"done-{found.state}", what=found, due=due)
