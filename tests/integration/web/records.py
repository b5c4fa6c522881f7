"""What the records say about choices, for the tests of the pages."""

from __future__ import annotations

import datetime as dt
from typing import Any

from sqlalchemy import select

from ats.records import models as m
from ats.records.store import Store


def switched_off(store: Store) -> list[tuple[str, str]]:
    """Return (ref, class) of everything that is switched off."""
    query = select(m.Role.ref, m.OptOut.class_).join(m.OptOut, m.OptOut.role_id == m.Role.id)
    with store.read() as session:
        return sorted((ref, class_) for ref, class_ in session.execute(query))


def trail(store: Store) -> list[tuple[str, str, str, Any, Any]]:
    """Return (by, action, subject, before, after) of every choice, oldest first."""
    with store.read() as session:
        found = session.execute(select(m.Audit).order_by(m.Audit.id)).scalars().all()
    return [
        (one.by, one.action, one.subject or "", one.before, one.after)
        for one in found
        if one.action in ("unsubscribe", "preferences", "calendar")
    ]


def chosen(store: Store) -> dict[str, tuple[str, dt.datetime | None, bool]]:
    """Return (mode, since, alarms) of everybody who chose something for their calendar."""
    query = select(m.Role.ref, m.Feed).join(m.Feed, m.Feed.role_id == m.Role.id)
    with store.read() as session:
        return {
            ref: (feed.mode, feed.mode_since, feed.alarms) for ref, feed in session.execute(query)
        }


def rotated(store: Store, ref: str) -> None:
    """Replace the link of somebody's calendar."""
    query = select(m.Feed).join(m.Role, m.Feed.role_id == m.Role.id).where(m.Role.ref == ref)
    with store.write() as session:
        session.execute(query).scalar_one().generation += 1
