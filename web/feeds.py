"""The feeds: what a calendar fetches, again and again, mostly to hear that nothing has changed.

A published feed is served from its file and asks no database. One that is not published is made
from the records, and not kept: a file that nobody renews would tell old dates for ever. It has no
date, for its bytes may change without a revision, and only who publishes it dates that.
"""

from __future__ import annotations

import datetime as dt
from email.utils import formatdate
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from calendars.feeds import CONTENT_TYPE, feed
from web.feed_links import ReplacedLink, opened
from web.fresh import is_known
from web.generations import Generations
from web.shelf import Served, Shelf
from web.site import Site

PATH: Final = "/calendars/{token}.ics"
CACHE_CONTROL: Final = "private, max-age=300, must-revalidate"


def routes(site: Site) -> list[Route]:
    """Return the address of the files."""
    shelf, generations = Shelf(site.calendars), Generations(site.office.store)

    def made(name: str, generation: int) -> Served:
        with site.office.store.read() as session:
            found = opened(site, session, name, generation)
            return Served.of(feed(found.calendar()), None)

    async def serve(request: Request) -> Response:
        """Raises BadLink and ReplacedLink."""
        name, generation = site.links.read_calendar(request.path_params["token"])
        if generation < await generations.of(name):  # its file may stand there still
            raise ReplacedLink
        # Written anew, for a signature can be written in more than one way, a file's name in one.
        served = shelf.get(site.links.calendar_token(name, generation))
        if served is None:
            served = await run_in_threadpool(made, name, generation)
        return _answer(request, served, now=site.clock())

    return [Route(PATH, serve, methods=["GET"])]


def _answer(request: Request, served: Served, *, now: dt.datetime) -> Response:
    """Return the feed, or 304; no date that is still to come tells of it (RFC 9110, 8.8.2.1)."""
    headers = {"ETag": served.etag, "Cache-Control": CACHE_CONTROL}
    modified = served.modified
    if modified is not None and modified > now.timestamp():
        modified = None
    if modified is not None:
        headers["Last-Modified"] = formatdate(modified, usegmt=True)
    if is_known(request.headers, etag=served.etag, modified=modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers |= {
        "Content-Type": CONTENT_TYPE,
        "Content-Disposition": 'inline; filename="webinars.ics"',
    }
    return Response(served.data, headers=headers)
