"""The page of somebody's e-mails: what may be switched off, and why the rest may not."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.errors import NotFound
from ats.feeds.composing import Feeds
from ats.people.calendar_choice import calendar_choice
from ats.people.preferences import Preferences, choose, preferences
from web.forms import fields_of
from web.site import Site, beside
from web.wording import kinds

PATH = "/preferences/{token}"


def routes(site: Site) -> list[Route]:
    """Return the page, and what its form posts to: the same address."""

    def shown(token: str) -> Response:
        ref = site.links.read_preferences(token)
        try:
            with site.office.store.read() as session:
                found = preferences(session, ref, programme_named=site.office.programme_named)
                return _page(site, session, found, saved=False)
        except NotFound:
            return site.pages.answer("nobody")

    def saved(token: str, wanted: Mapping[str, bool]) -> Response:
        ref = site.links.read_preferences(token)
        try:
            with site.office.store.write() as session:
                found = choose(
                    session,
                    ref,
                    wanted,
                    programme_named=site.office.programme_named,
                    action="preferences",
                    now=site.clock(),
                )
                return _page(site, session, found, saved=True)
        except NotFound:
            return site.pages.answer("nobody")

    async def show(request: Request) -> Response:
        return await run_in_threadpool(shown, request.path_params["token"])

    async def save(request: Request) -> Response:
        wanted = await _wanted(request)
        return await run_in_threadpool(saved, request.path_params["token"], wanted)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, save, methods=["POST"])]


async def _wanted(request: Request) -> Mapping[str, bool]:
    """Return what the form says of each class that it asked about. Raises HTTPException.

    A box that is not ticked is not posted; so the form names all that it asked about, and a
    post that is not of this form switches nothing off.
    """
    fields = await fields_of(request)
    if not fields.get("asked"):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    return {class_: class_ in fields.get("on", ()) for class_ in fields["asked"]}


def _page(site: Site, session: Session, found: Preferences, *, saved: bool) -> Response:
    if not found.programmes:
        return site.pages.answer("nobody")
    feeds = Feeds(site.office, session, now=site.clock())
    generation = feeds.whose_role(feeds.role(found.ref)).generation
    return site.pages.answer(
        "preferences",
        who=found,
        optional=[(kind, kind.key not in found.off) for kind in kinds(found.role, found.optional)],
        always=kinds(found.role, found.always),
        is_invited=calendar_choice(session, found.ref).mode == "invitations",
        calendar=beside(site.links.calendar_page(found.ref, generation)),
        saved=saved,
    )
