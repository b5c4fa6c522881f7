"""A programme as small as one can be with everything in it, and what is wrong after a change."""

from __future__ import annotations

from pathlib import Path

from config.faults import ProgrammeFault
from config.programme_file import load_programme

SMALL = """\
programme: small
title: A small programme
short: SMALL
sections:
  - {key: plan, title: Plan}
  - {key: done, title: Submission}
submission: done
milestones:
  - {key: planned, title: Plan, complete: [plan], due: {week: 3, day: friday, time: "17:00"}}
  - key: submission
    title: Submission
    complete: [done]
    due: {week: 9, day: friday, time: "17:00"}
    ladder: chase-submission
webinars:
  - key: opening
    kind: milestone
    milestone: planned
    title: Opening
    about: How it works.
    at: {week: 1, day: tuesday, time: "16:30"}
    minutes: 60
steps:
  - {key: hint, class: tip, to: participant, at: {week: 2, day: tuesday, time: "09:00"}}
  - key: reminder
    class: webinar
    to: participant
    for-each: webinar
    audience: participants
    at: {from: webinar, days: -7}
  - {key: digest, class: internal, to: pxm, every: {day: working-day, time: "08:15"}}
  - {key: moved, class: urgent, to: participant, for-each: webinar, audience: participants,
     at: {from: webinar-moved}}
  - {key: called-off, class: urgent, to: participant, for-each: webinar, audience: participants,
     at: {from: webinar-cancelled}}
ladders:
  - key: chase-planned
    for-each: milestone
    until: milestone-complete
    rungs:
      - {key: plus-3, workdays: 3, to: participant, send: chaser}
      - {key: plus-9, workdays: 9, to: pxm, open-case: stalled}
  - key: chase-submission
    from: submission
    until: submitted
    rungs:
      - {key: plus-1, workdays: 1, to: pxm, open-case: stalled}
cases: {stalled: Stalled}
send-policy:
  window-from: "09:00"
  window-to: "18:00"
  cap-per-week: 2
  fresh-workdays: 3
  unknown-workdays: 10
  release-workdays: 10
  export-due-workdays: 2
  escalate-before: "12:00"
  latest-joining-weeks: 26
  large-change-percent: 20
  classes: {essential: {}, webinar: {}, tip: {}, chaser: {}, urgent: {}, internal: {}}
"""


def small_with(old: str, new: str) -> str:
    """Return the small programme with one change, which must change something."""
    assert SMALL.count(old) == 1, f"{old!r} stands {SMALL.count(old)} times in the programme"
    return SMALL.replace(old, new)


def faults_of(text: str | bytes, folder: Path, *, templates: frozenset[str] | None = None) -> str:
    """Return the faults of a programme file with this text, one a line."""
    path = folder / "small.yaml"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    try:
        load_programme(path, templates=templates)
    except ProgrammeFault as fault:
        return "\n".join(fault.faults)
    return "none"


def cases_in(name: str) -> dict[str, tuple[str, str, str]]:
    """Return the blocks of a file beside this one: title → what to replace, by what, the fault."""
    blocks = (Path(__file__).parent / name).read_text().split("\n## ")[1:]
    return {title: (old, new, fault) for title, old, new, fault in map(_case, blocks)}


def _case(block: str) -> tuple[str, str, str, str]:
    title, old, new, fault = block.strip("\n").split("\n")
    assert (old[:3], new[:3], fault[:2]) == ("- |", "+ |", "= "), f"{title!r} is malformed"
    return title, _between_bars(old), _between_bars(new), fault[2:]


def _between_bars(row: str) -> str:
    return row[3:].removesuffix("|").replace("\\n", "\n")
