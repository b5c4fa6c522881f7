"""The feeds: what a calendar fetches, again and again, mostly to hear that nothing has changed.

A published feed is served from its file and asks no database. One that is not published is made
from the records, and not kept: a file that nobody renews would tell old dates for ever.
"""

from __future__ import annotations

import hashlib
from http import HTTPStatus
from typing import Final

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.feeds.publishing import revised_at
from calendars.feeds import CONTENT_TYPE, feed
from web.feed_links import opened
from web.fresh import is_known
from web.shelf import Served, Shelf
from web.site import Site

PATH: Final = "/calendars/{token}.ics"
CACHE_CONTROL: Final = "private, max-age=300, must-revalidate"


def routes(site: Site) -> list[Route]:
    """Return the address of the files."""
    shelf = Shelf(site.calendars)

    def made(token: str) -> Served:
        with site.office.store.read() as session:
            found = opened(site, session, token)
            calendar = found.calendar()
            data = feed(calendar)
            digest = hashlib.sha256(data).hexdigest()
            revised = revised_at(found.standing, calendar, digest, now=site.clock())
        return Served.of(data, revised.timestamp())

    async def serve(request: Request) -> Response:
        """Raises BadLink and ReplacedLink."""
        token = request.path_params["token"]
        # Written anew, for a signature can be written in more than one way, a file's name in one.
        token = site.links.calendar_token(*site.links.read_calendar(token))
        served = shelf.get(token)
        if served is None:
            served = await run_in_threadpool(made, token)
        return _answer(request, served)

    return [Route(PATH, serve, methods=["GET"])]


def _answer(request: Request, served: Served) -> Response:
    headers = {
        "ETag": served.etag,
        "Last-Modified": served.last_modified,
        "Cache-Control": CACHE_CONTROL,
    }
    if is_known(request.headers, etag=served.etag, modified=served.modified):
        return Response(status_code=HTTPStatus.NOT_MODIFIED, headers=headers)
    headers |= {
        "Content-Type": CONTENT_TYPE,
        "Content-Disposition": 'inline; filename="webinars.ics"',
    }
    return Response(served.data, headers=headers)
