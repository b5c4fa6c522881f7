"""The application: every page of the site, behind what guards all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

from starlette.applications import Starlette
from starlette.middleware import Middleware

from ats.office import Office
from web import (
    calendars,
    done,
    feeds,
    health,
    letter,
    mentoring,
    preferences,
    register,
    sign_off,
    unsubscribe,
)
from web.faults import LastResort, fault_pages
from web.headers import SecurityHeaders
from web.site import make_site


def make_app(
    office: Office, *, clock: Callable[[], dt.datetime], calendar_folder: Path | None = None
) -> Starlette:
    """Return the public pages of this office as an ASGI application. Opens no connection yet.

    *calendar_folder* is where feeds are published; without one each is made as it is asked for.
    """
    site = make_site(office, clock=clock, calendars=calendar_folder)
    pages = (
        feeds,
        calendars,
        done,
        health,
        letter,
        mentoring,
        preferences,
        register,
        sign_off,
        unsubscribe,
    )
    app = Starlette(
        routes=[route for page in pages for route in page.routes(site)],
        middleware=[Middleware(SecurityHeaders), Middleware(LastResort, pages=site.pages)],
        exception_handlers=dict(fault_pages(site)),
    )
    app.router.redirect_slashes = False  # a redirect would repeat the token
    return app
