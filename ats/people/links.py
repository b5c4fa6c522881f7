"""Signed links: addresses of public pages that say whom they are for, and that only we can make.

A link needs no account. What it may do is signed into it, so a link for one thing opens no other.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from itsdangerous import BadData, URLSafeSerializer

from ats.errors import AtsError

#: The page on which a participant says that a milestone is done.
DONE = "done"


class BadLink(AtsError):
    """This link is not one of ours, or was cut off; use the newest e-mail's, or reply to it."""

    def __init__(self) -> None:
        super().__init__(str(self.__doc__))


class ExpiredLink(AtsError):
    """This link was of use until an earlier day; the newest e-mail has a newer one."""

    def __init__(self, until: dt.date) -> None:
        super().__init__(str(self.__doc__))
        self.until = until


@dataclass(frozen=True, slots=True)
class Unsubscription:
    """What a one-click link switches off: classes of message to one ref."""

    ref: str
    classes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Links:
    """Makes and reads the links under *public_url* (without a slash at its end)."""

    public_url: str
    secret: str = field(repr=False)

    def unsubscribe(self, ref: str, classes: Sequence[str]) -> str:
        """Return the address that switches these classes off by one POST (RFC 8058)."""
        return f"{self.public_url}/unsubscribe/{self._signed('unsubscribe', [ref, *classes])}"

    def preferences(self, ref: str) -> str:
        """Return the address of somebody's page of preferences."""
        return f"{self.public_url}/preferences/{self._signed('preferences', ref)}"

    def calendar_page(self, whose: str, generation: int) -> str:
        """Return the page on which somebody subscribes to a feed (`ats.feeds.composing.Whose`).

        Its token is another than the feed's, which is given to Google and others.
        """
        return f"{self.public_url}/calendar/{self._signed('calendar-page', [whose, generation])}"

    def calendar_file(self, whose: str, generation: int) -> str:
        """Return the address of the feed itself."""
        return f"{self.public_url}/calendars/{self.calendar_token(whose, generation)}.ics"

    def calendar_token(self, whose: str, generation: int) -> str:
        """Return what opens a feed, as long as it is of this generation."""
        return self._signed("calendar", [whose, generation])

    def read_calendar(self, token: str) -> tuple[str, int]:
        """Return whose feed this token opens, and of which generation it is. Raises BadLink."""
        return self._read_feed("calendar", token)

    def read_calendar_page(self, token: str) -> tuple[str, int]:
        """Return the same of a token of the page; one that calendars are given opens none."""
        return self._read_feed("calendar-page", token)

    def _read_feed(self, purpose: str, token: str) -> tuple[str, int]:
        whose, generation = self._read(purpose, token)
        return str(whose), int(generation)

    def page(self, name: str, about: Sequence[int | str], until: dt.date) -> str:
        """Return the address of the page of this name about something, open to the end of a day.

        The name is the page's path and signed into the token, so it opens no other page.
        """
        return f"{self.public_url}/{name}/{self._signed(name, [until.isoformat(), *about])}"

    def read_page(self, name: str, token: str, *, today: dt.date) -> Sequence[Any]:
        """Return what a token of such a page is about. Raises BadLink, and ExpiredLink."""
        until, *about = self._read(name, token)
        if today > dt.date.fromisoformat(until):
            raise ExpiredLink(dt.date.fromisoformat(until))
        return tuple(about)

    def read_unsubscribe(self, token: str) -> Unsubscription:
        """Return what this token switches off. Raises BadLink."""
        ref, *classes = self._read("unsubscribe", token)
        return Unsubscription(ref, tuple(classes))

    def read_preferences(self, token: str) -> str:
        """Return whose preferences this token opens. Raises BadLink."""
        return str(self._read("preferences", token))

    def _signed(self, purpose: str, value: Any) -> str:
        return str(_serializer(self.secret, purpose).dumps(value))

    def _read(self, purpose: str, token: str) -> Any:
        try:
            return _serializer(self.secret, purpose).loads(token)
        except (BadData, UnicodeEncodeError):
            raise BadLink from None


@lru_cache(maxsize=16)
def _serializer(secret: str, purpose: str) -> URLSafeSerializer:
    """Return what signs for one purpose; to make one takes longer than to sign."""
    return URLSafeSerializer(secret, salt=f"ats/{purpose}")
