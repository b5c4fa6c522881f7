"""A change of a webinar as the dashboard tells it: what changes, and by ref whom it concerns."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

from ats import local_time
from ats.errors import Refused
from ats.office import Office
from ats.records import gather
from ats.reports.forms import named
from ats.reports.markdown import bullets, plain, table
from ats.reports.timeline import artifact_key, counted
from ats.webinars import changes as webinar_changes
from ats.webinars.affected import Change, Concerned
from ats.webinars.counted import told_when
from ats.webinars.remarks import spoken

SHOWN = 500  # people on a page


def run_move(
    office: Office,
    cohort: str,
    webinar: str,
    to: str,
    note: str,
    *,
    apply: bool,
    now: dt.datetime,
    by: str,
) -> dict[str, Any]:
    """Move a webinar or, without *apply*, show what that means; as a run's JSON.

    A time without a zone is the programme's. Raises as `webinar_changes.move`, and Refused without
    a name or for a text that means no moment.
    """
    code = cohort.strip()
    try:
        starts_at = local_time.read_start(to, _zone(office, code))
    except local_time.NoMoment as error:
        raise Refused(f"to: {error}") from None
    change = webinar_changes.move(
        office, code, webinar.strip(), to=starts_at, note=note, now=now, by=named(by), apply=apply
    )
    return _run(change)


def run_cancel(
    office: Office,
    cohort: str,
    webinar: str,
    note: str,
    *,
    apply: bool,
    now: dt.datetime,
    by: str,
) -> dict[str, Any]:
    """Cancel a webinar or show what that means; as a run's JSON. Raises as `run_move`."""
    change = webinar_changes.cancel(
        office, cohort.strip(), webinar.strip(), note=note, now=now, by=named(by), apply=apply
    )
    return _run(change)


def run_recording(
    office: Office,
    cohort: str,
    webinar: str,
    *,
    url: str,
    summary: str | None,
    captions: bool,
    transcript: bool,
    apply: bool,
    now: dt.datetime,
    by: str,
) -> dict[str, Any]:
    """Publish a recording or show what that means; as a run's JSON. Raises as `run_move`."""
    change = webinar_changes.publish_recording(
        office,
        cohort.strip(),
        webinar.strip(),
        url=url,
        summary=summary,
        captions=captions,
        transcript=transcript,
        now=now,
        by=named(by),
        apply=apply,
    )
    return _run(change)


def _run(change: Change) -> dict[str, Any]:
    done = {"move": "moved", "cancel": "cancelled", "recording": "recording published"}[change.kind]
    people = counted(change.to_be_told, "e-mail")
    state = done if change.applied else f"only looked at, not {done}"
    message = f"{told_when(change, _going if change.applied else _would_go)}."
    if not change.applied:
        message = f"Nothing is changed yet. {message} Run it again with apply to do it."
    return {
        "name": f"{change.cohort} · {change.key} · {state}, {people}",
        "verdict": "done",
        "message": " ".join([message, *(f"Mind: {remark}." for remark in change.remarks)]),
        "errors": [],
        "applied": change.applied,
        "cohort": change.cohort,
        "change": change.document(),
        "page": {
            "key": artifact_key("webinar", change.cohort, change.key),
            "description": f"Cohort {change.cohort}, {change.key}: {state}",
            "markdown": page(change),
        },
    }


def page(change: Change) -> str:
    """Return the page: what changes, what to mind, and by ref who is told what."""
    return "\n\n".join(part for part in _parts(change) if part) + "\n"


def _parts(change: Change) -> Iterator[str]:
    was = spoken(change.timeline, change.was_at)
    yield f"# {plain(change.title)}"
    if change.kind == "recording":
        yield f"Its recording, at {plain(change.recording_url)}; it was on {was}."
        if change.recording_was:
            yield f"Until now the recording was at {plain(change.recording_was)}."
    elif change.starts_at is None:
        yield f"Does not take place on {was}."
    else:
        yield f"On {spoken(change.timeline, change.starts_at)}, not on {was}."
    if change.applied:
        yield f"This is done; {told_when(change, _going, at_once='with this run')}."
    else:
        yield f"**Nothing is changed yet.** With apply, {told_when(change, _would_go)}."
    if change.remarks:
        yield "## To think of\n\n" + bullets(plain(remark) for remark in change.remarks)
    yield "## Whom it concerns"
    rows = [_row(one, change) for one in change.concerned[:SHOWN]]
    yield table(["who", "was told", "will be told"], rows) if rows else "Nobody."
    if len(change.concerned) > SHOWN:
        yield f"And {len(change.concerned) - SHOWN} more."


def _going(number: int) -> str:
    return f"{counted(number, 'e-mail')} {'goes' if number == 1 else 'go'}"


def _would_go(number: int) -> str:
    return f"{counted(number, 'e-mail')} would go"


def _row(one: Concerned, change: Change) -> tuple[str, str, str]:
    told = spoken(change.timeline, one.told) if one.told else "–"
    if one.why_not:
        return one.ref, told, f"no: {one.why_not}"
    return one.ref, told, f"yes, {one.waits}" if one.waits else "yes"


def _zone(office: Office, code: str) -> dt.tzinfo:
    with office.store.read() as session:
        programme = office.programme_named(gather.cohort_named(session, code).programme)
    return ZoneInfo(programme.timezone)
