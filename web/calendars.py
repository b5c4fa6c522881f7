"""The page on which people put their dates into their calendar, and choose how webinars get there.

Its link is not the feed's, which is given to calendars: what they are given opens no page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Final

from sqlmodel import Session
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.errors import AtsError
from ats.feeds.publishing import republish
from ats.people.calendar_choice import (
    CalendarChoice,
    calendar_choice,
    choose_calendar,
    is_mode,
    was_invited,
)
from ats.unexpected import told
from calendars.links import Subscription
from web.dates import dates
from web.feed_links import Opened, opened
from web.forms import fields_of
from web.site import Site

PATH: Final = "/calendar/{token}"


def routes(site: Site) -> list[Route]:
    """Return the page, and what its form posts to: the same address."""

    def shown(token: str, base: str) -> Response:
        with site.office.store.read() as session:
            return _page(site, session, _opened(site, session, token), base, saved=False)

    def saved(token: str, wanted: CalendarChoice, base: str) -> Response:
        with site.office.store.write() as session:
            found = _opened(site, session, token)
            if found.role is None:  # nobody in particular can choose for a cohort
                raise HTTPException(HTTPStatus.BAD_REQUEST)
            ref = found.role.ref
            choose_calendar(session, ref, wanted, now=site.clock())
            page = _page(site, session, found, base, saved=True)
        _renew(site, ref)
        return page

    async def show(request: Request) -> Response:
        token, base = request.path_params["token"], str(request.base_url)
        return await run_in_threadpool(shown, token, base)

    async def save(request: Request) -> Response:
        wanted = _wanted(await fields_of(request))
        token, base = request.path_params["token"], str(request.base_url)
        return await run_in_threadpool(saved, token, wanted, base)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, save, methods=["POST"])]


def _opened(site: Site, session: Session, token: str) -> Opened:
    """Return the feed whose page a token opens. Raises as `opened` does."""
    return opened(site, session, *site.links.read_calendar_page(token))


def _wanted(fields: Mapping[str, Sequence[str]]) -> CalendarChoice:
    """Return what the form says. Raises HTTPException for a post that is not of this form."""
    mode = "".join(fields.get("mode", ()))
    if not is_mode(mode):
        raise HTTPException(HTTPStatus.BAD_REQUEST)
    return CalendarChoice(mode, alarms="alarms" in fields.get("on", ()))


def _renew(site: Site, ref: str) -> None:
    """Have the published feed follow the choice at once; if not now, the next round does it."""
    if site.calendars is None or not site.links.public_url:
        return
    try:
        republish(site.office, site.calendars, ref, now=site.clock())
    except AtsError as fault:
        told(fault)


def _page(site: Site, session: Session, found: Opened, base: str, *, saved: bool) -> Response:
    links = (
        site.links if site.links.public_url else replace(site.links, public_url=base.rstrip("/"))
    )
    whose, calendar = found.whose, found.calendar(with_invited=True)
    choice = calendar_choice(session, found.role.ref) if found.role else CalendarChoice()
    is_subscriber = choice.mode == "subscription"
    address = links.calendar_file(whose.name, whose.generation)
    return site.pages.answer(
        "calendar",
        ref=found.role.ref if found.role else None,
        is_mentor=found.role.kind == "mentor" if found.role else found.audience == "mentors",
        cohort=found.cohort.code if found.cohort else None,
        choice=choice,
        went_back=is_subscriber and found.role is not None and was_invited(session, found.role.ref),
        subscription=Subscription(address, calendar.name),
        dates=dates(calendar.events, now=site.clock()),
        saved=saved,
    )
