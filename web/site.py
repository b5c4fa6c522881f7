"""What every page needs, made once: the records, who signs the links, the look, the clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from email.utils import parseaddr
from pathlib import Path

from ats.office import Office
from ats.people.links import BadLink, Links
from web.guesses import Guesses
from web.pages import Pages


@dataclass(frozen=True, slots=True)
class Site:
    """The public pages of one installation."""

    office: Office
    pages: Pages
    clock: Callable[[], dt.datetime]
    calendars: Path | None = None  # the folder of published feeds
    guesses: Guesses = field(default_factory=Guesses)

    @property
    def links(self) -> Links:
        """Who reads tokens. Raises BadLink without a key: then no link can be one of ours."""
        if self.office.links is None:
            raise BadLink
        return self.office.links


def make_site(
    office: Office, *, clock: Callable[[], dt.datetime], calendars: Path | None = None
) -> Site:
    """Return the site of this office; its pages name the sender and the mailbox that is read."""
    head = office.letterhead
    pages = Pages(
        sender=parseaddr(head.sender)[0] or "Programme team",
        mailbox=parseaddr(head.reply_to)[1],
        privacy_notice=head.privacy_notice,
    )
    return Site(office, pages, clock, calendars)


def beside(link: str) -> str:
    """Return a link to another page of ours from here, wherever a proxy has put us."""
    page, token = link.rsplit("/", 2)[1:]
    return f"../{page}/{token}"
