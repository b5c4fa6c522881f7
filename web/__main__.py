"""`python -m web`: serve the public pages from this process, until it is ended."""

from __future__ import annotations

import argparse
import datetime as dt
import sys
from collections.abc import Sequence
from dataclasses import replace

from ats.commands.entry import open_office
from ats.commands.last_resort import sentence_about
from ats.people.links import Links
from config.settings import Settings, load_settings
from web.app import make_app
from web.serving import end_when_told, listen, log_with_time, serve

HOST = "127.0.0.1"


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until SIGTERM or Ctrl-C. Return 1, after one sentence, when that cannot begin."""
    parser = argparse.ArgumentParser(prog="python -m web", description=__doc__)
    parser.add_argument("--host", default=HOST, help="where it listens (default: %(default)s)")
    parser.add_argument("--port", type=int, help="on which port (default: ATS_PUBLIC_PORT)")
    given = parser.parse_args(arguments)
    end_when_told()
    log_with_time()
    try:
        _serve(given.host, given.port)
    except Exception as error:  # noqa: BLE001 (the last resort: no traceback for people)
        return sentence_about(error)
    return 0


def _serve(host: str, port: int | None) -> None:
    settings = load_settings()
    office = replace(open_office(settings), links=_links(settings))
    try:
        office.store.require_current()
        app = make_app(office, clock=_now, calendar_folder=settings.calendar_dir)
        with listen(host, settings.public_port if port is None else port) as listening:
            if office.links is None:
                sys.stderr.write("ATS_SECRET_KEY is not set, so no link in an e-mail opens.\n")
            shown = f"[{host}]" if ":" in host else host
            port = listening.getsockname()[1]
            sys.stdout.write(f"The public pages are at http://{shown}:{port} until Ctrl-C.\n")
            sys.stdout.flush()
            serve(app, listening)
    finally:
        office.store.close()


def _links(settings: Settings) -> Links | None:
    """Return who reads the links; while nobody has said where people reach these pages, a page
    goes by the address that it was asked at."""
    if settings.secret_key is None:
        return None
    public_url = (settings.public_url or "").rstrip("/")
    return Links(public_url, settings.secret_key.get_secret_value())


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC)  # noqa: TID251 (an entry point)


if __name__ == "__main__":
    sys.exit(main())
