"""Pages for what goes wrong; neither they nor the log hold a detail, a token or a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from ats.errors import DatabaseFault
from ats.people.links import BadLink, ExpiredLink
from ats.unexpected import told
from web.answering import day
from web.feed_links import ReplacedLink
from web.pages import Pages
from web.site import Site

Handler = Callable[[Request, Exception], Response]


def fault_pages(site: Site) -> Mapping[Any, Handler]:
    """Return what answers each kind of fault that is told from others."""
    pages = site.pages

    def bad_link(request: Request, _: Exception) -> Response:
        wait = site.guesses.wait(request.client.host if request.client else "")
        if wait:
            headers = {"Retry-After": str(wait)}
            return pages.answer("slower", status=HTTPStatus.TOO_MANY_REQUESTS, headers=headers)
        return pages.answer("not-found", status=HTTPStatus.NOT_FOUND)

    def replaced(_: Request, __: Exception) -> Response:
        return pages.answer("replaced", status=HTTPStatus.GONE)

    def expired(_: Request, error: Exception) -> Response:
        assert isinstance(error, ExpiredLink)
        return pages.answer("expired", status=HTTPStatus.GONE, until=day(error.until))

    def refused(_: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        if error.status_code == HTTPStatus.NOT_FOUND:
            return pages.answer("not-found", status=HTTPStatus.NOT_FOUND)
        return pages.answer("refused", status=error.status_code, headers=error.headers)

    def busy(_: Request, error: Exception) -> Response:
        told(error)
        headers = {"Retry-After": "60"}
        return pages.answer("fault", status=HTTPStatus.SERVICE_UNAVAILABLE, headers=headers)

    return {
        BadLink: bad_link,
        ExpiredLink: expired,
        ReplacedLink: replaced,
        HTTPException: refused,
        DatabaseFault: busy,
    }


class LastResort:
    """Answers what nobody foresaw with a page of its own; the log gets its kind and places only."""

    def __init__(self, app: ASGIApp, pages: Pages) -> None:
        self._app = app
        self._page = pages.answer("fault", status=HTTPStatus.INTERNAL_SERVER_ERROR)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def watched(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, watched)
        except Exception as fault:  # noqa: BLE001 (the last resort: nothing of it for people)
            told(fault)
            if not begun:
                await self._page(scope, receive, send)
