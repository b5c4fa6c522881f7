"""What staff do with the webinars of a cohort: list them, give them their join address."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlmodel import Session, col

from ats.errors import NotFound, Refused
from ats.records import gather
from ats.records import models as m
from ats.records.due import look_again_at_all
from ats.records.store import Store

_LONGEST = 2000


def document(session: Session, cohort: m.Cohort, *, zone: ZoneInfo) -> list[dict[str, Any]]:
    """Return the webinars of a cohort as `ats webinar list` tells them, in order of start."""
    found = session.execute(
        select(m.Webinar)
        .where(col(m.Webinar.cohort_id) == cohort.id)
        .order_by(col(m.Webinar.starts_at), col(m.Webinar.key))
    ).scalars()
    return [
        {
            "key": webinar.key,
            "cohort": cohort.code,
            "kind": webinar.kind,
            "audience": webinar.audience,
            "starts_at": webinar.starts_at.astimezone(zone).isoformat(),
            "minutes": webinar.minutes,
            "status": webinar.status,
            "sequence": webinar.sequence,
            "uid": webinar.uid,
            "join_url": webinar.join_url,
            "recording_url": webinar.recording_url,
        }
        for webinar in found
    ]


def set_join_url(
    store: Store, cohort: str, key: str, *, join_url: str, now: dt.datetime, by: str
) -> None:
    """Record where people join a webinar; what waited for it goes with the next tick.

    Raises Refused for an address that is not https and for a cancelled webinar, NotFound for a
    webinar that the cohort does not have.
    """
    join_url = join_url.strip()
    refuse_address(join_url, "join")
    with store.write() as session:
        standing = gather.cohort_named(session, cohort)
        webinar = named(session, standing, key)
        if webinar.status == "cancelled":
            raise Refused(f"The webinar {key} is cancelled, so nobody joins it.")
        before, webinar.join_url = webinar.join_url, join_url
        if before == join_url:
            return
        webinar.revised_at = now
        look_again_at_all(session, standing)
        session.add(
            m.Audit(
                at=now,
                by=by,
                action="webinar-join-url",
                cohort_id=standing.id,
                subject=key,
                before=before,
                after=join_url,
            )
        )


def named(session: Session, cohort: m.Cohort, key: str) -> m.Webinar:
    """Return a webinar of a cohort. Raises NotFound, naming those there are."""
    found = session.execute(
        select(m.Webinar).where(col(m.Webinar.cohort_id) == cohort.id).order_by(col(m.Webinar.key))
    ).scalars()
    webinars: dict[str, m.Webinar] = {webinar.key: webinar for webinar in found}
    if key not in webinars:
        names = ", ".join(webinars) or "none"
        raise NotFound(f"Cohort {cohort.code} has no webinar {key}; it has: {names}.")
    return webinars[key]


def refuse_address(url: str, kind: str) -> None:
    """Raise Refused for an address that is not the whole of an https one, and say what is wrong."""
    fault = _fault(url)
    if fault is not None:
        raise Refused(
            f"The {kind} address cannot be used, because {fault}; give the whole address from the "
            "webinar's own page, which begins with https://."
        )


def _fault(url: str) -> str | None:
    if not url:
        return "it is empty"
    if not url.lower().startswith("https://"):
        return "it does not begin with https://"
    if len(url) > _LONGEST:
        return f"it has {len(url):,} characters and {_LONGEST:,} are the most"
    strange = next((sign for sign in url if not _may_stand_in_address(sign)), None)
    if strange is not None:
        return f"it holds {_named(strange)}"
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (reading it raises for one that is no number)
    except ValueError:
        return "no website has such a name or port"
    if parts.username is not None:
        return "it holds a user name or a password"
    return None if parts.hostname else "it names no website"


def _may_stand_in_address(sign: str) -> bool:
    """Say whether calendars and mail programs take it for a part of an address (RFC 3986)."""
    return sign.isascii() and sign.isprintable() and sign not in " <>\"'`\\"


def _named(sign: str) -> str:
    if sign == " ":
        return "a blank"
    return f"“{sign}”" if sign.isprintable() else "a line end or another sign that nobody sees"
