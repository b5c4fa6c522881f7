"""What belongs to a role alone, and goes with it: its calendar, and what its person chose."""

from __future__ import annotations

from collections.abc import Collection

from sqlalchemy import Connection, select

from ats.intake.relations import FEED, OPT_OUT, PUBLICATION, ROLE, rows_where
from ats.intake.unsent import remove_rows


def remove_belongings(connection: Connection, roles: Collection[int]) -> None:
    """Remove the records of these roles' calendars, and the choices made for them.

    The roles are locked first: whoever publishes a calendar, or chooses, at the same time is done
    by then, or finds nobody.
    """
    going = sorted(roles)
    locked = select(ROLE.c.id).order_by(ROLE.c.id).with_for_update()
    list(rows_where(connection, locked, ROLE.c.id, going))
    feeds = [row.id for row in rows_where(connection, select(FEED.c.id), FEED.c.role_id, going)]
    published = select(PUBLICATION.c.id)
    publications = rows_where(connection, published, PUBLICATION.c.feed_id, feeds)
    remove_rows(connection, "publication", [row.id for row in publications])
    remove_rows(connection, "feed", feeds)
    choices = rows_where(connection, select(OPT_OUT.c.id), OPT_OUT.c.role_id, going)
    remove_rows(connection, "opt_out", [row.id for row in choices])
