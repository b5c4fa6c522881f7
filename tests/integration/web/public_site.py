"""The public pages as a browser or a mail program meets them: over HTTP, on a port."""

from __future__ import annotations

import datetime as dt
import http.client
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import urlencode, urlsplit

import uvicorn

from ats.office import Office
from web.app import make_app
from web.serving import listen, server_config

ONE_CLICK = b"List-Unsubscribe=One-Click"
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@dataclass(frozen=True)
class Answer:
    """What the server said."""

    status: int
    headers: Mapping[str, str]  # names in small letters
    text: str


class PublicSite:
    """Serves an office's pages from a thread, at the time `now`, within the block."""

    def __init__(self, office: Office, *, calendars: Path | None = None) -> None:
        self.office = office
        self.now = dt.datetime(2026, 10, 20, 12, 0, tzinfo=dt.UTC)
        self._listening = listen("127.0.0.1", 0)
        self.port: int = self._listening.getsockname()[1]
        app = make_app(office, clock=lambda: self.now, calendar_folder=calendars)
        self._server = uvicorn.Server(server_config(app))
        self._thread = threading.Thread(target=self._server.run, args=([self._listening],))

    def __enter__(self) -> Self:
        self._thread.start()
        ends = time.monotonic() + 20
        while not self._server.started:
            assert time.monotonic() < ends, "the server did not start"
            time.sleep(0.01)
        return self

    def __exit__(self, *_: object) -> None:
        self._server.should_exit = True
        self._thread.join(20)
        self._listening.close()

    def ask(
        self,
        method: str,
        url: str,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """Send one request; only the path of *url* matters."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            given = headers or (FORM if body else {})
            connection.request(method, urlsplit(url).path, body, dict(given))
            got = connection.getresponse()
            named = {name.lower(): value for name, value in got.getheaders()}
            return Answer(got.status, named, got.read().decode())
        finally:
            connection.close()

    def get(self, url: str, **headers: str) -> Answer:
        """Get it; a header's name is given with underscores."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.ask("GET", url, headers=named)

    def one_click(self, url: str) -> Answer:
        """Post as a mail program does."""
        return self.ask("POST", url, ONE_CLICK)

    def save(self, url: str, *, asked: tuple[str, ...], on: tuple[str, ...]) -> Answer:
        """Post the form of the preferences with these boxes ticked."""
        fields = [("asked", one) for one in asked] + [("on", one) for one in on]
        return self.ask("POST", url, urlencode(fields).encode())

    def choose(self, url: str, mode: str, *, alarms: bool = False) -> Answer:
        """Post the form of the calendar."""
        fields = {"mode": mode} | ({"on": "alarms"} if alarms else {})
        return self.ask("POST", url, urlencode(fields).encode())
