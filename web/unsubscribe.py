"""Switching off by one click (RFC 8058): a GET asks, a POST does it, and again makes no difference.

A mail program posts without cookies, login or redirects; a person presses the button of the page.
Both say the same: whoever posts to the address of the header wants these e-mails off.
"""

from __future__ import annotations

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.errors import NotFound
from ats.people.links import Unsubscription
from ats.people.preferences import Preferences, choose, preferences
from web.forms import body_of
from web.site import Site, beside
from web.wording import kinds

PATH = "/unsubscribe/{token}"


def routes(site: Site) -> list[Route]:
    """Return the page that asks, and the one-click address: the same."""

    def asked(token: str) -> Response:
        meant = site.links.read_unsubscribe(token)
        try:
            with site.office.store.read() as session:
                found = preferences(session, meant.ref, programme_named=site.office.programme_named)
        except NotFound:
            return site.pages.answer("nobody")
        return _page(site, found, meant)

    def done(token: str) -> Response:
        meant = site.links.read_unsubscribe(token)
        try:
            with site.office.store.write() as session:
                found = choose(
                    session,
                    meant.ref,
                    dict.fromkeys(meant.classes, False),
                    programme_named=site.office.programme_named,
                    action="unsubscribe",
                    now=site.clock(),
                )
        except NotFound:
            return site.pages.answer("nobody")
        return _page(site, found, meant)

    async def ask(request: Request) -> Response:
        return await run_in_threadpool(asked, request.path_params["token"])

    async def do(request: Request) -> Response:
        await body_of(request)
        return await run_in_threadpool(done, request.path_params["token"])

    return [Route(PATH, ask, methods=["GET"]), Route(PATH, do, methods=["POST"])]


def _page(site: Site, found: Preferences, meant: Unsubscription) -> Response:
    """Return the question while any of these is on, else what is off and what still comes."""
    these = [class_ for class_ in found.optional if class_ in meant.classes]
    if not these:  # nothing of it may be switched off, or nobody is enrolled
        return site.pages.answer("nobody")
    is_off = found.off.issuperset(these)
    comes = [c for c in (*found.optional, *found.always) if c not in found.off]
    return site.pages.answer(
        "unsubscribed" if is_off else "unsubscribe",
        who=found,
        these=kinds(found.role, these),
        comes=kinds(found.role, comes),
        preferences=beside(site.links.preferences(found.ref)),
    )
