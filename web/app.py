"""The application: every page of the site, behind what guards all of them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from starlette.applications import Starlette
from starlette.middleware import Middleware

from ats.office import Office
from web import health, preferences, unsubscribe
from web.faults import LastResort, fault_pages
from web.headers import SecurityHeaders
from web.site import make_site


def make_app(office: Office, *, clock: Callable[[], dt.datetime]) -> Starlette:
    """Return the public pages of this office as an ASGI application. Opens no connection yet."""
    site = make_site(office, clock=clock)
    app = Starlette(
        routes=[*health.routes(site), *unsubscribe.routes(site), *preferences.routes(site)],
        middleware=[Middleware(SecurityHeaders), Middleware(LastResort, pages=site.pages)],
        exception_handlers=dict(fault_pages(site.pages)),
    )
    app.router.redirect_slashes = False  # a redirect would repeat the token
    return app
