"""Sweeping: files in the calendar folder that are nobody's any more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import select
from sqlmodel import Session, col

from ats.feeds.composing import AUDIENCES
from ats.feeds.folder import Ours
from ats.records import models as m


def rotated(session: Session) -> Mapping[str, int]:
    """Return by its name the generation of every feed whose link was ever replaced: a few."""
    f, r, c = m.Feed, m.Role, m.Cohort
    query = (
        select(col(r.ref), col(c.code), col(f.audience), col(f.generation))
        .outerjoin_from(f, r, col(r.id) == col(f.role_id))
        .outerjoin(c, col(c.id) == col(f.cohort_id))
        .where(col(f.generation) > 1)
    )
    return {
        ref or f"{code}/{audience}": generation
        for ref, code, audience, generation in session.execute(query).tuples()
    }


def abandoned(session: Session, found: Sequence[Ours]) -> list[str]:
    """Return the files of feeds that are not in the records, or not under this link.

    The folder has to be looked at before: a file that is there is that of a feed recorded by then.
    """
    names = [one.name for one in found]
    refs = session.execute(select(col(m.Role.ref)).where(col(m.Role.ref).in_(names))).scalars()
    codes = session.execute(select(col(m.Cohort.code))).scalars()
    known = {*refs, *(f"{code}/{audience}" for code in codes for audience in AUDIENCES)}
    generations = rotated(session)
    return [
        one.file
        for one in found
        if one.name not in known or one.generation != generations.get(one.name, 1)
    ]
