"""What happened before each test of a module: lived through once per database, then copied."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from databases import keep, restore
from small_cohort import SmallCohort

from ats.office import Office
from ats.outbox.mailbox import InMemoryMailbox, Received

Story = Callable[[SmallCohort, InMemoryMailbox], None]


def prologue(story: Story) -> Any:
    """Make a fixture of the story's name: the cohort after it, with the mail that it left.

    The story may use nothing but its two arguments, and change no other part of them than the
    database, the office's settings and the mailbox.
    """

    @pytest.fixture(name=story.__name__)
    def after(cohort: SmallCohort, mailbox: InMemoryMailbox, prologues: Prologues) -> SmallCohort:
        prologues.bring(cohort, mailbox, story)
        return cohort

    after.__doc__ = story.__doc__
    return after


@dataclass(frozen=True, slots=True)
class _End:
    """How a story left things."""

    kept: str
    office: Office
    received: tuple[Received, ...]


@dataclass(slots=True)
class Prologues:
    """The ends of the stories that this process has lived through."""

    folder: Path
    _ends: dict[tuple[Story, bool], _End] = field(default_factory=dict)

    def bring(self, cohort: SmallCohort, mailbox: InMemoryMailbox, story: Story) -> None:
        """Bring the cohort to the end of the story."""
        key = (story, cohort.store.is_sqlite)
        end = self._ends.get(key)
        if end is None:
            story(cohort, mailbox)
            kept = keep(cohort.store, self.folder)
            self._ends[key] = _End(kept, cohort.office, tuple(mailbox.received))
            return
        restore(cohort.store, end.kept)
        own = cohort.office
        cohort.office = replace(
            end.office, store=own.store, relay=own.relay, journals=own.journals, _timelines={}
        )
        mailbox.received[:] = end.received
