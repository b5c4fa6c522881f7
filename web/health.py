"""Is the site well? For whoever watches it: 200 and "ok" when the database answers."""

from __future__ import annotations

from sqlalchemy import text
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from ats.errors import DatabaseFault
from ats.unexpected import told
from web.site import Site


def routes(site: Site) -> list[Route]:
    """Return /health."""

    def asked() -> Response:
        try:
            with site.office.store.read() as session:
                session.execute(text("SELECT 1 FROM alembic_version"))
        except DatabaseFault as fault:
            told(fault)
            return PlainTextResponse("the database does not answer", status_code=503)
        return PlainTextResponse("ok")

    async def health(_: Request) -> Response:
        return await run_in_threadpool(asked)

    return [Route("/health", health, methods=["GET"])]
