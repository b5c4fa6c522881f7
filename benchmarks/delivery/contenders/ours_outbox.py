"""Row to recorded: one worker of ours, from the outbox of a cohort to the rows that say `sent`.

It claims, tests every row again, composes, renders, writes MIME, sends and records, as the
deployment `deliver` does. Database, mail server and all else come from the settings.
"""

from __future__ import annotations

from ats import engine
from ats.commands.entry import open_office
from benchmarks.delivery.cohort import CODE, NOW, STARTS
from benchmarks.delivery.contender import measured
from config.settings import Settings


def main() -> None:
    """Deliver what is queued."""
    office = open_office(Settings())
    programme = office.programme_named("ats")
    office.fingerprint(programme, STARTS)  # calendars, too, are read at start-up

    def deliver() -> None:
        tally = engine.deliver(office, [CODE], now=NOW)
        if tally.errors:
            raise RuntimeError(" ".join(tally.errors))

    measured(deliver)
    office.store.close()


if __name__ == "__main__":
    main()
