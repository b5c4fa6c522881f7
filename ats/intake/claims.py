"""Whom the rosters that stand name, whoever made the records of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from ats.intake.columns import ROSTER
from ats.intake.imports import IMPORTED
from ats.intake.relations import AUDIT


class Claims:
    """Refs, participants of one cohort and their mentors, by the imports that name them."""

    def __init__(self, connection: Connection, cohort_id: int, standing: Iterable[int]) -> None:
        self._refs: dict[str, list[int]] = {}
        self._participants: dict[str, list[int]] = {}
        self._mentors: dict[tuple[str, str], list[int]] = {}
        stands = set(standing)
        query = select(AUDIT.c.cohort_id, AUDIT.c.after)
        query = query.where(AUDIT.c.action == IMPORTED[ROSTER]).order_by(AUDIT.c.id)
        for cohort, after in connection.execute(query):
            if after["import"] not in stands:
                continue
            for ref in after["refs"]:
                self._refs.setdefault(ref, []).append(after["import"])
                if cohort == cohort_id:
                    self._participants.setdefault(ref, []).append(after["import"])
            if cohort == cohort_id:
                for pair in after.get("mentors", {}).items():
                    self._mentors.setdefault(pair, []).append(after["import"])

    def of_ref(self, ref: str, since: int) -> int | None:
        """Return the first import after `since` that names a ref, in any cohort."""
        return _after(self._refs.get(ref, []), since)

    def of_participant(self, ref: str, since: int) -> int | None:
        """Return the first import of the cohort after `since` that names a participant."""
        return _after(self._participants.get(ref, []), since)

    def of_mentor(self, participant: str, mentor: str, *, since: int) -> int | None:
        """Return the first import of the cohort after `since` that names this mentor for them."""
        return _after(self._mentors.get((participant, mentor), []), since)


def _after(imports: list[int], since: int) -> int | None:
    return next((import_id for import_id in imports if import_id > since), None)
