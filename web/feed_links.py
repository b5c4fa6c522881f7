"""What a calendar's link opens: the feed of a cohort and audience, or of one person."""

from __future__ import annotations

from dataclasses import dataclass

from sqlmodel import Session

from ats.errors import AtsError, NotFound
from ats.feeds.composing import AUDIENCES, Feeds, Whose
from ats.people.links import BadLink
from ats.records import gather
from ats.records import models as m
from calendars.events import Calendar
from web.site import Site


class ReplacedLink(AtsError):
    """This link has been replaced by a newer one; use the newest e-mail's."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A feed that a link of today opened; with a role it is that person's."""

    feeds: Feeds
    whose: Whose
    cohort: m.Cohort | None = None
    audience: str = ""
    role: m.Role | None = None

    def calendar(self, *, with_invited: bool = False) -> Calendar:
        """Return the feed, or all dates, those with an invitation by e-mail too."""
        if self.role is not None:
            return self.feeds.of_person(self.role.ref, with_invited=with_invited)
        assert self.cohort is not None
        return self.feeds.of_cohort(self.cohort.code, self.audience)


def opened(site: Site, session: Session, name: str, generation: int) -> Opened:
    """Return what a link of this feed and generation opens.

    Raises ReplacedLink for an older generation, and BadLink: a link that is signed for nobody in
    the records, or ahead of them, is none of ours.
    """
    try:
        found = _found(Feeds(site.office, session, now=site.clock()), session, name)
    except NotFound:
        raise BadLink from None
    if generation > found.whose.generation:
        raise BadLink
    if generation < found.whose.generation:
        raise ReplacedLink
    return found


def _found(feeds: Feeds, session: Session, name: str) -> Opened:
    code, slash, audience = name.rpartition("/")
    if slash and audience in AUDIENCES:
        cohort = gather.cohort_named(session, code)
        return Opened(feeds, feeds.whose_cohort(cohort, audience), cohort, audience)
    role = feeds.role(name)
    return Opened(feeds, feeds.whose_role(role), role=role)
