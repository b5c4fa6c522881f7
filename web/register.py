"""The page of the register of mentors: somebody joins, changes what stands there, or leaves.

A GET shows how things stand and changes nothing; the buttons post to the same address.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from ats.outbox.mentor_pages import REGISTER
from ats.people.register_page import (
    CAPACITIES,
    LONGEST_SUBJECT,
    OnTheRegister,
    join,
    leave,
    on_the_register,
)
from web.forms import fields_of
from web.site import Site

PATH = "/register/{token}"
Fields = Mapping[str, Sequence[str]]


def routes(site: Site) -> list[Route]:
    """Return the page, and what its forms post to: the same address."""

    def shown(token: str) -> Response:
        ref = _mentor(site, token)
        with site.office.store.read() as session:
            return _page(site, on_the_register(session, ref))

    def done(token: str, fields: Fields) -> Response:
        ref = _mentor(site, token)
        subject, capacity = fields.get("subject", [""])[0], fields.get("capacity", [""])[0]
        missing = ""
        with site.office.store.write() as session:
            if fields["do"][0] == "leave":
                leave(session, ref, now=site.clock())
            elif not (missing := _missing(subject, capacity)):
                join(session, ref, subject=subject, capacity=int(capacity), now=site.clock())
            return _page(site, on_the_register(session, ref), done=not missing, missing=missing)

    async def show(request: Request) -> Response:
        return await run_in_threadpool(shown, request.path_params["token"])

    async def do(request: Request) -> Response:
        fields = await fields_of(request)
        if fields.get("do", [""])[0] not in ("join", "leave"):
            raise HTTPException(HTTPStatus.BAD_REQUEST)
        return await run_in_threadpool(done, request.path_params["token"], fields)

    return [Route(PATH, show, methods=["GET"]), Route(PATH, do, methods=["POST"])]


def _mentor(site: Site, token: str) -> str:
    """Return whose page it is. Raises BadLink, and ExpiredLink."""
    (ref,) = site.links.read_page(REGISTER, token, today=site.clock().date())
    return str(ref)


def _missing(subject: str, capacity: str) -> str:
    """Return what is wrong with what somebody wrote, as a sentence; '' if nothing is."""
    if not subject.strip():
        return "Please write your subject or field."
    if len(" ".join(subject.split())) > LONGEST_SUBJECT:
        return f"Please write your subject in no more than {LONGEST_SUBJECT} characters."
    if capacity not in map(str, CAPACITIES):
        return "Please choose how many participants you could mentor at a time."
    return ""


def _page(
    site: Site, found: OnTheRegister | None, *, done: bool = False, missing: str = ""
) -> Response:
    if found is None:
        return site.pages.answer("nobody")
    return site.pages.answer(
        "register",
        status=HTTPStatus.UNPROCESSABLE_ENTITY if missing else HTTPStatus.OK,
        who=found,
        done=done,
        missing=missing,
        capacities=CAPACITIES,
        longest=LONGEST_SUBJECT,
    )
