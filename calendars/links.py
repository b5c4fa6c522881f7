"""Links that add a feed to the calendars people use, each encoded as that calendar wants it."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import quote, urlsplit


@dataclass(frozen=True, slots=True)
class Subscription:
    """The ways to subscribe to the feed at *address* (http or https) under a *name*."""

    address: str
    name: str

    @property
    def webcal(self) -> str:
        """For Apple, Outlook on a computer, Thunderbird: opens the calendar program."""
        return urlsplit(self.address)._replace(scheme="webcal").geturl()

    @property
    def google(self) -> str:
        """For Google, which takes the webcal address."""
        return f"https://calendar.google.com/calendar/render?cid={_encoded(self.webcal)}"

    @property
    def outlook_work(self) -> str:
        """For Outlook on the web with an account of an employer."""
        return self._outlook("office")

    @property
    def outlook_personal(self) -> str:
        """For Outlook on the web with an account of one's own."""
        return self._outlook("live")

    def _outlook(self, kind: str) -> str:
        asked = f"url={_encoded(self.address)}&name={_encoded(self.name)}"
        return f"https://outlook.{kind}.com/calendar/0/addfromweb?{asked}"


def _encoded(text: str) -> str:
    return quote(text, safe="")
